//! Files of a job that lie elsewhere now.

use std::path::{Path, PathBuf};

use super::{ATTACHED, EdgesSpec, GeometrySpec, JobSpec, Normalization, RecipeSpec, auto};

impl JobSpec {
    /// The same job with `change` applied to the name of every file: `FILE` or `FILE::/path`.
    pub(super) fn with_files<E>(mut self, change: &impl Fn(&Path) -> Result<PathBuf, E>) -> Result<JobSpec, E> {
        for input in &mut self.inputs {
            *input = input_with(input, change)?;
        }
        for recipe in &mut self.recipes {
            of_recipe(recipe, change)?;
        }
        Ok(self)
    }

    /// The same job with each file that is not there sought in a folder: under its name as it stands, then under its last part.
    pub(crate) fn found_in(self, folder: &Path) -> JobSpec {
        let same: Result<JobSpec, std::convert::Infallible> = self.with_files(&|file| Ok(find(file, folder)));
        same.unwrap_or_else(|never| match never {})
    }
}

/// A file that is not there, in a folder: under its name as it stands, then under its last part; unchanged where it is in neither.
pub(crate) fn find(file: &Path, folder: &Path) -> PathBuf {
    if file.exists() {
        return file.to_owned();
    }
    let relative = folder.join(file.strip_prefix("/").unwrap_or(file));
    let beside = file.file_name().map(|name| folder.join(name));
    let found = [Some(relative), beside].into_iter().flatten().find(|place| place.exists());
    found.unwrap_or_else(|| file.to_owned())
}

fn of_recipe<E>(recipe: &mut RecipeSpec, change: &impl Fn(&Path) -> Result<PathBuf, E>) -> Result<(), E> {
    if let GeometrySpec::File(file) = &mut recipe.geometry {
        *file = change(file)?;
    }
    if let Some(EdgesSpec::File(input)) = &mut recipe.edges {
        *input = input_with(input, change)?;
    }
    if let Normalization::Dataset(input) = &mut recipe.normalization {
        *input = input_with(input, change)?;
    }
    for input in [&mut recipe.mask, &mut recipe.absorption, &mut recipe.variance].into_iter().flatten() {
        *input = input_with(input, change)?;
    }
    for inputs in [&mut recipe.dark, &mut recipe.flat].into_iter().flatten() {
        let each: Result<Vec<String>, E> =
            crate::input::list(inputs).into_iter().map(|input| input_with(input, change)).collect();
        *inputs = each?.join(",");
    }
    Ok(())
}

/// `FILE` or `FILE::/path` with another file.
pub(super) fn input_with<E>(input: &str, change: &impl Fn(&Path) -> Result<PathBuf, E>) -> Result<String, E> {
    if input.starts_with(ATTACHED) || auto::named(Some(&input.to_owned())).is_none() {
        return Ok(input.to_owned());
    }
    let (file, dataset) = crate::input::split(input);
    let file = change(file)?.display().to_string();
    Ok(dataset.map_or_else(|| file.clone(), |dataset| format!("{file}::{dataset}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_moved_is_found_by_its_name_or_by_its_last_part() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        std::fs::create_dir(here.join("deep")).unwrap();
        for name in ["deep/a.h5", "b.h5"] {
            std::fs::write(here.join(name), "").unwrap();
        }
        assert_eq!(find(Path::new("deep/a.h5"), here), here.join("deep/a.h5"));
        assert_eq!(find(Path::new("/gone/b.h5"), here), here.join("b.h5"));
        assert_eq!(find(Path::new("c.h5"), here), Path::new("c.h5"), "in neither");
        assert_eq!(find(&here.join("b.h5"), Path::new("/")), here.join("b.h5"), "still there");
        let named = |input: &str| input_with::<()>(input, &|file| Ok(find(file, here))).unwrap();
        assert_eq!(named("x/b.h5::/entry/data"), format!("{}/b.h5::/entry/data", here.display()));
        assert_eq!((named("auto"), named("attached:mask")), ("auto".into(), "attached:mask".into()));
    }
}
