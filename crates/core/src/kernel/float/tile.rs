//! Sixteen frames of 32-bit floats at once, with the bits of [`add_frame`](super::add_frame): each frame's pixels are added in their order, and
//! a masked one as nothing. One loop over plain arrays, which the compiler turns into the vectors of whoever it is compiled for.
#![allow(unsafe_code)]

use aureole_codec::Isa;

use crate::kernel::Entries;
use crate::recipe::Marks;
use crate::sums::LANES;

/// What marks a pixel, without a question: limits that no pixel meets where there is nothing.
#[derive(Clone, Copy)]
struct Limits {
    dummy: f64,
    delta: f64,
    saturation: f64,
}

impl Limits {
    fn of(marks: &Marks) -> Limits {
        let (dummy, delta) = marks.dummy.map_or((0.0, -1.0), |dummy| (dummy.value, dummy.delta));
        Limits { dummy, delta, saturation: marks.saturation.unwrap_or(f64::INFINITY) }
    }

    /// See [`Marks::masks_float`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it takes on the instructions of its caller")]
    fn mask(self, raw: f64) -> bool {
        let finite = raw.abs() < f64::INFINITY;
        !finite | ((raw - self.dummy).abs() <= self.delta) | (raw >= self.saturation)
    }
}

/// Adds a tile, whose 32 bits are floats, to the sums of sixteen frames, [`LANES`] a bin in the order of the frames. Bin and number of each entry whose pixel
/// some frame masks are appended to `masked`.
///
/// # Panics
/// In debug builds, when the entries are not sound for the tile and the sums.
pub fn add_tile(
    isa: Isa,
    entries: &Entries<'_>,
    tile: &[u32],
    marks: &Marks,
    sums: (&mut [f64], &mut [f64]),
    masked: &mut Vec<(usize, usize)>,
) {
    debug_assert!(entries.are_sound(tile.len() / LANES, sums.0.len() / LANES));
    #[cfg(target_arch = "x86_64")]
    // SAFETY: an `Isa` with these instructions exists only on a CPU that has them.
    unsafe {
        if isa.has_avx512() {
            return add_avx512(entries, tile, Limits::of(marks), sums, masked);
        } else if isa.has_avx2() {
            return add_avx2(entries, tile, Limits::of(marks), sums, masked);
        }
    }
    let _ = isa;
    add(entries, tile, Limits::of(marks), sums, masked);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
fn add_avx512(
    entries: &Entries<'_>,
    tile: &[u32],
    limits: Limits,
    sums: (&mut [f64], &mut [f64]),
    masked: &mut Vec<(usize, usize)>,
) {
    add(entries, tile, limits, sums, masked);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_avx2(
    entries: &Entries<'_>,
    tile: &[u32],
    limits: Limits,
    sums: (&mut [f64], &mut [f64]),
    masked: &mut Vec<(usize, usize)>,
) {
    add(entries, tile, limits, sums, masked);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it takes on the instructions of its caller")]
fn add(
    entries: &Entries<'_>,
    tile: &[u32],
    limits: Limits,
    (signal, variance): (&mut [f64], &mut [f64]),
    masked: &mut Vec<(usize, usize)>,
) {
    let mut entry = 0;
    for run in entries.runs {
        let bin = run.bin as usize;
        let mut sum = row(signal, bin);
        let mut square = if entries.squares.is_empty() { [0.0; LANES] } else { row(variance, bin) };
        for _ in 0..run.len {
            let pixels = row(tile, usize::from(entries.pixels[entry]));
            let coefficient = f64::from(entries.coefficients[entry]);
            let (mut values, mut marked) = ([0.0; LANES], [false; LANES]);
            for lane in 0..LANES {
                let raw = f64::from(f32::from_bits(pixels[lane]));
                marked[lane] = limits.mask(raw);
                values[lane] = if marked[lane] { 0.0 } else { raw };
                sum[lane] += coefficient * values[lane];
            }
            if let Some(factor) = entries.squares.get(entry) {
                let factor = f64::from(*factor);
                for lane in 0..LANES {
                    square[lane] += factor * if marked[lane] { 0.0 } else { values[lane].max(1.0) };
                }
            }
            if marked.iter().fold(false, |any, marked| any | marked) {
                masked.push((bin, entry));
            }
            entry += 1;
        }
        signal[bin * LANES..][..LANES].copy_from_slice(&sum);
        if !entries.squares.is_empty() {
            variance[bin * LANES..][..LANES].copy_from_slice(&square);
        }
    }
}

/// The values of one pixel or bin, one a frame.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it takes on the instructions of its caller")]
fn row<T: Copy + Default>(values: &[T], number: usize) -> [T; LANES] {
    let mut row = [T::default(); LANES];
    row.copy_from_slice(&values[number * LANES..][..LANES]);
    row
}
