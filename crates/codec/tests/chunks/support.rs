//! Formats, data and a naive encoder of every filter.

use std::io::Write;

use aureole_codec::lz4::Compressor;
use aureole_codec::testing::bitshuffle::naive_shuffle;
use aureole_codec::{BlockIndex, ChunkFormat, Compression, DecodeError, Decoder, Filter, Isa};

pub(crate) const BITSHUFFLE_LZ4: Filter = Filter::Bitshuffle { block_elems: 0, compression: Compression::Lz4 };

pub(crate) fn bitshuffle(block_elems: usize, compression: Compression) -> Filter {
    Filter::Bitshuffle { block_elems, compression }
}

pub(crate) fn format(filters: &[Filter], elem_size: usize, elems: usize) -> ChunkFormat {
    ChunkFormat::new(filters.to_vec(), elem_size, elems).expect("a valid format")
}

/// Elements as a counting detector gives them: small counts, and now and then the largest value.
pub(crate) fn counts(elem_size: usize, elems: usize) -> Vec<u8> {
    let mut data = Vec::new();
    for i in 0..elems as u64 {
        let count = if i % 97 == 13 { u64::MAX } else { i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60 };
        data.extend_from_slice(&count.to_le_bytes()[..elem_size]);
    }
    data
}

/// What HDF5 would store, without the filters whose bit is set in `mask`.
pub(crate) fn encode(format: &ChunkFormat, mask: u32, data: &[u8]) -> Vec<u8> {
    let applied = format.filters().iter().enumerate().filter(|(i, _)| mask >> i & 1 == 0);
    applied.fold(data.to_vec(), |data, (_, filter)| apply(*filter, format.elem_size(), &data))
}

fn apply(filter: Filter, elem_size: usize, data: &[u8]) -> Vec<u8> {
    match filter {
        Filter::Bitshuffle { block_elems, compression } => shuffle_bits(elem_size, block_elems, compression, data),
        Filter::Lz4 => compress_blocks(data, 1024),
        Filter::Deflate => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(data).expect("memory takes all");
            encoder.finish().expect("memory takes all")
        }
        Filter::Shuffle => {
            let whole = data.len() / elem_size * elem_size;
            let planes = (0..elem_size).flat_map(|byte| data[..whole].iter().skip(byte).step_by(elem_size));
            planes.chain(&data[whole..]).copied().collect()
        }
        Filter::Fletcher32 => [data, &fletcher32(data).to_le_bytes()].concat(),
        Filter::Zstd => zstd::bulk::compress(data, 3).expect("memory takes all"),
        Filter::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(data).expect("memory takes all");
            encoder.finish().expect("memory takes all")
        }
        Filter::Lzf => lzf(data),
        Filter::Blosc => blosc(elem_size, 4, data),
    }
}

fn shuffle_bits(elem_size: usize, block_elems: usize, compression: Compression, data: &[u8]) -> Vec<u8> {
    let default = (8192 / elem_size / 8 * 8).max(128);
    let block = if block_elems == 0 { default } else { block_elems } * elem_size;
    let (body, tail) = data.split_at(data.len() / (8 * elem_size) * 8 * elem_size);
    let mut chunk = Vec::new();
    if compression != Compression::None {
        chunk.extend_from_slice(&(data.len() as u64).to_be_bytes());
        chunk.extend_from_slice(&(block as u32).to_be_bytes());
    }
    for elements in body.chunks(block) {
        let planes = naive_shuffle(elem_size, elements);
        match compression {
            Compression::None => chunk.extend_from_slice(&planes),
            Compression::Lz4 => put_block(&compress(&planes), &mut chunk),
            Compression::Zstd => put_block(&zstd::bulk::compress(&planes, 3).expect("memory takes all"), &mut chunk),
        }
    }
    chunk.extend_from_slice(tail);
    chunk
}

fn compress_blocks(data: &[u8], block: usize) -> Vec<u8> {
    let mut chunk = (data.len() as u64).to_be_bytes().to_vec();
    chunk.extend_from_slice(&(block as u32).to_be_bytes());
    for bytes in data.chunks(block) {
        let compressed = compress(bytes);
        put_block(if compressed.len() < bytes.len() { &compressed } else { bytes }, &mut chunk);
    }
    chunk
}

/// LZF and BloscLZ alike: literals, and copies of the byte before where it is repeated.
fn lzf(data: &[u8]) -> Vec<u8> {
    let (mut chunk, mut at) = (Vec::new(), 0);
    while at < data.len() {
        let repeats =
            if at == 0 { 0 } else { data[at..].iter().take(9).take_while(|byte| **byte == data[at - 1]).count() };
        if repeats >= 3 {
            let length = repeats - 2;
            chunk.push((length << 5) as u8);
            // Where it is 7, a byte to be added follows.
            chunk.extend((length == 7).then_some(0));
            chunk.push(0);
            at += repeats;
        } else {
            chunk.extend([0, data[at]]);
            at += 1;
        }
    }
    chunk
}

/// Blosc's container, shuffled by bytes, with a compressor by its number: blocks of 1 KiB, each split where that is usual.
pub(crate) fn blosc(elem_size: usize, compressor: u8, data: &[u8]) -> Vec<u8> {
    let block = 1024 / elem_size * elem_size;
    let (mut starts, mut blocks) = (Vec::new(), Vec::new());
    let start = 16 + 4 * data.len().div_ceil(block);
    for bytes in data.chunks(block) {
        starts.extend(((start + blocks.len()) as u32).to_le_bytes());
        let shuffled = apply(Filter::Shuffle, elem_size, bytes);
        let streams = if bytes.len() == block && block / elem_size >= 128 { elem_size } else { 1 };
        for stream in shuffled.chunks(bytes.len() / streams) {
            let stored = match compressor {
                0 => lzf(stream),
                1 => compress(stream),
                3 => apply(Filter::Deflate, 1, stream),
                _ => apply(Filter::Zstd, 1, stream),
            };
            let stored = if stored.len() < stream.len() { stored } else { stream.to_vec() };
            blocks.extend((stored.len() as u32).to_le_bytes());
            blocks.extend(stored);
        }
    }
    let mut chunk = vec![2, 1, 1 | compressor << 5, elem_size as u8];
    for number in [data.len(), block, start + blocks.len()] {
        chunk.extend((number as u32).to_le_bytes());
    }
    [chunk, starts, blocks].concat()
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    Compressor::default().compress(bytes, &mut block);
    block
}

fn put_block(block: &[u8], chunk: &mut Vec<u8>) {
    chunk.extend_from_slice(&(block.len() as u32).to_be_bytes());
    chunk.extend_from_slice(block);
}

/// Fletcher's checksum over big-endian words, by its definition; sums of 0 and of 65535 are told apart as HDF5 does.
fn fletcher32(data: &[u8]) -> u32 {
    let add = |sum: u32, word: u32| match sum + word {
        0 => 0,
        sum => (sum - 1) % 65535 + 1,
    };
    let (low, high) = data.chunks(2).fold((0, 0), |(low, high), word| {
        let low = add(low, u32::from(word[0]) * 256 + word.get(1).map_or(0, |byte| u32::from(*byte)));
        (low, add(high, low))
    });
    high << 16 | low
}

/// Decodes a chunk whole, into a dirty buffer.
pub(crate) fn decode(format: &ChunkFormat, isa: Isa, chunk: &[u8], mask: u32) -> Result<Vec<u8>, DecodeError> {
    let mut out = vec![0x5a; format.bytes()];
    Decoder::new(format, isa).decode_chunk(chunk, mask, &mut out)?;
    Ok(out)
}

/// Decodes a chunk block by block, the last block first, into dirty buffers.
pub(crate) fn decode_blocks(format: &ChunkFormat, isa: Isa, chunk: &[u8], mask: u32) -> Result<Vec<u8>, DecodeError> {
    let mut decoder = Decoder::new(format, isa);
    let mut index = BlockIndex::default();
    decoder.index(chunk, mask, &mut index)?;
    let mut out = vec![0xa5; format.bytes()];
    for block in (0..format.blocks()).rev() {
        let elems = format.block_range(block);
        let bytes = elems.start * format.elem_size()..elems.end * format.elem_size();
        decoder.decode_block(chunk, &mut index, block, &mut out[bytes])?;
    }
    Ok(out)
}
