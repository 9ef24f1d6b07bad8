//! What a start message carries beside the frames: the pixel mask and the flat field of a channel.

use aureole_core::dtype::Dtype;

use super::array::{Array, Coding};
use super::message::{Arrays, Message};
use crate::image::Image;

/// The pixel mask and the flat field that came with a series, as they came.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    mask: Option<Stored>,
    flat: Option<Stored>,
    /// The detector has applied the flat field to the frames.
    pub flat_applied: bool,
}

/// An array with bytes of its own.
#[derive(Clone, Debug)]
struct Stored {
    shape: (usize, usize),
    dtype: Dtype,
    coding: Coding,
    bytes: Vec<u8>,
}

impl Beside {
    pub(super) fn of(message: &Message<'_>, channel: Option<&str>) -> Beside {
        let take = |arrays: &Arrays<'_>| {
            let named = arrays.iter().find(|(name, _)| Some(*name) == channel);
            // One for all channels may have a name of its own.
            let (_, array) = named.or_else(|| arrays.first().filter(|_| arrays.len() == 1))?;
            let Array { shape, dtype, coding, bytes } = array.as_ref().ok()?;
            Some(Stored { shape: *shape, dtype: *dtype, coding: *coding, bytes: bytes.to_vec() })
        };
        Beside { mask: take(&message.masks), flat: take(&message.flats), flat_applied: message.flat_applied }
    }

    /// The pixel mask: not 0 where a pixel is of no use.
    ///
    /// # Errors
    /// When the series came without one of the frames' shape, or it cannot be decompressed.
    pub fn mask(&self, shape: (usize, usize)) -> Result<Image, String> {
        image(self.mask.as_ref(), shape, "pixel mask")
    }

    /// The flat field, as factors to multiply with.
    ///
    /// # Errors
    /// As of [`Beside::mask`].
    pub fn flat(&self, shape: (usize, usize)) -> Result<Image, String> {
        image(self.flat.as_ref(), shape, "flat field")
    }
}

fn image(stored: Option<&Stored>, shape: (usize, usize), what: &str) -> Result<Image, String> {
    let missing = "the start message came without a";
    let hint = "set the detector's header_detail to all, or name a file";
    let stored = stored
        .filter(|stored| stored.shape == shape)
        .ok_or_else(|| format!("{missing} {what} of the frames' shape; {hint}"))?;
    let Stored { dtype, coding, bytes, .. } = stored;
    let pixels = Array { shape, dtype: *dtype, coding: *coding, bytes }.pixels();
    Ok(Image {
        shape,
        dtype: *dtype,
        bytes: pixels.map_err(|error| format!("the {what} of the start message: {error}"))?,
    })
}
