//! The options of one recipe, typed for all recipes, for one of them, or written in a file.

use std::path::PathBuf;

use aureole_core::binning::{Band, Split};
use aureole_core::recipe::{ErrorKind, ErrorModel, Mode};
use aureole_core::unit::Unit;
use clap::Args;

use crate::args::band::band;
use crate::args::bins::Bins;
use crate::args::choice::{named, one_of};
use crate::args::pair::{number, pair, two};
use crate::args::polarization::{Polarization, polarization};

/// What to compute.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RecipeArgs {
    /// Detector
    #[command(flatten)]
    pub(crate) detector: DetectorArgs,
    /// Pattern
    #[command(flatten)]
    pub(crate) pattern: PatternArgs,
    /// Corrections
    #[command(flatten)]
    pub(crate) corrections: CorrectionArgs,
}

/// Where the detector stood and which of its pixels count.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Detector")]
pub(crate) struct DetectorArgs {
    /// The geometry: a PONI file, as pyFAI's calibration writes it, Fit2D's parameters as JSON, or GSAS-II's image controls
    /// (.imctrl); needed unless a configuration has one, or the input states one (DECTRIS masters do, of a detector across the beam)
    #[arg(long, value_name = "FILE")]
    pub(crate) poni: Option<PathBuf>,
    /// Pixels to leave out: an image that is not 0 there (.npy, .edf, .tif, .cbf, HDF5 or FILE::/path); auto
    /// takes the pixel mask that lies beside the data (NXdetector, Eiger master, Odin's _meta.h5)
    #[arg(long, value_name = "FILE|auto")]
    pub(crate) mask: Option<String>,
    /// Pixels with this value are left out, frame by frame; the detector's own marker if nothing is said
    #[arg(long, value_name = "COUNTS", value_parser = number, allow_negative_numbers = true)]
    pub(crate) dummy: Option<f64>,
    /// How far from --dummy a value may lie, in counts
    #[arg(long, value_name = "COUNTS", value_parser = number)]
    pub(crate) delta_dummy: Option<f64>,
    /// Pixels with this many counts or more are left out, frame by frame
    #[arg(long, value_name = "COUNTS", value_parser = number)]
    pub(crate) saturation: Option<f64>,
    /// Leave out the pixels whose centre's azimuth lies here, in degrees, counted upwards from A: 170,-170 are 20 degrees;
    /// may be given several times
    #[arg(long, value_name = "A,B", value_parser = two, allow_hyphen_values = true)]
    pub(crate) mask_sector: Vec<(f64, f64)>,
    /// Leave out the pixels whose centre lies here, in the unit of the (radial) axis; may be given several times
    #[arg(long, value_name = "A,B", value_parser = pair, allow_hyphen_values = true)]
    pub(crate) mask_ring: Vec<(f64, f64)>,
}

/// The axes of the pattern and how pixels are shared among its bins.
#[derive(Clone, Debug, Default, Args)]
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
    #[arg(long, value_name = "UNIT", value_parser = named::<Unit>())]
    pub(crate) azimuthal_unit: Option<Unit>,
    /// Only this part of the axis, in its unit
    #[arg(long, value_name = "A,B", value_parser = pair, allow_hyphen_values = true)]
    pub(crate) radial_range: Option<(f64, f64)>,
    /// Only pixels whose azimuth lies here, in degrees, counted upwards from A: 170,190 and 170,-170 are the same 20
    /// degrees; of a cake the range of its azimuthal axis
    #[arg(long, value_name = "A,B", value_parser = two, allow_hyphen_values = true)]
    pub(crate) azimuth_range: Option<(f64, f64)>,
    /// For units of fibres and grazing incidence (qip_nm^-1, exit_angle_vert_deg, ...): the angle of incidence, in degrees
    #[arg(long, value_name = "DEG", value_parser = number, allow_negative_numbers = true)]
    pub(crate) incident_angle: Option<f64>,
    /// For the same units: the tilt of the sample about the beam, in degrees
    #[arg(long, value_name = "DEG", value_parser = number, allow_negative_numbers = true)]
    pub(crate) tilt_angle: Option<f64>,
    /// For the same units: how the sample's axes lie on the detector, 1 to 8 as in EXIF
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) sample_orientation: Option<u8>,
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
    /// Which errors are written: sem (standard error of the mean) or std (standard deviation of a pixel) [default: sem]
    #[arg(long, value_parser = one_of("a kind of error", ErrorKind::NAMES), hide_possible_values = true)]
    pub(crate) errors: Option<&'static str>,
    /// Of a pattern only what lies in this range of another unit, as in --unit qip_nm^-1 --along qoop_nm^-1:0,5; pixels
    /// that the range cuts count by their part inside
    #[arg(long, value_name = "UNIT:A,B", value_parser = band, conflicts_with = "azimuthal_bins")]
    pub(crate) along: Option<Band>,
}

/// What is corrected.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Corrections")]
pub(crate) struct CorrectionArgs {
    /// An image to subtract from every frame (.npy, .edf, .tif, .cbf, HDF5 or FILE::/path); of several, with commas between
    /// them, the mean
    #[arg(long, value_name = "FILE,...")]
    pub(crate) dark: Option<String>,
    /// An image of the pixels' sensitivities to divide by, or the mean of several, with commas between them; auto takes
    /// the flat field that lies beside the data, unless the detector has applied it
    #[arg(long, value_name = "FILE,...|auto")]
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

impl RecipeArgs {
    /// These options, and those of `under` that are not among them.
    pub(super) fn over(self, under: RecipeArgs) -> RecipeArgs {
        RecipeArgs {
            detector: self.detector.over(under.detector),
            pattern: self.pattern.over(under.pattern),
            corrections: self.corrections.over(under.corrections),
        }
    }
}

/// A list where it holds something, else the one under it.
fn or_all<T>(list: Vec<T>, under: Vec<T>) -> Vec<T> {
    if list.is_empty() { under } else { list }
}

impl DetectorArgs {
    fn over(self, under: DetectorArgs) -> DetectorArgs {
        DetectorArgs {
            poni: self.poni.or(under.poni),
            mask: self.mask.or(under.mask),
            dummy: self.dummy.or(under.dummy),
            delta_dummy: self.delta_dummy.or(under.delta_dummy),
            saturation: self.saturation.or(under.saturation),
            mask_sector: or_all(self.mask_sector, under.mask_sector),
            mask_ring: or_all(self.mask_ring, under.mask_ring),
        }
    }
}

impl PatternArgs {
    fn over(self, mut under: PatternArgs) -> PatternArgs {
        // Edges take the place of even bins and their range, and the other way round.
        if self.edges.is_some() {
            (under.bins, under.radial_range) = (None, None);
        } else if self.bins.is_some() || self.radial_range.is_some() {
            under.edges = None;
        }
        // A cake has a second axis of its own.
        if self.azimuthal_bins.is_some() {
            under.along = None;
        } else if self.along.is_some() {
            (under.azimuthal_bins, under.azimuthal_unit) = (None, None);
        }
        PatternArgs {
            bins: self.bins.or(under.bins),
            edges: self.edges.or(under.edges),
            unit: self.unit.or(under.unit),
            azimuthal_bins: self.azimuthal_bins.or(under.azimuthal_bins),
            azimuthal_unit: self.azimuthal_unit.or(under.azimuthal_unit),
            radial_range: self.radial_range.or(under.radial_range),
            azimuth_range: self.azimuth_range.or(under.azimuth_range),
            incident_angle: self.incident_angle.or(under.incident_angle),
            tilt_angle: self.tilt_angle.or(under.tilt_angle),
            sample_orientation: self.sample_orientation.or(under.sample_orientation),
            chi_at_0: self.chi_at_0 || under.chi_at_0,
            split: self.split.or(under.split),
            mode: self.mode.or(under.mode),
            thres: self.thres.or(under.thres),
            max_iter: self.max_iter.or(under.max_iter),
            error_model: self.error_model.or(under.error_model),
            variance: self.variance.or(under.variance),
            errors: self.errors.or(under.errors),
            along: self.along.or(under.along),
        }
    }
}

impl CorrectionArgs {
    fn over(self, under: CorrectionArgs) -> CorrectionArgs {
        CorrectionArgs {
            dark: self.dark.or(under.dark),
            flat: self.flat.or(under.flat),
            absorption: self.absorption.or(under.absorption),
            polarization: self.polarization.or(under.polarization),
            no_solid_angle: self.no_solid_angle || under.no_solid_angle,
            normalization: self.normalization.or(under.normalization),
        }
    }
}
