//! What is said before and after a run.

use std::collections::BTreeMap;
use std::path::Path;

use aureole::job::{Prepared, RecipeSpec};
use aureole::layout::Layout;
use aureole_core::pipeline::{HardwareCycles, Source, Summary};
use aureole_core::recipe::Mode;
use serde_json::json;

use crate::print;

/// `Eiger4M, 5.6% masked · 36,000 frames uint32 · bitshuffle-LZ4 · 1000 bins q_nm^-1, full splitting · threads: 16 cores, avx512`.
pub(super) fn header(prepared: &Prepared, workers: usize) -> String {
    let spec = prepared.stack.spec();
    let several = prepared.recipes.len() > 1;
    let layout = prepared.layout();
    let recipes = prepared
        .each_recipe()
        .map(|(recipe, _)| if several { format!("{}: {}", recipe.name, described(recipe)) } else { described(recipe) });
    format!(
        "{} · {} {} · {} · {} · {}: {}, {}",
        detectors(prepared),
        match (prepared.stack.grows(), prepared.expected()) {
            (Some(_), Some(frames)) => format!("{} as they come,", print::count(frames, "frame")),
            (Some(_), None) => "frames as they come,".to_owned(),
            (None, _) => print::count(prepared.frames.len(), "frame"),
        },
        spec.dtype,
        spec.format,
        recipes.collect::<Vec<_>>().join(" · "),
        layout.name(),
        match layout {
            Layout::Gpu => prepared.device(workers),
            Layout::Fpga => format!("the design simulated, {}", print::count(workers, "lane")),
            _ => print::count(workers, if layout.in_process() { "core" } else { "worker" }),
        },
        prepared.isa,
    )
}

/// The detector and the masked share of its pixels, once where all recipes have the same.
fn detectors(prepared: &Prepared) -> String {
    let (rows, columns) = prepared.stack.spec().shape;
    let mut said: Vec<String> = Vec::new();
    for recipe in &prepared.recipes {
        let name = match recipe.geometry.detector.name() {
            "Detector" => format!("{} pixels", print::shape(&[rows, columns])),
            name => name.to_owned(),
        };
        let one = format!("{name}, {:.1}% masked", 100.0 * recipe.masked as f64 / (rows * columns).max(1) as f64);
        if !said.contains(&one) {
            said.push(one);
        }
    }
    said.join(" and ")
}

/// `1000 bins q_nm^-1, full splitting`.
fn described(recipe: &RecipeSpec) -> String {
    format!(
        "{} bins {}, {} splitting{}",
        recipe.cake.map_or_else(|| recipe.bins.to_string(), |cake| format!("{} x {}", cake.bins, recipe.bins)),
        axes(recipe),
        recipe.split,
        if recipe.mode == Mode::Mean { String::new() } else { format!(", {}", recipe.mode) },
    )
}

/// The units of the bins: `qip_nm^-1`, `chi_deg and q_nm^-1` for a cake, `qip_nm^-1 along qoop_nm^-1:0,5`.
fn axes(recipe: &RecipeSpec) -> String {
    match (recipe.cake, recipe.along) {
        (Some(cake), _) => format!("{} and {}", cake.unit, recipe.unit),
        (None, Some(band)) => format!("{} along {band}", recipe.unit),
        (None, None) => recipe.unit.to_string(),
    }
}

/// `19 kJ a million frames`: what the devices drew, where they count it.
fn energy(summary: &Summary) -> Option<String> {
    let joules = summary.joules.filter(|_| summary.frames > 0)?;
    let kilojoules = joules * 1e3 / summary.frames as f64;
    let digits = if kilojoules < 10.0 { 1 } else { 0 };
    Some(format!("{kilojoules:.digits$} kJ a million frames"))
}

/// A finished run.
pub(super) struct Report<'a> {
    prepared: &'a Prepared,
    summary: &'a Summary,
    seconds: f64,
    output: &'a Path,
}

impl<'a> Report<'a> {
    pub(super) fn new(prepared: &'a Prepared, summary: &'a Summary, seconds: f64, output: &'a Path) -> Report<'a> {
        Report { prepared, summary, seconds, output }
    }

    /// One line for people.
    pub(super) fn text(&self) -> String {
        let Summary { frames, failed, stopped, .. } = *self.summary;
        let stopped = match self.prepared.expected() {
            _ if !stopped => String::new(),
            Some(frames) => format!(" of {frames}, stopped"),
            None => ", stopped".to_owned(),
        };
        let hardware = self.summary.hardware.as_ref().map_or(String::new(), |cycles| self.hardware(cycles));
        format!(
            "{}{stopped} in {:.1} s · {} frames/s · {:.1} Gpixel/s · {}{} · {failed} failed → {}\n{hardware}",
            print::count(frames, "frame"),
            self.seconds,
            print::thousands(self.rate(frames) as u64),
            self.rate(self.pixels()) / 1e9,
            self.stages(),
            energy(self.summary).map_or(String::new(), |energy| format!(" · {energy}")),
            self.output.display(),
        )
    }

    /// One line for programs.
    pub(super) fn json(&self) -> String {
        let summary = self.summary;
        let stages = summary.stages;
        let value = json!({
            "frames": summary.frames,
            "failed": summary.failed,
            "stopped": summary.stopped,
            "seconds": self.seconds,
            "plan_seconds": self.prepared.seconds,
            "frames_per_second": self.rate(summary.frames),
            "layout": self.prepared.layout().name(),
            "threads": summary.threads,
            "batch": summary.batch,
            "start_seconds": summary.start,
            "joules": summary.joules,
            "hardware": summary.hardware.as_ref().map(|cycles| json!({
                "lanes": cycles.lanes,
                "cycles": cycles.all,
                "cycles_lost": cycles.lost.iter().copied().collect::<BTreeMap<_, _>>(),
                "clock_hz": cycles.clock,
                "part": cycles.part,
            })),
            "workers_lost": summary.survived.len(),
            "isa": self.prepared.isa.name(),
            "recipes": self.prepared.recipes.len(),
            "pixels": self.pixels(),
            "bytes_in": summary.bytes_in,
            "stage_seconds": {
                "read": stages.read,
                "decode": stages.decode,
                "accumulate": stages.accumulate,
                "write": stages.write,
            },
            "output": self.output.display().to_string(),
        });
        format!("{value}\n")
    }

    /// `fpga: 402,000 cycles a frame and lane, 11.1 pixels a cycle and lane · ... · 4 lanes at 96 MHz (ECP5-85 of speed grade 8, a lane routed): 695 frames/s`.
    fn hardware(&self, cycles: &HardwareCycles) -> String {
        let frames = self.summary.frames.max(1) as f64;
        let (all, lanes) = (cycles.all.max(1) as f64, cycles.lanes.max(1) as f64);
        let waits = cycles.lost.iter().map(|(cause, lost)| format!("{cause} {:.1}%", 100.0 * *lost as f64 / all));
        format!(
            "fpga: {} cycles a frame and lane, {:.1} pixels a cycle and lane · waited for {} · {} at {:.0} MHz ({}): \
             {:.1} frames/s\n",
            print::thousands((all / frames) as u64),
            self.pixels() as f64 / all,
            waits.collect::<Vec<_>>().join(", "),
            print::count(cycles.lanes, "lane"),
            cycles.clock / 1e6,
            cycles.part,
            frames * cycles.clock * lanes / all,
        )
    }

    /// Pixels of all frames.
    fn pixels(&self) -> usize {
        let (rows, columns) = self.prepared.stack.spec().shape;
        self.summary.frames * rows * columns
    }

    fn rate(&self, count: usize) -> f64 {
        if self.seconds > 0.0 { count as f64 / self.seconds } else { 0.0 }
    }

    /// Where the time went, the largest share first.
    fn stages(&self) -> String {
        let stages = self.summary.stages;
        let mut shares = [
            ("decode", stages.decode),
            ("accumulate", stages.accumulate),
            ("read", stages.read),
            ("write", stages.write),
        ];
        let total: f64 = shares.iter().map(|share| share.1).sum();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        let percent = |seconds: f64| if total > 0.0 { 100.0 * seconds / total } else { 0.0 };
        shares.map(|(stage, seconds)| format!("{stage} {:.0}%", percent(seconds))).join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_is_told_where_it_is_known() {
        let of = |joules, frames| energy(&Summary { joules, frames, ..Summary::default() });
        assert_eq!(of(Some(190.0), 10_000).as_deref(), Some("19 kJ a million frames"));
        assert_eq!(of(Some(12.5), 10_000).as_deref(), Some("1.2 kJ a million frames"));
        assert_eq!((of(None, 10_000), of(Some(5.0), 0)), (None, None));
    }
}
