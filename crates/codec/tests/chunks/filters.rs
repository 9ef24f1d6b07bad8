//! Sequences of filters.

use aureole_codec::{BlockIndex, Compression, DecodeError, Decoder, Filter, Isa};
use proptest::prelude::*;

use crate::support::{BITSHUFFLE_LZ4, bitshuffle, blosc, counts, decode, decode_blocks, encode, format};

fn any_filter() -> impl Strategy<Value = Filter> {
    prop_oneof![
        Just(BITSHUFFLE_LZ4),
        Just(bitshuffle(24, Compression::Lz4)),
        Just(bitshuffle(0, Compression::None)),
        Just(bitshuffle(24, Compression::Zstd)),
        Just(Filter::Zstd),
        Just(Filter::Blosc),
        Just(Filter::Lzf),
        Just(Filter::Bzip2),
        Just(Filter::Lz4),
        Just(Filter::Deflate),
        Just(Filter::Shuffle),
        Just(Filter::Fletcher32),
    ]
}

proptest! {
    #[test]
    fn any_sequence_of_filters_is_undone_in_reverse_order(
        filters in proptest::collection::vec(any_filter(), 0..5),
        mask in 0_u32..64,
        elem_size in 1_usize..=8,
        elems in 0_usize..2000,
    ) {
        let format = format(&filters, elem_size, elems);
        let data = counts(elem_size, elems);
        let chunk = encode(&format, mask, &data);
        for isa in Isa::available() {
            prop_assert_eq!(&decode(&format, isa, &chunk, mask).unwrap(), &data);
            prop_assert_eq!(&decode_blocks(&format, isa, &chunk, mask).unwrap(), &data);
        }
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

fn bytes<const N: usize>(values: impl Iterator<Item = [u8; N]>) -> Vec<u8> {
    values.flatten().collect()
}

#[test]
fn chunks_that_h5py_wrote_are_decoded() {
    let u32s = |values: &mut dyn Iterator<Item = u32>| bytes(values.map(u32::to_le_bytes));
    let cases = [
        (
            format(&[bitshuffle(8, Compression::Lz4)], 4, 20),
            "000000000000005000000020000000106faa66b438c000010002500000000000000000117faa66b4c707f80001000150000000000030\
             000000330000003600000039000000",
            u32s(&mut (0..20).map(|i| 3 * i)),
        ),
        (
            format(&[Filter::Lz4], 2, 40),
            "000000000000005000000020000000106f000001000200060002500002000000000000106f0100020000000600025000000001000000\
             001002000000010002000000010002000000",
            bytes((0..40_u16).map(|i| (i % 3).to_le_bytes())),
        ),
        (
            format(&[Filter::Shuffle, Filter::Deflate, Filter::Fletcher32], 4, 300),
            "785e636064626661656318a508530ca360148c82010500636c03828415e488",
            u32s(&mut (0..300).map(|i| i % 7)),
        ),
    ];
    for (format, chunk, data) in cases {
        let chunk = hex(&chunk.replace(' ', ""));
        assert_eq!(decode(&format, Isa::best(), &chunk, 0), Ok(data), "{format}");
    }
}

#[test]
fn checksums_are_those_of_hdf5() {
    let cases = [
        ((97..102).collect(), "c729f04f"),
        (bytes((0..1000_u16).map(u16::to_le_bytes)), "9f332af3"),
        (vec![255; 999], "00ff00ff"),
        (vec![], "00000000"),
    ];
    for (data, sum) in cases {
        let data: Vec<u8> = data;
        let format = format(&[Filter::Fletcher32], 1, data.len());
        let chunk = [data.clone(), hex(sum)].concat();
        assert_eq!(decode(&format, Isa::best(), &chunk, 0), Ok(data.clone()));
        let mut swapped = chunk.clone();
        swapped[data.len()..].chunks_exact_mut(2).for_each(<[u8]>::reverse);
        assert_eq!(decode(&format, Isa::best(), &swapped, 0), Ok(data), "halves swapped, as early HDF5 stored them");
    }
}

#[test]
fn a_changed_byte_fails_the_checksum() {
    let format = format(&[Filter::Fletcher32], 4, 50);
    let chunk = encode(&format, 0, &counts(4, 50));
    for at in 0..chunk.len() {
        let mut changed = chunk.clone();
        changed[at] ^= 0x10;
        assert_eq!(decode(&format, Isa::best(), &changed, 0), Err(DecodeError::Checksum));
    }
}

#[test]
fn a_chunk_that_is_not_blocked_has_one_block() {
    let format = format(&[Filter::Shuffle, Filter::Deflate], 4, 5000);
    assert!(!format.is_blocked());
    assert_eq!((format.blocks(), format.block_range(0)), (1, 0..5000));
    let (decoder, mut index) = (Decoder::new(&format, Isa::best()), BlockIndex::default());
    assert_eq!(decoder.index(&[][..], 0, &mut index), Ok(()));
    assert_eq!(decode_blocks(&format, Isa::best(), &[], 0), Err(DecodeError::Truncated));
}

#[test]
fn blosc_is_undone_with_each_of_its_compressors_and_another_is_an_error() {
    for elem_size in [1, 2, 4, 8] {
        let format = format(&[Filter::Blosc], elem_size, 3001);
        let data = counts(elem_size, 3001);
        for compressor in [0, 1, 3, 4] {
            let chunk = blosc(elem_size, compressor, &data);
            assert_eq!(decode(&format, Isa::best(), &chunk, 0).as_ref(), Ok(&data), "{compressor}, {elem_size} bytes");
        }
        let snappy = blosc(elem_size, 2, &data);
        assert_eq!(decode(&format, Isa::best(), &snappy, 0), Err(DecodeError::Unsupported));
    }
}
