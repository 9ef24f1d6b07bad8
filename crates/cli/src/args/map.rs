//! A diffraction map as it is typed.

use std::str::FromStr;

use aureole::job::{MapAxisSpec, MapSpec};
use clap::Args;

use super::choice::named;
use crate::exit::Failure;

/// Rows and columns of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid(usize, usize);

impl FromStr for Grid {
    type Err = String;

    fn from_str(text: &str) -> Result<Grid, String> {
        let refused = || format!("{text}: no map; it is SLOWxFAST, rows and columns, as in 20x30");
        let (slow, fast) = text.split_once(['x', 'X', '×']).ok_or_else(refused)?;
        match (slow.trim().parse(), fast.trim().parse()) {
            (Ok(slow @ 1..), Ok(fast @ 1..)) => Ok(Grid(slow, fast)),
            _ => Err(refused()),
        }
    }
}

/// How the frames lie on a map.
#[derive(Debug, Args)]
#[command(next_help_heading = "Map")]
pub(crate) struct MapArgs {
    /// The frames lie on a map of so many rows and columns, a row after the other: the result also has the patterns
    /// as a map, which is NaN where frames are missing
    #[arg(long, value_name = "SLOWxFAST", value_parser = named::<Grid>())]
    pub(crate) map: Option<Grid>,
    /// Every second row of the map was taken backwards
    #[arg(long)]
    pub(crate) map_snake: bool,
    /// Frames of the stack before the first point of the map
    #[arg(long, value_name = "N")]
    pub(crate) map_offset: Option<usize>,
    /// Positions of the map's rows: FILE::/path, a path in the input or a motor's name there; one value a frame, a
    /// point or a row
    #[arg(long, value_name = "PATH|NAME")]
    pub(crate) map_slow_axis: Option<String>,
    /// Positions of the map's columns, in the same way
    #[arg(long, value_name = "PATH|NAME")]
    pub(crate) map_fast_axis: Option<String>,
}

impl MapArgs {
    /// The map that is meant: what is typed wins over the configuration.
    pub(crate) fn meant(&self, configured: Option<MapSpec>) -> Result<Option<MapSpec>, Failure> {
        let Some(mut map) =
            self.map.map(|Grid(slow, fast)| MapSpec { slow, fast, ..MapSpec::default() }).or(configured.clone())
        else {
            return match self.typed_beside() {
                None => Ok(None),
                Some(option) => Err(Failure::refused(format!("{option}: has a use with --map SLOWxFAST only"))),
            };
        };
        if let Some(configured) = configured {
            // Rows and columns may be typed anew; how they were taken is still as configured.
            map = MapSpec { slow: map.slow, fast: map.fast, ..configured };
        }
        map.snake |= self.map_snake;
        map.offset = self.map_offset.unwrap_or(map.offset);
        for (typed, axis) in [(&self.map_slow_axis, &mut map.slow_axis), (&self.map_fast_axis, &mut map.fast_axis)] {
            if let Some(dataset) = typed {
                *axis = MapAxisSpec { dataset: Some(dataset.clone()), ..MapAxisSpec::default() };
            }
        }
        Ok(Some(map))
    }

    /// An option that means nothing without a map.
    fn typed_beside(&self) -> Option<&'static str> {
        let typed = [
            (self.map_snake, "--map-snake"),
            (self.map_offset.is_some(), "--map-offset"),
            (self.map_slow_axis.is_some(), "--map-slow-axis"),
            (self.map_fast_axis.is_some(), "--map-fast-axis"),
        ];
        typed.into_iter().find(|(typed, _)| *typed).map(|(_, option)| option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_rows_times_columns() {
        assert_eq!("20x30".parse(), Ok(Grid(20, 30)));
        for text in ["", "20", "20x", "0x3", "3x0", "-1x3", "axb", "2x3x4"] {
            assert!(text.parse::<Grid>().is_err(), "{text}");
        }
    }
}
