//! The shares of one pixel, as they are collected.

use super::axis::Axis;
use super::pixels::Point;

/// The bins that one pixel reaches, ascending, and its share in each. Reused from pixel to pixel.
pub(super) struct Shares {
    entries: Vec<(u32, f64)>,
    areas: Vec<f64>,
}

impl Shares {
    pub(super) fn new() -> Shares {
        Shares { entries: Vec::new(), areas: Vec::new() }
    }

    /// Forgets the last pixel.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// What was collected.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.entries.iter().map(|&(bin, share)| (bin, share as f32)).filter(|&(_, share)| share > 0.0)
    }

    /// Adds to a bin, which must not lie before the last one.
    pub(super) fn add(&mut self, bin: usize, share: f64) {
        // Numbers of bins fit: there are at most MOST_BINS of them.
        let bin = bin as u32;
        match self.entries.last_mut() {
            Some((last, sum)) if *last == bin => *sum += share,
            _ => self.entries.push((bin, share)),
        }
    }

    /// Adds `factor` times what another has collected, as the row of a cake that begins with bin `first`.
    pub(super) fn add_row(&mut self, first: usize, row: &Shares, factor: f64) {
        let first = first as u32;
        if self.entries.last().is_none_or(|(last, _)| *last < first) {
            self.entries.extend(row.entries.iter().map(|(bin, share)| (first + bin, share * factor)));
        } else {
            row.entries.iter().for_each(|(bin, share)| self.insert(first + bin, share * factor));
        }
    }

    /// The bins and their shares, unrounded.
    pub(super) fn exact(&self) -> &[(u32, f64)] {
        &self.entries
    }

    /// Makes the shares of a whole pixel sum to one, whatever rounding and ends of axes made of them.
    pub(super) fn normalise(&mut self) {
        let sum: f64 = self.entries.iter().map(|entry| entry.1).sum();
        if sum > 0.0 {
            self.entries.iter_mut().for_each(|entry| entry.1 /= sum);
        }
    }

    /// Adds what another has collected, in whatever bins.
    pub(super) fn merge(&mut self, other: &Shares) {
        other.entries.iter().for_each(|&(bin, share)| self.insert(bin, share));
    }

    fn insert(&mut self, bin: u32, share: f64) {
        match self.entries.binary_search_by_key(&bin, |&(known, _)| known) {
            Ok(index) => self.entries[index].1 += share,
            Err(index) => self.entries.insert(index, (bin, share)),
        }
    }

    /// Spreads `share` evenly over an interval, in steps of the axis; what lies outside a given range is lost. Returns whether
    /// nothing does.
    pub(super) fn add_interval(&mut self, axis: &Axis, (low, high): (f64, f64), share: f64) -> bool {
        let whole = axis.holds_all_positions() || (low >= 0.0 && high <= axis.end());
        let meets = high >= 0.0 && low <= axis.end();
        if !whole && !meets {
            return false;
        }
        let (first, last) = spanned(low, high, axis);
        if whole && first == last {
            self.add(first, share);
            return true;
        }
        for bin in first..=last {
            // Of a whole pixel, what reaches beyond the axis (below radius zero, say) belongs to the bin at that end.
            let from = if whole && bin == first { low } else { low.max(axis.edge(bin)) };
            let to = if whole && bin == last { high } else { high.min(axis.edge(bin + 1)) };
            self.add(bin, share * (to - from) / (high - low));
        }
        whole
    }

    /// Spreads `share` by area over an outline whose first coordinate is in steps of the axis; what lies outside a given
    /// range is lost. Returns whether nothing does.
    pub(super) fn add_outline(&mut self, axis: &Axis, outline: &[Point], share: f64) -> bool {
        let (low, high) = extent(outline);
        let whole = axis.holds_all_positions() || (low >= 0.0 && high <= axis.end());
        let meets = high >= 0.0 && low <= axis.end();
        if !whole && !meets {
            return false;
        }
        let (first, last) = spanned(low, high, axis);
        if whole && first == last {
            self.add(first, share);
            return true;
        }
        self.areas.clear();
        self.areas.resize(last - first + 1, 0.0);
        // Of a whole pixel, what rounding puts beyond the axis belongs to the bin at that end.
        let ends = (0.0, axis.edge(last + 1) - axis.edge(first));
        let limits = if whole { (f64::NEG_INFINITY, f64::INFINITY) } else { ends };
        add_areas(&mut self.areas, axis, first, limits, outline);
        // The sum is the area, up to rounding: shares of a whole pixel then sum to one.
        let area = if whole { self.areas.iter().sum::<f64>() } else { signed_area(outline) };
        if area.abs() <= 1e-12 * (high - low) {
            return self.add_interval(axis, (low, high), share);
        }
        for index in 0..self.areas.len() {
            let part = self.areas[index] / area;
            if part > 0.0 {
                self.add(first + index, share * part);
            }
        }
        whole
    }
}

/// The first and the last bin of an interval that meets the axis.
pub(super) fn spanned(low: f64, high: f64, axis: &Axis) -> (usize, usize) {
    let first = axis.bin_of(low);
    (first, axis.bin_of(high).max(first))
}

/// The least and the largest first coordinate.
pub(super) fn extent(outline: &[Point]) -> (f64, f64) {
    outline
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| (low.min(point[0]), high.max(point[0])))
}

/// Adds to each bin, from number `first` on, the signed area that the outline has in it: the integral of the second
/// coordinate along each side, bin by bin (Green's theorem). What lies outside the limits, counted from `first`, is lost.
fn add_areas(areas: &mut [f64], axis: &Axis, first: usize, limits: (f64, f64), outline: &[Point]) {
    // Counted from near the pixel, as little as possible cancels.
    let base = [axis.edge(first), outline[0][1]];
    let from_base = |point: Point| [point[0] - base[0], point[1] - base[1]];
    for (index, &point) in outline.iter().enumerate() {
        let (start, end) = (from_base(point), from_base(outline[(index + 1) % outline.len()]));
        let run = end[0] - start[0];
        if run.abs() < 1e-12 {
            continue;
        }
        let slope = (end[1] - start[1]) / run;
        let mut left = start[0].min(end[0]).max(limits.0);
        let stop = start[0].max(end[0]).min(limits.1);
        let mut bin = axis.bins_on(first, left).min(areas.len() - 1);
        while left < stop {
            let right = if bin + 1 == areas.len() { stop } else { stop.min(axis.edge(first + bin + 1) - base[0]) };
            let height = start[1] + slope * (0.5 * (left + right) - start[0]);
            areas[bin] += height * (right - left).copysign(run);
            (left, bin) = (right, (bin + 1).min(areas.len() - 1));
        }
    }
}

/// The area of an outline, with the sign of its sense (the shoelace formula).
pub(super) fn signed_area(outline: &[Point]) -> f64 {
    let base = outline[0];
    let mut area = 0.0;
    for pair in outline[1..].windows(2) {
        let (a, b) = (pair[0], pair[1]);
        area += (b[0] - base[0]) * (a[1] - base[1]) - (a[0] - base[0]) * (b[1] - base[1]);
    }
    0.5 * area
}
