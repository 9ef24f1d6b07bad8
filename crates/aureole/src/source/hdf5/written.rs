//! Which frames of a dataset are stored as a whole.

use hdf5_metno::dataset::Layout;

use super::frames::Frames;
use crate::hdf5::Hdf5Error;
use crate::hdf5::place::Place;
use crate::hdf5::raw::Regular;
use crate::hdf5::virtuals;

/// Most frames a chunk may hold.
const MOST_A_CHUNK: usize = 1 << 16;

/// One flag a frame: true when all of it was written.
///
/// Frames of a virtual dataset are whole when some source maps into them and every mapped frame of a source is whole;
/// the gaps between the modules of a detector are not told from other parts that no source maps.
pub(super) fn written(place: &Place, frames: &Frames) -> Result<Vec<bool>, Hdf5Error> {
    frames.check_count(place)?;
    match frames.dataset.layout() {
        Layout::Chunked => chunks(place, frames),
        Layout::Virtual => mapped(place, frames),
        Layout::Contiguous | Layout::Compact => Ok(vec![frames.dataset.storage_size() > 0; frames.count]),
    }
}

fn chunks(place: &Place, frames: &Frames) -> Result<Vec<bool>, Hdf5Error> {
    let dims = frames.dataset.chunk().ok_or_else(|| place.fail("its chunk size cannot be read"))?;
    if dims.len() != frames.leading.len() + 2 {
        return Err(place.fail(format!("chunks of {dims:?}, which is not its number of dimensions")));
    }
    let (leading, last) = dims.split_at(frames.leading.len());
    if leading.iter().try_fold(1usize, |product, length| product.checked_mul(*length)).is_none_or(|n| n > MOST_A_CHUNK)
    {
        return Err(place.fail(format!("chunks of {dims:?}; at most {MOST_A_CHUNK} frames a chunk can be read")));
    }
    let wanted = frames.shape.0.div_ceil(last[0]) * frames.shape.1.div_ceil(last[1]);
    let mut found = vec![0usize; frames.count];
    let visited = frames.dataset.chunks_visit(|chunk| {
        if chunk.addr != u64::MAX {
            each_frame(chunk.offset, leading, frames, &mut |frame| found[frame] += 1);
        }
        0
    });
    visited.map_err(|error| place.fail(format!("its chunk index cannot be read ({error})")))?;
    Ok(found.into_iter().map(|found| found >= wanted).collect())
}

/// Calls `visit` for each frame that a chunk of the given leading dimensions reaches.
fn each_frame(offset: &[u64], leading: &[usize], frames: &Frames, visit: &mut dyn FnMut(usize)) {
    let total: usize = leading.iter().product();
    for inside in 0..total {
        let mut rest = inside as u64;
        let mut at = offset[..leading.len()].to_vec();
        for (at, length) in at.iter_mut().zip(leading).rev() {
            *at += rest % *length as u64;
            rest /= *length as u64;
        }
        if let Some(frame) = frames.number(&at) {
            visit(frame);
        }
    }
}

fn mapped(place: &Place, frames: &Frames) -> Result<Vec<bool>, Hdf5Error> {
    let mut state: Vec<Option<bool>> = vec![None; frames.count];
    for source in virtuals::sources(place)? {
        let (Some(target), Some(part)) = (&source.mapping.target, &source.mapping.source) else {
            // A mapping of no regular shape: where it leads is HDF5's to know.
            return Ok(vec![true; frames.count]);
        };
        let inner = Frames::of(&source.place)?;
        if !target.has_rank(frames.leading.len() + 2) || !part.has_rank(inner.leading.len() + 2) {
            return Ok(vec![true; frames.count]);
        }
        let whole = written(&source.place, &inner)?;
        let mut from = numbers(part, &inner).into_iter();
        for to in numbers(target, frames) {
            let whole = from.next().is_some_and(|from| whole[from]);
            state[to] = Some(state[to].unwrap_or(true) && whole);
        }
    }
    Ok(state.into_iter().map(|state| state == Some(true)).collect())
}

/// The numbers of the frames that a selection reaches, in its own order; what lies outside the dataset is left out.
pub(super) fn numbers(part: &Regular, frames: &Frames) -> Vec<usize> {
    if frames.count == 0 {
        // Where one dimension is 0, another may claim any length.
        return Vec::new();
    }
    let mut numbers = vec![0];
    for (dimension, &length) in frames.leading.iter().enumerate() {
        let inside = part.indices(dimension, length);
        numbers = numbers.iter().flat_map(|number| inside.iter().map(move |index| number * length + index)).collect();
    }
    numbers
}
