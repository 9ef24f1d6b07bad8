//! The encoder against the naive one.

use aureole_codec::{Compression, EncodeError, Encoder, Filter, Isa};
use proptest::prelude::*;

use crate::support::{bitshuffle, counts, decode, encode, format};

proptest! {
    #[test]
    fn a_chunk_is_what_the_naive_encoder_writes(
        elem_size in 1_usize..=8,
        elems in 0_usize..3000,
        block in 0_usize..40,
        lz4 in any::<bool>(),
        filtered in any::<bool>(),
    ) {
        let compression = if lz4 { Compression::Lz4 } else { Compression::None };
        let filters = [bitshuffle(block * 8, compression)];
        let format = format(if filtered { &filters } else { &[] }, elem_size, elems);
        let data = counts(elem_size, elems);
        for isa in Isa::available() {
            let mut encoder = Encoder::new(&format, isa).unwrap();
            let mut chunk = vec![1, 2, 3];
            for _ in 0..2 {
                encoder.encode_chunk(&data, &mut chunk).unwrap();
                prop_assert_eq!(&chunk, &encode(&format, 0, &data));
            }
            prop_assert_eq!(&decode(&format, isa, &chunk, 0).unwrap(), &data);
        }
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    assert_eq!(Encoder::new(&format(&[Filter::Deflate], 4, 10), Isa::best()).err(), Some(EncodeError::Format));
    let large = format(&[bitshuffle(1 << 31, Compression::Lz4)], 4, 10);
    assert_eq!(Encoder::new(&large, Isa::best()).err(), Some(EncodeError::BlockSize(1 << 33)));
    let mut encoder = Encoder::new(&format(&[], 4, 10), Isa::best()).unwrap();
    assert_eq!(encoder.encode_chunk(&[0; 39], &mut Vec::new()), Err(EncodeError::WrongLength(39, 40)));
}
