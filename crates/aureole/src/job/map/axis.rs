//! The positions of a map's rows and columns: from a dataset, from the ends of a range, or numbers from 0 on.

use std::path::Path;

use crate::hdf5::attributes;
use crate::hdf5::place::Place;
use crate::image::{self, ImageError};
use crate::job::JobError;
use crate::sink::nexus::{Map, MapAxis};
use crate::source::Reach;

use super::{MapAxisSpec, MapSpec};

/// Where programs keep a motor of the given name inside an entry.
const PLACES: [&str; 9] = [
    "{}",
    "measurement/{}",
    "data/{}",
    "sample/{}",
    "sample/transformations/{}",
    "instrument/{}/value",
    "instrument/{}/data",
    "instrument/positioners/{}",
    "instrument/{}",
];

/// The map of a stack of `frames` frames, read from `inputs`, with the positions of its rows and columns.
///
/// # Errors
/// When a dataset cannot be found or read, or holds another number of values than frames, points, or rows or columns.
pub(in crate::job) fn resolve(spec: &MapSpec, inputs: &[String], reach: Reach, frames: usize) -> Result<Map, JobError> {
    let slow =
        Axis { option: "--map-slow-axis", usual: "slow", of: &spec.slow_axis, points: spec.slow, slow: true, reach };
    let fast =
        Axis { option: "--map-fast-axis", usual: "fast", of: &spec.fast_axis, points: spec.fast, slow: false, reach };
    Ok(spec.with_axes(slow.resolve(spec, inputs, frames)?, fast.resolve(spec, inputs, frames)?))
}

/// One of the two axes.
struct Axis<'a> {
    option: &'static str,
    usual: &'static str,
    of: &'a MapAxisSpec,
    points: usize,
    slow: bool,
    reach: Reach,
}

impl Axis<'_> {
    fn resolve(&self, map: &MapSpec, inputs: &[String], frames: usize) -> Result<MapAxis, JobError> {
        let mut axis = MapAxis {
            long_name: self.of.name.clone().unwrap_or_else(|| self.usual.into()),
            values: even(self.of.range.unwrap_or((0.0, self.points.saturating_sub(1) as f64)), self.points),
            ..MapAxis::default()
        };
        let Some(dataset) = &self.of.dataset else { return Ok(axis) };
        let (values, last) = self.read(dataset, inputs)?;
        axis.values = self.reduce(dataset, &values, map, frames)?;
        let own = last.split("::").last().unwrap_or_default().trim_end_matches("/value").trim_end_matches("/data");
        axis.long_name = self.of.name.clone().unwrap_or_else(|| own.rsplit('/').next().unwrap_or(own).into());
        axis.units = units(&last, self.reach);
        Ok(axis)
    }

    /// All values, and the last dataset they come from as `FILE::/path`.
    fn read(&self, dataset: &str, inputs: &[String]) -> Result<(Vec<f64>, String), JobError> {
        let read = |input: &str| {
            let failed = |error: ImageError| JobError::Image { option: self.option, error };
            image::read_series(input, self.reach).map_err(failed)
        };
        if crate::input::split(dataset).1.is_some() || image::extension(Path::new(dataset)) == "npy" {
            return Ok((read(dataset)?, dataset.to_owned()));
        }
        let (mut values, mut last) = (Vec::new(), String::new());
        for input in inputs {
            let (file, _) = crate::input::split(input);
            let path = self.seek(file, dataset)?;
            last = format!("{}::{path}", file.display());
            values.extend(read(&last)?);
        }
        Ok((values, last))
    }

    /// The path of a dataset in a file, by its path or its name.
    fn seek(&self, file: &Path, dataset: &str) -> Result<String, JobError> {
        let refuse = |reason: String| JobError::Option { option: self.option, reason };
        let root = Place::open(file, self.reach).map_err(|error| refuse(format!("{dataset}: {error}")))?;
        let is_dataset = |path: &str| root.find(path).is_ok_and(|place| place.dataset().is_some());
        let plain = format!("/{}", dataset.trim_start_matches('/'));
        if is_dataset(&plain) {
            return Ok(plain);
        }
        let entries = root.members();
        let inside = entries
            .iter()
            .filter(|_| !dataset.starts_with('/'))
            .flat_map(|entry| PLACES.iter().map(move |place| format!("/{entry}/{}", place.replace("{}", dataset))));
        inside.into_iter().find(|path| is_dataset(path)).ok_or_else(|| {
            let reason = "neither a dataset nor a motor of that name is there; give its path, or FILE::/path";
            refuse(format!("{dataset}: {}: {reason}", file.display()))
        })
    }

    /// One value a row or column: of values a frame or a point, the mean of those that lie there; NaN where none does.
    fn reduce(&self, dataset: &str, values: &[f64], map: &MapSpec, frames: usize) -> Result<Vec<f64>, JobError> {
        let points = map.slow * map.fast;
        let first = match values.len() {
            length if length == frames => map.offset,
            length if length == points => 0,
            length if length == self.points => return Ok(values.to_vec()),
            length => {
                let rows = if self.slow { "rows" } else { "columns" };
                let allowed = format!("{frames} (frames), {points} (points) or {} ({rows})", self.points);
                let reason = format!("{dataset}: {length} values; {allowed} are needed");
                return Err(JobError::Option { option: self.option, reason });
            }
        };
        let mut sums = vec![(0.0, 0u32); self.points];
        for (nth, value) in values.iter().skip(first).take(points).enumerate().filter(|(_, value)| value.is_finite()) {
            let (row, column) = map.place(nth);
            let sum = &mut sums[if self.slow { row } else { column }];
            *sum = (sum.0 + value, sum.1 + 1);
        }
        Ok(sums.into_iter().map(|(sum, count)| sum / f64::from(count)).collect())
    }
}

/// `points` values from the first to the last of `ends`.
fn even(ends: (f64, f64), points: usize) -> Vec<f64> {
    let step = (ends.1 - ends.0) / points.saturating_sub(1).max(1) as f64;
    (0..points).map(|point| ends.0 + step * point as f64).collect()
}

/// The units of a dataset `FILE::/path`, where it says them.
fn units(input: &str, reach: Reach) -> String {
    let (file, Some(path)) = crate::input::split(input) else { return String::new() };
    let place = Place::open(file, reach).and_then(|root| root.find(path));
    place.ok().and_then(|place| attributes::string(place.dataset()?, "units")).unwrap_or_default()
}
