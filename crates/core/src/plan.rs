//! A recipe made ready for one detector, dtype and chunk format.
//!
//! The plan holds the pixel → bins matrix in fixed point, cut along the blocks of a chunk, and the constants of the
//! pattern. It never changes, so that any number of workers share it.

mod any;
mod by_pixel;
mod constants;
mod finish;
mod pairs;
mod set;
mod table;
mod weights;

use std::sync::Arc;

use aureole_codec::{ChunkFormat, Decoder, Isa};

pub use any::AnyPlan;
pub use by_pixel::ByPixel;
pub use constants::Constants;
pub(crate) use constants::PixelConstants;
pub use pairs::PairTable;
pub use set::PlanSet;
pub use table::{Slice, Strip, Table};
pub use weights::Weights;

use crate::binning::Matrix;
use crate::dtype::Dtype;
use crate::fixed;
use crate::pattern::Pattern;
use crate::pipeline::StackSpec;
use crate::recipe::{Dummy, ErrorKind, ErrorModel, Marks};
use crate::sums::Sums;

/// What a plan is made of; every image has one value a pixel, in the order of the frame's elements.
#[derive(Clone, Copy, Debug)]
pub struct Ingredients<'a> {
    /// Which share of each pixel goes to which bin; masked pixels have no entries.
    pub matrix: &'a Matrix,
    /// `n = flat·Ω·P·A`, one a pixel; a pixel whose `n` is not positive and finite is masked.
    pub norm: &'a [f64],
    /// Counts to subtract from each pixel.
    pub dark: Option<&'a [f64]>,
    /// Element type of the stack.
    pub dtype: Dtype,
    /// How its chunks are stored.
    pub format: &'a ChunkFormat,
    /// Where variances come from.
    pub error_model: ErrorModel,
    /// Which error is written.
    pub errors: ErrorKind,
    /// The variance of each pixel, for that error model; a pixel whose variance is negative or not finite is masked.
    pub variance: Option<&'a [f64]>,
    /// Pixels that a frame masks by their value.
    pub dummy: Option<Dummy>,
    /// Counts from which on a frame masks a pixel.
    pub saturation: Option<f64>,
    /// Factor of the norm, one a frame (a monitor) or one for all; empty for 1.
    pub normalization: &'a [f64],
    /// What a bin without pixels holds.
    pub empty: f32,
    /// Vector instructions to use.
    pub isa: Isa,
    /// The most bins of any recipe of the job: all of its plans cut frames alike.
    pub most_bins: usize,
}

impl Ingredients<'_> {
    /// `n` of a pixel; 0 where the pixel is masked because its `n`, dark or variance makes no sense.
    pub(crate) fn usable_norm(&self, pixel: usize) -> f64 {
        let finite = |image: Option<&[f64]>| image.is_none_or(|image| image[pixel].is_finite());
        let variance = self.variance.is_none_or(|variance| variance[pixel] >= 0.0);
        let norm = self.norm[pixel];
        let usable = norm.is_finite() && norm > 0.0 && finite(self.dark) && finite(self.variance) && variance;
        if usable { norm } else { 0.0 }
    }

    /// The values by which a frame masks pixels.
    pub(crate) fn marks(&self) -> Marks {
        Marks { dummy: self.dummy, saturation: self.saturation }
    }
}

/// Why ingredients do not make a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// An image has another number of pixels than the frames.
    #[error("{what} has {found} pixels, the frames have {expected}")]
    Shape {
        /// Which ingredient.
        what: &'static str,
        /// Its pixels.
        found: usize,
        /// The frames' pixels.
        expected: usize,
    },
    /// The bytes of an element and the dtype disagree.
    #[error("elements of {found} bytes cannot hold {dtype}")]
    ElemSize {
        /// Bytes an element of the format.
        found: usize,
        /// Element type.
        dtype: Dtype,
    },
    /// Masks, ranges and corrections leave nothing.
    #[error("no pixel is left: mask, flat and ranges take them all")]
    NoPixels,
    /// An error model that sums alone cannot give.
    #[error("the azimuthal error model needs the pixels of each bin, not their sums alone")]
    NeedsPixels,
    /// A mode whose numbers make no sense.
    #[error("the mode: {0}")]
    Mode(&'static str),
    /// The error model's variances are missing, or there are some without a use.
    #[error("the error model variance and an image of variances go together; only one of them is there")]
    Variance,
    /// More pixels in one bin than the arithmetic has room for.
    #[error("{0} pixels share one bin, more than the 64-bit sums have room for; use more bins")]
    TooManyInABin(usize),
}

/// The plan of a layout on the CPU. Copies share the tables.
#[derive(Clone, Debug)]
pub struct CpuPlan {
    pub(crate) table: Arc<Table>,
    /// The same for small pixels; `None` where pixels are not integers.
    pub(crate) pairs: Option<Arc<PairTable>>,
    pub(crate) pixels: Arc<PixelConstants>,
    constants: Arc<Constants>,
    pub(crate) dtype: Dtype,
    pub(crate) format: ChunkFormat,
    pub(crate) marks: Marks,
    error_model: ErrorModel,
    errors: ErrorKind,
    normalization: Vec<f64>,
    empty: f32,
    pub(crate) isa: Isa,
}

impl CpuPlan {
    /// Makes a plan; the work is done on all cores that rayon's pool has.
    ///
    /// # Errors
    /// When shapes disagree or no pixel is left.
    pub fn new(ingredients: &Ingredients<'_>) -> Result<CpuPlan, PlanError> {
        check(ingredients)?;
        let Ingredients { matrix, dtype, format, error_model, errors, .. } = *ingredients;
        if error_model == ErrorModel::Azimuthal {
            return Err(PlanError::NeedsPixels);
        }
        let most = most_pixels_in_a_bin(matrix);
        let fraction_bits = fixed::fraction_bits(dtype, most);
        if most == 0 {
            return Err(PlanError::NoPixels);
        }
        if fraction_bits == 0 {
            return Err(PlanError::TooManyInABin(most));
        }
        let pixels = PixelConstants::new(ingredients);
        let table =
            Table::new(matrix, &pixels, format, fraction_bits, error_model != ErrorModel::None, ingredients.most_bins);
        let constants = Constants::new(&table, &pixels, matrix.bins(), errors == ErrorKind::Std);
        if constants.weights.count.iter().all(|count| *count == 0) {
            return Err(PlanError::NoPixels);
        }
        let pairs = (!dtype.is_summed_in_f64()).then(|| Arc::new(PairTable::new(&table)));
        Ok(CpuPlan {
            table: Arc::new(table),
            pairs,
            pixels: Arc::new(pixels),
            constants: Arc::new(constants),
            dtype,
            format: format.clone(),
            marks: ingredients.marks(),
            error_model,
            errors,
            normalization: ingredients.normalization.to_vec(),
            empty: ingredients.empty,
            isa: ingredients.isa,
        })
    }

    /// The same plan with other factors of the norm: one a frame, one for all, or empty for 1.
    #[must_use]
    pub fn with_normalization(&self, normalization: &[f64]) -> CpuPlan {
        CpuPlan { normalization: normalization.to_vec(), ..self.clone() }
    }

    /// The constants of the pattern: what holds for every frame that masks no pixel of its own.
    #[must_use]
    pub fn constants(&self) -> &Constants {
        &self.constants
    }

    /// The matrix as the kernels of the CPU take it.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Element type of the frames.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Vector instructions that workers use.
    #[must_use]
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// How chunks are stored.
    #[must_use]
    pub fn format(&self) -> &ChunkFormat {
        &self.format
    }

    /// The values by which a frame masks pixels.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Number of bins.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.constants.weights.count.len()
    }

    /// Number of entries, (pixel, bin) pairs with a share.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.table.pixels.len()
    }

    /// Fraction bits `F` of the coefficients.
    #[must_use]
    pub fn fraction_bits(&self) -> u32 {
        self.table.fraction_bits
    }

    /// True when the table carries the squares that an error model needs.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        !self.table.squares.is_empty()
    }

    /// True when every pixel adds its own variance; else variances are constants of the plan, or there are none.
    #[must_use]
    pub fn sums_variance(&self) -> bool {
        self.error_model.is_poisson()
    }

    /// True when pixels are summed in f64 instead of integers.
    #[must_use]
    pub fn sums_floats(&self) -> bool {
        self.dtype.is_summed_in_f64()
    }
}

/// The most entries that any bin has.
fn most_pixels_in_a_bin(matrix: &Matrix) -> usize {
    let mut entries = vec![0usize; matrix.bins()];
    for pixel in 0..matrix.pixels() {
        matrix.entries_of(pixel).for_each(|(bin, _)| entries[bin as usize] += 1);
    }
    entries.into_iter().max().unwrap_or(0)
}

/// The factor of frame `frame`'s norm; NaN where there is none for it.
pub(crate) fn factor_of(normalization: &[f64], frame: usize) -> f64 {
    match normalization {
        [] => 1.0,
        [all] => *all,
        each => each.get(frame).copied().unwrap_or(f64::NAN),
    }
}

/// Says what is wrong with a factor that is not a positive number.
pub(crate) fn check_factor(factor: f64) -> Result<(), String> {
    if factor.is_finite() && factor > 0.0 {
        return Ok(());
    }
    Err(format!("its normalization factor is {factor}; a positive number is needed"))
}

/// Checks that the ingredients fit each other; the image of variances is there when the error model needs it.
pub(crate) fn check(ingredients: &Ingredients<'_>) -> Result<(), PlanError> {
    if (ingredients.error_model == ErrorModel::Variance) != ingredients.variance.is_some() {
        return Err(PlanError::Variance);
    }
    check_shapes(ingredients)
}

/// Checks ingredients of frames whose variances are in frames of their own.
pub(crate) fn check_with_variances(ingredients: &Ingredients<'_>, variances: &StackSpec) -> Result<(), PlanError> {
    if ingredients.error_model != ErrorModel::Variance || ingredients.variance.is_some() {
        return Err(PlanError::Variance);
    }
    check_shapes(ingredients)?;
    // The same rules hold for the frames of variances.
    check_shapes(&Ingredients { format: &variances.format, dtype: variances.dtype, ..*ingredients })
}

fn check_shapes(ingredients: &Ingredients<'_>) -> Result<(), PlanError> {
    let expected = ingredients.format.elems();
    let shape = |what, found| if found == expected { Ok(()) } else { Err(PlanError::Shape { what, found, expected }) };
    shape("the geometry", ingredients.matrix.pixels())?;
    shape("the normalization image", ingredients.norm.len())?;
    shape("the dark", ingredients.dark.map_or(expected, <[f64]>::len))?;
    shape("the variance", ingredients.variance.map_or(expected, <[f64]>::len))?;
    if ingredients.format.elem_size() != ingredients.dtype.size() {
        return Err(PlanError::ElemSize { found: ingredients.format.elem_size(), dtype: ingredients.dtype });
    }
    Ok(())
}

impl CpuPlan {
    /// What undoes the chunk format for this plan; one a worker.
    pub(crate) fn decoder(&self) -> Decoder {
        Decoder::new(&self.format, self.isa)
    }

    /// Turns complete sums of the given frames, one a plan, into patterns: those of a frame side by side.
    pub fn finish_all(plans: &[&CpuPlan], sums: &[Sums], frames: &[usize], out: &mut [Pattern]) {
        for (recipe, (plan, sums)) in plans.iter().zip(sums).enumerate() {
            finish::patterns(plan, sums, frames, out.iter_mut().skip(recipe).step_by(plans.len()));
        }
    }

    pub(crate) fn empty(&self) -> f32 {
        self.empty
    }
}
