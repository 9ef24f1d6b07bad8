//! LZ4 blocks: every implementation against the naive twin and the C library.

use std::ffi::{c_char, c_int};

use aureole_codec::lz4::{Compressor, decode};
use aureole_codec::testing::lz4::check;
use aureole_codec::{DecodeError, Isa};
use proptest::prelude::*;

/// Data in pieces: noise, runs of a short pattern, and repeats of what came before.
fn data() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80).prop_map(|noise| (noise, 1)),
        (proptest::collection::vec(any::<u8>(), 1..70), 1_usize..40),
        (proptest::collection::vec(0_u8..2, 1..20), 1_usize..300),
    ];
    proptest::collection::vec(piece, 0..12)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(bytes, times)| bytes.repeat(times)).collect::<Vec<u8>>())
}

/// Sequences of all kinds of literals, offsets and match lengths, with their decoded length; an offset is invalid only in
/// front of any data.
fn sequences() -> impl Strategy<Value = (Vec<u8>, usize)> {
    let length = prop_oneof![0_usize..20, 0_usize..80, 250_usize..300, 500_usize..3000];
    let offset = prop_oneof![1_usize..20, 1_usize..70, 1_usize..300];
    let sequence = (length.clone(), offset, length, any::<u8>());
    (proptest::collection::vec(sequence, 0..12), 0_usize..40).prop_map(|(sequences, last)| {
        let (mut block, mut at) = (Vec::new(), 0);
        for (literals, offset, more, seed) in sequences {
            put(&mut block, literals, more, seed);
            at += literals;
            block.extend_from_slice(&(offset.min(at) as u16).to_le_bytes());
            put_rest(&mut block, more);
            at += more + 4;
        }
        put(&mut block, last, 0, 77);
        (block, at + last)
    })
}

fn put(block: &mut Vec<u8>, literals: usize, more: usize, seed: u8) {
    block.push((literals.min(15) << 4 | more.min(15)) as u8);
    put_rest(block, literals);
    block.extend((0..literals).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)));
}

fn put_rest(block: &mut Vec<u8>, length: usize) {
    if length >= 15 {
        block.extend(std::iter::repeat_n(255, (length - 15) / 255));
        block.push(((length - 15) % 255) as u8);
    }
}

fn c_compress(data: &[u8]) -> Vec<u8> {
    let mut block = vec![0; data.len() + data.len() / 255 + 16];
    // SAFETY: both pointers are valid for the lengths given.
    #[allow(unsafe_code)]
    let length = unsafe {
        lz4_sys::LZ4_compress_default(
            data.as_ptr().cast::<c_char>(),
            block.as_mut_ptr().cast::<c_char>(),
            data.len() as c_int,
            block.len() as c_int,
        )
    };
    block.truncate(length as usize);
    block
}

fn c_decompress(block: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut data = vec![0; len];
    // SAFETY: both pointers are valid for the lengths given.
    #[allow(unsafe_code)]
    let length = unsafe {
        lz4_sys::LZ4_decompress_safe(
            block.as_ptr().cast::<c_char>(),
            data.as_mut_ptr().cast::<c_char>(),
            block.len() as c_int,
            len as c_int,
        )
    };
    (usize::try_from(length) == Ok(len)).then_some(data)
}

fn compress(data: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    Compressor::default().compress(data, &mut block);
    block
}

/// Runs every implementation; all must return the same.
fn check_all(block: &[u8], len: usize) -> Result<Vec<u8>, DecodeError> {
    let scalar = check(|src, dst| decode(Isa::SCALAR, src, dst), block, len);
    for isa in Isa::available() {
        assert_eq!(check(|src, dst| decode(isa, src, dst), block, len), scalar, "{isa}");
    }
    scalar
}

proptest! {
    #[test]
    fn what_the_c_library_compresses_is_decoded(data in data()) {
        prop_assert_eq!(check_all(&c_compress(&data), data.len()), Ok(data));
    }

    #[test]
    fn the_c_library_decodes_what_is_compressed_here(data in data()) {
        prop_assert_eq!(c_decompress(&compress(&data), data.len()), Some(data));
    }

    #[test]
    fn a_compressor_keeps_nothing_of_earlier_blocks(first in data(), second in data()) {
        let mut compressor = Compressor::default();
        compressor.compress(&first, &mut Vec::new());
        let mut block = Vec::new();
        compressor.compress(&second, &mut block);
        prop_assert_eq!(block, compress(&second));
    }

    #[test]
    fn any_sequences_give_the_twins_bytes_or_an_error((block, len) in sequences(), other in 0_usize..6000) {
        let _ = check_all(&block, len);
        let _ = check_all(&block, len + 1);
        let _ = check_all(&block, len - 1.min(len));
        let _ = check_all(&block, other);
    }

    #[test]
    fn any_bytes_give_the_twins_bytes_or_an_error(block in proptest::collection::vec(any::<u8>(), 0..60), len in 0_usize..300) {
        let _ = check_all(&block, len);
    }

    #[test]
    fn the_output_must_have_the_decoded_length(data in data()) {
        let block = compress(&data);
        prop_assert_eq!(check_all(&block, data.len() + 1), Err(DecodeError::Truncated));
        if let Some(shorter) = data.len().checked_sub(1) {
            prop_assert_eq!(check_all(&block, shorter), Err(DecodeError::WrongLength));
        }
    }
}

#[test]
fn every_offset_and_length_is_copied_at_every_distance_from_the_end() {
    for offset in 1..70 {
        for length in (4..100).chain([255, 1000]) {
            for last in [0, 1, 5, 12, 17, 40, 70] {
                let mut block = Vec::new();
                put(&mut block, 70, length - 4, 3);
                block.extend_from_slice(&(offset as u16).to_le_bytes());
                put_rest(&mut block, length - 4);
                put(&mut block, last, 0, 9);
                assert!(check_all(&block, 70 + length + last).is_ok());
            }
        }
    }
}

#[test]
fn a_truncated_block_is_an_error() {
    let data: Vec<u8> = (0..400_u32).map(|i| if i % 100 < 50 { 0 } else { (i * i / 8) as u8 }).collect();
    let block = compress(&data);
    assert!(check_all(&block, data.len()).is_ok());
    for end in 0..block.len() {
        assert!(check_all(&block[..end], data.len()).is_err(), "cut at {end} of {}", block.len());
    }
}

#[test]
fn a_changed_byte_gives_the_twins_bytes_or_an_error() {
    let data: Vec<u8> = (0..150_u32).map(|i| if i % 50 < 30 { 0 } else { (i * i / 8) as u8 }).collect();
    let mut block = compress(&data);
    for at in 0..block.len() {
        let byte = block[at];
        for value in 0..=255 {
            block[at] = value;
            let _ = check_all(&block, data.len());
        }
        block[at] = byte;
    }
}

#[test]
fn a_match_before_the_start_is_corrupt() {
    assert_eq!(check_all(&[0x10, 7, 2, 0, 0x10, 9], 6), Err(DecodeError::Corrupt));
    assert_eq!(check_all(&[0x10, 7, 0, 0, 0x10, 9], 6), Err(DecodeError::Corrupt));
    assert_eq!(check_all(&[0x10, 7, 1, 0, 0x10, 9], 6), Ok(vec![7, 7, 7, 7, 7, 9]));
}

#[test]
fn a_length_beyond_the_output_is_an_error() {
    let mut literals = vec![0xf0];
    literals.resize(5000, 255);
    assert!(check_all(&literals, 100).is_err());
    let mut long_match = vec![0x1f, 7, 1, 0];
    long_match.resize(5000, 255);
    long_match.push(0);
    assert_eq!(check_all(&long_match, 100), Err(DecodeError::WrongLength));
}

#[test]
fn a_repeat_farther_away_than_an_offset_can_say_is_not_used() {
    let mut data: Vec<u8> = (0..70_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    data.extend_from_within(..500);
    assert_eq!(check_all(&compress(&data), data.len()), Ok(data));
}

#[test]
fn an_empty_block_is_one_token() {
    assert_eq!(check_all(&[0], 0), Ok(vec![]));
    assert_eq!(check_all(&[], 0), Err(DecodeError::Truncated));
}
