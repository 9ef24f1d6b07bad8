//! Where in the results of a load everything stands.

use std::ops::Range;

use aureole_core::sums::LANES;

use crate::Tables;
use crate::kernels::Recipe;

/// The places of a load's results, in bytes: a status of each frame first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) batches: usize,
    /// The number of marked pixels of each frame.
    pub(super) marked_count: usize,
    /// The number of blocks that are too wide.
    pub(super) wide_count: usize,
    /// The sums of each recipe: those of the signal, those of the variance; a batch's bytes.
    sums: Vec<(usize, usize, usize)>,
    /// All of it.
    pub(super) bytes: usize,
}

impl Layout {
    pub(super) fn new(tables: &Tables, batches: usize) -> Layout {
        let numbers = batches * LANES * size_of::<u32>();
        let (marked_count, wide_count) = (numbers, 2 * numbers);
        let mut bytes = wide_count + 16;
        let mut take = |some: usize| {
            bytes += some;
            bytes - some
        };
        let sums = tables.recipes.iter().map(|recipe| {
            let batch = recipe.bins * LANES * size_of::<u64>();
            let variance = if recipe.squares.is_empty() { 0 } else { batches * batch };
            (take(batches * batch), take(variance), batch)
        });
        let sums = sums.collect();
        Layout { batches, marked_count, wide_count, sums, bytes }
    }

    /// Adds the places of the sums to what kernels are told, in a memory that begins at `at`.
    pub(super) fn recipes(&self, mut recipes: Vec<Recipe>, at: u64) -> Vec<Recipe> {
        for (recipe, (signal, variance, _)) in recipes.iter_mut().zip(&self.sums) {
            (recipe.signal, recipe.variance) = (at + *signal as u64, at + *variance as u64);
        }
        recipes
    }

    /// The sums of one batch; those of the variance are empty where there are none.
    pub(super) fn sums(&self, recipe: usize, batch: usize) -> (Range<usize>, Range<usize>) {
        let (signal, variance, size) = self.sums[recipe];
        let next = self.sums.get(recipe + 1).map_or(self.bytes, |(signal, ..)| *signal);
        let of = |start: usize, size: usize| start + batch * size..start + (batch + 1) * size;
        (of(signal, size), if variance == next { 0..0 } else { of(variance, size) })
    }
}
