//! The series that is received: what it announced, and whether an image fits.

use std::ops::Range;

use aureole_core::dtype::Dtype;

use super::array::{Array, Coding};
use super::beside::Beside;
use super::message::{Message, Series};
use super::rows::Frame;

/// A series of which a start message, or an image, has come.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) series: Series,
    /// The channel to integrate, once it is known.
    pub(super) channel: Option<String>,
    /// All channels, in the order of the start message.
    pub(super) channels: Vec<String>,
    /// Images that were announced.
    pub(super) images: Option<u64>,
    /// Rows and columns that were announced.
    size: Option<(u64, u64)>,
    /// What the first image is like.
    pub(super) like: Option<Like>,
    pub(super) beside: Beside,
}

/// What all images of a series have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Like {
    pub(super) shape: (usize, usize),
    pub(super) dtype: Dtype,
    pub(super) coding: Coding,
}

impl Current {
    /// The series of a start message, or of an image that came without one.
    ///
    /// # Errors
    /// When it has not the channel that is wanted.
    pub(super) fn of(message: &Message<'_>, wanted: Option<&str>) -> Result<Current, String> {
        let names = if message.channels.is_empty() {
            message.data.iter().map(|(name, _)| *name).collect()
        } else {
            message.channels.clone()
        };
        let channels: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let channel = match wanted {
            Some(wanted) if !channels.is_empty() && !names.contains(&wanted) => {
                return Err(format!("there is no channel {wanted}; {} has {}", message.series, channels.join(", ")));
            }
            Some(wanted) => Some(wanted.to_owned()),
            None => channels.first().cloned(),
        };
        let beside = Beside::of(message, channel.as_deref());
        Ok(Current {
            series: message.series.clone(),
            channel,
            channels,
            images: message.images.filter(|images| *images > 0),
            size: message.rows.zip(message.columns),
            like: None,
            beside,
        })
    }

    /// True for a message of this series, as far as both say.
    pub(super) fn has(&self, series: &Series) -> bool {
        match (&self.series.unique, &series.unique) {
            (Some(own), Some(other)) => own == other,
            _ => self.series.id.zip(series.id).is_none_or(|(own, other)| own == other),
        }
    }

    /// Where in `bytes`, of which `message` was read, the image lies, and whether it is unfiltered.
    ///
    /// # Errors
    /// Why the image cannot be integrated.
    pub(super) fn judge(&mut self, message: &Message<'_>, bytes: &[u8]) -> Result<(Range<usize>, bool), String> {
        if let Some(fault) = &message.fault {
            return Err(fault.clone());
        }
        let channel = match &self.channel {
            Some(channel) => channel.clone(),
            None => message.data.first().map(|(name, _)| (*name).to_owned()).ok_or("it has no channel")?,
        };
        let array = message.data.iter().find(|(name, _)| *name == channel);
        let (_, array) = array.ok_or_else(|| format!("it has no channel {channel}"))?;
        let array = array.as_ref().map_err(Clone::clone)?;
        let unfiltered = self.compare(array)?;
        self.channel = Some(channel);
        let start = array.bytes.as_ptr() as usize - bytes.as_ptr() as usize;
        Ok((start..start + array.bytes.len(), unfiltered))
    }

    /// Whether the image is unfiltered though the first one was not.
    fn compare(&mut self, array: &Array<'_>) -> Result<bool, String> {
        let Array { shape, dtype, coding, .. } = *array;
        if let Some((rows, columns)) = self.size.filter(|size| *size != (shape.0 as u64, shape.1 as u64)) {
            return Err(format!("it has {} x {} pixels, {rows} x {columns} were announced", shape.0, shape.1));
        }
        let like = *self.like.get_or_insert(Like { shape, dtype, coding });
        if (shape, dtype) != (like.shape, like.dtype) {
            let words = |shape: (usize, usize), dtype| format!("{} x {} pixels of {dtype}", shape.0, shape.1);
            return Err(format!("it has {}, the first one {}", words(shape, dtype), words(like.shape, like.dtype)));
        }
        match coding {
            Coding::Raw => Ok(like.coding != Coding::Raw),
            coding if coding == like.coding => Ok(false),
            _ => Err("it is compressed in another way than the first one".into()),
        }
    }
}

/// A frame of the part of `bytes` that is of use.
pub(super) fn keep(mut bytes: Vec<u8>, judged: Result<(Range<usize>, bool), String>, image_id: Option<u64>) -> Frame {
    match judged {
        Err(fault) => Frame { image_id, fault: Some(fault), ..Frame::default() },
        Ok((mut image, unfiltered)) => {
            // Other channels are not worth their memory.
            if image.len() < bytes.len() / 2 {
                bytes = bytes[image.clone()].to_vec();
                image = 0..bytes.len();
            }
            Frame { image_id, bytes, image, unfiltered, fault: None }
        }
    }
}
