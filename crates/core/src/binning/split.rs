//! How a pixel that lies across several bins is shared among them.

use serde::{Deserialize, Serialize};

use crate::suggest::nearest;

/// How a pixel is shared among bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Split {
    /// Whole, to the bin that its centre lies in.
    No,
    /// Evenly over the interval from its smallest to its largest radial position.
    BBox,
    /// Evenly over its bounding box, shrunk to the pixel's area; for cakes only.
    Pseudo,
    /// By the area that its four-cornered outline has in each bin.
    Full,
}

/// A name that is no splitting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{typed:?}: not a splitting; use no, bbox, pseudo or full{}",
        .meant.as_ref().map(|name| format!(" (did you mean {name}?)")).unwrap_or_default())]
pub struct SplitError {
    /// What was typed.
    pub typed: String,
    /// The splitting that was probably meant.
    pub meant: Option<String>,
}

impl Split {
    /// Every splitting.
    pub const ALL: [Split; 4] = [Split::No, Split::BBox, Split::Pseudo, Split::Full];

    /// Every splitting that a pattern may have.
    pub const OF_PATTERNS: [Split; 3] = [Split::No, Split::BBox, Split::Full];

    /// The name, as `--split` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Split::No => "no",
            Split::BBox => "bbox",
            Split::Pseudo => "pseudo",
            Split::Full => "full",
        }
    }

    /// The splitting with the given name, in any case.
    ///
    /// # Errors
    /// When there is no such splitting; the message lists all and the one probably meant.
    pub fn from_name(name: &str) -> Result<Split, SplitError> {
        let typed = name.trim();
        Split::ALL.into_iter().find(|split| split.name().eq_ignore_ascii_case(typed)).ok_or_else(|| SplitError {
            typed: name.to_owned(),
            meant: nearest(typed, Split::ALL.map(Split::name)).map(str::to_owned),
        })
    }
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Split {
    type Err = SplitError;

    fn from_str(name: &str) -> Result<Split, SplitError> {
        Split::from_name(name)
    }
}

impl TryFrom<String> for Split {
    type Error = SplitError;

    fn try_from(name: String) -> Result<Split, SplitError> {
        Split::from_name(&name)
    }
}

impl From<Split> for String {
    fn from(split: Split) -> String {
        split.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_splitting() {
        for split in Split::ALL {
            assert_eq!(Split::from_name(&split.name().to_uppercase()), Ok(split));
        }
    }

    #[test]
    fn an_unknown_splitting_is_refused_with_the_one_meant() {
        let message = Split::from_name("fulll").unwrap_err().to_string();
        assert_eq!(message, "\"fulll\": not a splitting; use no, bbox, pseudo or full (did you mean full?)");
    }
}
