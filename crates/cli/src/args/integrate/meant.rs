//! From what was typed to the job that is meant: an option typed wins over the configuration file, this over defaults.

use std::path::PathBuf;

use aureole::detector;
use aureole::job::pyfai::PyfaiConfig;
use aureole::job::{
    self, CakeSpec, EdgesSpec, Execution, FrameRange, GeometrySpec, JobSpec, Normalization, RecipeSpec,
};
use aureole::layout::Layout;
use aureole::machine::Pin;
use aureole::source::Reach;
use aureole_core::binning::Split;
use aureole_core::images::StackImage;
use aureole_core::poni;
use aureole_core::recipe::{ErrorKind, ErrorModel, Mode};
use aureole_core::unit::{Sample, Unit};

use super::engine;
use super::layers::{self, Layers};
use super::recipe::{PatternArgs, RecipeArgs};
use super::{IntegrateArgs, RunArgs, stream};
use crate::args::bins::Bins;
use crate::exit::Failure;

/// What is printed at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SummaryForm {
    Text,
    Json,
}

/// A run as it is meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Meant {
    pub(crate) job: JobSpec,
    pub(crate) output: PathBuf,
    pub(crate) sums: bool,
    pub(crate) force: bool,
    /// Go on with the output, if it is there.
    pub(crate) resume: bool,
    /// And try its failed frames again.
    pub(crate) retry_failed: bool,
    pub(crate) summary: SummaryForm,
    /// Seconds within which the first frame of a stream has to come.
    pub(crate) first_within: Option<u64>,
    /// Frames go with the tasks of an engine.
    pub(crate) send_chunks: bool,
    /// Tasks write files of their own.
    pub(crate) output_parts: bool,
    /// The port of a page that shows the run.
    pub(crate) serve: Option<u16>,
    /// The page stays when the run has ended.
    pub(crate) stay: bool,
    /// What the user should be told.
    pub(crate) notices: Vec<String>,
}

impl IntegrateArgs {
    /// The job that these arguments describe.
    pub(crate) fn meant(self) -> Result<Meant, Failure> {
        let Layers { recipes, mut pyfai } = layers::collect(self.recipe, &self.job)?;
        let (input, output) = files(&self.input, self.output.clone(), &pyfai)?;
        let map = self.map.meant(pyfai.map.clone())?;
        let mut notices = Vec::new();
        if pyfai.geometry.is_none() && recipes.iter().any(|(_, args)| args.detector.poni.is_none()) {
            pyfai.geometry = stated(&input, self.run.allow_external, &mut notices);
        }
        let several = recipes.len() > 1;
        let recipes = recipes
            .into_iter()
            .map(|(name, args)| {
                let made = recipe(name.clone(), args, &pyfai, &input, &mut notices);
                made.map_err(|failure| if several { failure.within(&format!("recipe {name}")) } else { failure })
            })
            .collect::<Result<_, _>>()?;
        let (start, end) = self.run.frames.as_ref().map_or((None, None), |frames| (Some(frames.start()), frames.end()));
        let summary = if self.run.summary == "json" { SummaryForm::Json } else { SummaryForm::Text };
        let (force, resume, retry_failed) = (self.run.force, self.run.resume, self.run.retry_failed);
        self.run.stream.check(&input)?;
        let follows = self.run.follow || stream::any(&input);
        let first_within = self.run.timeout;
        if first_within.is_some() && !follows {
            return Err(Failure::refused("--timeout: belongs to --follow, or to a stream"));
        }
        if resume && follows {
            return Err(Failure::refused(
                "--resume: goes with stacks that are complete, not with --follow or a stream",
            ));
        }
        let execution = execution(&self.run, follows);
        let engine::EngineArgs { send_chunks, output_parts, .. } = self.run.engine;
        check_engine(&self.run, execution.layout)?;
        let frames = FrameRange { start, end };
        let images = images(&self.job.image);
        let job = JobSpec { version: job::VERSION, inputs: input, frames, recipes, images, execution, map };
        let sums = self.job.sums;
        Ok(Meant {
            job,
            output,
            sums,
            force,
            resume,
            retry_failed,
            summary,
            first_within,
            send_chunks,
            output_parts,
            serve: self.page.serve,
            stay: self.page.stay,
            notices,
        })
    }
}

/// The geometry that the stack's own file states, and a notice that it was taken.
fn stated(inputs: &[String], allow_external: bool, notices: &mut Vec<String>) -> Option<GeometrySpec> {
    let stated = detector::stated(inputs, Reach::of(allow_external))?;
    notices.push(stated.notice());
    Some(GeometrySpec::Poni(poni::write(&stated.geometry)))
}

/// The stacks and the result: typed, or else named by the configuration.
fn files(typed: &[String], output: Option<PathBuf>, config: &PyfaiConfig) -> Result<(Vec<String>, PathBuf), Failure> {
    let input = if typed.is_empty() { &config.inputs } else { typed };
    if input.is_empty() {
        return Err(Failure::refused("--config: it names no input; type the stacks to integrate as well"));
    }
    let output = output.or_else(|| config.output.clone());
    let output = output.ok_or_else(|| Failure::refused("--config: it names no output; give --output as well"))?;
    Ok((input.to_vec(), output))
}

/// One recipe by its options alone; `geometry` is that of a job without a PONI file.
pub(crate) fn single_recipe(
    args: RecipeArgs,
    geometry: Option<GeometrySpec>,
    inputs: &[String],
    notices: &mut Vec<String>,
) -> Result<RecipeSpec, Failure> {
    recipe(job::data(), args, &PyfaiConfig { geometry, ..PyfaiConfig::default() }, inputs, notices)
}

/// One recipe: its options, the configuration of pyFAI under them, and defaults.
fn recipe(
    name: String,
    args: RecipeArgs,
    config: &PyfaiConfig,
    inputs: &[String],
    notices: &mut Vec<String>,
) -> Result<RecipeSpec, Failure> {
    let RecipeArgs { detector, pattern, corrections } = args;
    let geometry = detector.poni.map(GeometrySpec::File).or(config.geometry.clone());
    let geometry = geometry.ok_or_else(|| {
        Failure::refused("--poni FILE: a geometry is needed; neither an option nor the input gives one")
    })?;
    let error_model = pattern.error_model.and_then(ErrorModel::from_name);
    let by_variance = pattern.variance.as_ref().map(|_| ErrorModel::Variance);
    check_range(&pattern, config)?;
    let mode = mode(&pattern, config.mode)?;
    let polarization = corrections.polarization.map(|beam| (beam.factor, beam.offset)).or(config.polarization);
    let normalization = match &corrections.normalization {
        None => config.normalization(inputs, notices).map_err(Failure::refused)?,
        Some(typed) => normalization(typed)?,
    };
    Ok(RecipeSpec {
        name,
        geometry,
        bins: pattern.bins.map(Bins::count).or(config.bins).unwrap_or(1000),
        edges: edges(&pattern),
        cake: cake(&pattern, config.azimuthal_bins)?,
        sample: sample(&pattern),
        chi_at_0: pattern.chi_at_0 || config.chi_at_0.unwrap_or(false),
        unit: pattern.unit.or(config.unit).unwrap_or(Unit::QNm),
        radial_range: pattern.radial_range.or(config.radial_range),
        azimuth_range: pattern.azimuth_range.or(config.azimuth_range),
        split: pattern.split.or(config.split).unwrap_or(Split::Full),
        mode,
        error_model: error_model.or(by_variance).or(config.error_model).unwrap_or_default(),
        errors: pattern.errors.and_then(ErrorKind::from_name).unwrap_or_default(),
        variance: pattern.variance,
        polarization: polarization.map(|(factor, _)| factor),
        polarization_offset: polarization.map_or(0.0, |(_, offset)| offset),
        solid_angle: !corrections.no_solid_angle && config.solid_angle.unwrap_or(true),
        mask: detector.mask.or(config.mask.clone()),
        dark: corrections.dark.or(config.dark.clone()),
        flat: corrections.flat.or(config.flat.clone()),
        absorption: corrections.absorption,
        dummy: detector.dummy.or(config.dummy),
        delta_dummy: detector.delta_dummy.or(config.delta_dummy),
        saturation: detector.saturation,
        normalization,
        mask_sectors: detector.mask_sector,
        mask_rings: detector.mask_ring,
        along: pattern.along,
    })
}

/// Refuses to take a configured range in another unit than it was meant in.
fn check_range(pattern: &PatternArgs, config: &PyfaiConfig) -> Result<(), Failure> {
    match (pattern.unit, config.unit, config.radial_range) {
        (Some(typed), Some(meant), Some((from, to))) if typed != meant && pattern.radial_range.is_none() => {
            Err(Failure::refused(format!(
                "--unit {typed}: the configuration's radial_range {from}, {to} is in {meant}; give --radial-range in {typed} too"
            )))
        }
        _ => Ok(()),
    }
}

/// The images asked for, each once.
fn images(names: &[&'static str]) -> Vec<StackImage> {
    let mut images: Vec<StackImage> = Vec::new();
    for image in names.iter().filter_map(|name| StackImage::from_name(name)) {
        if !images.contains(&image) {
            images.push(image);
        }
    }
    images
}

/// The mode typed or configured, with the numbers typed for it.
fn mode(pattern: &PatternArgs, configured: Option<Mode>) -> Result<Mode, Failure> {
    let chosen = pattern.mode.or(configured).unwrap_or_default();
    let mode = match chosen {
        Mode::SigmaClip { threshold, max_iterations } => Mode::SigmaClip {
            threshold: pattern.thres.unwrap_or(threshold),
            max_iterations: pattern.max_iter.unwrap_or(max_iterations),
        },
        _ if pattern.thres.is_some() || pattern.max_iter.is_some() => {
            return Err(Failure::refused(format!(
                "--thres and --max-iter belong to --mode sigma-clip, not to {chosen}"
            )));
        }
        mode => mode,
    };
    mode.check().map_err(|reason| Failure::refused(format!("--thres: {reason}")))?;
    Ok(mode)
}

fn edges(pattern: &PatternArgs) -> Option<EdgesSpec> {
    match (&pattern.edges, pattern.bins) {
        (Some(file), _) => Some(EdgesSpec::File(file.clone())),
        (None, Some(Bins::Log(first, last, _))) => Some(EdgesSpec::Log { first, last }),
        _ => None,
    }
}

fn sample(pattern: &PatternArgs) -> Sample {
    Sample {
        incident_angle: pattern.incident_angle.unwrap_or(0.0).to_radians(),
        tilt_angle: pattern.tilt_angle.unwrap_or(0.0).to_radians(),
        orientation: pattern.sample_orientation.unwrap_or(1),
    }
}

fn cake(pattern: &PatternArgs, configured: Option<usize>) -> Result<Option<CakeSpec>, Failure> {
    match (pattern.azimuthal_bins.map(|bins| bins as usize).or(configured), pattern.azimuthal_unit) {
        (None, Some(unit)) => {
            Err(Failure::refused(format!("--azimuthal-unit {unit}: needs --azimuthal-bins beside it")))
        }
        (None, None) => Ok(None),
        (Some(bins), unit) => Ok(Some(CakeSpec { bins, unit: unit.unwrap_or(Unit::ChiDeg) })),
    }
}

/// Refuses what only engines have a use for.
fn check_engine(run: &RunArgs, layout: Layout) -> Result<(), Failure> {
    let (chunks, parts) = (run.engine.send_chunks, run.engine.output_parts);
    let typed = [("--send-chunks", chunks), ("--output-parts", parts)].into_iter().find(|(_, typed)| *typed);
    match typed {
        Some((option, _)) if !layout.by_engine() => {
            let name = layout.name();
            Err(Failure::refused(format!("{option}: layout {name} has no tasks; dask and joblib have")))
        }
        _ if chunks && parts => Err(Failure::refused(
            "--output-parts: workers that do not see the files (--send-chunks) cannot write beside the output",
        )),
        _ => Ok(()),
    }
}

fn execution(run: &RunArgs, follows: bool) -> Execution {
    Execution {
        layout: Layout::from_name(run.layout).unwrap_or_default(),
        threads: run.threads.map(usize::from),
        workers: run.workers.map(usize::from),
        scheduler: run.engine.scheduler.clone(),
        range: run.engine.range.map(|range| range as usize),
        devices: run.devices.clone(),
        device_memory: run.device_memory,
        lanes: run.lanes,
        pin: Pin::from_name(run.pin).unwrap_or_default(),
        batch: run.batch.map(usize::from),
        isa: run.isa.map(str::to_owned),
        follow: follows.then(|| run.timeout.unwrap_or(60)),
        stream_memory: run.stream.bytes(),
        shared: run.stream.shared,
        allow_external: run.allow_external,
        strict: run.strict,
        plan_cache: run.plan_cache.clone(),
    }
}

/// A number, or a dataset of one number a frame.
fn normalization(typed: &str) -> Result<Normalization, Failure> {
    if typed.contains("::") {
        return Ok(Normalization::Dataset(typed.to_owned()));
    }
    let refused =
        || Failure::refused(format!("--normalization {typed}: neither a number nor FILE::/path of a dataset"));
    super::number(typed).map(Normalization::Factor).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Command, Typed};

    fn meant(line: &str) -> Result<Meant, Failure> {
        let words = ["aureole", "integrate", "a.h5", "-o", "b.h5"].into_iter().chain(line.split_whitespace());
        match Typed::try_parse_from(words).unwrap().command {
            Command::Integrate(args) => args.meant(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_typed_has_the_defaults_that_help_states() {
        let meant = meant("--poni p.poni").unwrap();
        let recipe = &meant.job.recipes[0];
        assert_eq!((recipe.bins, recipe.unit, recipe.split), (1000, Unit::QNm, Split::Full));
        assert_eq!((recipe.error_model, recipe.solid_angle), (ErrorModel::None, true));
        assert_eq!((meant.force, meant.sums, meant.summary), (false, false, SummaryForm::Text));
        assert_eq!(meant.job.execution, Execution::default());
    }

    #[test]
    fn an_option_wins_over_the_configuration_and_this_over_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        let text = r#"{"nbpt_rad": 500, "unit": "2th_deg", "error_model": "poisson", "poni": {"dist": 1.0, "detector": "Eiger4M"}}"#;
        std::fs::write(&file, text).unwrap();
        let meant = meant(&format!("--poni p.poni --config {} --bins 250", file.display())).unwrap();
        let recipe = &meant.job.recipes[0];
        assert_eq!((recipe.bins, recipe.unit, recipe.error_model), (250, Unit::TthDeg, ErrorModel::Poisson));
        assert_eq!(recipe.geometry, GeometrySpec::File("p.poni".into()));
    }

    #[test]
    fn azimuthal_bins_make_cakes_and_logarithmic_bins_edges() {
        let recipe = |line: &str| meant(line).unwrap().job.recipes.remove(0);
        let cake = recipe("--poni p --azimuthal-bins 36 --split pseudo --chi-at-0 --azimuth-range 170,-170");
        assert_eq!(cake.cake, Some(CakeSpec { bins: 36, unit: Unit::ChiDeg }));
        assert_eq!((cake.split, cake.chi_at_0, cake.azimuth_range), (Split::Pseudo, true, Some((170.0, -170.0))));
        let pattern = recipe("--poni p --bins log:0.1:10:50");
        assert_eq!(
            (pattern.bins, pattern.edges, pattern.cake),
            (50, Some(EdgesSpec::Log { first: 0.1, last: 10.0 }), None)
        );
        assert_eq!(recipe("--poni p --edges e.txt").edges, Some(EdgesSpec::File("e.txt".into())));
    }

    #[test]
    fn a_normalization_is_a_number_or_a_dataset() {
        let of = |typed: &str| {
            meant(&format!("--poni p --normalization {typed}")).map(|m| m.job.recipes[0].normalization.clone())
        };
        assert_eq!(of("2.5").unwrap(), Normalization::Factor(2.5));
        assert_eq!(of("m.h5::/i0").unwrap(), Normalization::Dataset("m.h5::/i0".into()));
        assert!(of("monitor").is_err());
    }

    #[test]
    fn a_stream_is_followed_without_being_told_and_has_options_of_its_own() {
        let stream = meant("tcp://dcu:31001 --poni p --shared --stream-memory 5").unwrap();
        let Execution { follow, shared, stream_memory, .. } = stream.job.execution;
        assert_eq!((follow, shared, stream_memory, stream.first_within), (Some(60), true, Some(5_000_000), None));
        let patient = meant("tcp://dcu:31001 --poni p --timeout 7").unwrap();
        assert_eq!((patient.job.execution.follow, patient.first_within), (Some(7), Some(7)));
        for files in ["--shared", "--stream-memory 5", "--timeout 7"] {
            assert!(meant(&format!("--poni p {files}")).is_err(), "{files}");
        }
    }

    #[test]
    fn ranges_may_be_negative_and_frames_open() {
        let meant = meant("--poni p --azimuth-range -10,10 --radial-range 0.5,3 --frames 5: --dummy -2").unwrap();
        let recipe = &meant.job.recipes[0];
        assert_eq!((recipe.azimuth_range, recipe.radial_range), (Some((-10.0, 10.0)), Some((0.5, 3.0))));
        assert_eq!(recipe.dummy, Some(-2.0));
        assert_eq!(meant.job.frames, FrameRange { start: Some(5), end: None });
    }
}
