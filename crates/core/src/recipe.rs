//! What to compute, apart from geometry and bins: the error model and the values that mean "no measurement".

use serde::{Deserialize, Serialize};

use crate::dtype::Dtype;

/// Where the variance of a pixel comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorModel {
    /// No errors are computed.
    #[default]
    None,
    /// Counting statistics: the variance of a pixel is `max(1, raw)`.
    Poisson,
}

impl ErrorModel {
    /// The names, as `--error-model` takes them.
    pub const NAMES: [&'static str; 2] = ["none", "poisson"];

    /// The model of the given name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<ErrorModel> {
        match name {
            "none" => Some(ErrorModel::None),
            "poisson" => Some(ErrorModel::Poisson),
            _ => None,
        }
    }
}

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
        let (least, most) = dtype.integer_range()?;
        // Casts from f64 saturate and turn NaN into 0, so the comparison below settles every odd value.
        let low = ((self.value - self.delta).ceil() as i128).max(least);
        let high = ((self.value + self.delta).floor() as i128).min(most);
        (self.value.is_finite() && low <= high).then_some((low, high))
    }

    /// True when a floating-point pixel is marked.
    #[must_use]
    pub fn marks(&self, raw: f64) -> bool {
        (raw - self.value).abs() <= self.delta
    }
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
}
