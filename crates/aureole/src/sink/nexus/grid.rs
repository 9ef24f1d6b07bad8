//! The virtual datasets of a map: which rows of the result are which points, in as few mappings as there can be.

use std::ops::Range;

use hdf5_metno::plist::dataset_create::Layout;
use hdf5_metno::{Dataset, Extent, Group, Hyperslab, SliceOrIndex};

use super::{Description, Map, RecipeDescription};
use crate::hdf5::attributes::put;

type Result<T> = hdf5_metno::Result<T>;

/// Mappings of a virtual dataset at most; the image of a map that would need more is left out.
const MOST_MAPPINGS: usize = 100_000;

/// Points that lie on the map as their frames lie in the result: `columns` of them next to each other in each of `rows` rows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    /// First row of the map, and the step to the next.
    row: (usize, usize),
    rows: usize,
    /// First column of the map.
    column: usize,
    columns: usize,
    /// First row of the result, and the step to that of the map's next row.
    from: (usize, usize),
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

/// The points of all frames on the map, in few runs: whole rows together, those taken backwards column by column.
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
            runs.push(Run { row: (row, 1), rows: 1, column, columns, from: (frame - description.first_frame, 1) });
        }
    }
    let (first, rows) = ((start - map.offset) / fast, (end - start) / fast);
    let from = start - description.first_frame;
    if !map.snake {
        runs.extend((rows > 0).then_some(Run { row: (first, 1), rows, column: 0, columns: fast, from: (from, fast) }));
        return runs;
    }
    for nth in 0..rows.min(2) {
        let (row, rows) = (first + nth, (rows - nth).div_ceil(2));
        let run = |column, columns, behind| Run {
            row: (row, 2),
            rows,
            column,
            columns,
            from: (from + nth * fast + behind, 2 * fast),
        };
        if row % 2 == 0 {
            runs.push(run(0, fast, 0));
        } else {
            runs.extend((0..fast).map(|column| run(column, 1, fast - 1 - column)));
        }
    }
    runs
}

/// `count` times `block` indices, every `step`.
fn strided(start: usize, step: usize, count: usize, block: usize) -> SliceOrIndex {
    if count == 1 || step == block {
        SliceOrIndex::from(start..start + count * block)
    } else {
        SliceOrIndex::SliceCount { start, step, count, block }
    }
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
    let interpretation = if recipe.azimuthal.is_some() { "image" } else { "spectrum" };
    let intensity = points((data, "I"), description, recipe, map, (result, "intensity"))?;
    put(&intensity, "interpretation", interpretation)?;
    put(&intensity, "long_name", "intensity")?;
    if let Some(kind) = &recipe.errors {
        let errors = points((data, "I_errors"), description, recipe, map, (result, "errors"))?;
        put(&errors, "interpretation", interpretation)?;
        put(&errors, "long_name", kind)?;
    }
    image(recipe, map, result)
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
    let rows: Vec<Extent> =
        [Extent::resizable(description.frames)].into_iter().chain(bins.iter().copied().map(Extent::fixed)).collect();
    let path = format!("{}/{from}", data.name());
    let mut builder = result.new_dataset::<f32>().shape(shape.clone()).layout(Layout::Virtual).fill_value(f32::NAN);
    for run in runs(description, map) {
        let there =
            [strided(run.row.0, run.row.1, run.rows, 1), SliceOrIndex::from(run.column..run.column + run.columns)];
        let here = slab(there.into_iter().chain(all(&bins)));
        let source = slab([strided(run.from.0, run.from.1, run.rows, run.columns)].into_iter().chain(all(&bins)));
        builder = builder.virtual_map(".", &path, rows.clone(), source, shape.clone(), here);
    }
    builder.create(name)
}

/// `map` (bins, slow, fast) over `intensity`: bin by bin, or point by point where there are fewer points.
fn image(recipe: &RecipeDescription, map: &Map, result: &Group) -> Result<()> {
    let ((slow, fast), bins) = (map.shape(), recipe.dimensions());
    let (count, points) = (recipe.bins(), slow * fast);
    if count.min(points) > MOST_MAPPINGS {
        return Ok(());
    }
    let shape: Vec<usize> = bins.iter().copied().chain([slow, fast]).collect();
    let turned: Vec<usize> = [slow, fast].into_iter().chain(bins.iter().copied()).collect();
    let one = |index: usize| SliceOrIndex::from(index..index + 1);
    let path = format!("{}/intensity", result.name());
    let mut builder = result.new_dataset::<f32>().shape(shape.clone()).layout(Layout::Virtual).fill_value(f32::NAN);
    for nth in 0..count.min(points) {
        let (here, source) = if count <= points {
            let last = bins[bins.len() - 1];
            let bin: Vec<_> = if bins.len() > 1 { vec![nth / last, nth % last] } else { vec![nth] };
            let bin = || bin.iter().map(|index| one(*index));
            (slab(bin().chain(all(&[slow, fast]))), slab(all(&[slow, fast]).chain(bin())))
        } else {
            let point = || [nth / fast, nth % fast].into_iter().map(one);
            (slab(all(&bins).chain(point())), slab(point().chain(all(&bins))))
        };
        builder = builder.virtual_map(".", &path, turned.clone(), source, shape.clone(), here);
    }
    let image = builder.create("map")?;
    put(&image, "interpretation", "image")?;
    put(&image, "long_name", "intensity")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::nexus::MapAxis;

    /// What a run says, point by point.
    fn spread(run: &Run) -> Vec<((usize, usize), usize)> {
        let point = |row: usize, column: usize| {
            ((run.row.0 + row * run.row.1, run.column + column), run.from.0 + row * run.from.1 + column)
        };
        (0..run.rows).flat_map(|row| (0..run.columns).map(move |column| point(row, column))).collect()
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
    fn a_complete_map_needs_one_mapping_and_a_snake_one_a_column() {
        let axis = |length| MapAxis { values: vec![0.0; length], ..MapAxis::default() };
        let mut map = Map { slow: axis(100), fast: axis(50), ..Map::default() };
        let description = Description { frames: 5000, ..Description::default() };
        assert_eq!(runs(&description, &map).len(), 1);
        assert_eq!(runs(&Description { frames: 4990, ..Description::default() }, &map).len(), 2);
        map.snake = true;
        assert_eq!(runs(&description, &map).len(), 51);
    }
}
