//! Where errors come from, and which errors are written.

use serde::{Deserialize, Serialize};

/// Where the variance of a pixel comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorModel {
    /// No errors are computed.
    #[default]
    None,
    /// Counting statistics: the variance of a pixel is `max(1, raw)`.
    Poisson,
    /// An image of variances, the same for every frame, or a stack with one for each frame.
    Variance,
    /// The spread of the pixels about the mean of their bin.
    Azimuthal,
    /// Azimuthal while outliers are clipped, Poisson for the errors that are written.
    Hybrid,
}

impl ErrorModel {
    /// The names, as `--error-model` takes them.
    pub const NAMES: [&'static str; 5] = ["none", "poisson", "variance", "azimuthal", "hybrid"];

    /// The model's name, one of [`ErrorModel::NAMES`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ErrorModel::None => "none",
            ErrorModel::Poisson => "poisson",
            ErrorModel::Variance => "variance",
            ErrorModel::Azimuthal => "azimuthal",
            ErrorModel::Hybrid => "hybrid",
        }
    }

    /// The model of the given name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<ErrorModel> {
        match name {
            "none" => Some(ErrorModel::None),
            "poisson" => Some(ErrorModel::Poisson),
            "variance" => Some(ErrorModel::Variance),
            "azimuthal" => Some(ErrorModel::Azimuthal),
            "hybrid" => Some(ErrorModel::Hybrid),
            _ => None,
        }
    }

    /// True when the errors that are written come from counting statistics.
    #[must_use]
    pub const fn is_poisson(self) -> bool {
        matches!(self, ErrorModel::Poisson | ErrorModel::Hybrid)
    }
}

/// Which error of a bin is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// Standard error of the mean, `√(Σ c²·variance) / Σ c·n`.
    #[default]
    Sem,
    /// Standard deviation of a pixel, `√(Σ c²·variance / Σ (c·n)²)`.
    Std,
}

impl ErrorKind {
    /// The names, as `--errors` takes them.
    pub const NAMES: [&'static str; 2] = ["sem", "std"];

    /// The kind of the given name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<ErrorKind> {
        match name {
            "sem" => Some(ErrorKind::Sem),
            "std" => Some(ErrorKind::Std),
            _ => None,
        }
    }

    /// The kind in words.
    #[must_use]
    pub const fn long_name(self) -> &'static str {
        match self {
            ErrorKind::Sem => "standard error of the mean",
            ErrorKind::Std => "standard deviation of a pixel",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_model_and_no_other_has() {
        assert!(ErrorModel::NAMES.iter().all(|name| ErrorModel::from_name(name).is_some()));
        assert!(ErrorKind::NAMES.iter().all(|name| ErrorKind::from_name(name).is_some()));
        // pyFAI takes an unknown name as no model at all, and a beginning for the whole.
        assert_eq!(["poison", "p", "POISSON", ""].map(ErrorModel::from_name), [None; 4]);
    }
}
