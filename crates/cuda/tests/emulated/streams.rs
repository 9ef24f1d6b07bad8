//! LZ4 blocks with every kind of sequence, and chunks made of such blocks.

use aureole_core::testing::Random;

use crate::stack::Stack;

/// Which sequences a block has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All of them, with any bytes.
    Any,
    /// All of them, mostly with bytes of zero.
    Sparse,
    /// Such that pixels in use have no bits in the upper half of the planes: matches there repeat the same pixels.
    Quiet,
    /// The same, but for one match here or there.
    Almost,
}

impl Kind {
    /// True where the upper half is quiet at first.
    pub(crate) fn is_careful(self) -> bool {
        matches!(self, Kind::Quiet | Kind::Almost)
    }
}

/// A block that is drawn.
struct Writer<'a> {
    random: &'a mut Random,
    kind: Kind,
    /// A bit for each pixel in use, as long as a bit plane.
    used: &'a [u8],
    size: usize,
    script: Script,
}

/// Writes a block of `size` bytes; returns it as stored, and what it decodes to.
pub(crate) fn block(random: &mut Random, kind: Kind, used: &[u8], size: usize) -> (Vec<u8>, Vec<u8>) {
    let mut writer = Writer { random, kind, used, size, script: Script::default() };
    while writer.sequence() {}
    let rest = writer.bytes(writer.left());
    writer.script.extend(rest);
    writer.script.put_token(0);
    (writer.script.input, writer.script.output)
}

impl Writer<'_> {
    fn at(&self) -> usize {
        self.script.output.len()
    }

    fn left(&self) -> usize {
        self.script.left(self.size)
    }

    /// Where the last plane of the lower half begins.
    fn upper(&self) -> usize {
        (self.size / 2).saturating_sub(self.used.len())
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|i| self.literal(self.at() + i)).collect()
    }

    /// Writes a sequence; false when what is left is to be literals.
    fn sequence(&mut self) -> bool {
        let literals = self.literals();
        let bytes = self.bytes(literals);
        self.script.extend(bytes);
        let found = if self.left() < 4 { None } else { self.a_match() };
        if let Some((offset, count)) = found {
            self.script.put_match(offset, count);
        }
        found.is_some()
    }

    fn literals(&mut self) -> usize {
        let random = &mut *self.random;
        let mut literals = match random.below(12) {
            0..4 => 0,
            4..8 => random.below(15),
            8 => 15 + random.below(4),
            9 => 15 + random.below(50),
            10 => 15 + 255 * random.below(2) + random.below(3),
            _ => random.below(700),
        };
        let (at, upper) = (self.at(), self.upper());
        // A plane more, so that it can be repeated.
        let end = upper + self.used.len();
        if self.kind.is_careful() && at < end && at + literals + 4 > upper {
            literals = end - at + literals % 7;
        }
        literals.clamp(usize::from(at == 0), self.left())
    }

    fn literal(&mut self, at: usize) -> u8 {
        let byte = self.random.bits() as u8;
        let empty = self.random.below(8) > 0;
        match self.kind {
            Kind::Any => byte,
            Kind::Sparse if empty => 0,
            Kind::Sparse => 1 << (byte % 8),
            _ if at < self.upper() => byte,
            _ => byte & !self.used[at % self.used.len()],
        }
    }

    /// Offset and length of a match; `None` to end the block with literals.
    fn a_match(&mut self) -> Option<(usize, usize)> {
        let (at, left, plane, upper) = (self.at(), self.left(), self.used.len(), self.upper());
        let random = &mut *self.random;
        let offset = match random.below(6) {
            0 | 1 => 1 + random.below(31),
            2 => 32 + random.below(96),
            3 => 128 + 4 * random.below(at / 4 + 1),
            4 => 128 + random.below(at + 1),
            _ => plane * (1 + random.below(at / plane + 1)),
        };
        let mut offset = offset.min(at);
        let count = match random.below(8) {
            0..3 => 4 + random.below(16),
            3 => 4 + random.below(40),
            4 => 19 + 255 * random.below(3) + random.below(3),
            5 => left,
            _ => 4 + random.below(600),
        };
        let count = count.clamp(4, left);
        if self.kind.is_careful() && at < upper {
            return Some((offset, count.min(upper - at)));
        }
        if self.kind == Kind::Quiet || self.kind == Kind::Almost && random.below(8) > 0 {
            // What lies above is repeated from above, pixel by pixel.
            offset = plane * (1 + random.below((at - upper) / plane));
        }
        // Seldom the end.
        (random.below(60) > 0).then_some((offset, count))
    }
}

/// A block that is written sequence by sequence.
#[derive(Default)]
pub(crate) struct Script {
    input: Vec<u8>,
    output: Vec<u8>,
    /// Literals that no sequence has yet.
    literals: Vec<u8>,
}

impl Script {
    /// A block that begins with some random bytes.
    pub(crate) fn new(random: &mut Random, literals: usize) -> Script {
        let mut script = Script::default();
        script.extend((0..literals).map(|_| random.bits() as u8).collect());
        script
    }

    /// Bytes that are left of `size`.
    pub(crate) fn left(&self, size: usize) -> usize {
        size - self.output.len()
    }

    fn extend(&mut self, literals: Vec<u8>) {
        self.output.extend_from_slice(&literals);
        self.literals.extend(literals);
    }

    /// Adds some random bytes and a match.
    pub(crate) fn add(&mut self, random: &mut Random, literals: usize, offset: usize, count: usize) {
        self.extend((0..literals).map(|_| random.bits() as u8).collect());
        self.put_match(offset, count);
    }

    fn put_match(&mut self, offset: usize, count: usize) {
        self.put_token(count - 4);
        self.input.extend_from_slice(&(offset as u16).to_le_bytes());
        self.put_length(count - 4);
        (0..count).for_each(|_| self.output.push(self.output[self.output.len() - offset]));
    }

    /// Fills the block with literals; returns it as stored, and what it decodes to.
    pub(crate) fn end(mut self, random: &mut Random, size: usize) -> (Vec<u8>, Vec<u8>) {
        self.extend((0..self.left(size)).map(|_| random.bits() as u8).collect());
        self.put_token(0);
        (self.input, self.output)
    }

    /// Writes the token of a sequence, and its literals.
    fn put_token(&mut self, count: usize) {
        let literals = std::mem::take(&mut self.literals);
        self.input.push((literals.len().min(15) << 4 | count.min(15)) as u8);
        self.put_length(literals.len());
        self.input.extend(literals);
    }

    fn put_length(&mut self, length: usize) {
        if let Some(more) = length.checked_sub(15) {
            self.input.extend(std::iter::repeat_n(255, more / 255));
            self.input.push((more % 255) as u8);
        }
    }
}

/// Elements of each block of a stack that are stored as planes.
pub(crate) fn bodies(stack: &Stack) -> Vec<usize> {
    (0..stack.format.blocks())
        .map(|block| stack.format.block_range(block).len() / 8 * 8)
        .filter(|body| *body > 0)
        .collect()
}

/// The bits of the pixels in use of one block's planes.
pub(crate) fn used_of(stack: &Stack, block: usize) -> &[u8] {
    let first = block * stack.tables.cut.block_elems / 8;
    &stack.tables.used[first..first + bodies(stack)[block] / 8]
}

/// A chunk of the given blocks, with any elements behind them.
pub(crate) fn chunk(stack: &Stack, random: &mut Random, blocks: &[Vec<u8>]) -> Vec<u8> {
    let (format, size) = (&stack.format, stack.format.elem_size());
    let mut chunk = (format.bytes() as u64).to_be_bytes().to_vec();
    chunk.extend_from_slice(&((format.block_elems() * size) as u32).to_be_bytes());
    for block in blocks {
        chunk.extend_from_slice(&(block.len() as u32).to_be_bytes());
        chunk.extend_from_slice(block);
    }
    chunk.extend((0..format.elems() % 8 * size).map(|_| random.bits() as u8));
    chunk
}
