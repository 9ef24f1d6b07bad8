//! The subcommands: each takes what was typed, calls the library and prints.

mod bench;
mod config;
mod doctor;
mod export;
mod info;
mod integrate;
mod output;
mod plot;
mod report;
mod serve;
mod simulate;
mod stop;
mod verify;
mod worker;

use aureole::layout::elsewhere::Engines;

use crate::args::Command;
use crate::exit::Outcome;

/// Runs a subcommand to its end.
pub(crate) fn run(command: Command, engines: Option<&dyn Engines>) -> Outcome {
    match command {
        Command::Integrate(args) => integrate::run(*args, engines),
        Command::Info(args) => info::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Bench(args) => bench::run(*args),
        Command::Doctor => doctor::run(),
        Command::Worker => worker::run(),
    }
}
