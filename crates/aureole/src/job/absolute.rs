//! File names that mean the same wherever a program runs.

use std::path::{Path, PathBuf};

use super::{ATTACHED, EdgesSpec, GeometrySpec, JobError, JobSpec, Normalization, RecipeSpec, auto};

impl JobSpec {
    /// The same job with the full names of all files.
    ///
    /// # Errors
    /// When this process has no folder in which it runs.
    pub(super) fn absolute(mut self) -> Result<JobSpec, JobError> {
        for input in &mut self.inputs {
            *input = one(input)?;
        }
        for recipe in &mut self.recipes {
            recipe_files(recipe)?;
        }
        if let Some(folder) = &mut self.execution.plan_cache {
            *folder = path(folder)?;
        }
        Ok(self)
    }
}

fn recipe_files(recipe: &mut RecipeSpec) -> Result<(), JobError> {
    if let GeometrySpec::File(file) = &mut recipe.geometry {
        *file = path(file)?;
    }
    if let Some(EdgesSpec::File(input)) = &mut recipe.edges {
        *input = one(input)?;
    }
    if let Normalization::Dataset(input) = &mut recipe.normalization {
        *input = one(input)?;
    }
    for input in [&mut recipe.mask, &mut recipe.absorption, &mut recipe.variance].into_iter().flatten() {
        *input = one(input)?;
    }
    for inputs in [&mut recipe.dark, &mut recipe.flat].into_iter().flatten() {
        let each: Result<Vec<String>, JobError> = crate::input::list(inputs).into_iter().map(one).collect();
        *inputs = each?.join(",");
    }
    Ok(())
}

/// `FILE` or `FILE::/path`.
fn one(input: &str) -> Result<String, JobError> {
    if input.starts_with(ATTACHED) || auto::named(Some(&input.to_owned())).is_none() {
        return Ok(input.to_owned());
    }
    let (file, dataset) = crate::input::split(input);
    let file = path(file)?.display().to_string();
    Ok(dataset.map_or_else(|| file.clone(), |dataset| format!("{file}::{dataset}")))
}

fn path(file: &Path) -> Result<PathBuf, JobError> {
    std::path::absolute(file).map_err(|error| JobError::Description(format!("{}: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_full_names_and_all_else_stays() {
        let here = std::env::current_dir().unwrap();
        let here = here.display();
        assert_eq!(one("a.h5::/entry/data").unwrap(), format!("{here}/a.h5::/entry/data"));
        assert_eq!(one("/b.npy").unwrap(), "/b.npy");
        assert_eq!(one("attached:mask").unwrap(), "attached:mask");
        assert_eq!(one("auto").unwrap(), "auto");
    }
}
