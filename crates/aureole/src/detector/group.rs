//! Groups of the class `NXdetector`, and what they hold.

use aureole_core::dtype::Dtype;

use crate::hdf5::Hdf5Error;
use crate::hdf5::attributes::{string, text};
use crate::hdf5::place::Place;
use crate::hdf5::{plugin, raw, virtuals};

/// Groups looked through below the root, so that a file of many does not take for ever.
const MOST_GROUPS: usize = 1000;
/// Levels of groups looked through.
const DEEPEST: usize = 4;

/// The NeXus class of a group.
fn class(place: &Place) -> Option<String> {
    string(place.group()?, "NX_class")
}

/// All groups of the class `NXdetector`, in the order of their names, those of a level before those below it.
pub(super) fn detector_groups(root: &Place) -> Vec<Place> {
    let (mut found, mut level) = (Vec::new(), vec![root.clone()]);
    for _ in 0..DEEPEST {
        let groups =
            level.iter().flat_map(|place| place.members().into_iter().filter_map(|name| place.find(&name).ok()));
        let groups: Vec<Place> = groups.filter(|place| place.group().is_some()).take(MOST_GROUPS).collect();
        found.extend(groups.iter().filter(|place| class(place).as_deref() == Some("NXdetector")).cloned());
        level = groups;
    }
    found
}

/// The dataset of a name in a group; `None` when there is none.
pub(super) fn member(place: &Place, name: &str) -> Result<Option<Place>, Hdf5Error> {
    if !place.members().iter().any(|member| member == name) {
        return Ok(None);
    }
    let member = place.find(name)?;
    Ok(member.dataset().is_some().then_some(member))
}

/// The numbers of a small dataset of a group.
pub(super) fn numbers(place: &Place, name: &str) -> Result<Option<Vec<f64>>, Hdf5Error> {
    let Some(member) = member(place, name)? else { return Ok(None) };
    let shape = member.dataset().map(|dataset| dataset.shape()).unwrap_or_default();
    if shape.iter().product::<usize>() > 16 {
        return Err(member.fail(format!("shape {shape:?}; some numbers are wanted")));
    }
    let bytes = block(&member, Dtype::F64)?;
    Ok(Some(bytes.as_chunks().0.iter().map(|&bytes| f64::from_ne_bytes(bytes)).collect()))
}

/// A number with a unit, as so many of `base`: `m`, `eV` or `pixels`. One without a unit has the usual one: `angstrom` for wavelengths, else
/// `base`. `None` where it is not there, or its unit is none of these.
pub(super) fn quantity(group: &Place, name: &str, base: &str) -> Option<f64> {
    let value = *numbers(group, name).ok()??.first()?;
    let usual = if name.contains("wavelength") { "angstrom" } else { base };
    let units = string(member(group, name).ok()??.dataset()?, "units").unwrap_or_else(|| usual.to_owned());
    scale(&units, base).map(|scale| value * scale)
}

/// How many of `base` a unit is.
pub(super) fn scale(units: &str, base: &str) -> Option<f64> {
    match (base, units) {
        ("m", "m" | "metre" | "meter") | ("eV", "eV") | ("pixels", "pixel" | "pixels" | "px") => Some(1.0),
        ("m", "mm" | "millimeter" | "millimetre") => Some(1e-3),
        ("m", "um" | "µm" | "micron" | "micrometer" | "micrometre") => Some(1e-6),
        ("m", "nm" | "nanometer" | "nanometre") => Some(1e-9),
        ("m", "angstrom" | "Angstrom" | "Å" | "A") => Some(1e-10),
        ("eV", "keV" | "kev") => Some(1e3),
        _ => None,
    }
}

/// All elements of a dataset as numbers of a type, in the machine's byte order.
pub(super) fn block(place: &Place, dtype: Dtype) -> Result<Vec<u8>, Hdf5Error> {
    let Some(dataset) = place.dataset() else { return Err(place.fail("a group, not a dataset")) };
    virtuals::check(place)?;
    plugin::register();
    let shape = dataset.shape();
    let size = shape.iter().try_fold(dtype.size(), |size, length| size.checked_mul(*length));
    let size = size.filter(|size| *size <= crate::image::LARGEST);
    let size = size.ok_or_else(|| place.fail(format!("shape {shape:?} is too large to read at once")))?;
    if !crate::image::is_written(place, dataset) {
        return Err(place.fail("never written, or not as a whole"));
    }
    let unreadable = |error: hdf5_metno::Error| place.fail(format!("cannot be read as numbers ({error})"));
    if shape.is_empty() {
        let value = dataset.read_scalar::<f64>().map_err(unreadable)?;
        return Ok(value.to_ne_bytes().to_vec());
    }
    let mut bytes = vec![0; size];
    raw::read_block(dataset, &vec![0; shape.len()], &shape, dtype, &mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// The groups of the class `NXdetector`, each with the `detectorSpecific` group that Dectris detectors have in it.
pub(crate) fn groups_with(root: &Place) -> Vec<(Place, Option<Place>)> {
    let specific = |place: &Place| place.find("detectorSpecific").ok().filter(|inner| inner.group().is_some());
    detector_groups(root).into_iter().map(|place| (place.clone(), specific(&place))).collect()
}

/// True for a switch that is on.
pub(crate) fn flag(place: &Place, name: &str) -> bool {
    numbers(place, name).ok().flatten().is_some_and(|values| values.first().is_some_and(|value| *value != 0.0))
}

/// The dataset that a text refers to, written `FILE//path`: so Diamond's files name their pixel masks.
pub(crate) fn referred(place: &Place) -> Option<Place> {
    let text = text(place.dataset()?)?;
    let (file, path) = text.split_once("//")?;
    place.open_linked(&place.linked(&place.path, file).ok()??).ok()?.find(path).ok()
}
