//! Chunks to blocks: what `bslz4_header` makes of a chunk.

/// Bytes of the header of a chunk.
const HEADER: usize = 12;

/// How the chunks of a run are stored: the configuration words that header and decoder read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// log2 of the bytes of an element.
    pub elem_log2: u32,
    /// Elements of a frame.
    pub elems: usize,
    /// Elements of a block but the last ones, a multiple of 8.
    pub block_elems: usize,
    /// Frames are elements as they are.
    pub raw: bool,
    /// The most bytes of a block, BLOCK_BYTES of the design.
    pub most_bytes: usize,
}

/// A block: what its descriptor says and the bytes behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Elements in it.
    pub elems: usize,
    /// They are stored as they are.
    pub raw: bool,
    /// Its bytes; `None` where the chunk was broken before.
    pub bytes: Option<Vec<u8>>,
}

impl Format {
    /// Elements of each block: the whole ones, a partial one of a multiple of 8, and one of those still left.
    #[must_use]
    pub fn blocks(&self) -> Vec<usize> {
        let mut blocks = Vec::new();
        let mut left = self.elems;
        while left > 0 {
            let elems = if left < 8 { left } else { self.block_elems.min(left / 8 * 8) };
            blocks.push(elems);
            left -= elems;
        }
        blocks
    }

    /// The blocks of a chunk, and whether it is cut off or does not fit.
    #[must_use]
    pub fn split(&self, chunk: &[u8]) -> (Vec<Stored>, bool) {
        let mut rest = chunk;
        let bytes = |elems: usize| elems << self.elem_log2;
        let mut bad = false;
        if !self.raw {
            let mut header = (bytes(self.elems) as u64).to_be_bytes().to_vec();
            header.extend((bytes(self.block_elems) as u32).to_be_bytes());
            bad = take(&mut rest, HEADER) != Some(&header);
        }
        let mut blocks = Vec::new();
        for elems in self.blocks() {
            let raw = self.raw || elems < 8;
            let size = if raw { Some(bytes(elems)) } else { self.length(&mut rest) };
            let stored = size.filter(|_| !bad).map(|size| {
                let mut stored = rest[..size.min(rest.len())].to_vec();
                // Zeros stand for what is cut off.
                bad = stored.len() < size;
                stored.resize(size, 0);
                rest = &rest[size.min(rest.len())..];
                stored
            });
            bad |= stored.is_none();
            blocks.push(Stored { elems, raw, bytes: stored });
        }
        (blocks, bad || (self.raw && !rest.is_empty()))
    }

    /// The compressed length that comes next, if it is one that LZ4 can make.
    fn length(&self, rest: &mut &[u8]) -> Option<usize> {
        let length = u32::from_be_bytes(take(rest, 4)?.try_into().ok()?) as usize;
        (1..=self.most_bytes + self.most_bytes / 255 + 16).contains(&length).then_some(length)
    }
}

fn take<'a>(rest: &mut &'a [u8], bytes: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(bytes)?;
    *rest = tail;
    Some(head)
}
