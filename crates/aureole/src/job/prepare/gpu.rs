//! Which jobs go to GPUs: those that ask for it, and long ones that leave open how they are spread.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;

use aureole_core::pipeline::StackSpec;
use aureole_core::plan::{AnyPlan, CpuPlan};
use aureole_core::recipe::ErrorModel;
use aureole_cuda::driver::Context;
use aureole_cuda::kernels::Kind;
use aureole_cuda::{CudaError, Cut};

use super::option;
use crate::job::{Execution, JobError, JobSpec, RecipeSpec};
use crate::layout::Layout;
use crate::layout::gpu::Warming;

/// Bins of a frame, over all recipes, up to which a run that leaves open how it is spread may go to a GPU.
const MOST_BINS: usize = 1 << 16;

/// GPUs on their way into a job.
pub(super) struct Gpus {
    layout: Layout,
    warming: Option<Warming>,
    /// Why the host integrates the frames all the same.
    host: Option<String>,
}

impl Gpus {
    /// Begins to take into use what the layout asks for, while the stack is opened and plans are made.
    pub(super) fn begin(execution: &Execution) -> Gpus {
        let warming = (execution.layout == Layout::Gpu).then(|| Warming::begin(execution.devices()));
        Gpus { layout: execution.layout, warming, host: None }
    }

    /// Looks at what the frames are: a job that leaves open how it is spread may be worth a GPU, too. Nothing is asked of the driver
    /// where it is not.
    pub(super) fn see(&mut self, spec: &JobSpec, stack: &StackSpec, frames: usize, threads: NonZero<usize>) {
        self.host = without_kernel(spec, stack);
        let worth = || {
            Layout::is_worth_a_gpu(frames, stack.format.elems(), threads)
                && crosses_compressed(stack)
                && gives_patterns(spec)
        };
        if leaves_open(&spec.execution) && self.host.is_none() && worth() {
            self.warming = Some(Warming::begin(spec.execution.devices()));
        }
    }

    /// Names of the devices that the job goes to, none where the host integrates its frames; and what there is no kernel for.
    /// `varied` says that each frame has variances of its own; `plans` are those of the recipes.
    ///
    /// # Errors
    /// When the layout asks for a device that is not there or cannot be used.
    pub(super) fn end(
        mut self,
        varied: bool,
        plans: &[AnyPlan],
        notices: &mut Vec<String>,
    ) -> Result<(Vec<String>, Option<String>), JobError> {
        if varied {
            self.host.get_or_insert_with(|| "frames of variances".to_owned());
        }
        if mask_differently(plans) {
            self.host.get_or_insert_with(|| "recipes that mask pixels by different values".to_owned());
        }
        let devices = match self.warming.map(Warming::end) {
            None => Vec::new(),
            Some(Ok(devices)) => devices,
            Some(Err(error)) if self.layout == Layout::Gpu => return Err(option("--layout gpu", error.to_string())),
            Some(Err(error)) => {
                notices.extend(left_alone(&error));
                Vec::new()
            }
        };
        if let Some(what) = self.host.as_ref().filter(|_| self.layout == Layout::Gpu) {
            let instead = "these frames are integrated by threads of the host";
            notices.push(format!("layout gpu: there is no kernel for {what}; {instead}"));
        }
        // Unasked, a device is left to those who use it.
        let is_used = self.host.is_none() && (self.layout == Layout::Gpu || devices.iter().all(is_free));
        let names = devices.iter().map(|device| device.info().name.clone());
        Ok((if is_used { names.collect() } else { Vec::new() }, self.host))
    }
}

/// What is said of a GPU that is worth it and cannot be used; nothing where none is, or none for which there are kernels.
fn left_alone(error: &CudaError) -> Option<String> {
    let is_none = matches!(error, CudaError::NoDriver | CudaError::NoDevice(_) | CudaError::OldDevice { .. });
    (!is_none).then(|| format!("layout auto: the GPU is not used, {error}"))
}

/// True for a device whose memory others leave to this process, more or less.
fn is_free(device: &Arc<Context>) -> bool {
    device.free_memory().is_ok_and(|free| free >= device.info().memory / 2)
}

/// What `auto` may choose is whatever the job says nothing of.
fn leaves_open(execution: &Execution) -> bool {
    let Execution { layout, threads, batch, isa, .. } = execution;
    *layout == Layout::Auto && threads.is_none() && batch.is_none() && isa.is_none()
}

/// True for frames that a device decodes itself. Others are decoded by the host first, which leaves little to gain.
fn crosses_compressed(stack: &StackSpec) -> bool {
    Cut::new(stack.dtype, &stack.format).is_some_and(|cut| cut.kind == Kind::BitshuffleLz4)
}

/// True for recipes that do not agree on which values mask a pixel.
fn mask_differently(plans: &[AnyPlan]) -> bool {
    let mut marks = plans.iter().filter_map(AnyPlan::linear).map(CpuPlan::marks);
    let first = marks.next();
    marks.any(|marks| Some(marks) != first)
}

/// True where a frame gives less than it takes. Cakes are bound by the host, which finishes and writes their bins, whoever sums.
fn gives_patterns(spec: &JobSpec) -> bool {
    spec.recipes.iter().map(RecipeSpec::bins_in_all).sum::<usize>() <= MOST_BINS
}

/// What there is no kernel for in a job; nothing where a device integrates its frames.
fn without_kernel(spec: &JobSpec, stack: &StackSpec) -> Option<String> {
    if !spec.images.is_empty() {
        return Some("images of the stack".to_owned());
    }
    for recipe in &spec.recipes {
        if recipe.mode.needs_pixels() {
            return Some(format!("mode {}", recipe.mode));
        }
        if recipe.error_model == ErrorModel::Azimuthal {
            return Some("error model azimuthal".to_owned());
        }
    }
    match Cut::new(stack.dtype, &stack.format) {
        Some(_) => None,
        None if stack.dtype.size() == 8 => Some(format!("pixels of {}", stack.dtype)),
        None => Some(format!("frames of {} pixels", stack.format.elems())),
    }
}

/// `2 x NVIDIA H200`, for GPUs of these names.
pub(super) fn named(names: &[String]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let one =
        |(name, count): (&&str, &usize)| if *count == 1 { (*name).to_owned() } else { format!("{count} x {name}") };
    counts.iter().map(one).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use aureole_codec::{ChunkFormat, Compression, Filter};
    use aureole_core::dtype::Dtype;

    use super::*;

    fn stack(dtype: Dtype, filters: Vec<Filter>) -> StackSpec {
        let format = ChunkFormat::new(filters, dtype.size(), 6000).unwrap();
        StackSpec { frames: 1, shape: (60, 100), dtype, format }
    }

    fn bitshuffle(block_elems: usize) -> Vec<Filter> {
        vec![Filter::Bitshuffle { block_elems, compression: Compression::Lz4 }]
    }

    /// A job of recipes that say so much more, in JSON.
    fn job(recipes: &[&str], more: &str) -> JobSpec {
        let recipe = |text: &&str| {
            format!(r#"{{"geometry": {{"poni": ""}}, "bins": 50, "unit": "q_nm^-1", "split": "no"{text}}}"#)
        };
        let recipes = recipes.iter().map(recipe).collect::<Vec<_>>().join(",");
        JobSpec::from_json(&format!(r#"{{"version": 1, "inputs": [], "recipes": [{recipes}]{more}}}"#)).unwrap()
    }

    #[test]
    fn what_has_no_kernel_is_named() {
        let plain = stack(Dtype::U32, bitshuffle(0));
        assert_eq!(without_kernel(&job(&["", r#", "error_model": "poisson""#], ""), &plain), None);
        assert_eq!(without_kernel(&job(&[""], ""), &stack(Dtype::F64, vec![])), None);
        let median = job(&["", r#", "mode": {"percentile": {"low": 50.0, "high": 50.0}}"#], "");
        for (job, stack, what) in [
            (&median, &plain, "mode median"),
            (&job(&[r#", "error_model": "azimuthal""#], ""), &plain, "error model azimuthal"),
            (&job(&[""], r#", "images": ["sum"]"#), &plain, "images of the stack"),
            (&job(&[""], ""), &stack(Dtype::U64, bitshuffle(0)), "pixels of uint64"),
            (&job(&[""], ""), &stack(Dtype::I64, vec![]), "pixels of int64"),
        ] {
            assert_eq!(without_kernel(job, stack).as_deref(), Some(what));
        }
    }

    #[test]
    fn only_what_a_device_decodes_itself_is_worth_it_unasked() {
        assert!(crosses_compressed(&stack(Dtype::U32, bitshuffle(0))));
        assert!(!crosses_compressed(&stack(Dtype::U32, bitshuffle(4096))), "blocks of 16 KiB");
        assert!(!crosses_compressed(&stack(Dtype::F32, bitshuffle(0))));
        assert!(!crosses_compressed(&stack(Dtype::U16, vec![])));
    }

    #[test]
    fn whoever_says_anything_of_threads_keeps_them() {
        let open = |text: &str| leaves_open(&serde_json::from_str(text).unwrap());
        assert!(open("{}") && open(r#"{"strict": true, "pin": "off"}"#));
        for said in [r#"{"layout": "threads"}"#, r#"{"threads": 4}"#, r#"{"batch": 4}"#, r#"{"isa": "scalar"}"#] {
            assert!(!open(said), "{said}");
        }
    }

    #[test]
    fn a_gpu_that_is_not_there_or_too_old_is_no_news() {
        assert_eq!(left_alone(&CudaError::NoDriver), None);
        assert_eq!(left_alone(&CudaError::NoDevice(String::new())), None);
        let said = left_alone(&CudaError::OldDriver { found: 11040 }).unwrap();
        assert!(said.starts_with("layout auto: the GPU is not used, the NVIDIA driver is of CUDA 11.4"), "{said}");
    }

    #[test]
    fn equal_devices_are_counted() {
        let names = |names: &[&str]| named(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["H200"]), "H200");
        assert_eq!(names(&["H200", "A100", "H200"]), "A100 and 2 x H200");
    }
}
