//! How an input is written: `FILE` or `FILE::/path/in/it`, where the file may be a pattern for several.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// The file, and the path in it when one is given. A file whose own name holds `::` is taken as it is.
pub(crate) fn split(input: &str) -> (&Path, Option<&str>) {
    match input.rsplit_once("::") {
        Some((file, path)) if !file.is_empty() && !Path::new(input).exists() => (Path::new(file), Some(path)),
        _ => (Path::new(input), None),
    }
}

/// The inputs of a list with commas between them. A file whose own name holds commas is taken as it is.
pub(crate) fn list(inputs: &str) -> Vec<&str> {
    let (file, path) = split(inputs);
    if file.exists() && !path.is_some_and(|path| path.contains(',')) {
        return vec![inputs];
    }
    inputs.split(',').map(str::trim).collect()
}

/// The inputs that a pattern stands for, sorted as people count; `None` when it is no pattern, or a file has that very name.
///
/// # Errors
/// When nothing matches, or the pattern cannot be understood.
pub(crate) fn matching(input: &str) -> Result<Option<Vec<String>>, String> {
    let (file, path) = split(input);
    let Some(text) = file.to_str().filter(|text| text.contains(['*', '?', '[']) && !file.exists()) else {
        return Ok(None);
    };
    Pattern::new(text).map_err(|error| format!("not a pattern of file names ({error})"))?;
    // Hidden files are matched by patterns that start with their dot, as in a shell.
    let options =
        MatchOptions { require_literal_separator: true, require_literal_leading_dot: true, ..Default::default() };
    let found = glob::glob_with(text, options).map_err(|error| error.to_string())?;
    let found: Result<Vec<PathBuf>, String> =
        found.map(|entry| entry.map_err(|error| format!("a folder cannot be read ({error})"))).collect();
    let mut found = found?;
    found.retain(|file| !file.is_dir());
    if found.is_empty() {
        return Err("no file matches".into());
    }
    alphanumeric_sort::sort_path_slice(&mut found);
    let named = |file: PathBuf| path.map_or(file.display().to_string(), |path| format!("{}::{path}", file.display()));
    Ok(Some(found.into_iter().map(named).collect()))
}

/// True for names in the order in which a shell puts them, `img_10` before `img_9`, which is not that of their numbers.
pub(crate) fn is_shell_order(files: &[PathBuf]) -> bool {
    let counted = |pair: &[PathBuf]| alphanumeric_sort::compare_path(&pair[0], &pair[1]).is_le();
    files.len() > 2 && files.is_sorted() && !files.windows(2).all(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_part_a_list_unless_a_file_has_that_name() {
        assert_eq!(list("a.edf, b.h5::/c"), ["a.edf", "b.h5::/c"]);
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a,b.edf");
        std::fs::write(&odd, "").unwrap();
        let odd = odd.to_str().unwrap();
        let (inside, two) = (format!("{odd}::/c"), format!("{odd}::/c,{odd}"));
        assert_eq!(list(odd), [odd]);
        assert_eq!(list(&inside), [&inside]);
        assert_eq!(list(&two).len(), 4, "commas of names in a list part it, too");
    }

    #[test]
    fn patterns_stand_for_files_in_the_order_of_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for name in ["img_10.cbf", "img_9.cbf", "img_100.cbf", "img_9.log", ".img_1.cbf", "odd[1].cbf"] {
            std::fs::write(at(name), "").unwrap();
        }
        std::fs::create_dir(at("img_1.cbf")).unwrap();
        let found = matching(&at("img_*.cbf")).unwrap().unwrap();
        assert_eq!(found, ["img_9.cbf", "img_10.cbf", "img_100.cbf"].map(at));
        let inside = matching(&format!("{}::/data", at("img_?.cbf"))).unwrap().unwrap();
        assert_eq!(inside, [format!("{}::/data", at("img_9.cbf"))]);
        assert_eq!(matching(&at("odd[1].cbf")), Ok(None), "a file of that very name");
        assert_eq!(matching(&at("img_9.cbf")), Ok(None));
        assert_eq!(matching(&at("*.edf")), Err("no file matches".into()));
        assert!(matching(&at("a[.edf")).unwrap_err().contains("not a pattern"));
    }

    #[test]
    fn the_order_of_a_shell_is_noticed() {
        let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert!(is_shell_order(&files(&["a_1", "a_10", "a_2"])));
        assert!(!is_shell_order(&files(&["a_1", "a_2", "a_10"])));
        assert!(!is_shell_order(&files(&["a_10", "a_1", "a_2"])), "an order of one's own");
        assert!(!is_shell_order(&files(&["a_01", "a_02", "a_10"])));
    }

    #[test]
    fn the_path_behind_two_colons_is_a_dataset() {
        assert_eq!(split("a.h5::/entry/data"), (Path::new("a.h5"), Some("/entry/data")));
        assert_eq!(split("a.h5::mask"), (Path::new("a.h5"), Some("mask")));
        assert_eq!(split("a.h5"), (Path::new("a.h5"), None));
    }
}
