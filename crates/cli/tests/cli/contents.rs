//! All that a result holds, to compare two of them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{Container, File, Group, Location};

/// What tells of one run and not of what was computed, as docs/formats.md lists it.
const OF_THE_RUN: [&str; 6] = ["start_time", "end_time", "date", "layout", "device", "job"];

/// Every dataset and attribute by its path: the shape and type, and its values, numbers as bits. What tells of the run is left out.
pub(crate) fn contents(file: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(&File::open(file).unwrap(), &mut found);
    found
}

/// Paths at which two results differ.
pub(crate) fn differing(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<String> {
    let paths: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    paths.into_iter().filter(|path| a.get(*path) != b.get(*path)).cloned().collect()
}

fn collect(group: &Group, found: &mut BTreeMap<String, String>) {
    attributes(group, found);
    // Links to the frames, which are no content of the result, are left out.
    for name in group.member_names().unwrap().into_iter().filter(|name| name != "measurement") {
        let place = format!("{}/{name}", group.name().trim_end_matches('/'));
        if let Ok(dataset) = group.dataset(&name) {
            attributes(&dataset, found);
            if !OF_THE_RUN.contains(&name.as_str()) {
                found.insert(place, format!("{:?} {}", dataset.shape(), values(&dataset)));
            }
        } else {
            collect(&group.group(&name).unwrap(), found);
        }
    }
}

fn attributes(at: &Location, found: &mut BTreeMap<String, String>) {
    for name in at.attr_names().unwrap() {
        let attribute = at.attr(&name).unwrap();
        found.insert(format!("{}@{name}", at.name()), format!("{:?} {}", attribute.shape(), values(&attribute)));
    }
}

/// The type, and the values: numbers by their bits, many of them by a digest.
fn values(container: &Container) -> String {
    let of = container.dtype().unwrap().to_descriptor().unwrap();
    match container.read_raw::<f64>() {
        Ok(numbers) if numbers.len() < 20 => {
            format!("{of} {:x?}", numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        }
        Ok(numbers) => {
            let mut digest = DefaultHasher::new();
            numbers.iter().for_each(|number| digest.write_u64(number.to_bits()));
            format!("{of} {:x}", digest.finish())
        }
        Err(_) => format!("{of} {:?}", container.read_raw::<VarLenUnicode>().unwrap()),
    }
}
