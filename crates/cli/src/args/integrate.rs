//! `aureole integrate`.

mod meant;

use std::path::PathBuf;

use aureole::layout::Layout;
use aureole_core::binning::Split;
use aureole_core::images::StackImage;
use aureole_core::recipe::{ErrorKind, ErrorModel, Mode};
use aureole_core::unit::Unit;
use clap::Args;

use super::bins::Bins;
use super::choice::{named, one_of};
use super::frames::Frames;
use super::pair::{number, pair, two};
use super::polarization::{Polarization, polarization};

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
  aureole integrate a.h5 b.h5 --poni lab6.poni --azimuth-range -30,30 -o ab.h5
  aureole integrate scan.h5 --poni lab6.poni --azimuthal-bins 360 -o cakes.h5
  aureole integrate scan.h5 --poni saxs.poni --bins log:0.01:5:300 -o out.h5")]
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
    /// Pixels with this many counts or more are left out, frame by frame
    #[arg(long, value_name = "COUNTS", value_parser = number)]
    pub(crate) saturation: Option<f64>,
}

/// The axes of the pattern and how pixels are shared among its bins.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pattern")]
pub(crate) struct PatternArgs {
    /// Bins of the pattern, or the radial ones of a cake: N even bins, or log:A:B:N for N bins from A to B each of which
    /// ends at the same multiple of where it begins [default: 1000]
    #[arg(long, value_name = "N|log:A:B:N", value_parser = named::<Bins>())]
    pub(crate) bins: Option<Bins>,
    /// Where bins begin and end: ascending numbers in a text, .npy or HDF5 file, in the unit
    #[arg(long, value_name = "FILE", conflicts_with_all = ["bins", "radial_range"])]
    pub(crate) edges: Option<String>,
    /// Unit of its axis, such as q_nm^-1, q_A^-1, 2th_deg, r_mm, d_A, chi_deg or qip_nm^-1: all that pyFAI has, see
    /// docs/physics.md [default: q_nm^-1]
    #[arg(long, value_parser = named::<Unit>())]
    pub(crate) unit: Option<Unit>,
    /// Make cakes, images over radius and azimuth, with this many azimuthal bins
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) azimuthal_bins: Option<u32>,
    /// Unit of a cake's azimuthal axis [default: chi_deg]
    #[arg(long, value_name = "UNIT", value_parser = named::<Unit>(), requires = "azimuthal_bins")]
    pub(crate) azimuthal_unit: Option<Unit>,
    /// Only this part of the axis, in its unit
    #[arg(long, value_name = "A,B", value_parser = pair, allow_hyphen_values = true)]
    pub(crate) radial_range: Option<(f64, f64)>,
    /// Only pixels whose azimuth lies here, in degrees, counted upwards from A: 170,190 and 170,-170 are the same 20
    /// degrees; of a cake the range of its azimuthal axis
    #[arg(long, value_name = "A,B", value_parser = two, allow_hyphen_values = true)]
    pub(crate) azimuth_range: Option<(f64, f64)>,
    /// For units of fibres and grazing incidence (qip_nm^-1, exit_angle_vert_deg, ...): the angle of incidence, in degrees
    #[arg(long, value_name = "DEG", default_value_t = 0.0, value_parser = number, allow_negative_numbers = true, hide_default_value = true)]
    pub(crate) incident_angle: f64,
    /// For the same units: the tilt of the sample about the beam, in degrees
    #[arg(long, value_name = "DEG", default_value_t = 0.0, value_parser = number, allow_negative_numbers = true, hide_default_value = true)]
    pub(crate) tilt_angle: f64,
    /// For the same units: how the sample's axes lie on the detector, 1 to 8 as in EXIF
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8), hide_default_value = true)]
    pub(crate) sample_orientation: u8,
    /// Let azimuths run from 0 to 360 degrees, instead of from -180 to 180
    #[arg(long)]
    pub(crate) chi_at_0: bool,
    /// How a pixel that lies across bins is shared: no (all to the bin of its centre), bbox (evenly over its extent),
    /// pseudo (cakes only: evenly over its extent, shrunk to its area) or full (by area) [default: full]
    #[arg(long, value_parser = named::<Split>())]
    pub(crate) split: Option<Split>,
    /// How the pixels of a bin become one number: mean, sigma-clip (the mean without outliers), median,
    /// percentile:LOW,HIGH (the mean of what lies between), or bragg[:PERCENTILE] (what the mean has above the amorphous
    /// halo, which is the median or the percentile given) [default: mean]
    #[arg(long, value_parser = named::<Mode>())]
    pub(crate) mode: Option<Mode>,
    /// With --mode sigma-clip: standard deviations from the mean beyond which a pixel is left out [default: 5]
    #[arg(long, value_name = "N", value_parser = number)]
    pub(crate) thres: Option<f64>,
    /// With --mode sigma-clip: times that pixels are left out, at most [default: 5]
    #[arg(long, value_name = "N")]
    pub(crate) max_iter: Option<u32>,
    /// Where errors come from: none, poisson (counting statistics), variance (given, see --variance), azimuthal (the
    /// spread of the pixels of a bin) or hybrid (azimuthal to clip, poisson to write) [default: none]
    #[arg(long, value_name = "MODEL", value_parser = one_of("an error model", ErrorModel::NAMES), hide_possible_values = true)]
    pub(crate) error_model: Option<&'static str>,
    /// The pixels' variances, for --error-model variance, which it implies: an image, or FILE::/path of a stack with one
    /// frame of variances for each frame
    #[arg(long, value_name = "FILE")]
    pub(crate) variance: Option<String>,
    /// Which errors are written: sem (standard error of the mean) or std (standard deviation of a pixel)
    #[arg(long, default_value = "sem", value_parser = one_of("a kind of error", ErrorKind::NAMES), hide_possible_values = true)]
    pub(crate) errors: &'static str,
    /// Images of the whole stack to make in the same pass, with commas between them: sum, mean, max, variance
    #[arg(long, value_name = "IMAGE,...", value_delimiter = ',',
        value_parser = one_of("an image of the stack", StackImage::NAMES), hide_possible_values = true)]
    pub(crate) image: Vec<&'static str>,
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
    /// An image of what reaches each pixel through absorbing matter, 0 to 1, to divide by
    #[arg(long, value_name = "FILE")]
    pub(crate) absorption: Option<String>,
    /// Polarization of the beam, from -1 (vertical) to 1 (horizontal), and the degrees by which its axes are turned; no
    /// correction if nothing is said
    #[arg(long, value_name = "F[,DEGREES]", value_parser = polarization, allow_hyphen_values = true)]
    pub(crate) polarization: Option<Polarization>,
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
    /// A folder in which plans are kept, so that the next run of the same geometry, mask and bins starts sooner
    #[arg(long, value_name = "DIR")]
    pub(crate) plan_cache: Option<PathBuf>,
    /// Replace the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// What is printed at the end: a line of text, or JSON on standard output
    #[arg(long, default_value = "text", value_parser = one_of("a form of the summary", ["text", "json"]))]
    pub(crate) summary: &'static str,
}
