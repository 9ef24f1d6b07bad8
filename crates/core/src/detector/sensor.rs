//! What the sensitive layer of a detector is made of, and how it absorbs.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::suggest::nearest;

/// The sensitive layer of a detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sensor {
    /// What it is made of; see [`Sensor::materials`].
    pub material: String,
    /// Its thickness in m; `None` for one in which all photons are absorbed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thickness: Option<f64>,
}

/// Why a sensor's absorption is not known.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SensorError {
    /// No such material.
    #[error("{typed:?}: not a known sensor material; known are {}{}", Sensor::materials().collect::<Vec<_>>().join(", "),
            .meant.as_ref().map(|name| format!(" (did you mean {name}?)")).unwrap_or_default())]
    Material {
        /// What was asked for.
        typed: String,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// A thickness that no sensor has.
    #[error("a sensor of {0} m: must be between 1e-6 and 1 m thick")]
    Thickness(f64),
    /// An energy outside of the table.
    #[error("{energy} keV: the absorption of {material} is known from {} to {} keV", range.0, range.1)]
    Energy {
        /// The energy in keV.
        energy: f64,
        /// The material.
        material: String,
        /// The energies of the table.
        range: (f64, f64),
    },
}

/// The table, as it is written.
#[derive(Deserialize)]
struct Table {
    material: Vec<Material>,
}

/// A material: energies in keV, mass attenuation coefficients in cm²/g, density in g/cm³.
#[derive(Deserialize)]
struct Material {
    name: String,
    density: f64,
    attenuation: Vec<(f64, f64)>,
}

fn materials() -> &'static [Material] {
    static MATERIALS: OnceLock<Vec<Material>> = OnceLock::new();
    MATERIALS.get_or_init(|| {
        // The table is part of the program, and a test reads it: it cannot fail here.
        let table: Table =
            toml::from_str(include_str!("../../data/sensors.toml")).unwrap_or(Table { material: Vec::new() });
        table.material
    })
}

impl Sensor {
    /// The materials whose absorption is known.
    pub fn materials() -> impl Iterator<Item = &'static str> {
        materials().iter().map(|material| material.name.as_str())
    }

    /// Checks the material and the thickness.
    ///
    /// # Errors
    /// Says what is allowed.
    pub fn check(&self) -> Result<(), SensorError> {
        self.material()?;
        match self.thickness.filter(|thickness| !(1e-6..=1.0).contains(thickness)) {
            Some(thickness) => Err(SensorError::Thickness(thickness)),
            None => Ok(()),
        }
    }

    /// The linear attenuation coefficient in 1/m for photons of a wavelength in m, between the tabulated energies on a
    /// straight line, as pyFAI has it.
    ///
    /// # Errors
    /// When the material is not known, or the energy is not in its table.
    pub fn attenuation(&self, wavelength: f64) -> Result<f64, SensorError> {
        let material = self.material()?;
        let energy = KEV_METRE / wavelength;
        let table = &material.attenuation;
        let above = table.partition_point(|&(tabulated, _)| tabulated <= energy);
        let (Some(&(low, before)), Some(&(high, after))) =
            (above.checked_sub(1).and_then(|below| table.get(below)), table.get(above))
        else {
            let range = (table.first().map_or(0.0, |row| row.0), table.last().map_or(0.0, |row| row.0));
            return Err(SensorError::Energy { energy, material: self.material.clone(), range });
        };
        let part = (energy - low) / (high - low);
        // From cm²/g · g/cm³ to 1/m.
        Ok((before + part * (after - before)) * material.density * 100.0)
    }

    fn material(&self) -> Result<&'static Material, SensorError> {
        materials().iter().find(|material| material.name == self.material).ok_or_else(|| SensorError::Material {
            typed: self.material.clone(),
            meant: nearest(&self.material, Sensor::materials()).map(str::to_owned),
        })
    }
}

/// Planck's constant times the speed of light, in keV·m (exact since 2019).
const KEV_METRE: f64 = 1.239_841_984_332_002_6e-9;

#[cfg(test)]
mod tests {
    use super::*;

    fn sensor(material: &str, thickness: Option<f64>) -> Sensor {
        Sensor { material: material.to_owned(), thickness }
    }

    #[test]
    fn every_material_has_a_rising_table() {
        assert_eq!(Sensor::materials().count(), 8);
        for material in materials() {
            assert!(material.density > 1.0 && material.attenuation.len() > 30, "{}", material.name);
            assert!(material.attenuation.is_sorted_by(|a, b| a.0 <= b.0 && b.1 > 0.0), "{}", material.name);
        }
    }

    #[test]
    fn absorption_jumps_up_at_an_edge() {
        let attenuation = |energy: f64| sensor("CdTe", None).attenuation(KEV_METRE / energy).unwrap();
        assert!(attenuation(31.82) > 1.15 * attenuation(31.81), "the K edge of tellurium at 31.8138 keV");
        // Silicon at 10 keV: 33.89 cm²/g · 2.329 g/cm³.
        let silicon = sensor("Si", None).attenuation(KEV_METRE / 10.0).unwrap();
        assert!((silicon - 7893.0).abs() < 1.0, "{silicon}");
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(sensor("si", None).check().unwrap_err().to_string().contains("did you mean Si?"));
        assert!(matches!(sensor("Si", Some(0.0)).check(), Err(SensorError::Thickness(_))));
        assert!(matches!(sensor("Si", Some(f64::NAN)).check(), Err(SensorError::Thickness(_))));
        for wavelength in [1e-15, 1e-6, f64::NAN] {
            assert!(matches!(sensor("Si", None).attenuation(wavelength), Err(SensorError::Energy { .. })));
        }
    }
}
