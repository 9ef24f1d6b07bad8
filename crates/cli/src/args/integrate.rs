//! `aureole integrate`.

mod engine;
mod layers;
mod meant;
mod recipe;
mod stream;

use std::path::PathBuf;

use aureole::layout::Layout;
use aureole::machine::Pin;
use aureole_core::images::StackImage;
use clap::Args;

use super::choice::one_of;
use super::frames::Frames;
use super::map::MapArgs;
use super::pair::number;
use super::serve::PageArgs;

pub(crate) use meant::{Meant, SummaryForm, single_recipe};
pub(crate) use recipe::RecipeArgs;

/// Arguments of `aureole integrate`.
#[derive(Debug, Args)]
#[command(after_help = "\
FILE::/path names a dataset inside an HDF5 file, as in meta.h5::/entry/mask.
Without ::/path the dataset is found by itself where the file makes it plain.
A pattern between quotes, as in 'run_*.cbf', stands for its files in the order of their numbers: img_9 before img_10.

Examples:
  aureole integrate scan_master.h5 --poni lab6.poni -o out.h5
  aureole integrate scan.h5 --poni lab6.poni --mask mask.npy --error-model poisson -o out.h5
  aureole integrate scan.h5 --poni lab6.poni --bins 2000 --unit 2th_deg --split bbox -o out.h5
  aureole integrate 'run_*.cbf' --poni lab6.poni -o out.h5
  aureole integrate a.h5 b.h5 --poni lab6.poni --azimuth-range -30,30 -o ab.h5
  aureole integrate scan.h5 --poni lab6.poni --azimuthal-bins 360 -o cakes.h5
  aureole integrate scan.h5 --poni saxs.poni --bins log:0.01:5:300 -o out.h5
  aureole integrate scan.h5 --poni lab6.poni --recipe 'q --bins 2000' --recipe 'cake --azimuthal-bins 360' -o out.h5
  aureole integrate scan.h5 --config recipes.toml -o out.h5
  aureole integrate scan_master.h5 --poni lab6.poni --follow -o live.h5
  aureole integrate scan_master.h5 --poni lab6.poni --follow --serve -o live.h5
  aureole integrate tcp://dcu:31001 --poni lab6.poni --mask auto -o live.h5
  aureole integrate scan.h5 --poni lab6.poni --map 20x30 --map-snake --map-fast-axis samx -o map.h5
  aureole integrate scan_master.h5 --poni lab6.poni -o out.h5 --resume     the same line begins, goes on, or finds all done")]
pub(crate) struct IntegrateArgs {
    /// The stacks to integrate, one after the other: HDF5 files or FILE::/path, image files (.edf, .cbf, .tif, .npy; also .gz
    /// and .bz2), or patterns of their names; or what a detector sends (DECTRIS Stream V2), as tcp://HOST:31001 or
    /// tcp://HOST:31001::CHANNEL. Needed unless --config names them
    #[arg(required_unless_present = "config")]
    pub(crate) input: Vec<String>,
    /// The result, a NeXus HDF5 file. Needed unless --config names it
    #[arg(short, long, value_name = "FILE", required_unless_present = "config")]
    pub(crate) output: Option<PathBuf>,
    /// What to compute, shared by all recipes
    #[command(flatten)]
    pub(crate) recipe: RecipeArgs,
    /// Which recipes, and what else of the whole stack
    #[command(flatten)]
    pub(crate) job: JobArgs,
    /// Run
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Map
    #[command(flatten)]
    pub(crate) map: MapArgs,
    /// Page
    #[command(flatten, next_help_heading = "Page")]
    pub(crate) page: PageArgs,
}

/// Several recipes, and what is made of the stack as a whole.
#[derive(Debug, Args)]
#[command(next_help_heading = "Job")]
pub(crate) struct JobArgs {
    /// Several recipes over one reading of the stack, each into a group of its own: a name and the options (of a detector, a
    /// pattern or corrections) in which it differs from those typed beside it; may be repeated
    #[arg(long = "recipe", value_name = "NAME OPTIONS")]
    pub(crate) recipes: Vec<String>,
    /// Recipes in a file (.toml, see docs/formats.md), or a configuration saved by pyFAI-integrate or pyFAI-diffmap
    /// (JSON); the options typed beside it win
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Images of the whole stack to make in the same pass, with commas between them: sum, mean, max, variance
    #[arg(long, value_name = "IMAGE,...", value_delimiter = ',',
        value_parser = one_of("an image of the stack", StackImage::NAMES), hide_possible_values = true)]
    pub(crate) image: Vec<&'static str>,
    /// Write the sums (signal, variance) beside the means
    #[arg(long)]
    pub(crate) sums: bool,
}

/// How the work is done.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub(crate) struct RunArgs {
    /// Only these frames, counted from 0: A:B (B not included), A: or :B
    #[arg(long, value_name = "A:B")]
    pub(crate) frames: Option<Frames>,
    /// Take frames as they are written: an HDF5 file that grows (SWMR or not), or a DECTRIS master whose data files appear one after
    /// the other. Ends with the expected number of frames, when the writer closes the file, after --timeout, or by Ctrl-C
    #[arg(long, conflicts_with = "resume")]
    pub(crate) follow: bool,
    /// With --follow and of streams: seconds without a new frame after which the stack is taken for complete [default: 60]. The first
    /// frame is waited for as long; that of a stream without end, unless this is typed
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) timeout: Option<u64>,
    /// Streams
    #[command(flatten)]
    pub(crate) stream: stream::StreamArgs,
    /// How the work is spread: serial (one frame at a time, its blocks over all cores), threads (each thread takes
    /// frames of its own), processes (as threads, in processes of their own; one that crashes ends no run), dask and joblib (tasks
    /// for the workers of these, see docs/clusters.md), gpu (NVIDIA GPUs take the compressed frames, see docs/gpu.md), fpga
    /// (a design for FPGAs, simulated, see docs/fpga.md) or auto: what
    /// aureole bench --retune found fastest here, with its threads and batch, where none of the three is typed; or else threads,
    /// serial for fewer frames than threads, and gpu for long runs where there is one
    #[arg(long, default_value = "auto", value_parser = one_of("a layout", Layout::NAMES), hide_possible_values = true)]
    pub(crate) layout: &'static str,
    /// Threads to use; with --layout gpu so many read, and as many finish patterns [default: one a physical core that this process
    /// may use]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// Workers of --layout processes, dask and joblib, of one thread each [default: one a physical core that this process may use]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) workers: Option<u16>,
    /// Engines
    #[command(flatten)]
    pub(crate) engine: engine::EngineArgs,
    /// GPUs of --layout gpu by their numbers, with commas between them, as aureole doctor lists them [default: 0]
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = device)]
    pub(crate) devices: Vec<usize>,
    /// Per cent of each GPU's free memory that may be used, for several processes that share it [default: 100]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) device_memory: Option<u8>,
    /// Lanes of the design that --layout fpga simulates: the frames that it takes at once [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) lanes: Option<u8>,
    /// Where threads are held: auto (near their memory, where the machine has several NUMA nodes), off, cache (among the cores
    /// that share a last cache) or core (one each; for a machine that runs nothing else)
    #[arg(long, default_value = "auto", value_parser = one_of("a place for threads", Pin::NAMES), hide_possible_values = true)]
    pub(crate) pin: &'static str,
    /// Frames a thread takes at once, from 1 to 16; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) batch: Option<u8>,
    /// Vector instructions to use; the fastest this processor has if nothing is said
    #[arg(long, value_parser = one_of("a set of vector instructions", ["scalar", "avx2", "avx512", "neon"]))]
    pub(crate) isa: Option<&'static str>,
    /// A folder in which plans are kept, so that the next run of the same geometry, mask and bins starts sooner
    #[arg(long, value_name = "DIR")]
    pub(crate) plan_cache: Option<PathBuf>,
    /// Follow links in the inputs and images (external links, sources of virtual datasets, data in files of their own) that lead out
    /// of the folder of the file that is named
    #[arg(long)]
    pub(crate) allow_external: bool,
    /// Stop at the first frame that cannot be integrated, instead of marking it and going on
    #[arg(long)]
    pub(crate) strict: bool,
    /// Replace the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// Go on with the output if it exists, from the frames that are not done: after a crash, a full disk or Ctrl-C. The options must
    /// be those that it was begun with; how the work is spread may differ. An output that is complete stays as it is
    #[arg(long, conflicts_with = "force")]
    pub(crate) resume: bool,
    /// With --resume: try the frames again that failed
    #[arg(long, requires = "resume")]
    pub(crate) retry_failed: bool,
    /// What is printed at the end: a line of text, or JSON on standard output
    #[arg(long, default_value = "text", value_parser = one_of("a form of the summary", ["text", "json"]))]
    pub(crate) summary: &'static str,
}

/// The number of a GPU.
pub(crate) fn device(typed: &str) -> Result<usize, String> {
    let wanted = "numbers of GPUs with commas between them, such as 0,1, are needed";
    typed.parse::<u8>().map(usize::from).map_err(|_| wanted.to_owned())
}
