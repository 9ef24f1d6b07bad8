//! The virtual datasets of a map: which rows of the result are which points.

use std::ops::Range;

use hdf5_metno::plist::dataset_create::Layout;
use hdf5_metno::{Dataset, Extent, Group, Hyperslab, SliceOrIndex};

use super::{Description, Map, RecipeDescription, azint};
use crate::hdf5::attributes::put;

type Result<T> = hdf5_metno::Result<T>;

/// Mappings of the image of a map at most, some 20 KB of memory each while the file is made; one that would need more is
/// left out.
const MOST_MAPPINGS: usize = 20_000;

/// Points next to each other in a row of the map, whose frames are next to each other in the result.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    /// Row of the map.
    row: usize,
    /// First column of the map.
    column: usize,
    columns: usize,
    /// First row of the result.
    from: usize,
}

/// The frames that are on the map, by their numbers in the stack.
pub(super) fn frames(description: &Description, map: &Map) -> Range<usize> {
    let (slow, fast) = map.shape();
    let (first, end) = (description.first_frame, description.first_frame + description.frames);
    let start = first.max(map.offset);
    start..end.min(map.offset + slow * fast).max(start)
}

/// The row and the column of a frame that is on the map.
pub(super) fn place(map: &Map, frame: usize) -> (usize, usize) {
    let (_, fast) = map.shape();
    let (row, column) = ((frame - map.offset) / fast, (frame - map.offset) % fast);
    if map.snake && row % 2 == 1 { (row, fast - 1 - column) } else { (row, column) }
}

/// The points of all frames on the map, in few runs: row by row, those taken backwards point by point.
fn runs(description: &Description, map: &Map) -> Vec<Run> {
    let (_, fast) = map.shape();
    let frames = frames(description, map);
    let mut runs = Vec::new();
    // Parts of a row: up to where the first whole row begins, and from where the last one ends.
    let whole = |frame: usize| (frame - map.offset).is_multiple_of(fast);
    let start = frames.clone().find(|frame| whole(*frame)).unwrap_or(frames.end);
    let end = frames.end - (frames.end - start) % fast;
    for part in [frames.start..start, end..frames.end] {
        let backwards = map.snake && (part.start - map.offset) / fast % 2 == 1;
        let columns = if backwards { 1 } else { part.len() };
        for frame in part.step_by(columns.max(1)) {
            let (row, column) = place(map, frame);
            runs.push(Run { row, column, columns, from: frame - description.first_frame });
        }
    }
    // Each row by itself: HDF5 copies rows of one shape, and goes from element to element otherwise.
    for start in (start..end).step_by(fast) {
        let ((row, column), from) = (place(map, start), start - description.first_frame);
        if map.snake && row % 2 == 1 {
            runs.extend((0..fast).map(|back| Run { row, column: column - back, columns: 1, from: from + back }));
        } else {
            runs.push(Run { row, column, columns: fast, from });
        }
    }
    runs
}

fn all(lengths: &[usize]) -> impl Iterator<Item = SliceOrIndex> {
    lengths.iter().map(|length| SliceOrIndex::from(0..*length))
}

fn slab(slices: impl IntoIterator<Item = SliceOrIndex>) -> Hyperslab {
    Hyperslab::from(slices.into_iter().collect::<Vec<_>>())
}

/// Creates `intensity`, `errors` and `map`.
pub(super) fn build(
    data: &Group,
    description: &Description,
    recipe: &RecipeDescription,
    map: &Map,
    result: &Group,
) -> Result<()> {
    let intensity = points((data, "I"), description, recipe, map, (result, "intensity"))?;
    put(&intensity, "interpretation", recipe.interpretation())?;
    azint::intensity(&intensity)?;
    if let Some(kind) = &recipe.errors {
        let errors = points((data, "I_errors"), description, recipe, map, (result, "errors"))?;
        put(&errors, "interpretation", recipe.interpretation())?;
        azint::errors(&errors, kind)?;
    }
    image(data, description, recipe, map, result)
}

/// `name` (slow, fast, bins) over the rows of `from`.
fn points(
    (data, from): (&Group, &str),
    description: &Description,
    recipe: &RecipeDescription,
    map: &Map,
    (result, name): (&Group, &str),
) -> Result<Dataset> {
    let ((slow, fast), bins) = (map.shape(), recipe.dimensions());
    let shape: Vec<usize> = [slow, fast].into_iter().chain(bins.iter().copied()).collect();
    let path = format!("{}/{from}", data.name());
    let mut builder = result.new_dataset::<f32>().shape(shape.clone()).layout(Layout::Virtual).fill_value(f32::NAN);
    for run in runs(description, map) {
        let place = [run.row..run.row + 1, run.column..run.column + run.columns];
        let here = slab(place.into_iter().map(SliceOrIndex::from).chain(all(&bins)));
        let source = slab([SliceOrIndex::from(run.from..run.from + run.columns)].into_iter().chain(all(&bins)));
        builder = builder.virtual_map(".", &path, rows(description, recipe), source, shape.clone(), here);
    }
    builder.create(name)
}

/// `map` (bins, slow, fast): bin by bin over `intensity`; for a snake, and where there are more bins than points, point by
/// point over the rows of the result.
fn image(data: &Group, description: &Description, recipe: &RecipeDescription, map: &Map, result: &Group) -> Result<()> {
    let ((slow, fast), bins) = (map.shape(), recipe.dimensions());
    let (count, points) = (recipe.bins(), slow * fast);
    if count.min(points) > MOST_MAPPINGS {
        return Ok(());
    }
    let by_point = points <= MOST_MAPPINGS && (map.snake || points < count);
    let shape: Vec<usize> = bins.iter().copied().chain([slow, fast]).collect();
    let one = |index: usize| SliceOrIndex::from(index..index + 1);
    let mut builder = result.new_dataset::<f32>().shape(shape.clone()).layout(Layout::Virtual).fill_value(f32::NAN);
    if by_point {
        let path = format!("{}/I", data.name());
        for frame in frames(description, map) {
            let (row, column) = place(map, frame);
            let here = slab(all(&bins).chain([one(row), one(column)]));
            let source = slab([one(frame - description.first_frame)].into_iter().chain(all(&bins)));
            builder = builder.virtual_map(".", &path, rows(description, recipe), source, shape.clone(), here);
        }
    } else {
        let path = format!("{}/intensity", result.name());
        let turned: Vec<usize> = [slow, fast].into_iter().chain(bins.iter().copied()).collect();
        let last = bins[bins.len() - 1];
        for nth in 0..count {
            let bin: Vec<_> = if bins.len() > 1 { vec![nth / last, nth % last] } else { vec![nth] };
            let bin = || bin.iter().map(|index| one(*index));
            let (here, source) = (slab(bin().chain(all(&[slow, fast]))), slab(all(&[slow, fast]).chain(bin())));
            builder = builder.virtual_map(".", &path, turned.clone(), source, shape.clone(), here);
        }
    }
    let image = builder.create("map")?;
    put(&image, "interpretation", "image")?;
    azint::intensity(&image)
}

/// The extents of the datasets with one row a frame.
fn rows(description: &Description, recipe: &RecipeDescription) -> Vec<Extent> {
    let bins = recipe.dimensions().into_iter().map(Extent::fixed);
    [Extent::resizable(description.frames)].into_iter().chain(bins).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::nexus::MapAxis;

    /// What a run says, point by point.
    fn spread(run: &Run) -> Vec<((usize, usize), usize)> {
        (0..run.columns).map(|nth| ((run.row, run.column + nth), run.from + nth)).collect()
    }

    #[test]
    fn runs_hold_every_frame_of_the_map_once_and_where_it_belongs() {
        for snake in [false, true] {
            for (slow, fast) in [(1, 1), (1, 5), (5, 1), (4, 3), (5, 4)] {
                for (offset, first_frame, frames) in
                    [(0, 0, 20), (0, 0, 11), (3, 0, 16), (2, 4, 9), (5, 7, 4), (0, 1, 3)]
                {
                    let axis = |length| MapAxis { values: vec![0.0; length], ..MapAxis::default() };
                    let map = Map { slow: axis(slow), fast: axis(fast), snake, offset, ..Map::default() };
                    let description = Description { first_frame, frames, ..Description::default() };
                    let mut points: Vec<_> = runs(&description, &map).iter().flat_map(spread).collect();
                    points.sort_by_key(|(_, row)| *row);
                    let naive: Vec<_> = (0..frames)
                        .filter(|row| (offset..offset + slow * fast).contains(&(first_frame + row)))
                        .map(|row| (place(&map, first_frame + row), row))
                        .collect();
                    assert_eq!(points, naive, "{slow} x {fast}, snake {snake}, {offset} {first_frame} {frames}");
                }
            }
        }
    }

    #[test]
    fn a_map_needs_one_mapping_a_row_and_a_snake_one_for_each_point_taken_backwards() {
        let axis = |length| MapAxis { values: vec![0.0; length], ..MapAxis::default() };
        let mut map = Map { slow: axis(100), fast: axis(50), ..Map::default() };
        let description = Description { frames: 4990, ..Description::default() };
        assert_eq!(runs(&description, &map).len(), 100);
        map.snake = true;
        assert_eq!(runs(&description, &map).len(), 50 + 49 * 50 + 40);
    }
}
