//! Accumulators of the frames a worker has in hand.

use crate::plan::Weights;

/// Frames that one pass over a plan serves: the vector lanes of the kernel.
pub const LANES: usize = 16;

/// Where the sum of frame `lane` stands among the [`LANES`] sums of a bin: the even lanes first, since vector
/// multiplication takes the even 32-bit lanes of its operands to 64-bit products.
#[must_use]
pub const fn slot(lane: usize) -> usize {
    (lane & 1) * (LANES / 2) + lane / 2
}

/// One number a bin and frame: integers where the order of sums must not matter, else f64.
#[derive(Clone, Debug, PartialEq)]
pub enum Accumulator {
    /// `Σ C·raw`, wrapping two's complement for signed pixels.
    Integer(Vec<u64>),
    /// `Σ c·raw` in pixel order.
    Float(Vec<f64>),
}

impl Accumulator {
    pub(crate) fn new(float: bool, len: usize) -> Accumulator {
        if float { Accumulator::Float(vec![0.0; len]) } else { Accumulator::Integer(vec![0; len]) }
    }

    fn clear(&mut self) {
        match self {
            Accumulator::Integer(sums) => sums.fill(0),
            Accumulator::Float(sums) => sums.fill(0.0),
        }
    }

    fn add(&mut self, other: &Accumulator) {
        match (self, other) {
            (Accumulator::Integer(mine), Accumulator::Integer(theirs)) => {
                mine.iter_mut().zip(theirs).for_each(|(a, b)| *a = a.wrapping_add(*b));
            }
            (Accumulator::Float(mine), Accumulator::Float(theirs)) => {
                mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
            }
            _ => unreachable!("sums of one plan have one kind"),
        }
    }
}

/// Where the sum of a bin and frame stands among all sums.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    stride: usize,
    /// True when frames stand in their slots, else in their order.
    slotted: bool,
}

impl Layout {
    pub(crate) fn place(self, bin: usize, lane: usize) -> usize {
        bin * self.stride + if self.slotted { slot(lane) } else { lane }
    }
}

/// The sums of up to [`LANES`] frames.
#[derive(Clone, Debug)]
pub struct Sums {
    bins: usize,
    frames: usize,
    layout: Layout,
    /// `Σ C·raw`, at the layout's places.
    pub(crate) signal: Accumulator,
    /// `Σ C₂·max(1, raw)` at the same places; of length 0 without an error model.
    pub(crate) variance: Accumulator,
    /// What the pixels that each frame masks on its own would have given to the plan's constants.
    pub(crate) masked: Vec<Option<Box<Weights>>>,
    /// Why a frame failed.
    pub(crate) failed: Vec<Option<String>>,
}

impl Sums {
    /// Sums of `frames` frames, all zero; `float` for pixels that are summed in f64, `variance` where they give variances.
    ///
    /// # Panics
    /// When `frames` is not 1 to [`LANES`].
    #[must_use]
    pub fn new(bins: usize, frames: usize, float: bool, variance: bool) -> Sums {
        assert!((1..=LANES).contains(&frames), "{frames} frames at once; 1 to {LANES} fit");
        let stride = if frames == 1 { 1 } else { LANES };
        Sums {
            bins,
            frames,
            layout: Layout { stride, slotted: frames > 1 && !float },
            signal: Accumulator::new(float, bins * stride),
            variance: Accumulator::new(float, if variance { bins * stride } else { 0 }),
            masked: vec![None; frames],
            failed: vec![None; frames],
        }
    }

    /// Number of frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Sets everything to zero, whatever was there.
    pub fn clear(&mut self) {
        self.signal.clear();
        self.variance.clear();
        self.masked.fill(None);
        self.failed.fill(None);
    }

    /// Forgets failures and what frames masked, for sums that are overwritten.
    pub fn clear_masks(&mut self) {
        self.masked.fill(None);
        self.failed.fill(None);
    }

    /// The sums of signal and variance, [`LANES`] a bin in the order of [`slot`] where they are integers of several frames.
    pub fn accumulators(&mut self) -> (&mut Accumulator, &mut Accumulator) {
        (&mut self.signal, &mut self.variance)
    }

    /// Marks a frame as failed in the sums of all recipes.
    pub(crate) fn fail(sums: &mut [Sums], lane: usize, reason: &str) {
        sums.iter_mut().for_each(|sums| sums.failed[lane] = Some(reason.to_owned()));
    }

    /// Adds the sums of other blocks of the same frames; the first reason for a failure stays.
    ///
    /// For integer pixels the order of such calls cannot change a bit of the result.
    pub fn merge(&mut self, other: &Sums) {
        self.signal.add(&other.signal);
        self.variance.add(&other.variance);
        for (mine, theirs) in self.masked.iter_mut().zip(&other.masked) {
            match (mine, theirs) {
                (_, None) => {}
                (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
                (Some(mine), Some(theirs)) => mine.merge(theirs),
            }
        }
        for (mine, theirs) in self.failed.iter_mut().zip(&other.failed) {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
    }

    /// Where the sum of `bin` of frame `lane` stands.
    pub(crate) fn place(&self, bin: usize, lane: usize) -> usize {
        self.layout.place(bin, lane)
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// What frame `lane` masks, made on first use.
    pub(crate) fn masked_mut(&mut self, lane: usize, constants: &Weights) -> &mut Weights {
        self.masked[lane].get_or_insert_with(|| Box::new(constants.zero_like()))
    }

    /// `Σ C·raw` of one frame as integers, a bin each; `None` for pixels that are summed in f64.
    #[must_use]
    pub fn integers(&self, lane: usize, signed: bool) -> Option<Vec<i128>> {
        let Accumulator::Integer(sums) = &self.signal else { return None };
        let read = |sum: u64| if signed { i128::from(sum.cast_signed()) } else { i128::from(sum) };
        Some((0..self.bins).map(|bin| read(sums[self.place(bin, lane)])).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_has_its_own_slot() {
        let mut slots: Vec<_> = (0..LANES).map(slot).collect();
        slots.sort_unstable();
        assert_eq!(slots, (0..LANES).collect::<Vec<_>>());
    }

    #[test]
    fn merging_keeps_the_first_reason() {
        let (mut a, mut b) = (Sums::new(1, 2, false, false), Sums::new(1, 2, false, false));
        b.failed[1] = Some("torn".into());
        a.merge(&b);
        b.failed[1] = Some("later".into());
        a.merge(&b);
        assert_eq!(a.failed, [None, Some("torn".into())]);
    }
}
