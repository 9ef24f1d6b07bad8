//! A diffraction map: how the frames of a stack lie on a grid of points, a row of the grid after the other.

use serde::{Deserialize, Serialize};

mod axis;

use super::{JobError, JobSpec};
use crate::sink::nexus::{Map, MapAxis};
use crate::source::Stack;
use aureole_core::pipeline::Source;

/// Points of a map at most.
const MOST_POINTS: usize = 1 << 24;

/// Points of a snake at most: half of them need mappings of their own in the result, which take some 20 KB of memory each
/// while the file is made.
const MOST_POINTS_OF_A_SNAKE: usize = 1 << 18;

/// A map of `slow` rows and `fast` columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapSpec {
    /// Rows, along the motor that moves once a row.
    pub slow: usize,
    /// Columns, along the motor that moves from frame to frame.
    pub fast: usize,
    /// Every second row was taken backwards.
    #[serde(default)]
    pub snake: bool,
    /// Number in the stack of the first point's frame.
    #[serde(default)]
    pub offset: usize,
    /// The positions of the rows.
    #[serde(default)]
    pub slow_axis: MapAxisSpec,
    /// The positions of the columns.
    #[serde(default)]
    pub fast_axis: MapAxisSpec,
    /// What was mapped, for the title of the result.
    #[serde(default)]
    pub title: Option<String>,
}

/// Where the positions along one axis of a map come from; they are numbers from 0 on if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapAxisSpec {
    /// `FILE::/path`, a path in the input, or the name of a motor there: one value a frame, a point, or a row or column.
    #[serde(default)]
    pub dataset: Option<String>,
    /// The motor's name.
    #[serde(default)]
    pub name: Option<String>,
    /// The first and the last position, those between them evenly spaced.
    #[serde(default)]
    pub range: Option<(f64, f64)>,
}

/// The map of a job whose last frame is before `end`, its axes read.
///
/// # Errors
/// When the map does not hold the frames, or a dataset of positions cannot be read.
pub(super) fn prepare(spec: &JobSpec, end: usize, stack: &Stack) -> Result<Option<Map>, JobError> {
    let Some(map) = &spec.map else { return Ok(None) };
    map.check(end)?;
    let images = stack.origins().iter().filter_map(|origin| Some((origin.file.clone(), origin.dataset.clone()?)));
    let resolved = axis::resolve(map, &spec.inputs, spec.execution.reach(), stack.spec().frames)?;
    Ok(Some(Map { images: images.collect(), ..resolved }))
}

impl MapSpec {
    /// `SLOW`x`FAST`, as it is typed.
    fn typed(&self) -> String {
        format!("{}x{}", self.slow, self.fast)
    }

    /// Refuses a map without points, or one that does not hold the frames up to `end`, one past the last.
    ///
    /// # Errors
    /// Names the option and what is allowed.
    pub(super) fn check(&self, end: usize) -> Result<(), JobError> {
        let refuse = |option, reason| Err(JobError::Option { option, reason });
        let points = self.slow.checked_mul(self.fast).filter(|points| (1..=MOST_POINTS).contains(points));
        let Some(points) = points else {
            let allowed = format!("at least one row and one column, and at most {MOST_POINTS} points, are needed");
            return refuse("--map", format!("{}: {allowed}", self.typed()));
        };
        if self.snake && points > MOST_POINTS_OF_A_SNAKE {
            let reason = format!("{points} points; a snake may have {MOST_POINTS_OF_A_SNAKE}");
            return refuse("--map-snake", reason);
        }
        if self.offset >= end {
            return refuse("--map-offset", format!("{}: there are {end} frames, so none is on the map", self.offset));
        }
        let beyond = (end - self.offset).saturating_sub(points);
        if beyond > 0 {
            let reason = format!(
                "{}: {points} points, but {} frames from --map-offset {} on; a larger map, or --frames :{}, is needed",
                self.typed(),
                end - self.offset,
                self.offset,
                self.offset + points
            );
            return refuse("--map", reason);
        }
        Ok(())
    }

    /// The row and the column of the `nth` point in the order of the frames.
    fn place(&self, nth: usize) -> (usize, usize) {
        let (row, column) = (nth / self.fast, nth % self.fast);
        if self.snake && row % 2 == 1 { (row, self.fast - 1 - column) } else { (row, column) }
    }

    /// The map as the sink needs it, with the positions of rows and columns.
    fn with_axes(&self, slow: MapAxis, fast: MapAxis) -> Map {
        Map { slow, fast, snake: self.snake, offset: self.offset, ..Map::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(slow: usize, fast: usize, offset: usize) -> MapSpec {
        MapSpec { slow, fast, offset, ..MapSpec::default() }
    }

    #[test]
    fn a_map_may_be_incomplete_but_not_too_small() {
        for (fits, map, frames) in [
            (true, map(3, 4, 0), 12),
            (true, map(3, 4, 0), 1),
            (true, map(3, 4, 5), 17),
            (false, map(3, 4, 0), 13),
            (false, map(3, 4, 5), 5),
            (false, map(0, 4, 0), 4),
            (false, map(usize::MAX, 2, 0), 4),
            (false, map(1 << 23, 3, 0), 4),
            (false, MapSpec { snake: true, ..map(1 << 9, 513, 0) }, 4),
        ] {
            assert_eq!(map.check(frames).is_ok(), fits, "{map:?} {frames}");
        }
        let said = map(3, 4, 1).check(20).unwrap_err().to_string();
        assert!(said.starts_with("--map: 3x4: 12 points, but 19 frames") && said.contains("--frames :13"), "{said}");
    }

    #[test]
    fn a_snake_goes_back_along_every_second_row() {
        let snake = MapSpec { snake: true, ..map(3, 4, 0) };
        let places: Vec<_> = (3..9).map(|nth| snake.place(nth)).collect();
        assert_eq!(places, [(0, 3), (1, 3), (1, 2), (1, 1), (1, 0), (2, 0)]);
    }
}
