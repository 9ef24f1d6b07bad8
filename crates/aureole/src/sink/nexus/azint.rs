//! What the NeXus definitions NXazint1d and NXazint2d ask for.
//!
//! They fix names: an axis is `q` or `2theta` whatever its unit, intensities have `arbitrary units`. What these names do not say is kept beside
//! them, in `@unit_name` and `@meaning`.

use hdf5_metno::{Dataset, Group, Result};
use serde_json::Value;

use super::layout::{group, text, value};
use super::{Axis, Beamline, Description, RecipeDescription};
use crate::hdf5::attributes::put;

/// Planck's constant times the speed of light, keV·m.
const HC: f64 = 12.398_419_843_320_026e-10;

/// The unit of intensities, and of what they are divided by.
const ARBITRARY: &str = "arbitrary units";

/// What stands where nothing is known.
const UNKNOWN: &str = "unknown";

/// The definition's name of an axis that it knows; `azimuthal` is the second one of cakes.
fn named(axis: &Axis, azimuthal: bool) -> Option<&'static str> {
    match axis.name.as_str() {
        "q_nm^-1" | "q_A^-1" if !azimuthal => Some("q"),
        "2th_deg" | "2th_rad" if !azimuthal => Some("2theta"),
        "chi_deg" | "chi_rad" if azimuthal => Some("azimuthal"),
        _ => None,
    }
}

/// How an axis and its edges are called: as the definitions want it where they know it.
pub(super) fn long_names(axis: &Axis, azimuthal: bool) -> [String; 2] {
    match named(axis, azimuthal) {
        Some("azimuthal") => ["azimuthal bin center".into(), "azimuthal bin edges".into()],
        Some(name) => [name.into(), format!("{name} bin edges")],
        None => [axis.long_name.clone(), format!("{} bin edges", axis.long_name)],
    }
}

/// The definition that a recipe's patterns or cakes follow.
fn followed(recipe: &RecipeDescription) -> Option<&'static str> {
    named(&recipe.axis, false)?;
    recipe.wavelength?;
    match &recipe.azimuthal {
        None => Some("NXazint1d"),
        Some(axis) => named(axis, true).map(|_| "NXazint2d"),
    }
}

/// Says which definition the file follows, where all its recipes follow the same, and what that asks for of the first recipe.
pub(super) fn describe(entry: &Group, description: &Description) -> Result<()> {
    let first = &description.recipes[0];
    if let Some(definition) = followed(first)
        && description.recipes.iter().all(|recipe| followed(recipe) == Some(definition))
    {
        text(entry, "definition", definition)?;
    }
    let applied = first.corrections;
    value(entry, "solid_angle_applied", &applied.solid_angle)?;
    value(entry, "polarization_applied", &applied.polarization)?;
    value(entry, "normalization_applied", &true)?;
    value(entry, "monitor_applied", &applied.monitor)?;
    instrument(entry, &description.beamline, first.wavelength)
}

fn instrument(entry: &Group, beamline: &Beamline, wavelength: Option<f64>) -> Result<()> {
    let known = |name: &Option<String>| name.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    let instrument = group(entry, "instrument", "NXinstrument")?;
    text(&instrument, "name", &known(&beamline.instrument))?;
    let source = group(&instrument, "source", "NXsource")?;
    text(&source, "name", &known(&beamline.source))?;
    let of_type = text(&source, "type", &known(&beamline.source_type))?;
    if beamline.source_type.is_none() {
        // None of the types that NXsource lists.
        of_type.new_attr::<bool>().create("custom")?.write_scalar(&true)?;
    }
    text(&source, "probe", "x-ray")?;
    let Some(wavelength) = wavelength else { return Ok(()) };
    let monochromator = group(&instrument, "monochromator", "NXmonochromator")?;
    let in_angstrom = value(&monochromator, "wavelength", &(wavelength * 1e10))?;
    put(&in_angstrom, "units", "angstrom")?;
    let energy = value(&monochromator, "energy", &(HC / wavelength))?;
    put(&energy, "units", "keV")
}

/// The attributes of intensities.
pub(super) fn intensity(dataset: &Dataset) -> Result<()> {
    put(dataset, "long_name", "intensity")?;
    put(dataset, "units", ARBITRARY)
}

/// The attributes of errors, which are what `meaning` says.
pub(super) fn errors(dataset: &Dataset, meaning: &str) -> Result<()> {
    put(dataset, "long_name", "estimated intensity error")?;
    put(dataset, "units", ARBITRARY)?;
    put(dataset, "meaning", meaning)
}

/// The attributes of what sums are divided by.
pub(super) fn norm(dataset: &Dataset) -> Result<()> {
    put(dataset, "long_name", "effective number of pixels contributing to the corresponding bin")?;
    put(dataset, "units", ARBITRARY)?;
    put(dataset, "meaning", "sum of the pixels' weights times their normalization")
}

/// The options of the first recipe, one dataset each; those that were not given are left out.
pub(super) fn parameters(reduction: &Group, job: &str) -> Result<()> {
    let input = group(reduction, "input", "NXparameters")?;
    let job: Value = serde_json::from_str(job).unwrap_or_default();
    for (name, option) in job["recipes"][0].as_object().into_iter().flatten() {
        match option {
            Value::Null => {}
            Value::Bool(on) => drop(value(&input, name, on)?),
            Value::String(of) => drop(text(&input, name, of)?),
            other => drop(text(&input, name, &other.to_string())?),
        }
    }
    Ok(())
}
