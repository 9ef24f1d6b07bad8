//! How an input is written: `FILE` or `FILE::/path/in/it`.

use std::path::Path;

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
    fn the_path_behind_two_colons_is_a_dataset() {
        assert_eq!(split("a.h5::/entry/data"), (Path::new("a.h5"), Some("/entry/data")));
        assert_eq!(split("a.h5::mask"), (Path::new("a.h5"), Some("mask")));
        assert_eq!(split("a.h5"), (Path::new("a.h5"), None));
    }
}
