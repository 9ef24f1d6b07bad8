//! The command `aureole`: reads what was typed, calls the library and prints what came of it.

mod args;
mod command;
mod exit;
mod picture;
mod print;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let typed = args::Typed::parse();
    match command::run(typed.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            print::stderr(&format!("error: {failure}"));
            failure.into()
        }
    }
}
