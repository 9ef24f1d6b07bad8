//! `aureole config`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `aureole config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aureole config pyfai.json                         print the options
  aureole config pyfai.json -o recipe.toml          write them, and the geometry to recipe.poni
  aureole integrate scan.h5 --config recipe.toml -o out.h5")]
pub(crate) struct ConfigArgs {
    /// A configuration saved by pyFAI-integrate or pyFAI-diffmap (JSON)
    pub(crate) file: PathBuf,
    /// The file of recipes to write (.toml); on standard output if nothing is said
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the output if it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}
