//! Any bytes as an LZ4 block: every implementation gives the naive twin's bytes or fails with it.
#![no_main]

use aureole_codec::testing::lz4::check;
use aureole_codec::{Isa, lz4};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (len, block) = input;
    for isa in Isa::available() {
        let _ = check(|src, dst| lz4::decode(isa, src, dst), block, usize::from(len));
    }
});
