//! What frames of integers hold.

use aureole_core::testing::Random;

use crate::stack::Shape;

/// A distribution of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Few counts.
    Low,
    /// None.
    Zero,
    /// Any number of up to 7 bits.
    Noise7,
    /// Any number of up to 15 bits.
    Noise15,
    /// Any number.
    Noise,
    /// All bits of every pixel.
    Ones,
    /// Few counts, and all bits in a gap of each row.
    Gaps,
    /// Few counts, some of them about 2⁸ or 2¹⁶.
    Steps,
    /// Some below zero.
    Negative,
}

impl Content {
    /// Those whose pixels a narrow tile holds, of elements of so many bytes.
    pub(crate) fn small(bytes: usize) -> [Content; 3] {
        [Content::Low, Content::Zero, if bytes == 4 { Content::Noise15 } else { Content::Noise7 }]
    }

    /// All of them.
    pub(crate) const ALL: [Content; 9] = [
        Content::Noise7,
        Content::Low,
        Content::Noise,
        Content::Zero,
        Content::Gaps,
        Content::Ones,
        Content::Steps,
        Content::Noise15,
        Content::Negative,
    ];

    fn pixel(self, elem: usize, random: &mut Random) -> i64 {
        let low = if random.below(3) == 0 { random.below(6) } else { 0 } as i64;
        match self {
            Content::Low => low,
            Content::Zero => 0,
            Content::Noise7 => random.below(1 << 7) as i64,
            Content::Noise15 => random.below(1 << 15) as i64,
            Content::Noise => random.bits().cast_signed(),
            Content::Ones => -1,
            Content::Gaps => {
                if (40..47).contains(&(elem % 103)) {
                    -1
                } else {
                    low
                }
            }
            Content::Steps => {
                if random.below(60) == 0 {
                    (1 << (8 + 8 * random.below(2))) - 6 + random.below(12) as i64
                } else {
                    low
                }
            }
            Content::Negative => low - 2 * i64::from(random.below(4) == 0),
        }
    }

    /// The bytes of a frame.
    pub(crate) fn elements(self, shape: Shape, random: &mut Random) -> Vec<u8> {
        let size = shape.dtype.size();
        (0..shape.elems).flat_map(|elem| self.pixel(elem, random).to_le_bytes().into_iter().take(size)).collect()
    }
}

/// A detector of modules with gaps between them, which hold the largest number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detector {
    /// Pixels of a row.
    pub(crate) width: usize,
    /// Number of rows.
    pub(crate) rows: usize,
}

impl Detector {
    /// True between modules: ten columns of each 520 or, in narrow detectors, seven, and the rows about the middle.
    pub(crate) fn is_gap(self, elem: usize) -> bool {
        let (row, column) = (elem / self.width, elem % self.width);
        let columns = if self.width > 520 { column % 520 >= 510 } else { (240..247).contains(&column) };
        columns || (self.rows * 2 / 5..self.rows * 3 / 4).contains(&row)
    }

    /// The bytes of a frame whose numbers are below `most`, many of them small.
    pub(crate) fn elements(self, shape: Shape, most: usize, random: &mut Random) -> Vec<u8> {
        let pixel = |elem| match random.below(9) {
            _ if self.is_gap(elem) => u32::MAX,
            0 => random.below(most) as u32,
            1..4 => random.below(most.min(5)) as u32,
            _ => 0,
        };
        let size = shape.dtype.size();
        (0..shape.elems).map(pixel).flat_map(|pixel| pixel.to_le_bytes().into_iter().take(size)).collect()
    }
}
