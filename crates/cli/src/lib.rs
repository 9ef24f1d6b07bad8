//! The command `aureole`, as a function: the binary of the same name and the Python package both call [`run`].

mod args;
mod command;
mod exit;
mod picture;
mod print;
mod progress;
mod report;
mod whole;

use std::ffi::OsString;
use std::process::ExitCode;

use aureole::layout::elsewhere::Engines;
use clap::Parser;

/// Does what was typed, `arguments` with the program's own name first, and returns the exit code: 0 done, 1 a file could not
/// be written, 2 refused, 3 some frames failed, 130 stopped.
///
/// `engines` run the layouts that are not part of this program.
///
/// Help, the version and what clap refuses are printed as the program would print them.
pub fn run(arguments: impl IntoIterator<Item = OsString>, engines: Option<&dyn Engines>) -> u8 {
    let typed = match args::Typed::try_parse_from(arguments) {
        Ok(typed) => typed,
        Err(said) => {
            let _ = said.print();
            return u8::try_from(said.exit_code()).unwrap_or(2);
        }
    };
    match command::run(typed.command, engines) {
        Ok(exit) => exit.code(),
        Err(failure) => {
            print::stderr(&format!("error: {failure}"));
            failure.code()
        }
    }
}

/// The same as the end of a process.
pub fn main() -> ExitCode {
    run(std::env::args_os(), None).into()
}
