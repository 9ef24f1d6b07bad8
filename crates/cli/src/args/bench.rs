//! `aureole bench`.

use std::path::PathBuf;

use aureole::layout::Layout;
use clap::Args;

use super::choice::one_of;
use super::integrate::{RecipeArgs, device};
use super::pair::number;

/// Arguments of `aureole bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Columns: frames/s is the median of the runs and best the fastest; a run counts from its first read to its last row on \
disk, and making the plan is not in it. GB/s in are stored bytes read, GB/s decoded what they become, MB/s out bytes of \
the result. read, decode (LZ4 and bit transposes), accumulate (frames laid side by side, pixels summed) and write are \
parts of the time spent in all four, by all threads. of floor is the speed as a part of what decoding alone reaches with \
as many threads, from chunks that are in memory already; layout gpu, which decodes elsewhere, may reach more than all of it. \
bound by names the largest part; or waiting, where the threads \
were idle for much of the time; or write, where the one thread that writes is always at work.

Examples:
  aureole bench                                           128 simulated frames of an Eiger 4M
  aureole bench scan.h5 --poni lab6.poni --split bbox     a stack of yours
  aureole bench --threads 1,2,4 --batches 1,8,16          other threads and batches
  aureole bench --plot scaling.png                        frames/s against threads
  aureole bench scan.h5 --poni lab6.poni --retune         let integrate use the fastest from now on
  aureole bench --frames 20000 --gpu-limits               what a GPU could do if frames came as fast as it takes them

The document that --json prints is described in docs/formats.md.")]
pub(crate) struct BenchArgs {
    /// The stack to integrate, an HDF5 file or FILE::/path; one is simulated in a temporary folder if nothing is said
    pub(crate) stack: Option<String>,
    /// What is measured
    #[command(flatten)]
    pub(crate) measured: MeasuredArgs,
    /// The simulated stack
    #[command(flatten)]
    pub(crate) simulated: SimulatedArgs,
    /// What comes out
    #[command(flatten)]
    pub(crate) told: ToldArgs,
    /// What to compute
    #[command(flatten)]
    pub(crate) recipe: RecipeArgs,
}

/// What is run, how often, and on what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Runs")]
pub(crate) struct MeasuredArgs {
    /// Layouts, with commas between them [default: all that there are; gpu where there is one]
    #[arg(long, value_name = "LAYOUT,...", value_delimiter = ',',
        value_parser = one_of("a layout that can be measured", measurable()), hide_possible_values = true)]
    pub(crate) layout: Vec<&'static str>,
    /// Numbers of threads, with commas between them [default: 1, 2, 4, ... up to the cores this process may use]
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Vec<u16>,
    /// Frames a thread takes at once, each from 1 to 16, with commas between them [default: the layout's own choice]
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) batches: Vec<u8>,
    /// Frames to simulate; of a stack that is given, the first N at most [default: 128, or 16 a thread
    /// where that is more; all of the stack]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) frames: Option<u32>,
    /// Runs of each layout, number of threads and batch
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) repeat: u16,
    /// Drop the stack's pages from the page cache before each run, instead of reading all frames once before the first; it
    /// cannot be dropped where the file system is in memory
    #[arg(long)]
    pub(crate) cold: bool,
    /// Vector instructions to use; the fastest this processor has if nothing is said
    #[arg(long, value_parser = one_of("a set of vector instructions", ["scalar", "avx2", "avx512"]))]
    pub(crate) isa: Option<&'static str>,
    /// Where a folder for the simulated stack and the results is made and removed again [default: the system's place for
    /// temporary files]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// The layouts that `auto` may stand for.
fn measurable() -> impl Iterator<Item = &'static str> {
    Layout::NAMES.into_iter().filter(|name| Layout::from_name(name).is_some_and(Layout::in_process))
}

impl MeasuredArgs {
    /// The layouts typed, or all that there are, each once; `has_gpu` is asked only where that matters.
    pub(crate) fn layouts(&self, has_gpu: impl FnOnce() -> bool) -> Vec<Layout> {
        let mut names = self.layout.clone();
        if names.is_empty() {
            let all = has_gpu();
            names.extend(measurable().filter(|name| all || *name != Layout::Gpu.name()));
        }
        let mut layouts = Vec::new();
        for layout in names.into_iter().filter_map(Layout::from_name) {
            if !layouts.contains(&layout) {
                layouts.push(layout);
            }
        }
        layouts
    }
}

/// The stack that is simulated where none is given; see `aureole simulate`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Simulated stack")]
pub(crate) struct SimulatedArgs {
    /// The detector [default: eiger_4M]
    #[arg(long, value_name = "NAME", conflicts_with = "stack")]
    pub(crate) detector: Option<String>,
    /// The pixels' type, such as uint16 [default: uint32]
    #[arg(long, value_parser = one_of("a pixel type", super::simulate::DTYPES), hide_possible_values = true,
        conflicts_with = "stack")]
    pub(crate) dtype: Option<&'static str>,
    /// Weak, flat frames of this many photons a pixel on average [default: the frames of pyFAI's tutorial, about 5]
    #[arg(long, value_name = "M", value_parser = number, allow_negative_numbers = true, conflicts_with = "stack")]
    pub(crate) mean: Option<f64>,
    /// Write the gaps between the modules as the largest value of the type, as real detectors do
    #[arg(long, conflicts_with = "stack")]
    pub(crate) gaps: bool,
}

/// Where the figures go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Figures")]
pub(crate) struct ToldArgs {
    /// Print one JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Measure what GPUs integrate with nothing read from files, instead of layouts: chunks that are in their memory already (with the
    /// results copied back, and without), and chunks that are copied from memory of the host
    #[arg(long)]
    pub(crate) gpu_limits: bool,
    /// GPUs by their numbers, with commas between them, for --gpu-limits [default: 0]
    #[arg(long, value_name = "N,...", value_delimiter = ',', requires = "gpu_limits",
        value_parser = device)]
    pub(crate) devices: Vec<usize>,
    /// Batches of 16 frames that a GPU takes at once, for --gpu-limits
    #[arg(long, value_name = "N", default_value_t = 8, requires = "gpu_limits",
        value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) load: u16,
    /// Draw frames/s against threads, a curve a layout, as .png, .svg or .pdf
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Keep what was fastest for this user and machine: integrate uses it wherever layout, threads and batch are left open.
    /// Measure a stack like those to come, of at least 16 frames a thread, and of some thousands where there is a GPU
    #[arg(long)]
    pub(crate) retune: bool,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Command, Typed};

    fn layouts(line: &str, has_gpu: bool) -> Vec<Layout> {
        match Typed::try_parse_from(["aureole", "bench"].into_iter().chain(line.split_whitespace())).unwrap().command {
            Command::Bench(args) => args.measured.layouts(|| has_gpu),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_layout_is_measured_unless_some_are_named() {
        assert_eq!(layouts("", false), [Layout::Serial, Layout::Threads]);
        assert_eq!(layouts("", true), [Layout::Serial, Layout::Threads, Layout::Gpu]);
        assert_eq!(layouts("--layout threads,serial,threads", true), [Layout::Threads, Layout::Serial]);
        assert_eq!(layouts("--layout gpu", false), [Layout::Gpu], "why it cannot run is said when it is tried");
    }
}
