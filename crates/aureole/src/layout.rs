//! The parallel layouts: how workers are spread. One small file each, all of one contract
//! (`aureole_core::testing::executor_contract`).

mod ahead;
mod batches;
mod delivery;
pub mod elsewhere;
mod guard;
mod order;
pub mod processes;
pub mod serial;
pub mod threads;

use std::num::NonZero;

use serde::{Deserialize, Serialize};

pub use elsewhere::Elsewhere;
pub use processes::{Launch, Processes};
pub use serial::Serial;
pub use threads::Threads;

/// A layout, or the wish to have one chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Whatever fits the job and the machine, see [`Layout::choose`].
    #[default]
    Auto,
    /// One frame after the other, its blocks shared among threads.
    Serial,
    /// Each thread takes batches of frames.
    Threads,
    /// Worker processes take batches of frames.
    Processes,
    /// Workers of a Dask cluster take ranges of frames.
    Dask,
    /// Workers of Joblib take ranges of frames.
    Joblib,
}

impl Layout {
    /// The names, as `--layout` takes them.
    pub const NAMES: [&'static str; 6] = ["auto", "serial", "threads", "processes", "dask", "joblib"];

    /// The layout of the given name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Layout> {
        match name {
            "auto" => Some(Layout::Auto),
            "serial" => Some(Layout::Serial),
            "threads" => Some(Layout::Threads),
            "processes" => Some(Layout::Processes),
            "dask" => Some(Layout::Dask),
            "joblib" => Some(Layout::Joblib),
            _ => None,
        }
    }

    /// The layout's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Layout::Auto => "auto",
            Layout::Serial => "serial",
            Layout::Threads => "threads",
            Layout::Processes => "processes",
            Layout::Dask => "dask",
            Layout::Joblib => "joblib",
        }
    }

    /// True for a layout whose workers are threads of this process: `auto` stands for one of these, and `bench` measures them.
    #[must_use]
    pub const fn in_process(self) -> bool {
        matches!(self, Layout::Serial | Layout::Threads)
    }

    /// True for a layout whose workers are those of an engine outside this program ([`elsewhere`]).
    #[must_use]
    pub const fn by_engine(self) -> bool {
        matches!(self, Layout::Dask | Layout::Joblib)
    }

    /// The rule behind `auto` on a machine that was not measured: `threads`, whose threads never wait for each other, unless there
    /// are fewer frames than threads (a single image, above all), which only `serial` spreads over all of them.
    #[must_use]
    pub fn choose(self, frames: usize, threads: NonZero<usize>) -> Layout {
        match self {
            Layout::Auto if frames < threads.get() => Layout::Serial,
            Layout::Auto => Layout::Threads,
            chosen => chosen,
        }
    }
}
