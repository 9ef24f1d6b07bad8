//! What the layouts `dask` and `joblib` are told.

use clap::Args;

/// Work that an engine spreads over other processes and machines.
#[derive(Debug, Args)]
pub(crate) struct EngineArgs {
    /// The scheduler of a Dask cluster that is running already, for --layout dask [default: a cluster of its own on this machine]
    #[arg(long, value_name = "tcp://HOST:PORT")]
    pub(crate) scheduler: Option<String>,
    /// Frames a task of --layout dask and joblib [default: 16 to 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) range: Option<u32>,
    /// Send the frames with the tasks of --layout dask and joblib, to workers that do not see the files
    #[arg(long)]
    pub(crate) send_chunks: bool,
    /// Have each task of --layout dask and joblib write its patterns to a file of its own, beside the output, which leads there
    #[arg(long)]
    pub(crate) output_parts: bool,
}
