//! Any bytes as a block: every implementation transposes as its naive twin does.
#![no_main]

use aureole_codec::Isa;
use aureole_codec::bitshuffle::{shuffle, unshuffle};
use aureole_codec::testing::bitshuffle::{check, naive_shuffle, naive_unshuffle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let elem_size = usize::from(input.0 % 8) + 1;
    let block = &input.1[..input.1.len() / (8 * elem_size) * 8 * elem_size];
    for isa in Isa::available() {
        check(naive_unshuffle, |size, src, dst| unshuffle(isa, size, src, dst), elem_size, block);
        check(naive_shuffle, |size, src, dst| shuffle(isa, size, src, dst), elem_size, block);
    }
});
