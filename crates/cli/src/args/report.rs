//! `aureole report`.

use std::path::PathBuf;

use clap::Args;

use super::choice::one_of;

/// Arguments of `aureole report`.
#[derive(Debug, Args)]
#[command(after_help = "\
The page is one file: its pictures are in it, it loads nothing and runs no script. It has what the
run did, pictures of all frames, the frames that failed, the settings, and whether the files that
the result was made of are still what they were.

Examples:
  aureole report out.h5 -o report.html                 a page to look at and to mail
  aureole report out.h5 -o report.html --scale log     intensities on a logarithmic scale
  aureole report out.h5 -o report.html --data /archive/scan7   its inputs were moved there")]
pub(crate) struct ReportArgs {
    /// A result of aureole integrate; it may still be growing
    #[arg(value_name = "RESULT")]
    pub(crate) file: PathBuf,
    /// The page to write, .html
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace the page if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// How intensity is drawn
    #[arg(long, default_value = "linear", value_parser = one_of("a scale", ["linear", "log", "sqrt"]))]
    pub(crate) scale: &'static str,
    /// A folder in which files are sought that are not where the result says
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
}
