//! How the command ends: the exit codes that scripts may rely on.

/// An end that is no error of the program or of its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done: 0.
    Done,
    /// The run ended, but some frames could not be integrated: 3.
    FramesFailed,
    /// A result was checked, and something in it differs: 1.
    Differs,
    /// Ctrl-C: what was done so far is kept: 130.
    Interrupted,
}

impl Exit {
    /// What the process ends with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Differs => 1,
            Exit::FramesFailed => 3,
            Exit::Interrupted => 130,
        }
    }
}

/// Why nothing, or not everything, was done; the sentence that is printed after `error: `.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// The request makes no sense or names what does not exist; nothing was done: 2.
    #[error("{0}")]
    Refused(String),
    /// A file could not be read or written: 1.
    #[error("{0}")]
    Io(String),
    /// A frame failed in a strict run, which stopped there: 3.
    #[error("{0}")]
    Frame(String),
}

impl Failure {
    /// A refusal, from anything that says what is wrong.
    pub(crate) fn refused(reason: impl std::fmt::Display) -> Failure {
        Failure::Refused(reason.to_string())
    }

    /// The same failure, saying where.
    pub(crate) fn within(self, place: &str) -> Failure {
        match self {
            Failure::Refused(reason) => Failure::Refused(format!("{place}: {reason}")),
            Failure::Io(reason) => Failure::Io(format!("{place}: {reason}")),
            Failure::Frame(reason) => Failure::Frame(format!("{place}: {reason}")),
        }
    }

    /// What the process ends with.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Refused(_) => 2,
            Failure::Io(_) => 1,
            Failure::Frame(_) => 3,
        }
    }

    /// A failed input or output, from anything that says what is wrong.
    pub(crate) fn io(reason: impl std::fmt::Display) -> Failure {
        Failure::Io(reason.to_string())
    }
}

/// How a subcommand ends.
pub(crate) type Outcome = Result<Exit, Failure>;
