//! The bit transpose: every implementation against the naive twin.

use aureole_codec::Isa;
use aureole_codec::bitshuffle::{shuffle, unshuffle};
use aureole_codec::testing::bitshuffle::{check, naive_shuffle, naive_unshuffle};
use proptest::prelude::*;

fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn check_all(elem_size: usize, block: &[u8]) {
    for isa in Isa::available() {
        check(naive_unshuffle, |size, src, dst| unshuffle(isa, size, src, dst), elem_size, block);
        check(naive_shuffle, |size, src, dst| shuffle(isa, size, src, dst), elem_size, block);
    }
}

#[test]
fn every_size_of_block_and_element_is_transposed() {
    for elem_size in 1..=8 {
        for groups in (0..70).chain([127, 128, 129, 256]) {
            check_all(elem_size, &noise(groups * 8 * elem_size, groups as u64 + 7));
        }
    }
}

#[test]
fn a_value_of_one_bit_is_one_bit_of_its_plane() {
    for isa in Isa::available() {
        let mut planes = vec![0; 2048 * 4];
        planes[19 * 256 + 41] = 1 << 6;
        let mut elements = vec![0xee; planes.len()];
        unshuffle(isa, 4, &planes, &mut elements);
        let values: Vec<u32> = elements.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let expected: Vec<u32> = (0..2048).map(|i| u32::from(i == 41 * 8 + 6) << 19).collect();
        assert_eq!(values, expected, "{isa}");
    }
}

proptest! {
    #[test]
    fn planes_of_zeros_change_nothing(elem_size in 1_usize..=8, groups in 0_usize..300, used in any::<u64>(), seed in any::<u64>()) {
        let mut planes = noise(groups * 8 * elem_size, seed);
        for (plane, bytes) in planes.chunks_exact_mut(groups.max(1)).enumerate() {
            if used >> plane & 1 == 0 {
                bytes.fill(0);
            }
        }
        check_all(elem_size, &planes);
    }

    #[test]
    fn a_tile_of_zeros_changes_nothing(groups in 100_usize..300, at in 0_usize..100, width in 0_usize..200, seed in any::<u64>()) {
        for elem_size in [1, 2, 4, 8] {
            let mut planes = noise(groups * 8 * elem_size, seed);
            for bytes in planes.chunks_exact_mut(groups) {
                let end = (at + width).min(groups);
                bytes[at..end].fill(0);
            }
            check_all(elem_size, &planes);
        }
    }
}

#[test]
#[should_panic(expected = "multiples of 8 elements")]
fn a_block_that_is_no_multiple_of_8_elements_is_refused() {
    unshuffle(Isa::best(), 4, &[0; 36], &mut [0; 36]);
}
