//! The detectors known by name: the tables of `data/detectors`, read once.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use super::blind::Blind;
use super::sizes::Sizes;
use super::{Arrangement, Detector, DetectorError, Modules};
use crate::suggest::nearest_few;

/// The tables, by maker or kind.
const TABLES: [&str; 4] = [
    include_str!("../../data/detectors/dectris.toml"),
    include_str!("../../data/detectors/chips.toml"),
    include_str!("../../data/detectors/rayonix.toml"),
    include_str!("../../data/detectors/others.toml"),
];

/// A table, as it is written.
#[derive(Deserialize)]
struct Table {
    family: Vec<Family>,
}

/// Detectors that differ in their number of modules only.
#[derive(Deserialize)]
struct Family {
    #[serde(flatten)]
    modules: Option<Modules>,
    #[serde(flatten)]
    blind: Blind,
    #[serde(default)]
    arrangement: Arrangement,
    dummy: Option<i64>,
    delta_dummy: Option<f64>,
    detector: Vec<Row>,
}

/// One detector.
#[derive(Deserialize)]
struct Row {
    name: String,
    aliases: Vec<String>,
    shape: (usize, usize),
    pixel: (f64, f64),
    #[serde(default = "unbinned")]
    binning: (usize, usize),
    /// The size of a joint pixel, where it is not just as many times the native one.
    joint_pixel: Option<(f64, f64)>,
    arrangement: Option<Arrangement>,
    #[serde(flatten)]
    sizes: Sizes,
}

fn unbinned() -> (usize, usize) {
    (1, 1)
}

/// A detector and all names it goes by.
struct Entry {
    detector: Detector,
    aliases: Vec<String>,
}

/// All detectors, in the order of the tables.
fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        // The tables are part of the program, and a test reads them: they cannot fail here.
        let families = |table| toml::from_str(table).unwrap_or(Table { family: Vec::new() }).family;
        TABLES.into_iter().flat_map(families).flat_map(Family::entries).collect()
    })
}

impl Family {
    fn entries(self) -> Vec<Entry> {
        let Family { modules, blind, arrangement, dummy, delta_dummy, detector } = self;
        let blind = (!blind.is_empty()).then(|| Arc::new(blind));
        let entry = |row: Row| Entry {
            detector: Detector {
                name: row.name,
                native_shape: Some(row.shape),
                native_pixel: Some(row.pixel),
                pixel: row
                    .joint_pixel
                    .unwrap_or((row.pixel.0 * row.binning.0 as f64, row.pixel.1 * row.binning.1 as f64)),
                binning: row.binning,
                modules,
                arrangement: row.arrangement.unwrap_or_else(|| arrangement.clone()),
                blind: blind.clone(),
                sizes: (!row.sizes.is_empty()).then(|| Arc::new(row.sizes)),
                dummy,
                delta_dummy,
                ..Detector::unknown()
            },
            aliases: row.aliases,
        };
        detector.into_iter().map(entry).collect()
    }
}

/// A name as it is compared: case, spaces and underscores do not count.
fn folded(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, ' ' | '_')).flat_map(char::to_lowercase).collect()
}

/// The detector with the given name or alias.
pub(super) fn by_name(name: &str) -> Result<Detector, DetectorError> {
    let wanted = folded(name);
    if wanted == "detector" {
        return Ok(Detector::unknown());
    }
    let named = |entry: &&Entry| {
        folded(&entry.detector.name) == wanted || entry.aliases.iter().any(|alias| folded(alias) == wanted)
    };
    entries().iter().find(named).map(|entry| entry.detector.clone()).ok_or_else(|| unknown(name))
}

/// The error for a name that no detector has.
fn unknown(name: &str) -> DetectorError {
    let near = nearest_few(&folded(name), names(), 3);
    let hint = if near.is_empty() {
        "known are, for example, Detector, Eiger4M, Eiger2CdTe_500k and Pilatus1M".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    DetectorError::Unknown { name: name.to_owned(), hint }
}

/// The names of all detectors, in the order of the tables.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    entries().iter().map(|entry| entry.detector.name.as_str())
}

/// The names of the detectors whose frames have the given shape.
pub(super) fn guess(shape: (usize, usize)) -> Vec<&'static str> {
    let fits = |entry: &&Entry| entry.detector.shape() == Some(shape);
    entries().iter().filter(fits).map(|entry| entry.detector.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        for table in TABLES {
            let table: Table = toml::from_str(table).unwrap();
            assert!(table.family.len() > 2);
        }
    }

    #[test]
    fn every_name_and_alias_leads_to_its_detector() {
        for entry in entries() {
            for name in entry.aliases.iter().chain([&entry.detector.name]) {
                assert_eq!(by_name(name).unwrap(), entry.detector, "{name}");
                assert_eq!(by_name(&name.to_uppercase().replace(' ', "_")).unwrap(), entry.detector, "{name}");
            }
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest() {
        let message = by_name("Eiger5M").unwrap_err().to_string();
        assert!(message.contains("Eiger5M") && message.contains("did you mean") && message.contains("Eiger4M"));
        assert!(by_name("film").unwrap_err().to_string().contains("for example"));
    }

    #[test]
    fn shapes_lead_to_names() {
        assert_eq!(guess((2167, 2070)), ["Eiger4M"]);
        assert_eq!(guess((512, 1028)), ["Eiger2_500k", "Eiger2CdTe_500k"]);
        assert!(guess((1, 1)).is_empty());
    }
}
