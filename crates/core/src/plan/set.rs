//! The plans of a job's recipes, side by side over one decompression.

use super::{AnyPlan, CpuPlan};
use crate::pattern::Pattern;
use crate::pipeline::{ChunkBuf, Plan, Stages, StripPlan, StripWorker, Worker};
use crate::sums::Sums;
use crate::worker::CpuWorker;

/// The plans of one job, for the same frames.
///
/// Those that need sums only share each decoded block while it is in cache. The others decode a frame as a whole, each for
/// itself: beside them frames should be decoded already (see [`Decoded`](crate::decoded::Decoded)).
#[derive(Debug)]
pub struct PlanSet {
    plans: Vec<AnyPlan>,
}

impl PlanSet {
    /// The set of some plans.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn new(plans: Vec<AnyPlan>) -> PlanSet {
        assert!(!plans.is_empty(), "a job has a recipe");
        PlanSet { plans }
    }

    /// The plans, in the order of the recipes.
    #[must_use]
    pub fn plans(&self) -> &[AnyPlan] {
        &self.plans
    }

    /// The same plans with other factors of the norm: one a frame, one for all, or empty for 1.
    #[must_use]
    pub fn with_normalization(&self, normalization: &[f64]) -> PlanSet {
        PlanSet { plans: self.plans.iter().map(|plan| plan.with_normalization(normalization)).collect() }
    }

    fn linear(&self) -> Vec<&CpuPlan> {
        self.plans.iter().filter_map(AnyPlan::linear).collect()
    }

    /// Workers, each with the numbers of the recipes that it gives: one for all that need sums only, and one for each other.
    fn groups(&self) -> Vec<Group<'_>> {
        let numbered = || self.plans.iter().enumerate();
        let sums: Vec<usize> = numbered().filter(|(_, plan)| plan.linear().is_some()).map(|(at, _)| at).collect();
        let mut groups = Vec::new();
        if !sums.is_empty() {
            groups.push(Group { recipes: sums, worker: Box::new(CpuWorker::new(self.linear())) });
        }
        for (at, plan) in numbered().filter(|(_, plan)| plan.linear().is_none()) {
            groups.push(Group { recipes: vec![at], worker: plan.as_plan().worker() });
        }
        groups
    }
}

impl Plan for PlanSet {
    fn worker(&self) -> Box<dyn Worker + '_> {
        let mut groups = self.groups();
        match groups.len() {
            1 => groups.remove(0).worker,
            _ => Box::new(GroupedWorker { recipes: self.plans.len(), groups, patterns: Vec::new() }),
        }
    }

    fn recipes(&self) -> usize {
        self.plans.len()
    }

    fn pattern(&self, recipe: usize) -> Pattern {
        self.plans[recipe].as_plan().pattern(0)
    }

    fn max_batch(&self) -> usize {
        self.plans.iter().map(|plan| plan.as_plan().max_batch()).min().unwrap_or(1)
    }

    fn reads_pieces(&self) -> bool {
        self.plans.iter().all(|plan| plan.as_plan().reads_pieces())
    }

    fn linear(&self) -> Option<Vec<&CpuPlan>> {
        self.plans.iter().map(AnyPlan::linear).collect()
    }

    fn by_strips(&self) -> Option<&dyn StripPlan> {
        self.plans.iter().all(|plan| plan.as_plan().by_strips().is_some()).then_some(self)
    }
}

impl StripPlan for PlanSet {
    fn strips(&self) -> usize {
        self.plans[0].linear().map_or(0, StripPlan::strips)
    }

    fn sums(&self, frames: usize) -> Vec<Sums> {
        self.linear().into_iter().flat_map(|plan| plan.sums(frames)).collect()
    }

    fn strip_worker(&self) -> Box<dyn StripWorker + '_> {
        Box::new(CpuWorker::new(self.linear()))
    }

    fn finish(&self, sums: &[Sums], frames: &[usize], out: &mut [Pattern]) {
        CpuPlan::finish_all(&self.linear(), sums, frames, out);
    }
}

/// A worker and the numbers of the recipes that it gives.
struct Group<'p> {
    recipes: Vec<usize>,
    worker: Box<dyn Worker + 'p>,
}

/// Several workers, one after the other over the same chunks.
struct GroupedWorker<'p> {
    recipes: usize,
    groups: Vec<Group<'p>>,
    /// The patterns of one group, on loan from those asked for.
    patterns: Vec<Pattern>,
}

impl Worker for GroupedWorker<'_> {
    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]) {
        assert_eq!(chunks.len() * self.recipes, out.len(), "one pattern a chunk and recipe");
        for group in &mut self.groups {
            for frame in out.chunks_exact_mut(self.recipes) {
                self.patterns.extend(group.recipes.iter().map(|recipe| std::mem::take(&mut frame[*recipe])));
            }
            group.worker.integrate(chunks, &mut self.patterns);
            let mut patterns = self.patterns.drain(..);
            for frame in out.chunks_exact_mut(self.recipes) {
                for (recipe, pattern) in group.recipes.iter().zip(&mut patterns) {
                    frame[*recipe] = pattern;
                }
            }
        }
    }

    fn stages(&self) -> Stages {
        let mut total = Stages::default();
        self.groups.iter().for_each(|group| total += group.worker.stages());
        total
    }
}
