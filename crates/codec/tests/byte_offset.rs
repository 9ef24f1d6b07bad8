//! CBF's byte offsets against the naive twin.

use aureole_codec::DecodeError;
use aureole_codec::byte_offset::{LONGEST, decode};
use aureole_codec::testing::byte_offset::{check, encode, naive};
use proptest::prelude::*;

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1_usize), Just(2), Just(4), Just(8)]
}

/// Bytes in which escapes, whole and broken ones, are frequent.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..20),
        proptest::collection::vec(0_u8..4, 0..40),
        Just(vec![0x80]),
        Just(vec![0x80, 0, 0x80]),
        Just(vec![0x80, 0, 0x80, 0, 0, 0, 0x80]),
        Just(vec![0x7f, 0x81, 0x00, 0x01]),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_give_what_the_naive_decoder_gives(src in hostile(), elem_size in size(), elems in 0_usize..200) {
        let _ = check(decode, elem_size, &src, elems);
    }

    #[test]
    fn what_was_encoded_is_decoded(
        counts in proptest::collection::vec(prop_oneof![Just(-1_i64), 0..200_i64, any::<i64>()], 0..300),
        elem_size in size(),
    ) {
        let data: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()[..elem_size].to_vec()).collect();
        let stored = encode(elem_size, &data);
        prop_assert!(stored.len() <= counts.len() * LONGEST);
        prop_assert_eq!(check(decode, elem_size, &stored, counts.len()), Ok(data));
    }
}

#[test]
fn each_width_of_a_difference_is_told_from_the_next() {
    let values =
        [0, 127, 0, -127, 1, 129, 0x7fff + 129, 0, -0x8000, 0x7fff_ffff, 0, i64::from(i32::MIN), i64::MAX, i64::MIN];
    let data: Vec<u8> = values.iter().flat_map(|value: &i64| value.to_le_bytes()).collect();
    assert_eq!(check(decode, 8, &encode(8, &data), values.len()), Ok(data));
    // A difference of -128 is the escape, so that it takes two bytes.
    assert_eq!(encode(1, &[0x80]), [0x80, 0x80, 0xff]);
}

#[test]
fn a_difference_that_is_cut_off_is_an_error_at_every_byte() {
    let data: Vec<u8> = [0_i64, 3, 1 << 40, 70_000, -5].iter().flat_map(|value| value.to_le_bytes()).collect();
    let stored = encode(8, &data);
    for end in 0..stored.len() {
        assert_eq!(decode(8, &stored[..end], &mut [0; 40]), Err(DecodeError::Truncated), "cut at {end}");
    }
    assert_eq!(decode(8, &stored, &mut [0; 40]), Ok(stored.len()));
}

#[test]
fn bytes_behind_the_last_element_are_not_taken() {
    let mut out = [0; 3];
    assert_eq!(decode(1, &[1, 1, 1, 9, 9], &mut out), Ok(3));
    assert_eq!(out, [1, 2, 3]);
    assert_eq!(naive(1, &[1, 1, 1, 9, 9], 3), Some((vec![1, 2, 3], 3)));
}

#[test]
fn elements_of_other_sizes_are_refused() {
    for (elem_size, length) in [(0, 4), (3, 3), (16, 16), (4, 6)] {
        assert_eq!(decode(elem_size, &[0; 64], &mut vec![0; length]), Err(DecodeError::WrongLength));
    }
}
