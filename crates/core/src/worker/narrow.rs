//! When the pixels of a block count as small.

use crate::plan::{CpuPlan, PairTable};

/// How the pixels in hand are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// All that a plan uses are small: two bytes each at most, and pairs of them in the tile.
    Narrow,
    /// As they are stored, and 32 bits each in the tile.
    Wide,
}

/// What makes a pixel small for all plans of a worker.
pub(super) struct Narrow {
    /// Bits that it has at most; a frame's own mask marks none of those.
    pub(super) bits: usize,
    /// A bit for each element: set where a plan uses it. Gaps of a detector, of any value, are not looked at.
    pub(super) used: Vec<u8>,
}

impl Narrow {
    /// `None` when a plan sums floats, or values that mark a pixel are small themselves.
    pub(super) fn of(plans: &[&CpuPlan]) -> Option<Narrow> {
        let mut narrow = Narrow { bits: usize::MAX, used: Vec::new() };
        for plan in plans {
            let pairs = plan.pairs.as_ref()?;
            narrow.bits = narrow.bits.min(pairs.pixel_bits()).min(unmarked_bits(plan)?);
            narrow.add(pairs);
        }
        (narrow.bits > 0).then_some(narrow)
    }

    fn add(&mut self, pairs: &PairTable) {
        self.used.resize(pairs.used().len(), 0);
        self.used.iter_mut().zip(pairs.used()).for_each(|(all, used)| *all |= used);
    }
}

/// The most bits with which no pixel is marked, and none is negative; `None` where 0 or a range across it is marked.
fn unmarked_bits(plan: &CpuPlan) -> Option<usize> {
    let sign_free = 8 * plan.dtype.size() - usize::from(plan.dtype.is_signed());
    let mut bits = sign_free;
    for (low, high) in plan.marks.integers(plan.dtype).filter(|(_, high)| *high >= 0) {
        bits = bits.min(low.max(0).checked_ilog2()? as usize);
        debug_assert!(low <= high);
    }
    Some(bits)
}
