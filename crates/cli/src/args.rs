//! What was typed. Each subcommand's arguments are checked one by one here; what they mean together is settled by the
//! `meant` of each, and by the library.

use clap::{Parser, Subcommand};

pub(crate) mod band;
pub(crate) mod bench;
mod bins;
pub(crate) mod choice;
pub(crate) mod config;
pub(crate) mod export;
pub(crate) mod frames;
pub(crate) mod info;
pub(crate) mod integrate;
pub(crate) mod map;
pub(crate) mod offset;
pub(crate) mod pair;
pub(crate) mod plot;
pub(crate) mod polarization;
pub(crate) mod report;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod verify;

/// Azimuthal integration of X-ray detector images, as fast as they can be read
///
/// Aureole turns stacks of detector frames (HDF5, as Eiger, Pilatus, Jungfrau or Lambda detectors write them) into
/// patterns: intensity against q or 2theta.
#[derive(Debug, Parser)]
#[command(name = "aureole", version, max_term_width = 100, after_help = EXAMPLES, subcommand_required = true)]
pub(crate) struct Typed {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Integrate a stack of frames: one pattern a frame, in a NeXus file
    Integrate(Box<integrate::IntegrateArgs>),
    /// Show what a file holds: datasets, shapes, compression, detector
    Info(info::InfoArgs),
    /// Write a stack of simulated frames, and the PONI file that goes with it
    Simulate(simulate::SimulateArgs),
    /// Show results, also while they are written, on a page for a browser
    Serve(serve::ServeArgs),
    /// Draw patterns of results: PNG, SVG, PDF or in the terminal
    Plot(plot::PlotArgs),
    /// Write a result as a page: summary, pictures, failed frames, settings, provenance
    Report(report::ReportArgs),
    /// Write patterns of a result as texts, arrays or a table
    Export(export::ExportArgs),
    /// Check a result: integrate some of its frames again and compare them to the last bit
    Verify(verify::VerifyArgs),
    /// Write a file of options from a configuration saved by pyFAI
    Config(config::ConfigArgs),
    /// Measure how fast this machine integrates, by layout and number of threads
    Bench(Box<bench::BenchArgs>),
    /// Show what this machine offers: processor, memory, layouts
    Doctor,
    /// Used by --layout processes; not for typing
    Worker,
}

const EXAMPLES: &str = "\
Examples:
  aureole simulate demo.h5                                  a stack to try things with
  aureole integrate demo.h5 --poni demo.poni -o out.h5      integrate it
  aureole plot out.h5 -o out.png                            look at the result
  aureole serve out.h5                                      the same in a browser
  aureole report out.h5 -o report.html                      a page about it, to keep or to mail
  aureole verify out.h5                                     check it
  aureole integrate --help                                  all options, explained

Exit codes: 0 done; 1 a file could not be written, the run broke off, or verify found a difference; 2 the request or an input was
            refused, nothing done; 3 done, but some frames failed; 130 stopped, what was done is kept";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        super::Typed::command().debug_assert();
    }
}
