//! Pixels as f64: floats and integers of 64 bits are summed so, and bins whose pixels are gathered take all so.

pub mod tile;

use super::Entries;
use crate::recipe::Marks;

/// A pixel that is taken as f64.
pub trait FloatPixel: Copy + Send + Sync + 'static {
    /// Pixel `index` of a frame's bytes.
    fn read(bytes: &[u8], index: usize) -> Self;

    /// Its value; integers beyond 2⁵³ are rounded.
    fn value(self) -> f64;

    /// True when it holds no measurement: not finite, or marked.
    fn is_masked(self, marks: &Marks) -> bool;
}

macro_rules! float_pixel {
    ($pixel:ty, $value:expr, $is_masked:expr) => {
        impl FloatPixel for $pixel {
            fn read(bytes: &[u8], index: usize) -> $pixel {
                const SIZE: usize = size_of::<$pixel>();
                let mut raw = [0; SIZE];
                raw.copy_from_slice(&bytes[index * SIZE..][..SIZE]);
                <$pixel>::from_ne_bytes(raw)
            }

            fn value(self) -> f64 {
                $value(self)
            }

            fn is_masked(self, marks: &Marks) -> bool {
                $is_masked(self, marks)
            }
        }
    };
}

fn float_is_masked(raw: impl Into<f64>, marks: &Marks) -> bool {
    marks.masks_float(raw.into())
}

fn integer_is_masked(raw: impl Into<i128>, marks: &Marks) -> bool {
    marks.masks_integer(raw.into())
}

float_pixel!(u8, f64::from, float_is_masked);
float_pixel!(u16, f64::from, float_is_masked);
float_pixel!(u32, f64::from, float_is_masked);
float_pixel!(i8, f64::from, float_is_masked);
float_pixel!(i16, f64::from, float_is_masked);
float_pixel!(i32, f64::from, float_is_masked);
float_pixel!(f32, f64::from, float_is_masked);
float_pixel!(f64, f64::from, float_is_masked);
float_pixel!(u64, |raw| raw as f64, integer_is_masked);
float_pixel!(i64, |raw| raw as f64, integer_is_masked);

/// Adds the slice of one frame in the order of its pixels: `signal[place(bin)] += C·raw`, and the same for the variance
/// `C₂·max(1, raw)`. Calls `masked(bin, entry)` instead for each entry whose pixel is masked.
pub fn add_frame<P: FloatPixel>(
    entries: &Entries<'_>,
    frame: &[u8],
    marks: &Marks,
    place: impl Fn(usize) -> usize,
    sums: (&mut [f64], &mut [f64]),
    mut masked: impl FnMut(usize, usize),
) {
    let (signal, variance) = sums;
    let mut entry = 0;
    for run in entries.runs {
        let bin = run.bin as usize;
        let at = place(bin);
        for _ in 0..run.len {
            let raw = P::read(frame, usize::from(entries.pixels[entry]));
            if raw.is_masked(marks) {
                masked(bin, entry);
            } else {
                signal[at] += f64::from(entries.coefficients[entry]) * raw.value();
                if let Some(square) = entries.squares.get(entry) {
                    variance[at] += f64::from(*square) * raw.value().max(1.0);
                }
            }
            entry += 1;
        }
    }
}
