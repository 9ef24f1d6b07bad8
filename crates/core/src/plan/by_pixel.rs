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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;
    use crate::pipeline::{ChunkBuf, Plan, Source, StripPlan};
    use crate::recipe::Marks;
    use crate::testing::{small_plan, small_stack};

    #[test]
    fn a_pixel_masked_after_the_fact_leaves_what_one_masked_at_once_leaves() {
        let source = small_stack(3, 5);
        let plan = small_plan(source.spec());
        let unmarked = CpuPlan { marks: Marks::default(), ..plan.clone() };
        let chunk = |frame| {
            let mut chunk = ChunkBuf { frame, ..ChunkBuf::default() };
            source.read(frame, &mut chunk).expect("a frame");
            chunk
        };
        let chunks: Vec<ChunkBuf> = (0..3).map(chunk).collect();
        let mut expected: Vec<Pattern> = (0..3).map(|_| plan.pattern(0)).collect();
        plan.worker().integrate(&chunks, &mut expected);
        let mut sums = unmarked.sums(3);
        unmarked.strip_worker().accumulate(&chunks, 0..unmarked.strips(), &mut sums);
        let by_pixel = ByPixel::new(&plan);
        for (lane, chunk) in chunks.iter().enumerate() {
            for (elem, raw) in chunk.bytes.chunks_exact(4).enumerate() {
                let raw = i32::from_ne_bytes(raw.try_into().expect("four bytes"));
                if raw == -2 {
                    plan.mask_pixel(&by_pixel, &mut sums[0], lane, elem, raw.cast_unsigned());
                }
            }
        }
        let mut found: Vec<Pattern> = (0..3).map(|_| plan.pattern(0)).collect();
        CpuPlan::finish_all(&[&plan], &sums, &[0, 1, 2], &mut found);
        assert!(expected.iter().all(|pattern| pattern.own.is_some()), "every frame masks pixels");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.own, expected.own);
            let bits = |pattern: &Pattern| -> Vec<u64> {
                let wide = pattern.signal.iter().chain(&pattern.variance).map(|value| value.to_bits());
                let narrow = pattern.intensity.iter().chain(&pattern.errors).map(|value| u64::from(value.to_bits()));
                wide.chain(narrow).collect()
            };
            assert_eq!(bits(found), bits(expected));
        }
    }
}
