//! What the contract runs, described in one line, so that another process can make the same stack and plan.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{MemorySource, small_gather_plan, small_plan, small_plan_set, small_stack};
use crate::pipeline::{ChunkBuf, Plan, Source, StackSpec};

/// The plans that every layout must run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CasePlan {
    /// [`small_plan`].
    Linear,
    /// [`small_gather_plan`].
    Gather,
    /// [`small_plan_set`] of linear recipes.
    Several,
    /// [`small_plan_set`] with one in the gather form.
    Mixed,
}

impl CasePlan {
    /// All of them.
    pub const ALL: [CasePlan; 4] = [CasePlan::Linear, CasePlan::Gather, CasePlan::Several, CasePlan::Mixed];
}

/// A stack in memory and a plan for it, some of it wrong on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Frames of the stack.
    pub frames: usize,
    /// What its pixels are drawn from.
    pub seed: u64,
    /// The plan.
    pub plan: CasePlan,
    /// Frames that cannot be read (even numbers: "torn") or decoded (odd ones).
    pub failing: Vec<usize>,
    /// The frame at which a worker panics.
    pub panic_at: Option<usize>,
    /// A file that gets one byte for every frame that is read, by whichever process.
    pub read_log: Option<PathBuf>,
}

impl Case {
    /// A case in which nothing goes wrong.
    #[must_use]
    pub fn good(frames: usize, seed: u64, plan: CasePlan) -> Case {
        Case { frames, seed, plan, failing: Vec::new(), panic_at: None, read_log: None }
    }

    /// The case in one line.
    ///
    /// # Panics
    /// When the path of its file is not UTF-8.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("plain fields")
    }

    /// The case that [`Case::line`] wrote.
    ///
    /// # Errors
    /// When the line is another one.
    pub fn from_line(line: &str) -> Result<Case, String> {
        serde_json::from_str(line).map_err(|error| format!("{line}: no case: {error}"))
    }

    /// Its stack.
    ///
    /// # Panics
    /// When the file for what is read cannot be opened.
    #[must_use]
    pub fn source(&self) -> CaseSource {
        let mut stack = small_stack(self.frames, self.seed);
        for frame in &self.failing {
            stack.chunks[*frame] = if frame % 2 == 0 { Err("torn".into()) } else { Ok(vec![1, 2, 3]) };
        }
        let open = |path| OpenOptions::new().create(true).append(true).open(path).expect("a file for what is read");
        CaseSource { stack, log: self.read_log.as_ref().map(open) }
    }

    /// Its plan, without what goes wrong.
    #[must_use]
    pub fn plan(&self, spec: &StackSpec) -> Box<dyn Plan + Send> {
        match self.plan {
            CasePlan::Linear => Box::new(small_plan(spec)),
            CasePlan::Gather => Box::new(small_gather_plan(spec)),
            CasePlan::Several => Box::new(small_plan_set(spec, false)),
            CasePlan::Mixed => Box::new(small_plan_set(spec, true)),
        }
    }
}

/// The stack of a case, which writes down what is read of it.
#[derive(Debug)]
pub struct CaseSource {
    stack: MemorySource,
    log: Option<File>,
}

impl CaseSource {
    fn note(&self) {
        if let Some(mut log) = self.log.as_ref() {
            log.write_all(&[1]).expect("room for a byte");
        }
    }
}

impl Source for CaseSource {
    fn spec(&self) -> &StackSpec {
        &self.stack.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.note();
        self.stack.read(frame, buf)
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.note();
        self.stack.open(frame, buf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_comes_back_from_its_line() {
        let case = Case {
            failing: vec![3, 8],
            panic_at: Some(20),
            read_log: Some("log".into()),
            ..Case::good(41, 3, CasePlan::Mixed)
        };
        assert!(!case.line().contains('\n'));
        assert_eq!(Case::from_line(&case.line()), Ok(case));
        assert!(Case::from_line("41 frames").is_err());
    }
}
