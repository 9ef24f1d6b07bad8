//! The entries of a plan pixel by pixel, for what is known of a frame's pixels only after they were summed.

use super::CpuPlan;
use crate::kernel::pixel::{poisson_variance, product};
use crate::sums::{Accumulator, Sums};

/// Where the entries of each element of a frame stand in a plan's table.
#[derive(Clone, Debug)]
pub struct ByPixel {
    /// The first of each element's entries, and behind the last one.
    starts: Vec<u32>,
    /// Bin and number of an entry.
    entries: Vec<(u32, u32)>,
}

impl ByPixel {
    /// Sorts the entries of a plan.
    ///
    /// # Panics
    /// When it has 2³² entries.
    #[must_use]
    pub fn new(plan: &CpuPlan) -> ByPixel {
        let table = plan.table();
        let elems = table.slices.last().map_or(0, |slice| slice.elems.end);
        let count = u32::try_from(table.pixels.len()).expect("a table has fewer than 2^32 entries");
        let mut starts = vec![0u32; elems + 1];
        table.all_entries().for_each(|(elem, _, _)| starts[elem + 1] += 1);
        (0..elems).for_each(|elem| starts[elem + 1] += starts[elem]);
        let mut next = starts.clone();
        let mut entries = vec![(0, 0); count as usize];
        table.all_entries().for_each(|(elem, bin, entry)| {
            entries[next[elem] as usize] = (bin as u32, entry as u32);
            next[elem] += 1;
        });
        ByPixel { starts, entries }
    }

    fn of(&self, elem: usize) -> &[(u32, u32)] {
        &self.entries[self.starts[elem] as usize..self.starts[elem + 1] as usize]
    }
}

impl CpuPlan {
    /// Masks a pixel of frame `lane` after the fact: takes `raw`, its value widened to 32 bits, from sums of integers to which it was
    /// added (sums of floats never take a masked pixel in), and its shares from the constants of that frame.
    pub fn mask_pixel(&self, by_pixel: &ByPixel, sums: &mut Sums, lane: usize, elem: usize, raw: u32) {
        let signed = self.dtype.is_signed();
        for (bin, entry) in by_pixel.of(elem) {
            let (bin, entry) = (*bin as usize, *entry as usize);
            let place = sums.place(bin, lane);
            let (coefficient, square) = (self.table.coefficients[entry], self.table.squares.get(entry).copied());
            subtract(&mut sums.signal, place, product(signed, coefficient, raw));
            if self.sums_variance() {
                let variance = poisson_variance(signed, raw);
                subtract(&mut sums.variance, place, product(signed, square.unwrap_or(0), variance));
            }
            let masked = sums.masked_mut(lane, &self.constants.weights);
            masked.give(bin, &self.pixels, elem, coefficient, square.unwrap_or(0));
        }
    }
}

fn subtract(sums: &mut Accumulator, place: usize, value: u64) {
    if let Accumulator::Integer(sums) = sums {
        sums[place] = sums[place].wrapping_sub(value);
    }
}
