//! `aureole verify`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `aureole verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Frames are integrated again by the job that the result holds, in one thread and without vector instructions, and compared with its
rows to the last bit. Files that the job names are compared by their SHA-256.

Examples:
  aureole verify out.h5                         16 frames, chosen at random
  aureole verify out.h5 --all                   every frame
  aureole verify out.h5 --data /archive/scan7   its inputs were moved there

Exit codes: 0 all is equal; 1 something differs; 2 it cannot be checked")]
pub(crate) struct VerifyArgs {
    /// The result to check, as aureole integrate wrote it
    pub(crate) result: PathBuf,
    /// Frames to integrate again, chosen at random
    #[arg(short = 'k', long = "frames-checked", value_name = "N", default_value_t = 16,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) frames: u32,
    /// All frames
    #[arg(long, conflicts_with = "frames")]
    pub(crate) all: bool,
    /// What the choice depends on: the same number chooses the same frames [default: another one every time, which is printed]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// A folder in which files are sought that are not where the result says
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
}
