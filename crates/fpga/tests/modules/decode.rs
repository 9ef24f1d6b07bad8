//! Chunks to decoded blocks.

use aureole_fpga::model::header::Format;
use aureole_fpga::model::lz4::decode;

use crate::chunks::{assembled, encoded, format, frame, input};
use crate::random::Random;
use crate::sequences::{self, Sequences};
use crate::support::{Bench, Built, hex, noticed, same};

const STALLS: [(u64, u64); 3] = [(1, 0), (2, 30), (3, 60)];

/// Runs chunks through the module, with and without stalls, and compares with the model.
fn check(bench: &Built, width: usize, format: &Format, chunks: &[Vec<u8>]) -> Result<(), String> {
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

/// Blocks of sequences that no encoder would write, one a chunk.
fn made_up(bench: &Built, width: usize) -> Result<(), String> {
    let format = format(2, 512, 512);
    let chunks: Vec<_> =
        sequences::cases(2048).iter().map(|block| assembled(&format, std::slice::from_ref(block), &[])).collect();
    check(bench, width, &format, &chunks)?;
    let mut random = Random::new(3);
    let blocks: Vec<_> = (0..200).map(|_| Sequences::random(1536, &mut random)).collect();
    let format = Format { elems: 768 * blocks.len(), ..crate::chunks::format(1, 0, 768) };
    check(bench, width, &format, &[assembled(&format, &blocks, &[])])
}

/// Every truncation of a small chunk, flipped bits, lengths that fit nothing; after each a good chunk.
fn bad(bench: &Built, width: usize) -> Result<(), String> {
    let mut random = Random::new(4);
    let format = format(1, 168 + 3, 80);
    let chunk = encoded(&format, &frame(&format, &mut random));
    let mut chunks = Vec::new();
    for end in 0..chunk.len() {
        chunks.extend([chunk[..end].to_vec(), chunk.clone()]);
    }
    check(bench, width, &format, &chunks)?;
    let format = crate::chunks::format(1, 1024, 256);
    let mut chunks = Vec::new();
    for _ in 0..1000 {
        let chunk = encoded(&format, &frame(&format, &mut random));
        let mut flipped = chunk.clone();
        // Most of them within blocks.
        let at = if random.once_in(10) { random.below(16) } else { 16 + random.below(chunk.len() - 16) };
        flipped[at] ^= 1 << random.below(8);
        chunks.extend([flipped, chunk]);
    }
    check(bench, width, &format, &chunks)?;
    let format = crate::chunks::format(0, 512, 512);
    let good = sequences::cases(512).swap_remove(0);
    let wrong = sequences::malformed(512);
    let chunks: Vec<_> = wrong.into_iter().flat_map(|block| [block, good.clone()]).collect();
    let chunks: Vec<_> = chunks.into_iter().map(|block| assembled(&format, &[block], &[])).collect();
    check(bench, width, &format, &chunks)
}

/// So many blocks that tags come round, each with places that only one before it wrote.
fn many(bench: &Built, width: usize) -> Result<(), String> {
    let blocks: Vec<_> = (0..2100).map(|i| sequences::sparse(256, i)).collect();
    let format = format(0, 256 * blocks.len(), 256);
    check(bench, width, &format, &[assembled(&format, &blocks, &[])])
}

fn all(bench: &Built, width: usize) -> Result<(), String> {
    for check in [made_up, good, bad, many] {
        check(bench, width)?;
    }
    Ok(())
}

#[test]
fn blocks_are_those_of_the_model() {
    for width in [8, 16, 32] {
        let Some(bench) = Bench::new("decode").parameter("WIDTH", width).build() else { return };
        all(&bench, width as usize).unwrap();
    }
}

#[test]
fn mutations_of_the_parser_are_noticed() {
    let mutations = [
        ("lz4_window.sv", "n >= 3 || (n == 2 && last[1])", "n >= 2"),
        ("lz4_window.sv", "pos <= gone ? '0 : go", "pos <= go"),
        ("lz4_window.sv", "(drop && n != 0 && !gone)", "(drop && n != 0)"),
        ("lz4_window.sv", "ff_in[i] = &w_data[8*i+:8]", "ff_in[i] = &w_data[8*i+:7]"),
        ("lz4_parse.sv", "{length, offset}", "{length, view[15:0]}"),
        ("lz4_parse.sv", "{length[15] | sum[15], sum[14:0]}", "sum & 16'h3fff"),
        ("lz4_parse.sv", "overrun || state != OFFSET", "overrun"),
        ("lz4_parse.sv", "failed <= overrun || ", "failed <= "),
        ("lz4_parse.sv", "10'd1020", "10'd1021"),
        ("lz4_parse.sv", "16'(15 - FIRST)", "16'(16 - FIRST)"),
        ("lz4_parse.sv", "length <= 16'(2 * WIDTH)", "length < 16'(2 * WIDTH)"),
        ("lz4_parse.sv", "seen != NOTHING && !(again && ff[3])", "seen != NOTHING"),
        ("byte_pack.sv", "last && sum <= ", "last && sum <= 1 + "),
        // Checks and hazards.
        ("lz4_issue.sv", "offset == 0 || ", ""),
        ("lz4_issue.sv", "offset > 16'(at)", "offset > 16'(at) + 1"),
        ("lz4_issue.sv", "advance > room", "1'b0"),
        ("lz4_issue.sv", "|| room != 0", ""),
        ("lz4_issue.sv", "end1 <= (AW + 2)'(safe) - (AW + 2)'(WIDTH)", "end1 <= (AW + 2)'(safe)"),
        ("lz4_issue.sv", "(AW + 2)'(2 * WIDTH)", "(AW + 2)'(WIDTH)"),
        ("lz4_issue.sv", "end_buf == buffer && ", ""),
        ("lz4_issue.sv", "offset <= 16'(WIDTH) ?", "offset < 16'(WIDTH) + 2 ?"),
        ("lz4_issue.sv", "WIDTH / i * i", "WIDTH / i * i - i / 9"),
    ];
    noticed("decode", &[("WIDTH", 16)], &mutations, |bench| all(bench, 16));
}

#[test]
fn mutations_of_copies_and_buffers_are_noticed() {
    let mutations = [
        ("lz4_execute.sv", "&& !last_zero[i]", "&& !last_zero[i] && i != 3"),
        ("lz4_execute.sv", "if (kind == REPEAT && skip && ready) last <= '0;", ""),
        ("lz4_execute.sv", "done <= (AW + 1)'(addr) + rest[AW:0]", "done <= (AW + 1)'(addr) + (AW + 1)'(count)"),
        ("lz4_execute.sv", "if (rest_next < 16'(count))", "if (rest_next < 16'(count) - 1)"),
        ("lz4_execute.sv", "{stay_next, !stay_next, !stay_next}", "{stay_next, !stay_next, 1'b1}"),
        ("lz4_execute.sv", "{stay_next, !stay_next, !stay_next}", "{stay_next, 1'b1, !stay_next}"),
        ("block_buffer.sv", "wr_start ? tag_next : wr_over", "wr_over"),
        ("block_buffer.sv", "wr_over[i] ? wr_next : wr_addr[AW-1:LOG]", "wr_addr[AW-1:LOG]"),
        ("block_buffer.sv", "a_over[i] ? a_next : a_addr[AW-1:LOG]", "a_addr[AW-1:LOG]"),
        ("block_read.sv", "== 0 ?", "== 0 || 1'b1 ?"),
        ("block_turns.sv", "{2{claim}})) & ~given", "{2{claim}})) & {2{given == 0}}"),
        ("block_turns.sv", "u_buf <= !u_buf", "u_buf <= u_buf"),
        ("plane_flags.sv", "(LOG + 1)'(i) < wr_count", "1'b1"),
        ("plane_flags.sv", "second[i] <= (LOG", "second[i] <= 1'b0 && (LOG"),
        ("plane_flags.sv", "if (start) used <= '0;", ""),
    ];
    noticed("decode", &[("WIDTH", 16)], &mutations, |bench| all(bench, 16));
}
