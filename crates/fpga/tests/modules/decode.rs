//! Chunks to decoded blocks.

use aureole_fpga::model::header::Format;
use aureole_fpga::model::lz4::decode;

use crate::chunks::{encoded, format, frame, input};
use crate::random::Random;
use crate::support::{Bench, Built, hex, same};

const STALLS: [(u64, u64); 3] = [(1, 0), (2, 30), (3, 60)];

/// Runs chunks through the module, with and without stalls, and compares with the model.
pub(crate) fn check(bench: &Built, width: usize, format: &Format, chunks: &[Vec<u8>]) -> Result<(), String> {
    let (mut blocks, mut verdicts) = (String::new(), String::new());
    for chunk in chunks {
        let (stored, bad) = format.split(chunk);
        for block in stored {
            let decoded = decode(format, width, &block);
            let (status, bytes) = decoded.bytes.map_or_else(|status| (status, vec![]), |bytes| (0, bytes));
            let (elems, raw, planes) = (decoded.elems, u8::from(decoded.raw), decoded.planes);
            blocks += &format!("block {elems} {raw} {status} {planes:08x} {}\n", hex(&bytes));
        }
        verdicts += &format!("frame {}\n", u8::from(bad));
    }
    for (seed, stalls) in STALLS {
        let seen = bench.run(&[seed, stalls, width as u64], &input(format, chunks))?;
        same(&seen, &(blocks.clone() + &verdicts))?;
    }
    Ok(())
}

/// Good chunks of several formats.
fn good(bench: &Built, width: usize) -> Result<(), String> {
    let mut random = Random::new(1);
    for (elem_log2, elems, block_elems) in
        [(0, 9000, 8192), (1, 4096 + 24, 4096), (2, 2048 * 3 + 13, 2048), (2, 5, 2048), (1, 1003, 136), (2, 64, 8)]
    {
        for raw in [false, true] {
            let format = Format { raw, ..format(elem_log2, elems, block_elems) };
            let chunks: Vec<_> = (0..3).map(|_| encoded(&format, &frame(&format, &mut random))).collect();
            check(bench, width, &format, &chunks)?;
        }
    }
    Ok(())
}

#[test]
fn blocks_are_those_of_the_model() {
    for width in [8, 16, 32] {
        let Some(bench) = Bench::new("decode").parameter("WIDTH", width).build() else { return };
        good(&bench, width as usize).unwrap();
    }
}
