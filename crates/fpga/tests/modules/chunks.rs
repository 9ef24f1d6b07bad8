//! Chunks for the tests of `bslz4_header` and `decode`.

use aureole_codec::{ChunkFormat, Compression, Encoder, Filter, Isa};
use aureole_fpga::model::header::Format;

use crate::random::Random;
use crate::support::hex;

/// Frames with blocks of `block_elems` elements of `1 << elem_log2` bytes.
pub(crate) fn format(elem_log2: u32, elems: usize, block_elems: usize) -> Format {
    Format { elem_log2, elems, block_elems, raw: false, most_bytes: 8192 }
}

/// What a bench reads.
pub(crate) fn input(format: &Format, chunks: &[Vec<u8>]) -> String {
    let (blocks, raw) = (format.blocks().len(), u8::from(format.raw));
    let mut text = format!("{} {} {} {blocks} {raw}\n", format.elem_log2, format.elems, format.block_elems);
    for chunk in chunks {
        text += &if chunk.is_empty() { "-".into() } else { hex(chunk) };
        text.push('\n');
    }
    text
}

/// A frame as the encoder writes it.
pub(crate) fn encoded(format: &Format, data: &[u8]) -> Vec<u8> {
    let compression = Filter::Bitshuffle { block_elems: format.block_elems, compression: Compression::Lz4 };
    let filters = if format.raw { vec![] } else { vec![compression] };
    let chunk_format = ChunkFormat::new(filters, 1 << format.elem_log2, format.elems).unwrap();
    let mut chunk = Vec::new();
    Encoder::new(&chunk_format, Isa::best()).unwrap().encode_chunk(data, &mut chunk).unwrap();
    chunk
}

/// A chunk of compressed blocks, whatever they hold, and raw elements.
pub(crate) fn assembled(format: &Format, blocks: &[Vec<u8>], tail: &[u8]) -> Vec<u8> {
    let mut chunk = ((format.elems << format.elem_log2) as u64).to_be_bytes().to_vec();
    chunk.extend(((format.block_elems << format.elem_log2) as u32).to_be_bytes());
    for block in blocks {
        chunk.extend((block.len() as u32).to_be_bytes());
        chunk.extend(block);
    }
    chunk.extend(tail);
    chunk
}

/// Elements as a detector has them: mostly small counts, with some large ones, rows of nothing and rows of noise.
pub(crate) fn frame(format: &Format, random: &mut Random) -> Vec<u8> {
    let size = 1 << format.elem_log2;
    let mut data = Vec::new();
    let mut kind = 0;
    for elem in 0..format.elems {
        if elem % 512 == 0 {
            kind = random.below(5);
        }
        let value = match kind {
            0 => 0,
            1 => random.next(),
            2 => u64::MAX,
            _ if random.once_in(200) => random.next() >> 40,
            _ => (random.next() & random.next() & random.next()) & 7,
        };
        data.extend(&value.to_le_bytes()[..size]);
    }
    data
}
