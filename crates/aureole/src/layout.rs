//! The parallel layouts: how workers are spread. One small file each, all of one contract
//! (`aureole_core::testing::executor_contract`).

mod ahead;
mod batches;
mod delivery;
pub mod elsewhere;
pub mod fpga;
pub mod gpu;
mod guard;
mod order;
pub mod processes;
pub mod serial;
mod stored;
pub mod threads;

use std::num::NonZero;

use serde::{Deserialize, Serialize};

pub use elsewhere::Elsewhere;
pub use fpga::Fpga;
pub use gpu::Gpu;
pub use processes::{Launch, Processes};
pub use serial::Serial;
pub use threads::Threads;

/// Pixels that a thread integrates in a second, of large frames that are stored as counting detectors do.
const PIXELS_A_SECOND: f64 = 1e9;

/// Seconds that threads must need for a GPU to be taken unasked: several times what it takes to start one.
const WORTH_A_GPU: f64 = 3.0;

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
    /// GPUs take compressed chunks.
    Gpu,
    /// A design for FPGAs takes compressed chunks, simulated cycle by cycle.
    Fpga,
}

impl Layout {
    /// The names, as `--layout` takes them.
    pub const NAMES: [&'static str; 8] = ["auto", "serial", "threads", "processes", "dask", "joblib", "gpu", "fpga"];

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
            "gpu" => Some(Layout::Gpu),
            "fpga" => Some(Layout::Fpga),
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
            Layout::Gpu => "gpu",
            Layout::Fpga => "fpga",
        }
    }

    /// True for a layout that integrates by threads of this process, with a GPU or without: `auto` stands for one of these, and
    /// `bench` measures them.
    #[must_use]
    pub const fn in_process(self) -> bool {
        matches!(self, Layout::Serial | Layout::Threads | Layout::Gpu)
    }

    /// True for a layout whose workers are those of an engine outside this program ([`elsewhere`]).
    #[must_use]
    pub const fn by_engine(self) -> bool {
        matches!(self, Layout::Dask | Layout::Joblib)
    }

    /// The rule behind `auto` where a GPU is there: true for jobs that threads would take so long for that starting it pays.
    #[must_use]
    pub fn is_worth_a_gpu(frames: usize, pixels: usize, threads: NonZero<usize>) -> bool {
        frames as f64 * pixels as f64 > WORTH_A_GPU * PIXELS_A_SECOND * threads.get() as f64
    }

    /// The rule behind `auto` on a machine that was not measured, without a GPU: `threads`, whose threads never wait for each other, unless there
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_is_worth_it_where_threads_need_some_seconds() {
        let eiger_4m = 2167 * 2070;
        let worth = |frames, threads| Layout::is_worth_a_gpu(frames, eiger_4m, NonZero::new(threads).unwrap());
        assert!(!worth(0, 1) && !worth(600, 1) && worth(700, 1));
        assert!(!worth(10_000, 16) && worth(11_000, 16));
        assert!(worth(usize::MAX, 64), "no number of frames is too large");
    }

    #[test]
    fn names_and_layouts_go_with_each_other() {
        for name in Layout::NAMES {
            assert_eq!(Layout::from_name(name).map(Layout::name), Some(name));
        }
    }
}
