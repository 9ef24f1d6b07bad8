//! `aureole integrate`.

mod meant;

use std::path::PathBuf;

use aureole::layout::Layout;
use aureole_core::binning::Split;
use aureole_core::recipe::ErrorModel;
use aureole_core::unit::Unit;
use clap::Args;

use super::choice::{named, one_of};
use super::frames::Frames;
use super::pair::{number, pair};

pub(crate) use meant::{Meant, SummaryForm};

/// Arguments of `aureole integrate`.
#[derive(Debug, Args)]
#[command(after_help = "\
FILE::/path names a dataset inside an HDF5 file, as in meta.h5::/entry/mask.
Without ::/path the dataset is found by itself where the file makes it plain.

Examples:
  aureole integrate scan_master.h5 --poni lab6.poni -o out.h5
  aureole integrate scan.h5 --poni lab6.poni --mask mask.npy --error-model poisson -o out.h5
  aureole integrate scan.h5 --poni lab6.poni --bins 2000 --unit 2th_deg --split bbox -o out.h5
  aureole integrate a.h5 b.h5 --poni lab6.poni --azimuth-range -30,30 -o ab.h5")]
pub(crate) struct IntegrateArgs {
    /// The stacks to integrate, one after the other: HDF5 files or FILE::/path
    #[arg(required = true)]
    pub(crate) input: Vec<String>,
    /// The result, a NeXus HDF5 file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Detector
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
    /// Pattern
    #[command(flatten)]
    pub(crate) pattern: PatternArgs,
    /// Corrections
    #[command(flatten)]
    pub(crate) corrections: CorrectionArgs,
    /// Run
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// Where the detector stood and which of its pixels count.
#[derive(Debug, Args)]
#[command(next_help_heading = "Detector")]
pub(crate) struct DetectorArgs {
    /// The geometry: a PONI file, as pyFAI's calibration writes it, or Fit2D's parameters as JSON
    #[arg(long, value_name = "FILE", required_unless_present = "config")]
    pub(crate) poni: Option<PathBuf>,
    /// A configuration saved by pyFAI-integrate (JSON); the options typed beside it win
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Pixels to leave out: an image that is not 0 there (.npy, .edf, .tif, HDF5 or FILE::/path); auto
    /// takes the pixel mask that lies beside the data (NXdetector, Eiger master, Odin's _meta.h5)
    #[arg(long, value_name = "FILE|auto")]
    pub(crate) mask: Option<String>,
    /// Pixels with this value are left out, frame by frame; the detector's own marker if nothing is said
    #[arg(long, value_name = "COUNTS", value_parser = number, allow_negative_numbers = true)]
    pub(crate) dummy: Option<f64>,
    /// How far from --dummy a value may lie, in counts
    #[arg(long, value_name = "COUNTS", value_parser = number, requires = "dummy")]
    pub(crate) delta_dummy: Option<f64>,
}

/// The axes of the pattern and how pixels are shared among its bins.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pattern")]
pub(crate) struct PatternArgs {
    /// Bins of the pattern [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) bins: Option<u32>,
    /// Unit of its axis: q_nm^-1, q_A^-1, 2th_deg, 2th_rad, r_mm, r_m, chi_deg or chi_rad [default: q_nm^-1]
    #[arg(long, value_parser = named::<Unit>())]
    pub(crate) unit: Option<Unit>,
    /// Only this part of the axis, in its unit
    #[arg(long, value_name = "A,B", value_parser = pair, allow_hyphen_values = true)]
    pub(crate) radial_range: Option<(f64, f64)>,
    /// Only pixels whose azimuth lies here, in degrees from -180 to 180; may cross 180, as in 170,190
    #[arg(long, value_name = "A,B", value_parser = pair, allow_hyphen_values = true)]
    pub(crate) azimuth_range: Option<(f64, f64)>,
    /// How a pixel that lies across bins is shared: no (all to the bin of its centre), bbox (evenly over its radial
    /// extent) or full (by area) [default: full]
    #[arg(long, value_parser = named::<Split>())]
    pub(crate) split: Option<Split>,
    /// Where errors come from: none, or poisson (counting statistics) [default: none]
    #[arg(long, value_name = "MODEL", value_parser = one_of("an error model", ErrorModel::NAMES), hide_possible_values = true)]
    pub(crate) error_model: Option<&'static str>,
    /// Write the sums (signal, variance) beside the means
    #[arg(long)]
    pub(crate) sums: bool,
}

/// What is corrected.
#[derive(Debug, Args)]
#[command(next_help_heading = "Corrections")]
pub(crate) struct CorrectionArgs {
    /// An image to subtract from every frame (.npy, .edf, .tif, HDF5 or FILE::/path)
    #[arg(long, value_name = "FILE")]
    pub(crate) dark: Option<String>,
    /// An image of the pixels' sensitivities to divide by; auto takes the flat field that lies beside the data, unless the
    /// detector has applied it
    #[arg(long, value_name = "FILE|auto")]
    pub(crate) flat: Option<String>,
    /// Polarization of the beam, from -1 (vertical) to 1 (horizontal); no correction if nothing is said
    #[arg(long, value_name = "F", value_parser = number, allow_negative_numbers = true)]
    pub(crate) polarization: Option<f64>,
    /// Do not correct for the solid angle of each pixel
    #[arg(long)]
    pub(crate) no_solid_angle: bool,
    /// Divide each pattern by this: a number, or FILE::/path of one value a frame (a monitor)
    #[arg(long, value_name = "F|FILE::/PATH", allow_negative_numbers = true)]
    pub(crate) normalization: Option<String>,
}

/// How the work is done.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub(crate) struct RunArgs {
    /// Only these frames, counted from 0: A:B (B not included), A: or :B
    #[arg(long, value_name = "A:B")]
    pub(crate) frames: Option<Frames>,
    /// How the work is spread: serial (one frame at a time, its blocks over all cores), threads (each thread takes
    /// frames of its own) or auto
    #[arg(long, default_value = "auto", value_parser = one_of("a layout", Layout::NAMES), hide_possible_values = true)]
    pub(crate) layout: &'static str,
    /// Threads to use [default: the cores this process may use]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// Frames a thread takes at once, from 1 to 16; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) batch: Option<u8>,
    /// Vector instructions to use; the fastest this processor has if nothing is said
    #[arg(long, value_parser = one_of("a set of vector instructions", ["scalar", "avx2", "avx512"]))]
    pub(crate) isa: Option<&'static str>,
    /// Stop at the first frame that cannot be integrated, instead of marking it and going on
    #[arg(long)]
    pub(crate) strict: bool,
    /// Replace the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// What is printed at the end: a line of text, or JSON on standard output
    #[arg(long, default_value = "text", value_parser = one_of("a form of the summary", ["text", "json"]))]
    pub(crate) summary: &'static str,
}
