//! Prints, for each input, the stack it opens and a checksum of every decoded frame: SHA-256, or the error.
//!
//! `cargo run -p aureole --example dump_stack -- FILE...`; `tests/oracle/readers.py` compares it with other readers.

use aureole::source;
use aureole_codec::{Decoder, Isa};
use aureole_core::pipeline::{ChunkBuf, Source};
use sha2::{Digest, Sha256};

fn main() {
    for input in std::env::args().skip(1) {
        match source::open(std::slice::from_ref(&input)) {
            Ok(stack) => dump(&input, &stack),
            Err(error) => println!("{input}\terror\t{}", error.to_string().replace('\n', " ")),
        }
    }
}

fn dump(input: &str, stack: &source::Stack) {
    let spec = stack.spec();
    let (rows, columns) = spec.shape;
    println!("{input}\tstack\t{} {rows} {columns} {} {}", spec.frames, spec.dtype, spec.format);
    for origin in stack.origins() {
        println!("{input}\torigin\t{origin} {}", origin.frames);
    }
    for notice in stack.notices() {
        println!("{input}\tnotice\t{notice}");
    }
    let mut decoder = Decoder::new(&spec.format, Isa::best());
    let mut pixels = vec![0; spec.format.bytes()];
    let mut chunk = ChunkBuf::default();
    for frame in 0..spec.frames {
        let decoded = stack.read(frame, &mut chunk).and_then(|()| {
            decoder.decode_chunk(&chunk.bytes, chunk.filter_mask, &mut pixels).map_err(|error| error.to_string())
        });
        match decoded {
            Ok(()) => println!("{input}\tframe\t{frame} {}", hex(&Sha256::digest(&pixels))),
            Err(why) => println!("{input}\tfailed\t{frame} {why}"),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
