//! The instrument and the source that a stack's files name.

use crate::hdf5::attributes::{string, text};
use crate::hdf5::place::Place;
use crate::job::JobSpec;
use crate::sink::nexus::Beamline;
use crate::source::Stack;

/// What the first input says, or else the file that holds its frames; nothing of it is needed, so what cannot be read is not known.
pub(super) fn of(spec: &JobSpec, stack: &Stack) -> Beamline {
    let named = spec.inputs.first().map(|input| crate::input::split(input).0.to_owned());
    let holding = stack.origins().iter().find(|origin| origin.dataset.is_some()).map(|origin| origin.file.clone());
    let hdf5 = [named, holding].into_iter().flatten().filter(|file| crate::hdf5::open::is_hdf5(file).unwrap_or(false));
    let read = hdf5.filter_map(|file| Place::open(&file, spec.execution.reach()).ok()).map(|root| read(&root));
    read.reduce(|first, second| Beamline {
        instrument: first.instrument.or(second.instrument),
        source: first.source.or(second.source),
        source_type: first.source_type.or(second.source_type),
    })
    .unwrap_or_default()
}

fn read(root: &Place) -> Beamline {
    let entries = of_class(root, "NXentry");
    let instruments: Vec<Place> = entries.iter().flat_map(|entry| of_class(entry, "NXinstrument")).collect();
    let sources: Vec<Place> =
        entries.iter().chain(&instruments).flat_map(|group| of_class(group, "NXsource")).collect();
    let first = |groups: &[Place], name| groups.iter().find_map(|group| said(group, name));
    Beamline {
        instrument: first(&instruments, "name"),
        source: first(&sources, "name"),
        source_type: first(&sources, "type"),
    }
}

fn of_class(place: &Place, class: &str) -> Vec<Place> {
    let inside = place.members().into_iter().filter_map(|name| place.find(&name).ok());
    inside.filter(|place| place.group().and_then(|group| string(group, "NX_class")).as_deref() == Some(class)).collect()
}

/// The text of a dataset in a group.
fn said(group: &Place, name: &str) -> Option<String> {
    let text = text(group.find(name).ok()?.dataset()?)?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
