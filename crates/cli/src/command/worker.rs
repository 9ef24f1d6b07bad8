//! `aureole worker`: what `--layout processes` starts.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;

use aureole::job;

use crate::exit::{Exit, Failure, Outcome};

pub(crate) fn run() -> Outcome {
    job::work(socket()?).map_err(Failure::io)?;
    Ok(Exit::Done)
}

/// Standard input, which is the stream to the run that started this process.
fn socket() -> Result<UnixStream, Failure> {
    let input = std::io::stdin().as_fd().try_clone_to_owned().map_err(Failure::io)?;
    let kind = std::fs::File::from(input).metadata().map_err(Failure::io)?.file_type();
    if !kind.is_socket() {
        return Err(Failure::refused(
            "worker: started by integrate --layout processes with a socket as standard input",
        ));
    }
    let input: OwnedFd = std::io::stdin().as_fd().try_clone_to_owned().map_err(Failure::io)?;
    Ok(UnixStream::from(input))
}
