//! How the pixels of a bin become one number.

use serde::{Deserialize, Serialize};

/// How the pixels of a bin become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The weighted mean of all pixels.
    #[default]
    Mean,
    /// The weighted mean of the pixels that lie no further than `threshold` standard deviations from it, found by
    /// leaving out those that do, again and again.
    SigmaClip {
        /// Standard deviations, above 0. Raised to `√(2·ln(N/√(2π)))` in bins of so many pixels `N` that some lie further
        /// by chance.
        threshold: f64,
        /// Times that pixels are left out, at most.
        max_iterations: u32,
    },
    /// The weighted mean of the pixels between two percentiles of the bin; both 50 for the median.
    Percentile {
        /// The lower percentile, 0 to 100.
        low: f64,
        /// The upper percentile, not below the lower one.
        high: f64,
    },
    /// What lies above the amorphous halo: the weighted mean of all pixels, less that of the bin's percentile.
    Bragg {
        /// The percentile that the halo lies at, 0 to 100.
        percentile: f64,
    },
}

/// A mode that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct ModeError {
    name: String,
    reason: &'static str,
}

impl Mode {
    /// Standard deviations unless told otherwise.
    pub const THRESHOLD: f64 = 5.0;
    /// Iterations unless told otherwise.
    pub const MAX_ITERATIONS: u32 = 5;

    /// The mode of a name as `--mode` takes it: `mean`, `sigma-clip`, `median`, `percentile:LOW,HIGH` (one number stands
    /// for both), `bragg` or `bragg:PERCENTILE`.
    ///
    /// # Errors
    /// When it is not a mode, or its percentiles are not in order between 0 and 100.
    pub fn from_name(name: &str) -> Result<Mode, ModeError> {
        let refuse = |reason| ModeError { name: name.to_owned(), reason };
        let mode = match name.split_once(':') {
            None if name == "mean" => Mode::Mean,
            None if name == "median" => Mode::Percentile { low: 50.0, high: 50.0 },
            None if name == "sigma-clip" => {
                Mode::SigmaClip { threshold: Mode::THRESHOLD, max_iterations: Mode::MAX_ITERATIONS }
            }
            None if name == "bragg" => Mode::Bragg { percentile: 50.0 },
            Some(("percentile", limits)) => {
                let (low, high) = limits.split_once(',').unwrap_or((limits, limits));
                let limits = low.parse().ok().zip(high.parse().ok());
                let (low, high) = limits.ok_or(refuse("percentiles are needed, as in percentile:10,90"))?;
                Mode::Percentile { low, high }
            }
            Some(("bragg", percentile)) => {
                let percentile = percentile.parse().map_err(|_| refuse("a percentile is needed, as in bragg:50"))?;
                Mode::Bragg { percentile }
            }
            _ => {
                return Err(refuse(
                    "not a mode; use mean, sigma-clip, median, percentile:LOW,HIGH, bragg or bragg:PERCENTILE",
                ));
            }
        };
        mode.check().map_err(refuse)?;
        Ok(mode)
    }

    /// Says what is wrong with numbers that make no sense.
    ///
    /// # Errors
    /// With the rule that they break.
    pub fn check(self) -> Result<(), &'static str> {
        match self {
            Mode::Mean => Ok(()),
            Mode::SigmaClip { threshold, .. } if threshold > 0.0 && threshold.is_finite() => Ok(()),
            Mode::SigmaClip { .. } => Err("the threshold must be a positive number"),
            Mode::Percentile { low, high } if 0.0 <= low && low <= high && high <= 100.0 => Ok(()),
            Mode::Percentile { .. } => Err("percentiles lie between 0 and 100, the lower one first"),
            Mode::Bragg { percentile } if (0.0..=100.0).contains(&percentile) => Ok(()),
            Mode::Bragg { .. } => Err("the percentile of the halo lies between 0 and 100"),
        }
    }

    /// True when every frame may keep other pixels of a bin than the one before.
    #[must_use]
    pub const fn selects(self) -> bool {
        matches!(self, Mode::SigmaClip { .. } | Mode::Percentile { .. })
    }

    /// True when sums alone cannot give it: the pixels of each bin are needed.
    #[must_use]
    pub const fn needs_pixels(self) -> bool {
        !matches!(self, Mode::Mean)
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Mode::Mean => f.write_str("mean"),
            Mode::SigmaClip { threshold, max_iterations } => {
                write!(f, "sigma-clip ({threshold} sigma, {max_iterations} iterations)")
            }
            Mode::Percentile { low: 50.0, high: 50.0 } => f.write_str("median"),
            Mode::Percentile { low, high } => write!(f, "percentile:{low},{high}"),
            Mode::Bragg { percentile: 50.0 } => f.write_str("bragg"),
            Mode::Bragg { percentile } => write!(f, "bragg:{percentile}"),
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = ModeError;

    fn from_str(name: &str) -> Result<Mode, ModeError> {
        Mode::from_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_known_by_its_name() {
        assert_eq!(Mode::from_name("mean"), Ok(Mode::Mean));
        assert_eq!(Mode::from_name("median"), Ok(Mode::Percentile { low: 50.0, high: 50.0 }));
        assert_eq!(Mode::from_name("percentile:10,90"), Ok(Mode::Percentile { low: 10.0, high: 90.0 }));
        assert_eq!(Mode::from_name("percentile:20"), Ok(Mode::Percentile { low: 20.0, high: 20.0 }));
        assert_eq!(Mode::from_name("bragg"), Ok(Mode::Bragg { percentile: 50.0 }));
        assert_eq!(Mode::from_name("bragg:30").map(|mode| mode.to_string()), Ok("bragg:30".to_owned()));
        assert_eq!(Mode::from_name("sigma-clip"), Ok(Mode::SigmaClip { threshold: 5.0, max_iterations: 5 }));
    }

    #[test]
    fn what_is_no_mode_is_refused() {
        let percentiles = ["percentile", "percentile:", "percentile:101", "percentile:90,10", "percentile:0,101"];
        let halos = ["bragg:", "bragg:-1", "bragg:NaN", "bragg:10,90", "amorphous"];
        for name in ["", "sigma", "median:3"].into_iter().chain(percentiles).chain(halos) {
            assert!(Mode::from_name(name).is_err(), "{name}");
        }
        assert!(Mode::SigmaClip { threshold: f64::NAN, max_iterations: 1 }.check().is_err());
    }
}
