//! Images of a whole stack, pixel by pixel over its frames: sum, mean, maximum and variance.
//!
//! All sums are integers, so that they are exact and no order of frames changes a bit: workers share one set of sums.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::dtype::Dtype;
use crate::kernel::float::FloatPixel;
use crate::recipe::Marks;

/// Pixels behind one lock.
const STRIPE: usize = 1 << 16;

/// One image of a whole stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StackImage {
    /// The sum over all frames.
    Sum,
    /// The mean over all frames.
    Mean,
    /// The largest value.
    Max,
    /// The variance of the frames about the mean, `Σ (x − mean)² / (frames − 1)`.
    Variance,
}

impl StackImage {
    /// The names, as `--image` takes them.
    pub const NAMES: [&'static str; 4] = ["sum", "mean", "max", "variance"];

    /// The image of the given name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<StackImage> {
        match name {
            "sum" => Some(StackImage::Sum),
            "mean" => Some(StackImage::Mean),
            "max" => Some(StackImage::Max),
            "variance" => Some(StackImage::Variance),
            _ => None,
        }
    }
}

/// Frames whose pixels have no exact sums here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} frames: images of a whole stack are exact, which needs integers of at most 32 bits")]
pub struct InexactDtype(pub Dtype);

/// The sums behind the images of a stack, shared by all workers. A pixel that a frame masks (dummy, saturation) does not
/// count in this frame.
#[derive(Debug)]
pub struct StackImages {
    dtype: Dtype,
    marks: Marks,
    pixels: usize,
    stripes: Vec<Mutex<Stripe>>,
}

#[derive(Debug, Default)]
struct Stripe {
    count: Vec<u32>,
    sum: Vec<i64>,
    max: Vec<i64>,
    /// `Σ x²`; empty where no variance is asked for.
    squares: Vec<u128>,
}

impl StackImages {
    /// Sums of frames of `pixels` pixels, all zero; `variance` says whether squares are kept, too.
    ///
    /// # Errors
    /// When the pixels are no integers of at most 32 bits.
    pub fn new(dtype: Dtype, pixels: usize, marks: Marks, variance: bool) -> Result<StackImages, InexactDtype> {
        if dtype.is_float() || dtype.size() > 4 {
            return Err(InexactDtype(dtype));
        }
        let stripe = |start: usize| {
            let len = STRIPE.min(pixels - start);
            Mutex::new(Stripe {
                count: vec![0; len],
                sum: vec![0; len],
                max: vec![i64::MIN; len],
                squares: vec![0; if variance { len } else { 0 }],
            })
        };
        let stripes = (0..pixels).step_by(STRIPE).map(stripe).collect();
        Ok(StackImages { dtype, marks, pixels, stripes })
    }

    /// Adds a decoded frame.
    ///
    /// # Panics
    /// When it has another number of pixels.
    pub fn add(&self, frame: &[u8]) {
        assert_eq!(frame.len(), self.pixels * self.dtype.size(), "a frame of the stack");
        match self.dtype {
            Dtype::U8 => self.add_pixels::<u8>(frame),
            Dtype::U16 => self.add_pixels::<u16>(frame),
            Dtype::U32 => self.add_pixels::<u32>(frame),
            Dtype::I8 => self.add_pixels::<i8>(frame),
            Dtype::I16 => self.add_pixels::<i16>(frame),
            Dtype::I32 => self.add_pixels::<i32>(frame),
            Dtype::U64 | Dtype::I64 | Dtype::F32 | Dtype::F64 => unreachable!("refused by new"),
        }
    }

    fn add_pixels<P: FloatPixel>(&self, frame: &[u8]) {
        for (stripe, bytes) in self.stripes.iter().zip(frame.chunks(STRIPE * size_of::<P>())) {
            let mut stripe = stripe.lock().unwrap_or_else(PoisonError::into_inner);
            for pixel in 0..stripe.count.len() {
                let raw = P::read(bytes, pixel);
                if !raw.is_masked(&self.marks) {
                    // Integers of at most 32 bits: f64 holds them exactly.
                    stripe.add(pixel, raw.value() as i64);
                }
            }
        }
    }

    /// Frames that each pixel was measured in.
    #[must_use]
    pub fn count(&self) -> Vec<u32> {
        self.collect(|stripe, pixel| stripe.count[pixel])
    }

    /// The sum of each pixel over all frames.
    #[must_use]
    pub fn sum(&self) -> Vec<i64> {
        self.collect(|stripe, pixel| stripe.sum[pixel])
    }

    /// The mean of each pixel; NaN where it was never measured.
    #[must_use]
    pub fn mean(&self) -> Vec<f64> {
        self.collect(|stripe, pixel| stripe.sum[pixel] as f64 / f64::from(stripe.count[pixel]))
    }

    /// The largest value of each pixel; NaN where it was never measured.
    #[must_use]
    pub fn max(&self) -> Vec<f64> {
        self.collect(|stripe, pixel| if stripe.count[pixel] > 0 { stripe.max[pixel] as f64 } else { f64::NAN })
    }

    /// The variance of each pixel, `Σ (x − mean)² / (n − 1)`; NaN where it was measured less than twice, or where the
    /// squares were not kept.
    #[must_use]
    pub fn variance(&self) -> Vec<f64> {
        self.collect(|stripe, pixel| {
            let n = u128::from(stripe.count[pixel]);
            let Some(squares) = stripe.squares.get(pixel).filter(|_| n > 1) else { return f64::NAN };
            let sum = u128::from(stripe.sum[pixel].unsigned_abs());
            // Exact until the division: n·Σx² − (Σx)² is n·(n − 1) times the variance.
            (n * squares - sum * sum) as f64 / (n * (n - 1)) as f64
        })
    }

    fn collect<T>(&self, value: impl Fn(&Stripe, usize) -> T) -> Vec<T> {
        let mut values = Vec::with_capacity(self.pixels);
        for stripe in &self.stripes {
            let stripe = stripe.lock().unwrap_or_else(PoisonError::into_inner);
            values.extend((0..stripe.count.len()).map(|pixel| value(&stripe, pixel)));
        }
        values
    }
}

impl Stripe {
    fn add(&mut self, pixel: usize, value: i64) {
        self.count[pixel] += 1;
        self.sum[pixel] += value;
        self.max[pixel] = self.max[pixel].max(value);
        if let Some(squares) = self.squares.get_mut(pixel) {
            *squares += u128::from(value.unsigned_abs()).pow(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Dummy;

    fn images(frames: &[[i16; 3]]) -> StackImages {
        let marks = Marks { dummy: Some(Dummy { value: -1.0, delta: 0.0 }), saturation: Some(1000.0) };
        let images = StackImages::new(Dtype::I16, 3, marks, true).unwrap();
        for frame in frames {
            images.add(&frame.iter().flat_map(|raw| raw.to_ne_bytes()).collect::<Vec<u8>>());
        }
        images
    }

    #[test]
    fn sums_are_exact_and_masked_pixels_do_not_count() {
        let images = images(&[[5, -7, -1], [9, -1, 1000], [1, -3, -1]]);
        assert_eq!((images.count(), images.sum()), (vec![3, 2, 0], vec![15, -10, 0]));
        assert_eq!((images.mean()[..2].to_vec(), images.max()[..2].to_vec()), (vec![5.0, -5.0], vec![9.0, -3.0]));
        assert_eq!(images.variance()[..2], [16.0, 8.0]);
        assert!(images.mean()[2].is_nan() && images.max()[2].is_nan() && images.variance()[2].is_nan());
    }

    #[test]
    fn the_largest_counts_do_not_overflow() {
        let images = StackImages::new(Dtype::U32, 1, Marks::default(), true).unwrap();
        (0..1000).for_each(|_| images.add(&u32::MAX.to_ne_bytes()));
        assert_eq!(images.sum(), [1000 * i64::from(u32::MAX)]);
        assert_eq!(images.variance(), [0.0]);
    }

    #[test]
    fn floats_have_no_exact_sums() {
        for dtype in [Dtype::F32, Dtype::F64, Dtype::U64, Dtype::I64] {
            assert_eq!(StackImages::new(dtype, 1, Marks::default(), false).unwrap_err(), InexactDtype(dtype));
        }
    }
}
