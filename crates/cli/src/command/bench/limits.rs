//! `aureole bench --gpu-limits`.

use aureole::bench::device::{Limits, LimitsRequest, limits};
use aureole::job::Prepared;
use aureole::layout::gpu;

use crate::args::bench::ToldArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;

/// Loads that a GPU has in hand.
const LOADS: usize = 4;

/// Seconds that each measurement takes.
const SECONDS: f64 = 2.0;

/// Refuses what cannot be measured here, before a stack is simulated.
pub(super) fn check(told: &ToldArgs) -> Result<(), Failure> {
    let devices = devices(told);
    gpu::check_devices(&devices).map_err(|reason| Failure::refused(format!("--devices: {reason}")))?;
    gpu::there(&devices).map_err(|error| Failure::refused(format!("--gpu-limits: {error}")))
}

fn devices(told: &ToldArgs) -> Vec<usize> {
    if told.devices.is_empty() { vec![0] } else { told.devices.clone() }
}

/// Measures, and says what came out.
pub(super) fn tell(prepared: &Prepared, told: &ToldArgs) -> Outcome {
    let batches = usize::from(told.load);
    let request = LimitsRequest {
        devices: devices(told),
        frames: prepared.frames.len(),
        batches,
        loads: LOADS,
        seconds: SECONDS,
    };
    let limits = limits(prepared, &request)?;
    if told.json {
        print::stdout(&(serde_json::to_string_pretty(&limits).map_err(Failure::io)? + "\n"))?;
    } else {
        print::stdout(&text(&limits))?;
    }
    Ok(Exit::Done)
}

fn text(limits: &Limits) -> String {
    let line = |what: &str, rate: f64| format!("{what:<44}{:>9} frames/s\n", print::thousands(rate as u64));
    format!(
        "{}{}{}{:<44}{:>9.1} GB/s\n",
        line("chunks in the GPU's memory, sums left there", limits.resident),
        line("chunks in the GPU's memory, sums copied back", limits.with_results),
        line("chunks copied from pinned memory", limits.from_pinned),
        "which are, over the bus,",
        limits.from_pinned * limits.bytes * 1e-9,
    )
}
