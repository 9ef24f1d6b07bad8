//! Cycles that designs of several sizes take for the first frames of a stack, and whether their bits are those of `serial`.
//!
//! `cargo run --release --example fpga_cycles -- STACK PONI FRAMES LANESxWIDTHxSLOTS ...`; docs/fpga.md has what it said.

use std::num::NonZero;
use std::ops::ControlFlow;

use aureole::job::{self, JobSpec};
use aureole::layout::fpga::Kind;
use aureole::layout::{Fpga, Serial};
use aureole::machine::Pin;
use aureole_core::pipeline::{Executor, Rows, Sink, SinkError, Source, Summary};
use aureole_fpga::Design;

/// Keeps the bits of all means.
#[derive(Default, PartialEq)]
struct Bits(Vec<u32>);

impl Sink for Bits {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        self.0.extend(rows.patterns.iter().flat_map(|pattern| pattern.intensity.iter().map(|mean| mean.to_bits())));
        Ok(ControlFlow::Continue(()))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [stack, poni, frames, designs @ ..] = &words[..] else {
        return Err("STACK PONI FRAMES LANESxWIDTHxSLOTS ...".into());
    };
    let recipe = serde_json::json!({"geometry": {"poni": std::fs::read_to_string(poni)?}, "bins": 1000, "unit": "q_nm^-1", "split": "full"});
    let job = serde_json::json!({"version": 1, "inputs": [stack], "recipes": [recipe], "frames": {"end": frames.parse::<usize>()?}});
    let prepared = job::prepare(JobSpec::from_json(&job.to_string())?)?;
    let run = |executor: &dyn Executor| -> Result<(Bits, Summary), Box<dyn std::error::Error>> {
        let mut bits = Bits::default();
        let summary = prepared.run_by(executor, &prepared.input(), None, &mut bits)?;
        Ok((bits, summary))
    };
    let (expected, _) = run(&Serial { threads: NonZero::<usize>::MIN, pin: Pin::Off })?;
    for design in designs {
        let numbers: Vec<usize> = design.split('x').map(str::parse).collect::<Result<_, _>>()?;
        let [lanes, width, slots] = numbers[..] else { return Err(format!("{design}: LANESxWIDTHxSLOTS").into()) };
        let design = Design { lanes, width, slots, ..Design::default() };
        let kind = Kind::Simulated(std::env::temp_dir().join("aureole-fpga-cycles"));
        let (bits, summary) = run(&Fpga { design, kind })?;
        let hardware = summary.hardware.unwrap_or_default();
        let (frames, pixels) = (summary.frames as f64, prepared.stack.spec().format.elems() as f64);
        let lost = hardware
            .lost
            .iter()
            .map(|(cause, lost)| format!("{cause} {:.1}%", 100.0 * *lost as f64 / hardware.all as f64));
        println!(
            "{lanes} lanes, width {width}, {slots} slots: {:.0} cycles a frame, {:.2} pixels a cycle and lane, {:.2} in all; {}; same bits: {}",
            hardware.all as f64 / frames,
            frames * pixels / hardware.all as f64,
            frames * pixels / hardware.all as f64 * lanes as f64,
            lost.collect::<Vec<_>>().join(", "),
            bits == expected,
        );
    }
    Ok(())
}
