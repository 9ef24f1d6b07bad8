//! `aureole info`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `aureole info`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aureole info scan_master.h5            all image datasets, the one that integrate would take first
  aureole info scan_master.h5 --all      every dataset
  aureole info 'run_*.cbf'               the stack that these files make")]
pub(crate) struct InfoArgs {
    /// The file to look into, or a pattern of image files
    pub(crate) file: PathBuf,
    /// Show every dataset, not only those that can hold images
    #[arg(long)]
    pub(crate) all: bool,
    /// Follow links that lead out of the file's folder, too
    #[arg(long)]
    pub(crate) allow_external: bool,
}
