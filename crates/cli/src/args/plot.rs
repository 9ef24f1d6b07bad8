//! `aureole plot`.

use std::path::PathBuf;

use clap::Args;

use super::choice::one_of;
use super::frames::Frames;
use super::offset::{Offset, offset};
use super::pair::pair;

/// Arguments of `aureole plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aureole plot out.h5 --terminal                           the last pattern, here
  aureole plot out.h5 -o out.pdf                           the same for a paper
  aureole plot out.h5 -o out.svg --frames 0,5,10:20        several patterns, one colour each
  aureole plot a.h5 b.h5 -o both.png --frames 0            the first patterns of two results
  aureole plot out.h5 -o out.png --frames 0:20 --offset auto   stacked
  aureole plot out.h5 -o out.png --waterfall --scale log   the whole stack as an image
  aureole plot cakes.h5 -o out.png --frames 7              the cake of one frame
  aureole plot map.h5 -o out.png --map --range 20,22       where the sample scatters to there")]
pub(crate) struct PlotArgs {
    /// Results of aureole integrate; the patterns of several are overlaid
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The picture to write, .png, .svg or .pdf; one that exists is replaced
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Draw in the terminal, in braille dots; in colours unless NO_COLOR is set
    #[arg(long)]
    pub(crate) terminal: bool,
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
    #[arg(long, conflicts_with_all = ["waterfall", "frames", "no_errors", "x_scale", "offset"])]
    pub(crate) map: bool,
    /// How intensity is drawn
    #[arg(long, default_value = "linear", value_parser = one_of("a scale", ["linear", "log", "sqrt"]))]
    pub(crate) scale: &'static str,
    /// How the horizontal axis is drawn
    #[arg(long, default_value = "linear", value_parser = one_of("a scale of the axis", ["linear", "log"]))]
    pub(crate) x_scale: &'static str,
    /// Move each pattern up from the one before by so many counts, with --scale log by this factor; auto chooses
    #[arg(long, value_name = "STEP", value_parser = offset, conflicts_with = "waterfall", allow_hyphen_values = true)]
    pub(crate) offset: Option<Offset>,
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
