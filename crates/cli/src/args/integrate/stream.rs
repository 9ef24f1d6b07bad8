//! How a stream is received.

use aureole::source::is_stream;
use clap::Args;

use crate::exit::Failure;

/// Frames that a detector sends.
#[derive(Debug, Args)]
pub(crate) struct StreamArgs {
    /// Of a stream: other receivers share the detector, so each gets a part of the images. Rows are then in the order of arrival, with
    /// the numbers of their images in /entry/frames/image_id; a start message is not needed
    #[arg(long)]
    pub(crate) shared: bool,
    /// Of a stream: megabytes of frames that may wait here; beyond that the sender has to wait [default: 2000, or a quarter of the memory
    /// where that is less]
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) stream_memory: Option<u32>,
}

impl StreamArgs {
    /// Bytes that may wait.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.stream_memory.map(|megabytes| u64::from(megabytes) * 1_000_000)
    }

    /// Refuses what only streams have a use for.
    pub(super) fn check(&self, inputs: &[String]) -> Result<(), Failure> {
        let typed = [("--shared", self.shared), ("--stream-memory", self.stream_memory.is_some())];
        match typed.into_iter().find(|(_, typed)| *typed) {
            Some((option, _)) if !any(inputs) => {
                Err(Failure::refused(format!("{option}: no input is a stream; one is given as tcp://HOST:PORT")))
            }
            _ => Ok(()),
        }
    }
}

/// True where an input is a stream.
pub(super) fn any(inputs: &[String]) -> bool {
    inputs.iter().any(|input| is_stream(input))
}
