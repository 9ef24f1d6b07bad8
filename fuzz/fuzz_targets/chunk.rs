//! Any bytes as a chunk of any format: no panic, and all instruction sets agree.
#![no_main]

use arbitrary::Arbitrary;
use aureole_codec::{ChunkFormat, Compression, Decoder, Filter, Isa};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    filters: Vec<u8>,
    mask: u32,
    elem_size: u8,
    elems: u16,
    chunk: &'a [u8],
}

fn filter(code: &u8) -> Filter {
    let block_elems = usize::from(code / 8) * 8;
    match code % 11 {
        0 => Filter::Bitshuffle { block_elems, compression: Compression::Lz4 },
        1 => Filter::Bitshuffle { block_elems, compression: Compression::None },
        2 => Filter::Lz4,
        3 => Filter::Deflate,
        4 => Filter::Shuffle,
        5 => Filter::Bitshuffle { block_elems, compression: Compression::Zstd },
        6 => Filter::Zstd,
        7 => Filter::Blosc,
        8 => Filter::Lzf,
        9 => Filter::Bzip2,
        _ => Filter::Fletcher32,
    }
}

fuzz_target!(|input: Input| {
    let filters = input.filters.iter().take(4).map(filter).collect();
    let Ok(format) = ChunkFormat::new(filters, input.elem_size.into(), input.elems.into()) else { return };
    let decode = |isa| {
        let mut out = vec![0xa5; format.bytes()];
        Decoder::new(&format, isa).decode_chunk(input.chunk, input.mask, &mut out).map(|()| out)
    };
    let scalar = decode(Isa::SCALAR);
    assert!(Isa::available().into_iter().all(|isa| decode(isa) == scalar));
});
