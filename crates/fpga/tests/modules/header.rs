//! Chunks to blocks.

use aureole_fpga::model::header::Format;

use crate::chunks::{encoded, format, frame, input};
use crate::random::Random;
use crate::support::{Bench, Built, hex, noticed, same};

/// Runs chunks through the module, with and without stalls, and compares with the model.
fn check(bench: &Built, width: u64, format: &Format, chunks: &[Vec<u8>]) -> Result<(), String> {
    let (mut blocks, mut verdicts) = (String::new(), String::new());
    for chunk in chunks {
        let (stored, bad) = format.split(chunk);
        for block in stored {
            let (raw, bad) = (u8::from(block.raw), u8::from(block.bytes.is_none()));
            blocks += &format!("block {} {raw} {bad} {}\n", block.elems, hex(&block.bytes.unwrap_or_default()));
        }
        verdicts += &format!("frame {}\n", u8::from(bad));
    }
    for (seed, stalls) in [(1, 0), (2, 30), (3, 70)] {
        let seen = bench.run(&[seed, stalls, width], &input(format, chunks))?;
        same(&seen, &(blocks.clone() + &verdicts))?;
    }
    Ok(())
}

/// Good chunks of several formats.
fn good(bench: &Built, width: u64) -> Result<(), String> {
    let mut random = Random::new(1);
    for (elem_log2, elems, block_elems) in
        [(0, 9000, 8192), (1, 4096 + 24, 4096), (2, 2048 * 3 + 13, 2048), (2, 5, 2048), (1, 1007, 136), (2, 64, 8)]
    {
        for raw in [false, true] {
            let format = Format { raw, ..format(elem_log2, elems, block_elems) };
            let chunks: Vec<_> = (0..3).map(|_| encoded(&format, &frame(&format, &mut random))).collect();
            check(bench, width, &format, &chunks)?;
        }
    }
    Ok(())
}

/// Every truncation of a small chunk, each followed by the whole one; headers and lengths that cannot be.
fn bad(bench: &Built, width: u64) -> Result<(), String> {
    let mut random = Random::new(2);
    for raw in [false, true] {
        let format = Format { raw, ..format(1, 91, 40) };
        let chunk = encoded(&format, &frame(&format, &mut random));
        let mut chunks = Vec::new();
        for end in 0..chunk.len() {
            chunks.extend([chunk[..end].to_vec(), chunk.clone()]);
        }
        for longer in [1, 7, 16, 100] {
            let mut long = chunk.clone();
            long.resize(chunk.len() + longer, 5);
            chunks.extend([long, chunk.clone()]);
        }
        for at in 0..16 {
            for flip in [1, 0x10, 0x80] {
                let mut wrong = chunk.clone();
                wrong[at] ^= flip;
                chunks.extend([wrong, chunk.clone()]);
            }
        }
        for length in [0u32, 1, 8192 + 32 + 16, 8192 + 32 + 17, 65536, u32::MAX] {
            let mut wrong = chunk.clone();
            wrong[12..16].copy_from_slice(&length.to_be_bytes());
            wrong.resize(chunk.len() + 9000, 3);
            chunks.extend([wrong, chunk.clone()]);
        }
        // Nothing comes behind the last one, of which a good part of a block is missing.
        chunks.push(chunk[..40].to_vec());
        check(bench, width, &format, &chunks)?;
    }
    let nothing = format(2, 0, 8);
    check(bench, width, &nothing, &[encoded(&nothing, &[]), vec![], vec![0; 12], encoded(&nothing, &[])])
}

#[test]
fn blocks_and_verdicts_are_those_of_the_model() {
    for width in [8, 16, 32] {
        let Some(bench) = Bench::new("bslz4_header").parameter("WIDTH", width).build() else { return };
        good(&bench, u64::from(width)).unwrap();
        bad(&bench, u64::from(width)).unwrap();
    }
}

#[test]
fn mutations_are_noticed() {
    let mutations = [
        ("bslz4_header.sv", "word == 0 || word > MOST", "word > MOST"),
        ("bslz4_header.sv", "word > MOST", "word >= MOST"),
        ("bslz4_header.sv", "else if (word != expected)", "else if (word[7:0] != expected[7:0])"),
        ("bslz4_header.sv", "using && cfg_raw && avail != 0", "using && cfg_raw && avail > 8"),
        ("bslz4_header.sv", "assign tail = elems_left < 8;", "assign tail = elems_left < 7;"),
        ("bslz4_header.sv", "b_count <= advance", "b_count <= used"),
        ("bslz4_header.sv", "if (ended) bad <= 1'b1;\n                if", "if"),
        (
            "bslz4_header.sv",
            "left[LOG:0] < most ? left[LOG:0] : most",
            "left[LOG:0] <= most ? left[LOG:0] : most - 1'b1",
        ),
    ];
    noticed("bslz4_header", &[("WIDTH", 16)], &mutations, |bench| good(bench, 16).and_then(|()| bad(bench, 16)));
}
