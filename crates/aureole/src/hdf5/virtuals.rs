//! Virtual datasets: their sources, each of which must be there, since HDF5 reads what is missing as zeros.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hdf5_metno::dataset::Layout;

use super::Hdf5Error;
use super::place::Place;
use super::raw::{self, Mapping};

/// Virtual datasets of virtual datasets, and so on, down to here.
const DEEPEST: usize = 8;

/// One mapping of a virtual dataset and the dataset it maps.
pub(crate) struct VirtualSource {
    pub(crate) mapping: Mapping,
    pub(crate) place: Place,
}

/// True for a virtual dataset.
pub(crate) fn is_virtual(place: &Place) -> bool {
    place.dataset().is_some_and(|dataset| dataset.layout() == Layout::Virtual)
}

/// The sources of a virtual dataset, in the order in which they are laid over each other.
///
/// # Errors
/// [`Hdf5Error::Dangling`] naming the first source that is missing.
pub(crate) fn sources(place: &Place) -> Result<Vec<VirtualSource>, Hdf5Error> {
    let Some(dataset) = place.dataset() else { return Err(place.fail("a group, not a dataset")) };
    let mappings = raw::mappings(dataset);
    let mappings = mappings.map_err(|error| place.fail(format!("its virtual sources cannot be read ({error})")))?;
    let mut open: BTreeMap<PathBuf, Place> = BTreeMap::new();
    mappings.into_iter().map(|mapping| source(place, mapping, &mut open)).collect()
}

/// Refuses a virtual dataset that HDF5 would read, in part or as a whole, as zeros: one with a source that is missing,
/// or that HDF5 itself cannot open. Any other dataset passes, if its data do not lie outside of where links may lead.
pub(crate) fn check(place: &Place) -> Result<(), Hdf5Error> {
    check_depth(place, 0)
}

fn check_depth(place: &Place, depth: usize) -> Result<(), Hdf5Error> {
    if !is_virtual(place) {
        return place.check_storage();
    }
    if depth == DEEPEST {
        return Err(place.fail("a virtual dataset of virtual datasets, too deep"));
    }
    for source in sources(place)? {
        // What only we could open, HDF5 will not open when it reads through the virtual dataset.
        if let Some(notice) = source.place.notices.iter().find(|notice| !place.notices.contains(notice)) {
            return Err(place.fail(format!("HDF5 would read its source as zeros: {notice}")));
        }
        check_depth(&source.place, depth + 1)?;
    }
    Ok(())
}

fn source(place: &Place, mapping: Mapping, open: &mut BTreeMap<PathBuf, Place>) -> Result<VirtualSource, Hdf5Error> {
    let dangling = |target: String| Hdf5Error::Dangling { file: place.file.clone(), path: place.path.clone(), target };
    // Names with %b stand for a series that ends at the first file that is missing; the first one must be there.
    let first = |name: &str| name.replace("%b", "0").replace("%%", "%");
    let (file, dataset) = (first(&mapping.file), first(&mapping.dataset));
    let root = if file == "." {
        place.clone()
    } else {
        let found = place.linked(&place.path, &file)?.ok_or_else(|| dangling(format!("the file {file}")))?;
        match open.get(&found) {
            Some(root) => root.clone(),
            None => open.entry(found.clone()).or_insert(place.open_linked(&found)?).clone(),
        }
    };
    let absolute = format!("/{}", dataset.trim_start_matches('/'));
    let source = root.find(&absolute).map_err(|error| match error {
        Hdf5Error::Missing { .. } => dangling(format!("{file}::{absolute}")),
        other => other,
    })?;
    if source.dataset().is_none() {
        return Err(source.fail("a group; a virtual dataset's source must be a dataset"));
    }
    Ok(VirtualSource { mapping, place: source })
}
