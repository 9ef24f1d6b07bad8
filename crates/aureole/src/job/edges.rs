//! Where bins begin and end, as a recipe says it.

use std::path::Path;

use super::{ATTACHED, Attached, EdgesSpec, JobError, RecipeSpec};
use crate::hdf5::open::describe_io;
use crate::image;

/// The largest file of edges that is read, bytes.
const LARGEST: u64 = 1 << 30;

/// The edges of a recipe's bins, at least two; `None` for even bins.
pub(super) fn read(recipe: &RecipeSpec, attached: &Attached) -> Result<Option<Vec<f64>>, JobError> {
    match &recipe.edges {
        None => Ok(None),
        Some(EdgesSpec::Log { first, last }) => logarithmic(*first, *last, recipe.bins).map(Some),
        Some(EdgesSpec::File(file)) => from_file(file, attached).map(Some),
    }
}

/// `bins` bins each of which ends at the same multiple of where it begins: edges `first·(last/first)^(i/bins)`.
fn logarithmic(first: f64, last: f64, bins: usize) -> Result<Vec<f64>, JobError> {
    let refuse = |reason: String| Err(JobError::Option { option: "--bins", reason });
    if !(first > 0.0 && last > first && last.is_finite()) {
        return refuse(format!("log:{first}:{last}: two numbers above 0 are needed, the first below the second"));
    }
    if !(1..=aureole_core::binning::MOST_BINS).contains(&bins) {
        return refuse(format!(
            "log:{first}:{last}:{bins}: at least one bin is needed, and not more than a pattern may have"
        ));
    }
    let edge = |index: usize| first * (last / first).powf(index as f64 / bins as f64);
    Ok((0..bins).map(edge).chain([last]).collect())
}

fn from_file(input: &str, attached: &Attached) -> Result<Vec<f64>, JobError> {
    let refuse = |reason: String| JobError::Option { option: "--edges", reason: format!("{input}: {reason}") };
    let (file, dataset) = crate::input::split(input);
    let is_array = input.starts_with(ATTACHED) || dataset.is_some() || image::extension(file) == "npy";
    let edges = if is_array {
        attached.series(input).map_err(|error| JobError::Image { option: "--edges", error })?
    } else {
        numbers(file).map_err(refuse)?
    };
    if edges.len() < 2 {
        Err(refuse(format!("{} numbers; at least two edges are needed", edges.len())))
    } else {
        Ok(edges)
    }
}

/// The numbers of a text, between spaces, commas, semicolons and ends of lines; what follows a `#` is left out.
fn numbers(file: &Path) -> Result<Vec<f64>, String> {
    let length = std::fs::metadata(file).map_err(|error| describe_io(&error))?.len();
    if length > LARGEST {
        return Err(format!("{length} bytes are too many for edges of bins"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| describe_io(&error))?;
    let words =
        text.lines().flat_map(|line| line.split('#').next().unwrap_or_default().split([' ', '\t', ',', ';', '\r']));
    words
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().map_err(|_| format!("{word:?} is no number")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_bins_end_at_the_same_multiple_of_where_they_begin() {
        let edges = logarithmic(0.01, 10.0, 6).unwrap();
        assert_eq!((edges.len(), edges[0], edges[6]), (7, 0.01, 10.0));
        assert!(edges.windows(2).all(|pair| (pair[1] / pair[0] - 10f64.sqrt()).abs() < 1e-12));
        for (first, last, bins) in [(0.0, 1.0, 3), (2.0, 1.0, 3), (1.0, f64::INFINITY, 3), (1.0, 2.0, 0)] {
            assert!(logarithmic(first, last, bins).is_err());
        }
    }

    #[test]
    fn edges_are_read_from_text_and_npy() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("edges.txt");
        std::fs::write(&text, "# q in 1/nm\n0.5, 1.0\n2e0 # the ring\n\n4;8\r\n").unwrap();
        assert_eq!(from_file(&text.display().to_string(), &Attached::default()).unwrap(), [0.5, 1.0, 2.0, 4.0, 8.0]);
        std::fs::write(&text, "1 two 3").unwrap();
        assert!(
            from_file(&text.display().to_string(), &Attached::default())
                .unwrap_err()
                .to_string()
                .contains("\"two\" is no number")
        );
        std::fs::write(&text, "1").unwrap();
        assert!(
            from_file(&text.display().to_string(), &Attached::default())
                .unwrap_err()
                .to_string()
                .contains("at least two")
        );
    }
}
