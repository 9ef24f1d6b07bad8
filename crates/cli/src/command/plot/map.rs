//! A map as an image: the mean intensity of each point's pattern.

use std::ops::Range;

use aureole::result::{ResultFile, ResultMap};

use super::scales;
use crate::args::plot::PlotArgs;
use crate::exit::Failure;
use crate::picture::image::Chart;
use crate::picture::map;

/// Draws the mean over the bins `bins`; rows upwards, columns to the right.
pub(super) fn chart(args: &PlotArgs, result: &ResultFile, bins: Range<usize>) -> Result<Chart, Failure> {
    let Some(map) = result.map()? else {
        let reason = "there is no map in it; `aureole integrate --map SLOWxFAST` makes one";
        return Err(Failure::refused(format!("{}: {reason}", result.file().display())));
    };
    let mut means = Vec::with_capacity(map.rows.len());
    for row in 0..map.slow.centres.len() {
        means.extend(points(result, &map, row, &bins)?);
    }
    Ok(map::chart(&map, &means, scales(args).0, args.title.clone()))
}

/// The means of the points of one row; NaN where there is no frame.
fn points(result: &ResultFile, map: &ResultMap, row: usize, bins: &Range<usize>) -> Result<Vec<f32>, Failure> {
    let (columns, radial) = (map.fast.centres.len(), result.axis().centres.len());
    let mean = |point: &Option<usize>| {
        let Some(frame) = *point else { return Ok(f32::NAN) };
        let intensity = result.row(frame)?.intensity;
        let shown = intensity.chunks_exact(radial).flat_map(|pattern| &pattern[bins.clone()]);
        let (sum, count) = shown
            .filter(|value| value.is_finite())
            .fold((0.0, 0u32), |(sum, count), value| (sum + f64::from(*value), count + 1));
        Ok((sum / f64::from(count)) as f32)
    };
    map.rows[row * columns..(row + 1) * columns].iter().map(mean).collect()
}
