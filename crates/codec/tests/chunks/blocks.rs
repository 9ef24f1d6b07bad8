//! Formats whose blocks can be decoded alone.

use aureole_codec::{BlockIndex, Compression, DecodeError, Decoder, Encoder, FormatError, Isa};
use proptest::prelude::*;

use crate::support::{BITSHUFFLE_LZ4, bitshuffle, counts, decode, decode_blocks, encode, format};

proptest! {
    #[test]
    fn blocks_and_chunk_give_the_elements_back(
        elem_size in 1_usize..=8,
        elems in 0_usize..3000,
        block in 0_usize..40,
        compression in prop_oneof![Just(Compression::None), Just(Compression::Lz4), Just(Compression::Zstd)],
        filtered in any::<bool>(),
    ) {
        let filters = [bitshuffle(block * 8, compression)];
        let format = format(if filtered { &filters } else { &[] }, elem_size, elems);
        let data = counts(elem_size, elems);
        let chunk = encode(&format, 0, &data);
        for isa in Isa::available() {
            prop_assert_eq!(&decode(&format, isa, &chunk, 0).unwrap(), &data);
            prop_assert_eq!(&decode_blocks(&format, isa, &chunk, 0).unwrap(), &data);
        }
    }

    #[test]
    fn the_blocks_of_a_format_follow_each_other_and_cover_the_chunk(elem_size in 1_usize..=8, elems in 0_usize..9000, block in 0_usize..300) {
        for filters in [&[][..], &[bitshuffle(block * 8, Compression::None)]] {
            let format = format(filters, elem_size, elems);
            let mut end = 0;
            for block in 0..format.blocks() {
                let range = format.block_range(block);
                prop_assert_eq!(range.start, end);
                prop_assert!(!range.is_empty() && range.len() <= format.block_elems());
                end = range.end;
            }
            prop_assert_eq!(end, elems);
            prop_assert!(format.block_range(format.blocks()).is_empty());
            prop_assert!(format.block_range(usize::MAX).is_empty());
        }
    }
}

#[test]
fn the_last_block_may_be_a_raw_tail_alone() {
    let format = format(&[bitshuffle(16, Compression::Lz4)], 4, 37);
    assert_eq!((format.blocks(), format.block_range(2)), (3, 32..37));
    let data = counts(4, 37);
    let chunk = encode(&format, 0, &data);
    assert_eq!(decode_blocks(&format, Isa::best(), &chunk, 0), Ok(data));
}

#[test]
fn blocks_larger_than_the_chunk_make_one_block() {
    for (block_elems, compression) in [(1 << 20, Compression::Lz4), (usize::MAX / 8 * 8, Compression::None)] {
        let format = format(&[bitshuffle(block_elems, compression)], 4, 300);
        let data = counts(4, 300);
        let mut chunk = Vec::new();
        Encoder::new(&format, Isa::best()).unwrap().encode_chunk(&data, &mut chunk).unwrap();
        assert_eq!(format.blocks(), 1);
        assert_eq!(decode(&format, Isa::best(), &chunk, 0).as_ref(), Ok(&data));
        assert_eq!(decode_blocks(&format, Isa::best(), &chunk, 0), Ok(data));
    }
}

#[test]
fn bitshuffles_own_block_size_is_8_kib_and_at_least_128_elements() {
    let elems = [1, 2, 3, 4, 5, 6, 7, 8].map(|elem_size| format(&[BITSHUFFLE_LZ4], elem_size, 100_000).block_elems());
    assert_eq!(elems, [8192, 4096, 2728, 2048, 1632, 1360, 1168, 1024]);
}

#[test]
fn a_skipped_filter_leaves_the_elements() {
    for compression in [Compression::None, Compression::Lz4] {
        let format = format(&[bitshuffle(64, compression)], 2, 203);
        let data = counts(2, 203);
        assert_eq!(decode(&format, Isa::best(), &data, 1), Ok(data.clone()));
        assert_eq!(decode_blocks(&format, Isa::best(), &data, 1), Ok(data));
    }
}

#[test]
fn another_block_size_than_the_datasets_can_be_decoded_as_a_whole() {
    let stated = format(&[bitshuffle(64, Compression::Lz4)], 4, 1003);
    let written = format(&[bitshuffle(136, Compression::Lz4)], 4, 1003);
    let data = counts(4, 1003);
    let chunk = encode(&written, 0, &data);
    let decoder = Decoder::new(&stated, Isa::best());
    assert_eq!(decoder.index(&chunk[..], 0, &mut BlockIndex::default()), Err(DecodeError::BlockSize));
    assert_eq!(decode(&stated, Isa::best(), &chunk, 0), Ok(data));
}

#[test]
fn an_index_and_a_decoder_are_used_again() {
    let format = format(&[bitshuffle(64, Compression::Lz4)], 4, 300);
    let (first, second) = (counts(4, 300), vec![0; 1200]);
    let (mut decoder, mut index) = (Decoder::new(&format, Isa::best()), BlockIndex::default());
    let mut out = vec![9; 64 * 4];
    for data in [&first, &second, &first] {
        let chunk = encode(&format, 0, data);
        decoder.index(&chunk[..], 0, &mut index).unwrap();
        decoder.decode_block(&chunk[..], &mut index, 2, &mut out).unwrap();
        assert_eq!(out, data[128 * 4..192 * 4]);
    }
}

#[test]
fn the_output_must_have_the_blocks_length() {
    let format = format(&[BITSHUFFLE_LZ4], 4, 5000);
    let chunk = encode(&format, 0, &counts(4, 5000));
    let (mut decoder, mut index) = (Decoder::new(&format, Isa::best()), BlockIndex::default());
    decoder.index(&chunk[..], 0, &mut index).unwrap();
    for wrong in [0, 8191, 8193] {
        assert_eq!(decoder.decode_block(&chunk[..], &mut index, 0, &mut vec![0; wrong]), Err(DecodeError::WrongLength));
    }
    assert_eq!(decoder.decode_chunk(&chunk, 0, &mut [0; 19_999]), Err(DecodeError::WrongLength));
}

#[test]
fn impossible_formats_are_refused() {
    let new = |filters: &[_], elem_size, elems| aureole_codec::ChunkFormat::new(filters.to_vec(), elem_size, elems);
    assert_eq!(new(&[], 9, 1), Err(FormatError::ElemSize(9)));
    assert_eq!(new(&[], 0, 1), Err(FormatError::ElemSize(0)));
    assert_eq!(new(&[bitshuffle(12, Compression::None)], 4, 1), Err(FormatError::BlockSize(12)));
    assert_eq!(new(&[], 8, usize::MAX / 8), Err(FormatError::TooLarge { elems: usize::MAX / 8, elem_size: 8 }));
}
