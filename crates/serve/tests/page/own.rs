//! Files of which a part is in another file: that part is nobody's business.

use std::path::Path;

use aureole_serve::Place;
use hdf5_metno::File;
use tempfile::tempdir;

use crate::support::{BINS, Site, result};

/// A result whose dataset `name` is replaced by what `make` puts there.
fn altered(folder: &Path, name: &str, make: impl Fn(&File)) -> Site {
    let path = folder.join("altered.h5");
    result(&path, 10, None);
    let file = File::append(&path).unwrap();
    file.unlink(name).unwrap();
    make(&file);
    drop(file);
    Site::of(Place::File(path))
}

fn refused(site: &Site) {
    let answer = site.get("/api/results/0");
    assert_eq!(answer.state, 503, "{}", answer.text());
    assert!(answer.text().contains("is not shown"), "{}", answer.text());
    assert_eq!(site.get("/api/results/0/row?recipe=0&row=0").state, 503);
}

#[test]
fn a_link_to_another_file_is_refused() {
    let folder = tempdir().unwrap();
    result(&folder.path().join("other.h5"), 10, None);
    let link = |file: &File| file.link_external("other.h5", "/entry/data", "entry/data").unwrap();
    refused(&altered(folder.path(), "entry/data", link));
}

#[test]
fn values_that_are_bytes_of_another_file_are_refused() {
    let folder = tempdir().unwrap();
    let secret = folder.path().join("secret.txt");
    std::fs::write(&secret, "s".repeat(10 * BINS * 4)).unwrap();
    let elsewhere = |file: &File| {
        let data = file.new_dataset::<f32>().shape([10, BINS]);
        data.external(secret.to_str().unwrap(), 0, 40 * BINS).create("entry/data/I").unwrap();
    };
    refused(&altered(folder.path(), "entry/data/I", elsewhere));
}

#[test]
fn rows_of_another_file_are_refused() {
    let folder = tempdir().unwrap();
    let other = folder.path().join("other.h5");
    result(&other, 10, None);
    let elsewhere = |file: &File| {
        let data = file.new_dataset::<f32>().shape([10, BINS]);
        let all = (0..10, 0..BINS);
        let data = data.virtual_map(other.to_str().unwrap(), "/entry/data/I", [10, BINS], all.clone(), [10, BINS], all);
        data.create("entry/data/I").unwrap();
    };
    refused(&altered(folder.path(), "entry/data/I", elsewhere));
}
