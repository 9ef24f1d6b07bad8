//! Truncated, changed and hostile chunks: an error or wrong elements, never a panic.

use aureole_codec::{BlockIndex, ChunkFormat, Compression, DecodeError, Decoder, Filter, Isa};

use crate::support::{bitshuffle, counts, decode, decode_blocks, encode, format};

const ELEMS: usize = 45;

/// Small chunks with a last partial block and a raw tail, of every filter.
fn small() -> Vec<(ChunkFormat, Vec<u8>)> {
    let filters: [&[Filter]; 13] = [
        &[],
        &[bitshuffle(16, Compression::Lz4)],
        &[bitshuffle(16, Compression::None)],
        &[Filter::Lz4],
        &[Filter::Deflate],
        &[Filter::Fletcher32],
        &[bitshuffle(16, Compression::Zstd)],
        &[Filter::Zstd],
        &[Filter::Blosc],
        &[Filter::Lzf],
        &[Filter::Bzip2],
        &[Filter::Shuffle, Filter::Deflate, Filter::Fletcher32],
        &[bitshuffle(16, Compression::Lz4), Filter::Deflate],
    ];
    let formats = filters.iter().flat_map(|filters| [2, 4].map(|elem_size| format(filters, elem_size, ELEMS)));
    formats.map(|format| (format.clone(), encode(&format, 0, &counts(format.elem_size(), ELEMS)))).collect()
}

#[test]
fn a_truncated_chunk_is_an_error() {
    for (format, chunk) in small() {
        for isa in Isa::available() {
            for end in 0..chunk.len() {
                assert!(decode(&format, isa, &chunk[..end], 0).is_err(), "{format} cut at {end}");
                assert!(decode_blocks(&format, isa, &chunk[..end], 0).is_err(), "{format} cut at {end}, by blocks");
            }
        }
    }
}

#[test]
fn a_changed_byte_gives_the_same_elements_or_error_whole_and_by_blocks_and_on_every_isa() {
    for (format, mut chunk) in small() {
        for at in 0..chunk.len() {
            let byte = chunk[at];
            for flip in [1, 2, 4, 8, 16, 32, 64, 128, 0xff, byte, !byte] {
                chunk[at] = byte ^ flip;
                let scalar = decode(&format, Isa::SCALAR, &chunk, 0);
                for isa in Isa::available() {
                    assert_eq!(decode(&format, isa, &chunk, 0), scalar, "{format}, byte {at}, {isa}");
                    let blocks = decode_blocks(&format, isa, &chunk, 0);
                    let same_kind = blocks.is_err() && scalar.is_err() || blocks == Err(DecodeError::BlockSize);
                    assert!(same_kind || blocks == scalar, "{format}, byte {at}, {isa}, by blocks");
                }
            }
            chunk[at] = byte;
        }
    }
}

#[test]
fn hostile_lengths_are_errors() {
    let format = format(&[bitshuffle(16, Compression::Lz4)], 4, ELEMS);
    let chunk = encode(&format, 0, &counts(4, ELEMS));
    let with = |at: usize, bytes: &[u8]| {
        let mut chunk = chunk.clone();
        chunk[at..at + bytes.len()].copy_from_slice(bytes);
        chunk
    };
    let cases = [
        (with(0, &[0xff; 8]), DecodeError::BadHeader),
        (with(8, &[0; 4]), DecodeError::BadHeader),
        (with(8, &[0xff; 4]), DecodeError::BadHeader),
        (with(8, &[0, 0, 0, 33]), DecodeError::BadHeader),
        (with(12, &[0xff; 4]), DecodeError::Truncated),
        (with(12, &[0; 4]), DecodeError::Truncated),
    ];
    for (chunk, error) in cases {
        assert_eq!(decode(&format, Isa::best(), &chunk, 0), Err(error));
        assert_eq!(decode_blocks(&format, Isa::best(), &chunk, 0), Err(error));
    }
    let empty = with(0, &[0; 8]);
    assert_eq!(decode(&format, Isa::best(), &empty, 0), Err(DecodeError::Truncated));
    assert_eq!(decode_blocks(&format, Isa::best(), &empty, 0), Err(DecodeError::BadHeader));
}

#[test]
fn a_chunk_that_states_more_than_it_may_hold_is_an_error() {
    let lz4 = format(&[Filter::Lz4], 1, 100);
    let larger = encode(&format(&[Filter::Lz4], 1, 101), 0, &[7; 101]);
    assert_eq!(decode(&lz4, Isa::best(), &larger, 0), Err(DecodeError::BadHeader));
    let deflate = format(&[Filter::Deflate], 1, 100);
    let larger = encode(&format(&[Filter::Deflate], 1, 1_000_000), 0, &vec![7; 1_000_000]);
    assert_eq!(decode(&deflate, Isa::best(), &larger, 0), Err(DecodeError::WrongLength));
}

#[test]
fn bytes_behind_the_last_block_are_allowed_as_in_the_c_library() {
    let format = format(&[bitshuffle(16, Compression::Lz4)], 4, ELEMS);
    let data = counts(4, ELEMS);
    let mut chunk = encode(&format, 0, &data);
    chunk.extend_from_slice(&[1; 20]);
    assert_eq!(decode(&format, Isa::best(), &chunk, 0), Ok(data.clone()));
    assert_eq!(decode_blocks(&format, Isa::best(), &chunk, 0), Ok(data));
}

#[test]
fn an_index_of_another_chunk_is_no_way_out_of_bounds() {
    let format = format(&[bitshuffle(16, Compression::Lz4)], 4, ELEMS);
    let chunk = encode(&format, 0, &counts(4, ELEMS));
    let (mut decoder, mut index) = (Decoder::new(&format, Isa::best()), BlockIndex::default());
    decoder.index(&chunk[..], 0, &mut index).unwrap();
    let mut out = vec![0; 64];
    assert_eq!(decoder.decode_block(&chunk[..14], &mut index, 0, &mut out), Err(DecodeError::Truncated));
    assert_eq!(decoder.decode_block(&chunk[..], &mut index, 77, &mut []), Err(DecodeError::Truncated));
    let mut tail = vec![0; 13 * 4];
    assert_eq!(decoder.decode_block(&chunk[..40], &mut index, 2, &mut tail), Err(DecodeError::Truncated));
}
