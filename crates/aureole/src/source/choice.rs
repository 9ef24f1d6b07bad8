//! Which dataset of a file is the stack, when the user does not say.

mod rules;
mod survey;

use crate::hdf5::Hdf5Error;
use crate::hdf5::place::Place;

use super::SourceError;
use rules::{default_chain, expand_series, measurement, series};

pub(crate) use rules::numbered_series;

pub use survey::Candidate;
pub(crate) use survey::{Survey, survey};

/// The datasets that make the stack, and why these.
pub(crate) struct Chosen {
    pub(crate) places: Vec<Place>,
    pub(crate) reason: String,
    /// What a numbered series leads to behind these and is missing.
    pub(crate) missing: Option<Hdf5Error>,
}

/// The dataset at `path`, or of the group at `path`; without a path, what the file makes plain.
///
/// # Errors
/// [`SourceError::Choice`] with the list of stacks when the file leaves a choice; [`Hdf5Error::Dangling`] when what it
/// makes plain leads to something missing.
pub(crate) fn choose(root: &Place, path: Option<&str>) -> Result<Chosen, SourceError> {
    let from = match path {
        None => root.clone(),
        Some(path) => {
            let place = root.find(path)?;
            if place.dataset().is_some() {
                return Ok(Chosen { places: vec![place], reason: "asked for".into(), missing: None });
            }
            place
        }
    };
    for rule in [by_default as Rule, by_series, by_measurement] {
        if let Some(chosen) = rule(&from)? {
            return Ok(chosen);
        }
    }
    only_stack(&from)
}

type Rule = fn(&Place) -> Result<Option<Chosen>, Hdf5Error>;

fn by_default(from: &Place) -> Result<Option<Chosen>, Hdf5Error> {
    let Some(found) = default_chain(from)? else { return Ok(None) };
    let reason = format!("the NeXus default, {}", found.reached);
    let (places, missing) = expand_series(&found)?;
    Ok(Some(Chosen { places, reason, missing }))
}

fn by_series(from: &Place) -> Result<Option<Chosen>, Hdf5Error> {
    let Some((group, (places, missing))) = series(from)? else { return Ok(None) };
    let reason = format!("the data files linked in {group}: {}", places.len());
    Ok(Some(Chosen { places, reason, missing }))
}

fn by_measurement(from: &Place) -> Result<Option<Chosen>, Hdf5Error> {
    let Some((reached, place)) = measurement(from)? else { return Ok(None) };
    Ok(Some(Chosen { places: vec![place], reason: format!("the only stack measured, {reached}"), missing: None }))
}

fn only_stack(from: &Place) -> Result<Chosen, SourceError> {
    let Survey { candidates, dangling, .. } = survey(from);
    let one = |found: Vec<&Candidate>| if let [one] = found.as_slice() { Some((*one).clone()) } else { None };
    let stacks = || candidates.iter().filter(|candidate| candidate.is_stack());
    let long = one(stacks().filter(|candidate| candidate.shape[0] > 1).collect());
    let images = || candidates.iter().filter(|candidate| candidate.is_image());
    let chosen = one(stacks().collect())
        .map(|found| (found, "the only stack"))
        .or_else(|| long.map(|found| (found, "the only stack of several frames")))
        .or_else(|| {
            one(images().collect()).filter(|_| stacks().next().is_none()).map(|found| (found, "the only image"))
        });
    if let Some((found, reason)) = chosen {
        let reason = format!("{reason}, {}", found.path);
        return Ok(Chosen { places: vec![from.find(&found.path)?], reason, missing: None });
    }
    let all: Vec<String> = stacks().chain(images()).map(ToString::to_string).collect();
    if let (true, Some(error)) = (all.is_empty(), dangling.into_iter().next()) {
        return Err(error.into());
    }
    let file = from.file.clone();
    if all.is_empty() {
        return Err(SourceError::Unsuitable {
            input: file.display().to_string(),
            reason: "no stack of images in it".into(),
        });
    }
    let reason = "several stacks in it".into();
    let list = all.iter().take(20).map(|line| format!("\n  {line}")).collect();
    Err(SourceError::Choice { file, reason, list })
}
