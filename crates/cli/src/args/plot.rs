//! `aureole plot`.

use std::path::PathBuf;

use clap::Args;

use super::choice::one_of;
use super::frames::Frames;
use super::pair::pair;

/// Arguments of `aureole plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aureole plot out.h5 -o out.png                           the last pattern
  aureole plot out.h5 -o out.svg --frames 0,5,10:20        several patterns, one colour each
  aureole plot out.h5 -o out.png --waterfall --scale log   the whole stack as an image
  aureole plot cakes.h5 -o out.png --frames 7              the cake of one frame
  aureole plot map.h5 -o out.png --map --range 20,22       where the sample scatters to there")]
pub(crate) struct PlotArgs {
    /// A result of `aureole integrate`
    pub(crate) file: PathBuf,
    /// The picture to write, .png or .svg; one that exists is replaced
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Whose patterns, where the run had several recipes; those of the first one if nothing is said
    #[arg(long, value_name = "NAME")]
    pub(crate) recipe: Option<String>,
    /// Which frames, counted from 0, as in 0,5,10:20 (20 not included); the last one if nothing is said, all of them
    /// in a waterfall
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) frames: Vec<Frames>,
    /// Draw the stack as an image: frames upwards, intensity as colour
    #[arg(long)]
    pub(crate) waterfall: bool,
    /// Draw the map as an image: the mean intensity of each point, or that of the bins in --range
    #[arg(long, conflicts_with_all = ["waterfall", "frames", "no_errors"])]
    pub(crate) map: bool,
    /// How intensity is drawn
    #[arg(long, default_value = "linear", value_parser = one_of("a scale", ["linear", "log", "sqrt"]))]
    pub(crate) scale: &'static str,
    /// Only this part of the horizontal axis, in its unit
    #[arg(long, value_name = "A,B", value_parser = pair, allow_hyphen_values = true)]
    pub(crate) range: Option<(f64, f64)>,
    /// Leave out the band of plus and minus one standard error
    #[arg(long)]
    pub(crate) no_errors: bool,
    /// A title; none if nothing is said
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
}
