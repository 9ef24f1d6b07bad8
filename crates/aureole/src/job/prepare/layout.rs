//! What goes with which layout.

use super::option;
use crate::job::{Execution, Given, JobError, JobSpec};
use crate::layout::{Layout, gpu};
use crate::machine::Pin;

/// Refuses what does not go with the layout.
pub(super) fn check(spec: &JobSpec, given: &Given) -> Result<(), JobError> {
    let Execution { layout, threads, workers, pin, .. } = spec.execution;
    let name = layout.name();
    engine(&spec.execution)?;
    devices(&spec.execution)?;
    lanes(&spec.execution)?;
    if layout.in_process() || layout == Layout::Auto {
        return workers.map_or(Ok(()), |workers| {
            let reason = format!("{workers}: layout {name} has no workers; processes, dask and joblib have");
            Err(option("--workers", reason))
        });
    }
    if layout == Layout::Fpga {
        return fpga(&spec.execution);
    }
    if let Some(threads) = threads {
        let reason = format!("{threads}: layout {name} has workers of one thread each; give --workers {threads}");
        return Err(option("--threads", reason));
    }
    if pin != Pin::Auto {
        let reason = format!("layout {name} leaves its workers where the system puts them; use auto");
        return Err(option("--pin", reason));
    }
    if layout == Layout::Processes && !given.is_empty() {
        let reason = "processes: its workers read files, not the frames and arrays of this process; use layout threads";
        return Err(option("--layout", reason));
    }
    if !spec.images.is_empty() {
        let reason = "images of the stack are summed in one process; use layout serial or threads";
        return Err(option("--image", reason));
    }
    Ok(())
}

/// Refuses lanes where there are none, and numbers of them that no design is built with.
fn lanes(execution: &Execution) -> Result<(), JobError> {
    let Execution { layout, lanes, .. } = execution;
    let Some(lanes) = lanes.filter(|lanes| *layout != Layout::Fpga || !(1..=16).contains(lanes)) else { return Ok(()) };
    let reason = match layout {
        Layout::Fpga => format!("{lanes}: 1 to 16 lanes"),
        _ => format!("{lanes}: layout {} has no lanes; fpga has", layout.name()),
    };
    Err(option("--lanes", reason))
}

/// Refuses what a design in hardware has no use for.
fn fpga(execution: &Execution) -> Result<(), JobError> {
    let Execution { threads, workers, pin, .. } = execution;
    let refused = |name: &'static str, count: usize| {
        Err(option(name, format!("{count}: layout fpga has lanes, which --lanes sets")))
    };
    match (threads, workers) {
        (Some(threads), _) => refused("--threads", *threads),
        (_, Some(workers)) => refused("--workers", *workers),
        _ if *pin != Pin::Auto => Err(option("--pin", "layout fpga has nothing to hold anywhere; use auto")),
        _ => Ok(()),
    }
}

/// Refuses devices where there are none, and one that is named twice.
fn devices(execution: &Execution) -> Result<(), JobError> {
    let Execution { layout, devices, device_memory, .. } = execution;
    if let Some(percent) = device_memory.filter(|percent| *layout != Layout::Gpu || !(1..=100).contains(percent)) {
        let reason = match layout {
            Layout::Gpu => format!("{percent}: 1 to 100 per cent"),
            _ => format!("{percent}: layout {} has no devices; gpu has", layout.name()),
        };
        return Err(option("--device-memory", reason));
    }
    if devices.is_empty() {
        return Ok(());
    }
    if *layout != Layout::Gpu {
        let numbers: Vec<String> = devices.iter().map(usize::to_string).collect();
        let reason = format!("{}: layout {} has no devices; gpu has", numbers.join(","), layout.name());
        return Err(option("--devices", reason));
    }
    gpu::check_devices(devices).map_err(|reason| option("--devices", reason))
}

/// Refuses what only engines have a use for.
fn engine(execution: &Execution) -> Result<(), JobError> {
    let Execution { layout, workers, scheduler, range, .. } = execution;
    if let Some(range) = range.filter(|range| *range == 0 || !layout.by_engine()) {
        let reason = match range {
            0 => "0: a task has one frame at least".to_owned(),
            _ => format!("{range}: layout {} has no tasks of several batches; dask and joblib have", layout.name()),
        };
        return Err(option("--range", reason));
    }
    let Some(scheduler) = scheduler else { return Ok(()) };
    if *layout != Layout::Dask {
        return Err(option("--scheduler", format!("{scheduler}: only layout dask has a scheduler")));
    }
    match workers {
        Some(workers) => {
            Err(option("--workers", format!("{workers}: the cluster of --scheduler {scheduler} has its own workers")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a way to spread the work, given in JSON.
    fn said(execution: &str) -> Result<(), String> {
        let text = format!(r#"{{"version": 1, "inputs": [], "recipes": [], "execution": {execution}}}"#);
        let spec = JobSpec::from_json(&text).unwrap();
        check(&spec, &Given::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn layout_gpu_has_threads_and_devices_and_what_threads_have() {
        for good in [
            r#"{"layout": "gpu"}"#,
            r#"{"layout": "gpu", "threads": 3, "batch": 4, "pin": "cache", "strict": true}"#,
            r#"{"layout": "gpu", "devices": [1, 0]}"#,
        ] {
            assert_eq!(said(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            (
                r#"{"layout": "gpu", "workers": 2}"#,
                "--workers: 2: layout gpu has no workers; processes, dask and joblib have",
            ),
            (
                r#"{"layout": "gpu", "range": 8}"#,
                "--range: 8: layout gpu has no tasks of several batches; dask and joblib have",
            ),
            (
                r#"{"layout": "gpu", "scheduler": "tcp://h:1"}"#,
                "--scheduler: tcp://h:1: only layout dask has a scheduler",
            ),
            (r#"{"layout": "gpu", "device_memory": 0}"#, "--device-memory: 0: 1 to 100 per cent"),
            (r#"{"layout": "fpga", "lanes": 17}"#, "--lanes: 17: 1 to 16 lanes"),
            (r#"{"layout": "gpu", "lanes": 4}"#, "--lanes: 4: layout gpu has no lanes; fpga has"),
            (r#"{"layout": "fpga", "threads": 2}"#, "--threads: 2: layout fpga has lanes, which --lanes sets"),
            (r#"{"layout": "fpga", "workers": 2}"#, "--workers: 2: layout fpga has lanes, which --lanes sets"),
            (r#"{"layout": "fpga", "pin": "core"}"#, "--pin: layout fpga has nothing to hold anywhere; use auto"),
            (
                r#"{"layout": "serial", "device_memory": 50}"#,
                "--device-memory: 50: layout serial has no devices; gpu has",
            ),
            (r#"{"layout": "gpu", "devices": [0, 0]}"#, "--devices: 0,0: device 0 is named twice"),
            (r#"{"layout": "threads", "devices": [0]}"#, "--devices: 0: layout threads has no devices; gpu has"),
            (r#"{"devices": [1, 2]}"#, "--devices: 1,2: layout auto has no devices; gpu has"),
        ] {
            assert_eq!(said(bad), Err(why.to_owned()), "{bad}");
        }
    }

    #[test]
    fn given_frames_go_to_layout_gpu_as_to_threads() {
        let given =
            || Given { attached: crate::job::Attached::from_iter([("mask".to_owned(), image())]), ..Given::default() };
        let spec = |layout: &str| {
            let text =
                format!(r#"{{"version": 1, "inputs": [], "recipes": [], "execution": {{"layout": "{layout}"}}}}"#);
            JobSpec::from_json(&text).unwrap()
        };
        assert!(check(&spec("threads"), &given()).is_ok() && check(&spec("gpu"), &given()).is_ok());
        assert!(check(&spec("processes"), &given()).is_err());
    }

    fn image() -> crate::image::Image {
        crate::image::Image { shape: (1, 1), dtype: aureole_core::dtype::Dtype::U8, bytes: vec![0] }
    }
}
