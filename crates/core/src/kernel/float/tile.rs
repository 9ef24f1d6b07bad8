//! Sixteen frames of 32-bit floats at once, with the bits of [`add_frame`](super::add_frame): each frame's pixels are added in their order, and
//! a masked one as nothing.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

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
    if isa.has_avx512() {
        return avx512::add_tile(isa, entries, tile, Limits::of(marks), sums, masked);
    } else if isa.has_avx2() {
        return avx2::add_tile(isa, entries, tile, Limits::of(marks), sums, masked);
    }
    let _ = isa;
    add(entries, tile, Limits::of(marks), sums, masked);
}

/// The portable kernel, and the twin of the vector ones.
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
            let mut any = false;
            for lane in 0..LANES {
                let raw = f64::from(f32::from_bits(pixels[lane]));
                if limits.mask(raw) {
                    any = true;
                    continue;
                }
                sum[lane] += coefficient * raw;
                if let Some(factor) = entries.squares.get(entry) {
                    square[lane] += f64::from(*factor) * raw.max(1.0);
                }
            }
            if any {
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
fn row<T: Copy + Default>(values: &[T], number: usize) -> [T; LANES] {
    let mut row = [T::default(); LANES];
    row.copy_from_slice(&values[number * LANES..][..LANES]);
    row
}
