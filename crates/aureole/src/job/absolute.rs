//! File names that mean the same wherever a program runs.

use std::path::{Path, PathBuf};

use super::{JobError, JobSpec};

impl JobSpec {
    /// The same job with the full names of all files.
    ///
    /// # Errors
    /// When this process has no folder in which it runs.
    pub(super) fn absolute(self) -> Result<JobSpec, JobError> {
        let mut job = self.with_files(&path)?;
        if let Some(folder) = &mut job.execution.plan_cache {
            *folder = path(folder)?;
        }
        Ok(job)
    }
}

fn path(file: &Path) -> Result<PathBuf, JobError> {
    std::path::absolute(file).map_err(|error| JobError::Description(format!("{}: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::super::relocate::input_with;
    use super::*;

    #[test]
    fn files_get_full_names_and_all_else_stays() {
        let one = |input: &str| input_with(input, &path).unwrap();
        let here = std::env::current_dir().unwrap();
        let here = here.display();
        assert_eq!(one("a.h5::/entry/data"), format!("{here}/a.h5::/entry/data"));
        assert_eq!(one("/b.npy"), "/b.npy");
        assert_eq!(one("attached:mask"), "attached:mask");
        assert_eq!(one("auto"), "auto");
    }
}
