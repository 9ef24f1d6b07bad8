//! `/entry/images`: images of the whole stack, written once the run has ended.

use aureole_core::images::{StackImage, StackImages};
use hdf5_metno::{File, Group, H5Type};

use crate::hdf5::attributes::put;

/// Writes the images that were asked for, and the frames that each pixel was measured in.
pub(super) fn write(
    file: &File,
    shape: (usize, usize),
    asked: &[StackImage],
    images: &StackImages,
) -> hdf5_metno::Result<()> {
    let group = file.group("entry")?.create_group("images")?;
    put(&group, "NX_class", "NXdata")?;
    for kind in asked {
        let (name, long_name) = describe(*kind);
        match kind {
            StackImage::Sum => image(&group, name, long_name, shape, &images.sum())?,
            StackImage::Mean => image(&group, name, long_name, shape, &images.mean())?,
            StackImage::Max => image(&group, name, long_name, shape, &images.max())?,
            StackImage::Variance => image(&group, name, long_name, shape, &images.variance())?,
        }
    }
    if let Some(first) = asked.first() {
        put(&group, "signal", describe(*first).0)?;
    }
    image(&group, "count", "frames in which the pixel was measured", shape, &images.count())
}

fn describe(image: StackImage) -> (&'static str, &'static str) {
    match image {
        StackImage::Sum => ("sum", "sum over all frames"),
        StackImage::Mean => ("mean", "mean over all frames"),
        StackImage::Max => ("max", "largest value of all frames"),
        StackImage::Variance => ("variance", "variance over all frames, about their mean"),
    }
}

fn image<T: H5Type>(
    group: &Group,
    name: &str,
    long_name: &str,
    shape: (usize, usize),
    values: &[T],
) -> hdf5_metno::Result<()> {
    let dataset = group.new_dataset::<T>().shape(shape).create(name)?;
    dataset.write_raw(values)?;
    put(&dataset, "long_name", long_name)?;
    put(&dataset, "interpretation", "image")
}
