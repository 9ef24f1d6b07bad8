//! Rows of a result beside the patterns of the same frames.

use std::num::NonZero;
use std::ops::Range;
use std::path::Path;

use aureole_core::pattern::{Pattern, Status};
use hdf5_metno::{Dataset, File, H5Type};

use super::Report;
use crate::job::{Input, Prepared};
use crate::layout::Serial;
use crate::machine::Pin;
use crate::result::Record;
use crate::sink::MemorySink;

/// The rows of a result, and what makes their patterns again.
pub(super) struct Rows<'a> {
    record: &'a Record,
    prepared: &'a Prepared,
    recipes: Vec<Recipe>,
}

/// The datasets of one recipe.
struct Recipe {
    name: String,
    /// Bins along each axis.
    bins: Vec<usize>,
    /// The plan's constants.
    norm: Vec<f64>,
    count: Vec<f64>,
    intensity: Dataset,
    errors: Option<Dataset>,
    signal: Option<Dataset>,
    variance: Option<Dataset>,
    /// `norm_per_frame` and `count_per_frame`.
    own: Option<(Dataset, Dataset)>,
}

impl<'a> Rows<'a> {
    /// Opens the datasets that the job must have left.
    ///
    /// # Errors
    /// When one is missing or of another shape.
    pub(super) fn open(file: &Path, record: &'a Record, prepared: &'a Prepared) -> Result<Rows<'a>, String> {
        let mut options = File::with_options();
        options.with_fapl(|access| access.file_locking(false));
        let file = options.open(file).map_err(|error| error.to_string())?;
        let rows = record.status.len();
        let recipes = prepared.each_recipe().zip(prepared.plans.plans());
        let recipes = recipes.map(|((spec, made), plan)| {
            let azimuthal = made.azimuthal.as_ref().map(|bins| bins.centres.len());
            let bins: Vec<usize> = azimuthal.into_iter().chain([made.centres.len()]).collect();
            let shape: Vec<usize> = [rows].into_iter().chain(bins.iter().copied()).collect();
            let dataset = |name: &str| {
                let place = format!("/entry/{}/{name}", spec.name);
                let dataset = file.dataset(&place).map_err(|_| format!("there is no {place}"))?;
                match dataset.shape() {
                    there if there == shape => Ok(dataset),
                    there => Err(format!("{place} is of {there:?} values, where {shape:?} belong")),
                }
            };
            let group = file.group(&format!("/entry/{}", spec.name)).map_err(|error| error.to_string())?;
            let has_errors = spec.error_model != aureole_core::recipe::ErrorModel::None;
            let has_own = group.link_exists("norm_per_frame") || group.link_exists("count_per_frame");
            let optional = |there: bool, name: &str| there.then(|| dataset(name)).transpose();
            let own = optional(has_own, "norm_per_frame")?.zip(optional(has_own, "count_per_frame")?);
            Ok(Recipe {
                name: spec.name.clone(),
                norm: plan.norm(),
                count: plan.count(),
                intensity: dataset("I")?,
                errors: optional(has_errors, "I_errors")?,
                signal: optional(record.sums, "signal")?,
                variance: optional(record.sums && has_errors, "variance")?,
                own,
                bins,
            })
        });
        Ok(Rows { record, prepared, recipes: recipes.collect::<Result<_, String>>()? })
    }

    /// The datasets whose rows are compared.
    pub(super) fn names(&self) -> Vec<String> {
        let of = |recipe: &Recipe| {
            let own = recipe.own.as_ref().map(|(norm, count)| [norm.name(), count.name()]);
            let others =
                [&recipe.errors, &recipe.signal, &recipe.variance].into_iter().flatten().map(|other| other.name());
            let names: Vec<String> =
                [recipe.intensity.name()].into_iter().chain(others).chain(own.into_iter().flatten()).collect();
            names
        };
        self.recipes.iter().flat_map(of).collect()
    }

    /// Integrates the frames of some rows again and compares them.
    ///
    /// # Errors
    /// When a row cannot be read, or no frame can be integrated at all.
    pub(super) fn compare(&self, rows: Range<usize>, report: &mut Report) -> Result<(), String> {
        let first = self.record.first_frame;
        let input = Input { frames: first + rows.start..first + rows.end, ..self.prepared.input() };
        let serial = Serial { threads: NonZero::<usize>::MIN, pin: Pin::Off };
        let mut sink = MemorySink::default();
        self.prepared.run_by(&serial, &input, None, &mut sink).map_err(|error| error.to_string())?;
        let patterns: Vec<Pattern> = sink.patterns.into_iter().map(|(_, pattern)| pattern).collect();
        for (row, patterns) in rows.zip(patterns.chunks(self.recipes.len())) {
            self.frame(row, patterns, report)?;
        }
        Ok(())
    }

    fn frame(&self, row: usize, patterns: &[Pattern], report: &mut Report) -> Result<(), String> {
        let (frame, was) = (self.record.first_frame + row, self.record.status[row]);
        let failed = aureole_core::pipeline::failure(patterns);
        let differs = match failed {
            Some(reason) if was != 2 => Some(format!("was integrated, and fails now: {reason}")),
            None if was == 2 => Some("failed then, and does not fail now".to_owned()),
            _ => None,
        };
        if let Some(differs) = differs {
            report.differences.push(format!("frame {frame}: {differs}"));
            return Ok(());
        }
        report.failed_again += usize::from(failed.is_some());
        for (recipe, pattern) in self.recipes.iter().zip(patterns) {
            let differ = recipe.compare(row, pattern)?;
            report.differences.extend(differ.into_iter().map(|what| format!("frame {frame}, {what}")));
        }
        Ok(())
    }
}

impl Recipe {
    /// What differs between a row and the pattern.
    fn compare(&self, row: usize, pattern: &Pattern) -> Result<Vec<String>, String> {
        let failed = !matches!(pattern.status, Status::Done);
        let mut found = Vec::new();
        found.extend(self.numbers(&self.intensity, row, &pattern.intensity, failed)?);
        if let Some(errors) = &self.errors {
            found.extend(self.numbers(errors, row, &pattern.errors, failed)?);
        }
        for (dataset, values) in [(&self.signal, &pattern.signal), (&self.variance, &pattern.variance)] {
            found.extend(dataset.as_ref().map_or(Ok(None), |dataset| self.numbers(dataset, row, values, failed))?);
        }
        match (&self.own, &pattern.own) {
            (Some((norm, count)), own) => {
                let (of_norm, of_count) = own.as_ref().map_or((&self.norm, &self.count), |own| (&own.norm, &own.count));
                found.extend(self.numbers(norm, row, of_norm, failed)?);
                found.extend(self.numbers(count, row, of_count, failed)?);
            }
            (None, Some(_)) => {
                found.push(format!("which masks pixels of its own: there is no /entry/{}/norm_per_frame", self.name));
            }
            (None, None) => {}
        }
        Ok(found)
    }

    /// The first bin that differs, and how many do; a failed frame is NaN throughout.
    fn numbers<T: Number>(
        &self,
        dataset: &Dataset,
        row: usize,
        now: &[T],
        failed: bool,
    ) -> Result<Option<String>, String> {
        let name = dataset.name();
        let there: hdf5_metno::Result<Vec<T>> = match self.bins.len() {
            1 => dataset.read_slice_1d::<T, _>((row, ..)).map(|row| row.to_vec()),
            _ => dataset.read_slice_2d::<T, _>((row, .., ..)).map(|row| row.iter().copied().collect()),
        };
        let there = there.map_err(|error| format!("{name}: row {row} cannot be read ({error})"))?;
        let expected = |bin: usize| if failed { T::NAN } else { now.get(bin).copied().unwrap_or(T::NAN) };
        let differs = |bin: &usize| there[*bin].bits() != expected(*bin).bits();
        let differing: Vec<usize> = (0..there.len()).filter(differs).collect();
        let Some(&bin) = differing.first() else { return Ok(None) };
        let more = if differing.len() > 1 { format!(", and {} more bins", differing.len() - 1) } else { String::new() };
        let (was, is) = (there[bin], expected(bin));
        Ok(Some(format!("{} of {name}: {was} in the file, {is} computed again{more}", self.bin(bin))))
    }

    /// A bin by its place: `bin 7`, of cakes `bin 3, 7` (the azimuthal one first).
    fn bin(&self, bin: usize) -> String {
        match self.bins[..] {
            [_, radial] => format!("bin {}, {}", bin / radial, bin % radial),
            _ => format!("bin {bin}"),
        }
    }
}

/// A number that is compared by its bits.
trait Number: H5Type + Copy + std::fmt::Display {
    const NAN: Self;
    fn bits(self) -> u64;
}

impl Number for f32 {
    const NAN: f32 = f32::NAN;
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
}

impl Number for f64 {
    const NAN: f64 = f64::NAN;
    fn bits(self) -> u64 {
        self.to_bits()
    }
}
