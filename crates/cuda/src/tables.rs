//! The plans of a job in the order in which kernels read them.

use aureole_core::plan::CpuPlan;
use rayon::prelude::*;

use crate::Cut;
use crate::kernels::{FloatMarks, Pair, Quad};

/// The most entries of a run: longer ones are cut, so that all threads of a block have as much to do.
const MOST_IN_RUN: usize = 16;

/// Bits for the number of a run's pairs of entries.
const COUNT_BITS: usize = 4;

/// Runs that threads may ask for behind the last one: as many as a block of threads takes at once, twice.
const RUNS_IN_VAIN: usize = 128;

/// The tables of all recipes of a job.
#[derive(Clone, Debug)]
pub struct Tables {
    /// How frames are cut.
    pub cut: Cut,
    /// One a recipe.
    pub recipes: Vec<RecipeTable>,
    /// A bit for each element that has an entry in some recipe, that of the first one lowest in the first byte.
    pub used: Vec<u8>,
    /// What masks an integer pixel of 32 bits: two ranges, each as its least value and how far it reaches; `None` where nothing does.
    pub marks: Option<[(u32, u32); 2]>,
    /// What masks a float.
    pub float_marks: FloatMarks,
}

/// The entries of one recipe, cut along the blocks of a frame and there into runs of one bin, two entries together. For floats they stand alone and
/// bin by bin, as those of one run each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipeTable {
    /// Number of bins.
    pub bins: usize,
    /// Coefficient and place in the tile of the pixels of two entries; a run of an odd number ends with an entry of no weight. For floats:
    /// coefficients and numbers in the frame.
    pub entries: Vec<Quad>,
    /// Coefficients of the variance of these entries, where pixels give variances.
    pub squares: Vec<Pair>,
    /// Numbers in the block of these entries' pixels, one in each half.
    pub pixels: Vec<u32>,
    /// Bin; number of the entries' pairs (low 4 bits) and the first of them. Behind the last run there are as many as threads ask for in vain.
    pub runs: Vec<Pair>,
    /// The first run of each block, and behind the last one. For floats: the first entry of each bin, and behind the last one.
    pub first_run: Vec<u32>,
}

/// An entry on its way: bin, pixel counted from the start of its block, place in the plan's table.
type Entry = (u32, u32, usize);

impl Tables {
    /// The tables of plans that are all for the same stack; `None` where a device has no kernel for it, recipes mask pixels by
    /// different values, or tables have too many entries to be numbered.
    ///
    /// # Panics
    /// When there is no plan.
    #[must_use]
    pub fn new(plans: &[&CpuPlan]) -> Option<Tables> {
        let cut = Cut::new(plans[0].dtype(), plans[0].format())?;
        // A pixel is marked for all recipes, or for none.
        if plans.iter().any(|plan| plan.marks() != plans[0].marks()) {
            return None;
        }
        // Pairs of entries are numbered beside their count; at the worst each pair has one entry.
        if plans.iter().any(|plan| plan.entries() >= 1 << (u32::BITS as usize - COUNT_BITS)) {
            return None;
        }
        let by_bin = cut.dtype.is_float();
        let recipes = plans.iter().map(|plan| if by_bin { bins_of(plan) } else { blocks_of(plan, &cut) }).collect();
        let marks = plans[0].marks();
        let range = |(low, high): (i128, i128)| (low as u32, (high - low) as u32);
        let mut ranges = marks.integers(cut.dtype).map(range);
        let first = ranges.next();
        let (dummy, delta) = marks.dummy.map_or((0.0, -1.0), |dummy| (dummy.value, dummy.delta));
        Some(Tables {
            used: used(plans, cut.elems),
            marks: first.map(|first| [first, ranges.next().unwrap_or(first)]),
            float_marks: FloatMarks { dummy, delta, saturation: marks.saturation.unwrap_or(f64::INFINITY) },
            recipes,
            cut,
        })
    }
}

impl Tables {
    /// True when pixels of some recipe give variances.
    #[must_use]
    pub fn has_variance(&self) -> bool {
        self.recipes.iter().any(|recipe| !recipe.squares.is_empty())
    }

    /// True when a frame may mask pixels of its own.
    #[must_use]
    pub fn has_marks(&self) -> bool {
        self.cut.dtype.is_float() || self.marks.is_some()
    }

    /// True when a value that a tile of so many rows holds may be marked.
    #[must_use]
    pub fn marks_below(&self, rows: usize) -> bool {
        // A tile of all bits holds any value, a narrow one those without a sign.
        let is_low = |(low, _): (u32, u32)| rows == 8 * self.cut.dtype.size() || u64::from(low) < 1 << rows;
        self.marks.is_some_and(|ranges| ranges.into_iter().any(|range| is_low(range) || wraps(range)))
    }
}

/// True for a range that goes on at 0: that of negative and other numbers.
fn wraps((low, span): (u32, u32)) -> bool {
    low.checked_add(span).is_none()
}

fn used(plans: &[&CpuPlan], elems: usize) -> Vec<u8> {
    let mut used = vec![0; elems.div_ceil(8)];
    plans.iter().for_each(|plan| plan.table().all_entries().for_each(|(elem, _, _)| used[elem / 8] |= 1 << (elem % 8)));
    used
}

/// The entries of each block: bin by bin, and in a bin pixel by pixel; long runs first.
fn blocks_of(plan: &CpuPlan, cut: &Cut) -> RecipeTable {
    let part = |block| block_of(plan, cut, block, entries_of(plan, cut, block));
    let parts: Vec<RecipeTable> = (0..cut.blocks()).into_par_iter().map(part).collect();
    let mut out = RecipeTable { bins: plan.bins(), ..RecipeTable::default() };
    for part in parts {
        let first = (out.entries.len() << COUNT_BITS) as u32;
        out.first_run.push(out.runs.len() as u32);
        out.runs.extend(part.runs.into_iter().map(|run| Pair { y: run.y + first, ..run }));
        out.entries.extend(part.entries);
        out.squares.extend(part.squares);
        out.pixels.extend(part.pixels);
    }
    out.first_run.push(out.runs.len() as u32);
    out.runs.extend([Pair::default(); RUNS_IN_VAIN]);
    out
}

/// The entries of a block, in no order.
fn entries_of(plan: &CpuPlan, cut: &Cut, block: usize) -> Vec<Entry> {
    let table = plan.table();
    let elems = block * cut.block_elems..((block + 1) * cut.block_elems).min(cut.elems);
    let first = table.slices.partition_point(|slice| slice.elems.end <= elems.start);
    let slices = table.slices[first..].iter().take_while(|slice| slice.elems.start < elems.end);
    let entries = slices.flat_map(|slice| {
        let entries = table.entries_of(slice);
        entries.map(|(bin, pixel, entry)| (bin as u32, slice.elems.start + pixel, entry))
    });
    let inside = entries.filter(|(_, elem, _)| elems.contains(elem));
    inside.map(|(bin, elem, entry)| (bin, (elem - elems.start) as u32, entry)).collect()
}

/// The table of one block, as if it were the first.
fn block_of(plan: &CpuPlan, cut: &Cut, block: usize, mut entries: Vec<Entry>) -> RecipeTable {
    entries.sort_unstable();
    let mut runs: Vec<&[Entry]> = entries.chunk_by(|a, b| a.0 == b.0).flat_map(|run| run.chunks(MOST_IN_RUN)).collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.len()));
    let mut out = RecipeTable::default();
    for run in runs {
        let (first, pairs) = (out.entries.len(), run.len().div_ceil(2));
        out.runs.push(Pair { x: run[0].0, y: (first << COUNT_BITS | pairs) as u32 });
        for pair in run.chunks(2) {
            let place = |entry: &Entry| cut.place(block, entry.1 as usize) as u32;
            out.push(plan, pair, place);
            out.pixels.push(pair[0].1 | pair.get(1).map_or(0, |entry| entry.1) << 16);
        }
    }
    out
}

/// The entries of each bin, in the order of their pixels: that in which floats are summed.
fn bins_of(plan: &CpuPlan) -> RecipeTable {
    let mut bins: Vec<Vec<Entry>> = vec![Vec::new(); plan.bins()];
    plan.table().all_entries().for_each(|(elem, bin, entry)| bins[bin].push((bin as u32, elem as u32, entry)));
    bins.iter_mut().for_each(|entries| entries.sort_unstable_by_key(|(_, elem, _)| *elem));
    let mut out = RecipeTable { bins: plan.bins(), first_run: vec![0], ..RecipeTable::default() };
    for entries in &bins {
        out.first_run.push(out.first_run[out.first_run.len() - 1] + entries.len() as u32);
    }
    let all: Vec<Entry> = bins.into_iter().flatten().collect();
    all.chunks(2).for_each(|pair| out.push(plan, pair, |entry| entry.1));
    out
}

impl RecipeTable {
    /// Adds one or two entries.
    fn push(&mut self, plan: &CpuPlan, pair: &[Entry], place: impl Fn(&Entry) -> u32) {
        let table = plan.table();
        let of = |entry: Option<&Entry>| entry.map_or((0, 0), |entry| (table.coefficients[entry.2], place(entry)));
        let ((x, y), (z, w)) = (of(pair.first()), of(pair.get(1)));
        self.entries.push(Quad { x, y, z, w });
        if plan.sums_variance() {
            let square = |entry: Option<&Entry>| entry.map_or(0, |entry| table.squares[entry.2]);
            self.squares.push(Pair { x: square(pair.first()), y: square(pair.get(1)) });
        }
    }
}

#[cfg(test)]
mod tests {
    use aureole_core::pipeline::Source;
    use aureole_core::plan::{CpuPlan, Ingredients};
    use aureole_core::recipe::{Dummy, ErrorKind, ErrorModel};
    use aureole_core::testing::small_stack;
    use aureole_core::testing::stack::random_matrix;

    use super::*;

    fn plan(dummy: Option<Dummy>, saturation: Option<f64>) -> CpuPlan {
        let source = small_stack(1, 1);
        let spec = source.spec();
        let pixels = spec.shape.0 * spec.shape.1;
        CpuPlan::new(&Ingredients {
            matrix: &random_matrix(pixels, 5, 2),
            norm: &vec![1.0; pixels],
            dark: None,
            dtype: spec.dtype,
            format: &spec.format,
            error_model: ErrorModel::None,
            errors: ErrorKind::Sem,
            variance: None,
            dummy,
            saturation,
            normalization: &[],
            empty: f32::NAN,
            isa: aureole_codec::Isa::best(),
            most_bins: 5,
        })
        .expect("a plan")
    }

    #[test]
    fn recipes_that_mask_by_different_values_have_no_tables() {
        let dummy = Some(Dummy { value: -2.0, delta: 0.5 });
        let (none, one, other) = (plan(None, None), plan(dummy, None), plan(dummy, Some(1000.0)));
        assert!(Tables::new(&[&one, &one]).is_some_and(|tables| tables.marks.is_some()));
        assert!(Tables::new(&[&none, &none]).is_some_and(|tables| tables.marks.is_none()));
        for plans in [[&none, &one], [&one, &none], [&one, &other]] {
            assert!(Tables::new(&plans).is_none());
        }
    }
}
