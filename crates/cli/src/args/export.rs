//! `aureole export`.

use std::path::PathBuf;

use aureole::export::Form;
use clap::Args;

use super::choice::one_of;
use super::frames::Frames;

/// Arguments of `aureole export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aureole export out.h5 -o patterns --form xye              patterns/out_000000.xye, patterns/out_000001.xye, ...
  aureole export out.h5 -o out.csv                          one table, a column a frame
  aureole export out.h5 -o out.npy --frames 0:100           arrays for NumPy
  aureole export cakes.h5 -o cakes.npy                      (frames, azimuthal, radial)
  aureole export out.h5 -o small.h5                         the same file, compressed")]
pub(crate) struct ExportArgs {
    /// A result of `aureole integrate`
    pub(crate) file: PathBuf,
    /// The folder for texts, made where it is not there; the file for npy, csv and h5
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// dat (a header, then x, I and its error), xy, xye (with the error), chi (as FIT2D): a text a frame; npy: one array of all
    /// frames, axes and errors beside it; csv: one table; h5: the result itself, all of it, with its rows compressed [default: by
    /// the ending of the output]
    #[arg(long, value_parser = one_of("a form", Form::NAMES), hide_possible_values = true)]
    pub(crate) form: Option<&'static str>,
    /// How hard gzip tries with --form h5, from 1 (fast) to 9 (small) [default: 4]
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) gzip: Option<u8>,
    /// Whose patterns, where the run had several recipes; those of the first one if nothing is said
    #[arg(long, value_name = "NAME")]
    pub(crate) recipe: Option<String>,
    /// Which frames, counted from 0, as in 0,5,10:20 (20 not included); all if nothing is said
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) frames: Vec<Frames>,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}
