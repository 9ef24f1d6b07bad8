//! LZ4 blocks made by hand.

use crate::random::Random;

/// A block in the making: its bytes, and how many it decodes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequences {
    block: Vec<u8>,
    at: usize,
}

impl Sequences {
    fn rest(&mut self, length: usize) {
        if let Some(rest) = length.checked_sub(15) {
            self.block.resize(self.block.len() + rest / 255, 255);
            self.block.push((rest % 255) as u8);
        }
    }

    fn literals(&mut self, literals: &[u8], low: usize) {
        self.block.push((literals.len().min(15) << 4 | low) as u8);
        self.rest(literals.len());
        self.block.extend(literals);
        self.at += literals.len();
    }

    /// Literals, and a match of at least 4 bytes.
    pub(crate) fn push(mut self, literals: &[u8], offset: usize, length: usize) -> Self {
        self.literals(literals, (length - 4).min(15));
        self.block.extend((offset as u16).to_le_bytes());
        self.rest(length - 4);
        self.at += length;
        self
    }

    /// The block, filled up to `size` by literals.
    pub(crate) fn end(mut self, size: usize) -> Vec<u8> {
        let literals = noise(size - self.at);
        self.literals(&literals, 0);
        self.block
    }

    /// Short and long literals and matches, near and far ones, with a liking for zeros.
    pub(crate) fn random(size: usize, random: &mut Random) -> Vec<u8> {
        let mut sequences = Sequences::default();
        while size - sequences.at > 40 {
            let left = size - sequences.at;
            let most = if random.once_in(5) { left - 30 } else { 20 };
            let literals = random.below(most.min(left - 30));
            let zero = random.once_in(3);
            let literals: Vec<u8> = (0..literals).map(|_| if zero { 0 } else { random.next() as u8 }).collect();
            let there = sequences.at + literals.len();
            if there == 0 {
                continue;
            }
            let far = if random.once_in(3) { 65535 } else { 40 };
            let offset = 1 + random.below(there.min(far));
            let most = if random.once_in(3) { left } else { 30 };
            let length = 4 + random.below(most.min(left - literals.len() - 10));
            sequences = sequences.push(&literals, offset, length);
        }
        sequences.end(size)
    }
}

/// Bytes without zeros, different ones for different lengths.
fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 37 + length) as u8 | 1).collect()
}

/// Valid blocks of `size` bytes, at least 512.
pub(crate) fn cases(size: usize) -> Vec<Vec<u8>> {
    let new = Sequences::default;
    let mut cases =
        vec![new().end(size), new().push(&[0], 1, size - 10).end(size), new().push(&[9], 1, size - 1).end(size)];
    for length in (0..40).chain([254 + 15, 255 + 15, 256 + 15, 510 + 15, size - 4]) {
        if length > 0 && length + 4 <= size {
            cases.push(new().push(&noise(length), 1, 4).end(size));
        }
    }
    for length in (4..40).chain([273, 274, 275, 400, 528, 529, 530, 784, 785, 1039, 1294, 1295, 1549]) {
        for (literals, offset) in [(1, 1), (3, 2), (40, 40)] {
            if length + literals <= size {
                cases.push(new().push(&noise(literals), offset, length).end(size));
            }
        }
    }
    for offset in 1..=100 {
        for start in [0, 7, 100] {
            cases.push(
                new()
                    .push(&noise(offset + start), offset, 150)
                    .push(&[], offset, 5)
                    .push(&noise(2), offset, 33)
                    .end(size),
            );
        }
        // Runs of zeros that are skipped, and matches that read what was skipped, or what is on both sides of it.
        let zeros = new().push(&[5, 0], 1, 70).push(&[], offset.min(72), 20).push(&noise(9), offset, 40);
        cases.push(zeros.clone().push(&[0; 40], offset.min(30), 60).push(&[], offset, 90).end(size));
        cases.push(zeros.push(&[0, 0, 7], offset, 7).push(&[], 3, 10).push(&[], offset, 9).end(size));
    }
    // Zeros as far back as a match with the longest short offset sees them, and a byte more.
    for zeros in 1..40 {
        for offset in 1..=zeros {
            cases.push(
                new().push(&[&noise(30)[..], &vec![0; zeros]].concat(), offset, 4 + offset).push(&[], 31, 31).end(size),
            );
        }
    }
    cases
}

/// Blocks that do not decode to `size` bytes.
pub(crate) fn malformed(size: usize) -> Vec<Vec<u8>> {
    let new = Sequences::default;
    let mut blocks =
        vec![new().end(size - 1), new().end(size + 1), vec![0], vec![0xff], vec![0x0f; 3], vec![0xf0, 255, 255, 255]];
    for offset in [0, 9, 10, 40, 65535] {
        blocks.push(new().push(&noise(8), offset, 40).end(size));
        blocks.push(new().push(&noise(8), 8, 40).push(&[], offset * 8, 12).end(size));
    }
    for length in [size - 7, size, 40000, 65536 + 4, 70000] {
        blocks.push(new().push(&noise(8), 1, length).block);
        blocks.push(new().push(&noise(8), 8, length).block);
        blocks.push(new().push(&noise(40), 40, length).block);
    }
    // Lengths that would fit if bits were lost.
    for lost in [1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16] {
        let mut long = new().push(&noise(8), 1, lost + 100);
        long.at -= lost;
        blocks.push(long.end(size));
    }
    let third = (size + (1 << 16) - 14) / 3;
    let mut long = new().push(&noise(8), 1, third).push(&[], 1, third).push(&[], 1, size + (1 << 16) - 14 - 2 * third);
    long.at -= 1 << 16;
    blocks.push(long.end(size));
    // Ends with a match, and after each byte of a sequence.
    blocks.push(new().push(&noise(20), 2, size - 20).block);
    let whole = new().push(&noise(20), 20, 400).end(size);
    blocks.extend((1..whole.len()).map(|end| whole[..end].to_vec()));
    blocks.extend([1, 15, 16, 17, 300].map(|more| [&whole[..], &vec![0; more]].concat()));
    // Lengths that never end, of which 16 bits see nothing but what would fit.
    for token in [0xf0, 0x1f] {
        let mut block = vec![token, 1, 1, 0];
        block.resize(300, 255);
        blocks.push(block.clone());
        block.push(16);
        blocks.push(block);
    }
    blocks
}

/// A block of zeros but for some bytes, in its first half for early numbers and in its second for later ones, so that what early
/// blocks left in the first half is overwritten by none.
pub(crate) fn sparse(size: usize, number: usize) -> Vec<u8> {
    let before = if number < 700 { 5 } else { size / 2 } + number * 7 % (size / 2 - 40);
    let new = Sequences::default().push(&[0], 1, before);
    let length = size - before - 4 - 6;
    new.push(&[number as u8 | 1, 2, 0], 1, length).end(size)
}
