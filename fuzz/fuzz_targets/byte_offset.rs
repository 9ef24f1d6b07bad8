//! Any bytes as CBF's byte offsets: the naive twin's elements, or an error with it.
#![no_main]

use aureole_codec::byte_offset::decode;
use aureole_codec::testing::byte_offset::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u16, &[u8])| {
    let (size, elems, src) = input;
    let _ = check(decode, 1 << (size % 4), src, usize::from(elems));
});
