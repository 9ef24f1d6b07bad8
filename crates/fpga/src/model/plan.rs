//! Words of the plan: which pixels are multiplied by what and added to which bins.

/// One product: the pixel at `line` of the bank that the entry's place in its word names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What the pixel's value is multiplied by.
    pub coefficient: u32,
    /// The bin that the product is added to.
    pub bin: u16,
    /// The pixel's line, its number in the block divided by the slots; less than 2048.
    pub line: u16,
    /// Whether `max(1, value)` stands for the value.
    pub variance: bool,
}

/// What is done in one cycle, an entry for every slot at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// By slot.
    pub entries: Vec<Option<Entry>>,
    /// Whether it is its block's last one.
    pub last: bool,
}

const LAST: u64 = 1 << 61;
const VARIANCE: u64 = 1 << 62;
const VALID: u64 = 1 << 63;

impl Entry {
    /// The entry's 64 bits.
    ///
    /// # Panics
    /// When the line has more than 11 bits.
    #[must_use]
    pub fn pack(&self) -> u64 {
        assert!(self.line < 1 << 11, "line {} has more than 11 bits", self.line);
        let variance = if self.variance { VARIANCE } else { 0 };
        VALID | variance | u64::from(self.line) << 48 | u64::from(self.bin) << 32 | u64::from(self.coefficient)
    }

    /// The entry that 64 bits mean, if any.
    #[must_use]
    pub fn unpack(bits: u64) -> Option<Self> {
        let entry = Entry {
            coefficient: bits as u32,
            bin: (bits >> 32) as u16,
            line: (bits >> 48 & 0x7ff) as u16,
            variance: bits & VARIANCE != 0,
        };
        (bits & VALID != 0).then_some(entry)
    }
}

impl Word {
    /// The word's bits, 64 for every slot, as they lie in the memory of the plan.
    #[must_use]
    pub fn pack(&self) -> Vec<u64> {
        let mut bits: Vec<u64> = self.entries.iter().map(|entry| entry.map_or(0, |entry| entry.pack())).collect();
        if self.last {
            bits[0] |= LAST;
        }
        bits
    }

    /// The word that bits mean.
    #[must_use]
    pub fn unpack(bits: &[u64]) -> Self {
        Word { entries: bits.iter().map(|&bits| Entry::unpack(bits)).collect(), last: bits[0] & LAST != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_from_their_bits() {
        let entry = Entry { coefficient: 0x8123_4567, bin: 0xfedc, line: 0x7ff, variance: false };
        assert_eq!(entry.pack(), 0x87ff_fedc_8123_4567);
        let word = Word { entries: vec![None, Some(entry), Some(Entry { variance: true, ..entry })], last: true };
        assert_eq!(word.pack(), [1 << 61, 0x87ff_fedc_8123_4567, 0xc7ff_fedc_8123_4567]);
        assert_eq!(Word::unpack(&word.pack()), word);
        let other = Word { last: false, ..word };
        assert_eq!(Word::unpack(&other.pack()), other);
    }
}
