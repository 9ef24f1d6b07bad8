//! All datasets of a file, through its links.

use std::collections::BTreeSet;

use aureole_core::dtype::Dtype;

use crate::hdf5::Hdf5Error;
use crate::hdf5::element::element;
use crate::hdf5::place::Place;

/// An image has at least this many rows and columns, where the user does not say that it is one.
const SMALLEST_IMAGE: usize = 16;

/// Groups within groups are followed down to here.
const DEEPEST: usize = 32;

/// A dataset that might hold frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The path by which it was found.
    pub path: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its element type.
    pub dtype: Dtype,
}

impl Candidate {
    /// True for three dimensions or more with frames of more than one row and column.
    #[must_use]
    pub fn is_stack(&self) -> bool {
        matches!(self.shape.as_slice(), [_, .., rows, columns] if *rows > 1 && *columns > 1) && self.shape.len() > 2
    }

    /// True for two dimensions large enough for an image.
    #[must_use]
    pub fn is_image(&self) -> bool {
        matches!(self.shape.as_slice(), [rows, columns] if *rows.min(columns) >= SMALLEST_IMAGE)
    }

    /// The dataset at a place, reached by `path`; `None` when it holds no numbers.
    pub(crate) fn of(place: &Place, path: &str) -> Option<Candidate> {
        let dataset = place.dataset()?;
        let element = element(&dataset.dtype().ok()?).ok().filter(|element| !element.boolean)?;
        Some(Candidate { path: path.into(), shape: dataset.shape(), dtype: element.dtype })
    }
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shape: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        write!(f, "{}  {} {}", self.path, shape.join(" x "), self.dtype)
    }
}

/// What a file holds.
#[derive(Default)]
pub(crate) struct Survey {
    /// Datasets of numbers, each once, in the order of their names.
    pub(crate) candidates: Vec<Candidate>,
    /// Every dataset, by the path by which it was found first.
    pub(crate) datasets: Vec<(String, Place)>,
    /// What links lead to nothing, and other objects that cannot be opened.
    pub(crate) dangling: Vec<Hdf5Error>,
}

/// Walks all groups below a place, through soft and external links.
pub(crate) fn survey(from: &Place) -> Survey {
    let mut survey = Survey::default();
    let mut seen = BTreeSet::new();
    walk(from, &from.path, 0, &mut seen, &mut survey);
    survey
}

fn walk(group: &Place, reached: &str, depth: usize, seen: &mut BTreeSet<String>, survey: &mut Survey) {
    if depth == DEEPEST || !seen.insert(group.identity()) {
        return;
    }
    let names = group.members();
    for name in names {
        let path = format!("{}/{name}", reached.trim_end_matches('/'));
        match group.find(&name) {
            Err(error) => survey.dangling.push(error),
            Ok(place) if place.group().is_some() => walk(&place, &path, depth + 1, seen, survey),
            Ok(place) => {
                if seen.insert(place.identity()) {
                    survey.candidates.extend(Candidate::of(&place, &path));
                    survey.datasets.push((path, place));
                }
            }
        }
    }
}
