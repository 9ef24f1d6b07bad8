//! A stack or a cake as an image.

use std::ops::Range;

use aureole::result::{Axis, ResultFile};

use super::scales;
use crate::args::plot::PlotArgs;
use crate::exit::Failure;
use crate::picture::axis;
use crate::picture::image::{Chart, Image, Upwards};

/// A range of frames, one above the other.
pub(super) fn stack(
    args: &PlotArgs,
    result: &ResultFile,
    frames: &[usize],
    bins: Range<usize>,
) -> Result<Chart, Failure> {
    let (first, last) = (frames[0], frames[frames.len() - 1]);
    if frames.windows(2).any(|pair| pair[1] != pair[0] + 1) {
        return Err(Failure::refused("--frames: a waterfall shows one range A:B of frames"));
    }
    let mut image = empty(args, frames.len(), result, &bins)?;
    for (nth, &frame) in frames.iter().enumerate() {
        image.add(nth, frames.len(), &result.row(frame)?.intensity[bins.clone()]);
    }
    Ok(chart(args, result, Upwards::frames(first, last + 1), image))
}

/// The cake of one frame: radius to the right, azimuth upwards.
pub(super) fn cake(
    args: &PlotArgs,
    result: &ResultFile,
    azimuthal: &Axis,
    frames: &[usize],
    bins: Range<usize>,
) -> Result<Chart, Failure> {
    let refused = |reason: &str| Failure::refused(format!("{}: {reason}", result.file().display()));
    let [frame] = frames[..] else {
        return Err(refused("a picture of cakes shows one frame; name it by --frames N, without --waterfall"));
    };
    if args.offset.is_some() {
        return Err(refused("--offset moves curves, and the result has cakes"));
    }
    let (rows, columns) = (azimuthal.centres.len(), result.axis().centres.len());
    let intensity = result.row(frame)?.intensity;
    let mut image = empty(args, rows, result, &bins)?;
    for (nth, row) in intensity.chunks_exact(columns).enumerate() {
        image.add(nth, rows, &row[bins.clone()]);
    }
    Ok(chart(args, result, Upwards::azimuths(azimuthal), image))
}

fn empty(args: &PlotArgs, rows: usize, result: &ResultFile, bins: &Range<usize>) -> Result<Image, Failure> {
    let image = Image::new(rows, &result.axis().centres[bins.clone()], scales(args).1);
    image.ok_or_else(|| Failure::refused("--x-scale log: no position is above 0; leave it out"))
}

fn chart(args: &PlotArgs, result: &ResultFile, upwards: Upwards, image: Image) -> Chart {
    let (scale, x_scale) = scales(args);
    Chart { label: axis::label(result.axis()), x_scale, upwards, image, scale, title: args.title.clone() }
}
