//! `aureole serve`: results in a browser.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aureole::result::Look;
use aureole_serve::{Place, ServeError, Server};

use super::stop;
use crate::args::serve::ServeArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;

/// Between two looks whether it shall end.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn run(args: &ServeArgs) -> Outcome {
    let options = args.listen.meant()?;
    let stop = stop::on_signal()?;
    let server = Server::start(place(&args.file)?, None, &options)?;
    print::stdout(&format!("{} is shown at {}\n", args.file.display(), server.url()))?;
    print::stderr("Ctrl-C ends it");
    wait(stop);
    Ok(Exit::Done)
}

/// A folder, or a file that is a result.
fn place(file: &Path) -> Result<Place, Failure> {
    if file.is_dir() {
        return Ok(Place::Folder(file.to_owned()));
    }
    Look::at(file)?;
    Ok(Place::File(PathBuf::from(file)))
}

/// Until somebody says stop.
pub(super) fn wait(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(PAUSE);
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Failure {
        match error {
            ServeError::Address { .. } => Failure::refused(format!("{error}; --port 0 takes a free port")),
            ServeError::System(_) => Failure::io(error),
        }
    }
}
