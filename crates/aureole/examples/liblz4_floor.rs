//! The C library's LZ4 alone: the time to decode all blocks of the chunks of a bitshuffle-LZ4 stack that are in memory
//! already, on one core, into the same 8 KiB or so.
//!
//! usage: `liblz4_floor FILE[::/path] [FRAMES [ROUNDS]]`; prints `{"frames": ..., "ms_per_frame": ...}`, the best round.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int};
use std::process::ExitCode;
use std::time::Instant;

use aureole::source;
use aureole_core::pipeline::{ChunkBuf, Source};

/// Bytes before the first block: the chunk's decoded length and, at 8, that of a block.
const HEADER: usize = 12;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<String>>()) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &[String]) -> Result<String, String> {
    let number = |at: usize, otherwise: usize| match args.get(at) {
        None => Ok(otherwise),
        Some(text) => text.parse::<usize>().map_err(|_| format!("{text}: a number is needed")),
    };
    let input = args.first().ok_or("usage: liblz4_floor FILE[::/path] [FRAMES [ROUNDS]]")?;
    let stack = source::open(std::slice::from_ref(input)).map_err(|error| error.to_string())?;
    let frames = number(1, usize::MAX)?.min(stack.spec().frames);
    let mut chunks = vec![ChunkBuf::default(); frames];
    for (frame, chunk) in chunks.iter_mut().enumerate() {
        stack.read(frame, chunk)?;
    }
    let format = &stack.spec().format;
    let tail = format.elems() % 8 * format.elem_size();
    let mut best = f64::INFINITY;
    for _ in 0..number(2, 5)?.max(1) {
        let start = Instant::now();
        for (frame, chunk) in chunks.iter().enumerate() {
            decode(&chunk.bytes, tail).ok_or_else(|| format!("{input}: frame {frame} is not whole bitshuffle-LZ4"))?;
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(format!("{{\"frames\": {frames}, \"ms_per_frame\": {:.4}}}", 1e3 * best / frames.max(1) as f64))
}

/// Decodes every block of a chunk, over and over into the same bytes, but not the `tail` bytes that follow as they are;
/// `None` where it is damaged.
fn decode(chunk: &[u8], tail: usize) -> Option<()> {
    let block = usize::try_from(u32::from_be_bytes(*chunk.get(8..)?.first_chunk()?)).ok()?;
    let mut left = usize::try_from(u64::from_be_bytes(*chunk.first_chunk()?)).ok()?;
    // A block of that length was encoded by LZ4, which has this limit.
    let mut out = vec![0_u8; (block <= 0x7e00_0000).then_some(block)?];
    let mut at = HEADER;
    while left > tail {
        let stored = u32::from_be_bytes(*chunk.get(at..)?.first_chunk()?) as usize;
        let source = chunk.get(at + 4..(at + 4).checked_add(stored)?)?;
        let (from, to) = (source.as_ptr().cast::<c_char>(), out.as_mut_ptr().cast::<c_char>());
        // SAFETY: both pointers are valid for the lengths given.
        let length = unsafe { lz4_sys::LZ4_decompress_safe(from, to, source.len() as c_int, out.len() as c_int) };
        let length = usize::try_from(length).ok().filter(|length| *length > 0)?;
        left = left.checked_sub(length)?;
        at += 4 + stored;
    }
    Some(())
}
