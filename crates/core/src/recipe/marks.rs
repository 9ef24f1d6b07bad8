//! Values that mean "no measurement": the pixels that each frame masks on its own.

use serde::{Deserialize, Serialize};

use crate::dtype::Dtype;

/// Pixels of a frame that hold no measurement: `|raw − value| <= delta`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dummy {
    /// The value that marks a pixel.
    pub value: f64,
    /// How far from it a pixel is still marked, in counts, at least 0.
    pub delta: f64,
}

impl Dummy {
    /// The integers that the test marks, cut to what `dtype` can hold; `None` when there are none or `dtype` is a float.
    #[must_use]
    pub fn integers(&self, dtype: Dtype) -> Option<(i128, i128)> {
        if !self.value.is_finite() {
            return None;
        }
        // Casts from f64 saturate and turn NaN into 0, so the cut settles every odd value.
        cut(dtype, (self.value - self.delta).ceil() as i128, (self.value + self.delta).floor() as i128)
    }

    /// True for a value that means "no measurement".
    #[must_use]
    pub fn marks(&self, raw: f64) -> bool {
        (raw - self.value).abs() <= self.delta
    }
}

/// All values that mark a pixel of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Marks {
    /// Pixels that were not measured.
    pub dummy: Option<Dummy>,
    /// Pixels that count no further: `raw >= saturation`.
    pub saturation: Option<f64>,
}

impl Marks {
    /// The ranges of integers that are marked, cut to what `dtype` can hold; none for floats.
    pub fn integers(&self, dtype: Dtype) -> impl Iterator<Item = (i128, i128)> {
        let dummy = self.dummy.and_then(|dummy| dummy.integers(dtype));
        let least = self.saturation.filter(|least| !least.is_nan()).map(|least| least.ceil() as i128);
        dummy.into_iter().chain(least.and_then(|least| cut(dtype, least, i128::MAX)))
    }

    /// True for a floating-point value that holds no measurement: not finite, or marked.
    #[must_use]
    pub fn masks_float(&self, raw: f64) -> bool {
        !raw.is_finite()
            || self.dummy.is_some_and(|dummy| dummy.marks(raw))
            || self.saturation.is_some_and(|least| raw >= least)
    }

    /// True for an integer that is marked. Compares as integers: f64 takes 2⁶⁴ − 1 and 2⁶⁴ − 2 for the same number.
    #[must_use]
    pub fn masks_integer(&self, raw: i128) -> bool {
        let within = |dummy: Dummy| {
            let (low, high) = ((dummy.value - dummy.delta).ceil(), (dummy.value + dummy.delta).floor());
            raw >= low as i128 && raw <= high as i128
        };
        self.dummy.is_some_and(within) || self.saturation.is_some_and(|least| raw >= least.ceil() as i128)
    }
}

/// A range of integers cut to what `dtype` can hold; `None` when nothing is left or `dtype` is a float.
fn cut(dtype: Dtype, low: i128, high: i128) -> Option<(i128, i128)> {
    let (least, most) = dtype.integer_range()?;
    let (low, high) = (low.max(least), high.min(most));
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dectris_dummy_marks_the_three_topmost_values() {
        let dummy = Dummy { value: 4_294_967_294.0, delta: 1.5 };
        assert_eq!(dummy.integers(Dtype::U32), Some((4_294_967_293, 4_294_967_295)));
        let dummy = Dummy { value: -2.0, delta: 1.5 };
        assert_eq!(dummy.integers(Dtype::I32), Some((-3, -1)));
    }

    #[test]
    fn a_dummy_outside_the_type_marks_nothing() {
        assert_eq!(Dummy { value: -2.0, delta: 1.0 }.integers(Dtype::U16), None);
        assert_eq!(Dummy { value: f64::NAN, delta: 1.0 }.integers(Dtype::U16), None);
        assert_eq!(Dummy { value: 3.0, delta: 0.0 }.integers(Dtype::F32), None);
    }

    #[test]
    fn saturation_marks_its_value_and_all_above() {
        let marks = Marks { dummy: Some(Dummy { value: 3.0, delta: 0.0 }), saturation: Some(99.5) };
        assert_eq!(marks.integers(Dtype::U16).collect::<Vec<_>>(), [(3, 3), (100, 65535)]);
        assert_eq!(marks.integers(Dtype::F32).count(), 0);
        assert!(marks.masks_float(99.5) && !marks.masks_float(99.4) && marks.masks_float(f64::NAN));
        assert!(marks.masks_integer(100) && !marks.masks_integer(99) && marks.masks_integer(3));
        let beyond = Marks { saturation: Some(300.0), ..Marks::default() };
        assert_eq!(beyond.integers(Dtype::U8).count(), 0, "no uint8 pixel reaches 300");
    }
}
