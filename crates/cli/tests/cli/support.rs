//! Running the command in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that is removed in the end.
pub(crate) struct Desk(tempfile::TempDir);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    /// A desk with ten frames of a small detector in `stack.h5`, and `stack.poni`.
    pub(crate) fn with_stack() -> Desk {
        let desk = Desk::new();
        desk.run("simulate stack.h5 --detector Pilatus100k --frames 10").is(0);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The command with the words of `line`, in this folder.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aureole"));
        // What the developer's own machine has learned is no part of a test.
        command.args(line.split_whitespace()).current_dir(self.0.path()).env("XDG_CACHE_HOME", self.path("cache"));
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ended {
        self.command(line).output().unwrap().into()
    }

    /// The command with words that may hold spaces.
    pub(crate) fn run_words(&self, words: &[&str]) -> Ended {
        self.command("").args(words).output().unwrap().into()
    }

    /// Names of the files here, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<String> = std::fs::read_dir(self.0.path()).unwrap().map(name).collect();
        names.sort();
        names
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ended {
    /// Checks the exit code and returns all that was printed.
    #[track_caller]
    pub(crate) fn is(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self.out + &self.err
    }
}

/// Width and height of a PNG, from its header.
pub(crate) fn png_size(file: &Path) -> (u32, u32) {
    let bytes = std::fs::read(file).unwrap();
    assert_eq!(&bytes[1..4], b"PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}
