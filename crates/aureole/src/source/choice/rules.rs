//! The conventions by which files say which dataset is the stack.

use crate::hdf5::Hdf5Error;
use crate::hdf5::attributes::string;
use crate::hdf5::place::Place;

use super::survey::Candidate;

/// A dataset, the group it was found in and the path by which it was found.
pub(super) struct Found {
    pub(super) reached: String,
    group: Place,
    name: String,
    place: Place,
}

/// NeXus: `@default` from group to group, then `@signal`; where a level has no `@default`, its only group of the
/// next class. `None` where this leads to no dataset that could be a stack.
pub(super) fn default_chain(from: &Place) -> Result<Option<Found>, Hdf5Error> {
    let mut here = from.clone();
    for _ in 0..8 {
        if let Some(name) = signal(&here) {
            return signal_dataset(here, name);
        }
        let Some(group) = here.group() else { return Ok(None) };
        let next = match string(group, "default") {
            Some(name) => here.find(&name).ok(),
            None => only_group(&here, if here.path == "/" { "NXentry" } else { "NXdata" }),
        };
        match next {
            Some(next) => here = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The signal of an NXdata group, named by the group or, in old files, marked at the dataset.
fn signal(here: &Place) -> Option<String> {
    let group = here.group()?;
    string(group, "signal").or_else(|| {
        (class(here)? == "NXdata").then_some(())?;
        let names = here.members();
        let marked = |name: &String| group.dataset(name).is_ok_and(|dataset| dataset.attr("signal").is_ok());
        names.into_iter().find(marked)
    })
}

fn signal_dataset(group: Place, name: String) -> Result<Option<Found>, Hdf5Error> {
    let reached = group.join(&name);
    let place = match group.find(&name) {
        Err(error @ (Hdf5Error::Dangling { .. } | Hdf5Error::Outside { .. })) => return Err(error),
        Err(_) => return Ok(None),
        Ok(place) => place,
    };
    let suits = Candidate::of(&place, &reached).is_some_and(|found| found.is_stack() || found.is_image());
    Ok(suits.then_some(Found { reached, group, name, place }))
}

fn class(place: &Place) -> Option<String> {
    string(place.group()?, "NX_class")
}

fn only_group(here: &Place, wanted: &str) -> Option<Place> {
    let names = here.members();
    let mut groups = names.iter().filter_map(|name| here.find(name).ok()).filter(|place| place.group().is_some());
    let found = groups.by_ref().find(|place| class(place).as_deref() == Some(wanted))?;
    groups.all(|place| class(&place).as_deref() != Some(wanted)).then_some(found)
}

/// The datasets of a numbered series up to the first that is missing, and that.
pub(super) type Series = (Vec<Place>, Option<Hdf5Error>);

/// A dataset of a numbered series stands for the whole series.
pub(super) fn expand_series(found: &Found) -> Result<Series, Hdf5Error> {
    if number(&found.name).is_some() {
        return all_of_series(&found.group);
    }
    Ok((vec![found.place.clone()], None))
}

/// The series `data_000001`, `data_000002`, ... of an Eiger master: in the group itself, `data`, `entry/data` or the
/// `data` of its only NXentry. With it the group's path.
pub(super) fn series(from: &Place) -> Result<Option<(String, Series)>, Hdf5Error> {
    for group in series_groups(from) {
        let series = all_of_series(&group)?;
        if !series.0.is_empty() {
            return Ok(Some((group.path, series)));
        }
    }
    Ok(None)
}

/// The groups in which the series of a master may be.
fn series_groups(from: &Place) -> impl Iterator<Item = Place> {
    let entry = only_group(from, "NXentry").and_then(|entry| entry.find("data").ok());
    let groups = [Some(from.clone()), from.find("data").ok(), from.find("entry/data").ok(), entry];
    groups.into_iter().flatten().filter(|place| place.group().is_some())
}

/// The group and the names of a series, in order and up to the first number that is missing, whether their files are there or not.
pub(crate) fn numbered_series(from: &Place) -> Option<(Place, Vec<String>)> {
    series_groups(from).find_map(|group| {
        let numbered = numbered(&group);
        let first = numbered.first().map_or(0, |(number, _)| *number);
        let together = (first..).zip(numbered).take_while(|(wanted, (number, _))| number == wanted);
        let names: Vec<String> = together.map(|(_, (_, name))| name).collect();
        (!names.is_empty()).then_some((group, names))
    })
}

fn numbered(group: &Place) -> Vec<(u64, String)> {
    let names = group.members().into_iter();
    let mut numbered: Vec<(u64, String)> = names.filter_map(|name| Some((number(&name)?, name))).collect();
    numbered.sort();
    numbered
}

fn all_of_series(group: &Place) -> Result<Series, Hdf5Error> {
    let numbered = numbered(group);
    if let Some(gap) = numbered.windows(2).find(|pair| pair[1].0 - pair[0].0 > 1) {
        let (before, after) = (&gap[0].1, &gap[1].1);
        return Err(group.fail(format!("between {before} and {after} something is missing")));
    }
    let mut places = Vec::new();
    for (_, name) in &numbered {
        match group.find(name) {
            Ok(place) => places.push(place),
            Err(missing @ Hdf5Error::Dangling { .. }) if !places.is_empty() => return Ok((places, Some(missing))),
            Err(error) => return Err(error),
        }
    }
    Ok((places, None))
}

/// The number in `data_000001`.
fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("data_")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// LImA and BLISS: the only stack in the `measurement` groups of the entries, with the path by which it was found.
pub(super) fn measurement(from: &Place) -> Result<Option<(String, Place)>, Hdf5Error> {
    let names = from.members();
    let mut found: Vec<(String, Place)> = Vec::new();
    for entry in names.iter().filter_map(|name| from.find(name).ok()).chain([from.clone()]) {
        let Ok(measured) = entry.find("measurement") else { continue };
        let members = measured.members();
        for name in members {
            let Ok(place) = measured.find(&name) else { continue };
            let reached = measured.join(&name);
            let stack = Candidate::of(&place, &reached).is_some_and(|found| found.is_stack());
            if stack && found.iter().all(|(_, other)| other.identity() != place.identity()) {
                found.push((reached, place));
            }
        }
    }
    Ok(if found.len() == 1 { found.pop() } else { None })
}
