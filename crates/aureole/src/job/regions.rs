//! Sectors and rings that the recipe leaves out.

use aureole_core::binning::region::{self, Regions};
use aureole_core::geometry::Geometry;

use super::{JobError, RecipeSpec};

/// Adds the recipe's sectors and rings to a mask of the detector (true: leave out).
///
/// # Errors
/// When one is none; see [`region::RegionError`].
pub(super) fn leave_out(
    recipe: &RecipeSpec,
    geometry: &Geometry,
    mask: &mut Option<Vec<bool>>,
) -> Result<(), JobError> {
    if recipe.mask_sectors.is_empty() && recipe.mask_rings.is_empty() {
        return Ok(());
    }
    let regions = Regions {
        sectors: recipe.mask_sectors.clone(),
        rings: recipe.mask_rings.clone(),
        unit: recipe.unit,
        sample: recipe.sample,
    };
    let left_out = region::masked(geometry, &regions)?;
    match mask {
        Some(mask) => mask.iter_mut().zip(left_out).for_each(|(mask, region)| *mask |= region),
        None => *mask = Some(left_out),
    }
    Ok(())
}
