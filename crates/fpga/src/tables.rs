//! The plans of a job as the design reads them.

use aureole_codec::{Compression, Filter};
use aureole_core::dtype::Dtype;
use aureole_core::plan::CpuPlan;

use crate::design::{BLOCK_BYTES, Design};
use crate::error::FpgaError;
use crate::model::header::Format;
use crate::model::plan::{Entry, Word};
use crate::model::unshuffle::Marks;

/// The most elements of a block.
const MOST_ELEMS: usize = 8192;

/// The words of a job's plan and what else a design is told of it.
#[derive(Clone, Debug)]
pub struct Tables {
    /// How frames are stored when they reach the design.
    pub format: Format,
    /// True where pixels have a sign.
    pub signed: bool,
    /// Values that mask a pixel.
    pub marks: Marks,
    /// The first bin of each recipe's signal, and that of its variance where pixels give one.
    pub recipes: Recipes,
    /// Bins of a frame, over all recipes.
    pub bins: usize,
    /// Words of 64 bits a slot.
    pub words: Vec<u64>,
    /// Slots of the design.
    pub slots: usize,
}

/// The first bin of each recipe's signal, and that of its variance where pixels give one.
pub type Recipes = Vec<(usize, Option<usize>)>;

impl Tables {
    /// The tables of plans that are all for the same stack.
    ///
    /// # Errors
    /// Where the design cannot take the job.
    ///
    /// # Panics
    /// When there is no plan.
    pub fn new(plans: &[&CpuPlan], design: &Design) -> Result<Tables, FpgaError> {
        let (recipes, bins) = Tables::check(plans, design)?;
        let format = format(plans[0]);
        let words = words(plans, &recipes, &format, design.slots);
        let (signed, marks) = (plans[0].dtype().is_signed(), marks(plans[0]));
        Ok(Tables { signed, format, marks, recipes, bins, words, slots: design.slots })
    }

    /// Where the sums of each recipe go, and the number of all; no tables are made.
    ///
    /// # Errors
    /// Where the design cannot take the job.
    ///
    /// # Panics
    /// When there is no plan.
    pub fn check(plans: &[&CpuPlan], design: &Design) -> Result<(Recipes, usize), FpgaError> {
        let dtype = plans[0].dtype();
        if dtype.is_float() || dtype.size() > 4 {
            return Err(FpgaError::Dtype(dtype.name()));
        }
        if plans.iter().any(|plan| plan.marks() != plans[0].marks()) {
            return Err(FpgaError::Marks);
        }
        let (mut recipes, mut bins) = (Vec::new(), 0);
        for plan in plans {
            let signal = bins;
            bins += plan.bins();
            recipes.push((signal, plan.sums_variance().then_some(bins)));
            bins += if plan.sums_variance() { plan.bins() } else { 0 };
        }
        if bins > design.bins {
            return Err(FpgaError::Bins { asked: bins, most: design.bins });
        }
        Ok((recipes, bins))
    }

    /// Number of words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len() / self.slots
    }

    /// Never true: each block has a word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// How frames of a stack reach the design: as they are stored, or as elements that the host decoded.
fn format(plan: &CpuPlan) -> Format {
    let (stored, size) = (plan.format(), plan.dtype().size());
    let is_compressed = matches!(stored.filters(), [Filter::Bitshuffle { compression: Compression::Lz4, .. }]);
    let fits = stored.block_elems() * size <= BLOCK_BYTES && stored.block_elems() <= MOST_ELEMS;
    let raw = !(is_compressed && fits);
    let block_elems = if raw { (BLOCK_BYTES / size).min(MOST_ELEMS) } else { stored.block_elems() };
    Format { elem_log2: size.trailing_zeros(), elems: stored.elems(), block_elems, raw, most_bytes: BLOCK_BYTES }
}

/// What masks a pixel by its value, as two ranges modulo 2^32.
fn marks(plan: &CpuPlan) -> Marks {
    let range = |(low, high): (i128, i128)| (low as u32, (high - low) as u32);
    let mut ranges = plan.marks().integers(plan.dtype()).map(range);
    let first = ranges.next();
    let second = ranges.next().or(first);
    Marks { on: first.is_some(), ranges: [first, second].map(Option::unwrap_or_default) }
}

/// The entries of all blocks, each slot's side by side; a block has as many words as its busiest slot has entries.
fn words(plans: &[&CpuPlan], recipes: &[(usize, Option<usize>)], format: &Format, slots: usize) -> Vec<u64> {
    let blocks = format.blocks();
    let starts: Vec<usize> =
        blocks.iter().scan(0, |next, elems| Some(std::mem::replace(next, *next + elems))).collect();
    let mut entries: Vec<Vec<Vec<Entry>>> = vec![vec![Vec::new(); slots]; blocks.len()];
    for (plan, (signal, variance)) in plans.iter().zip(recipes) {
        let table = plan.table();
        for (elem, bin, entry) in table.all_entries() {
            let block = starts.partition_point(|start| *start <= elem) - 1;
            let pixel = elem - starts[block];
            let slot = &mut entries[block][pixel % slots];
            let line = (pixel / slots) as u16;
            let of =
                |coefficient, first: usize, variance| Entry { coefficient, bin: (first + bin) as u16, line, variance };
            slot.push(of(table.coefficients[entry], *signal, false));
            if let Some(first) = variance {
                slot.push(of(table.squares[entry], *first, true));
            }
        }
    }
    let mut words = Vec::new();
    for slots in entries {
        let count = slots.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for i in 0..count {
            let entries = slots.iter().map(|slot| slot.get(i).copied()).collect();
            words.extend(Word { entries, last: i + 1 == count }.pack());
        }
    }
    words
}

/// True for the types that the design sums.
#[must_use]
pub fn is_summed(dtype: Dtype) -> bool {
    !dtype.is_float() && dtype.size() <= 4
}
