//! Integrates damaged copies of a small stack and counts what becomes of them: never a panic, a hang or memory without bound.
//!
//! `hostile STACK PROGRESS flips FROM TO`: for each seed, a copy with one to four bytes changed; `hostile STACK PROGRESS cuts FROM TO`:
//! a copy of each length. Writes the case to the file PROGRESS before it begins, so that whoever started it knows which one ended it, and prints a line
//! of JSON: cases in which the file was refused, in which frames failed, in which all rows were right, and in which a row was wrong without
//! a word (`unmarked`, with the first few cases).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use aureole::job::{self, JobSpec};
use aureole::sink::MemorySink;
use aureole_core::pattern::Status;
use aureole_core::testing::Random;
use serde_json::json;

/// The bits of the rows, `None` for those of failed frames; or why there are none.
fn integrate(stack: &Path) -> Result<Vec<Option<Vec<u32>>>, String> {
    let poni = "poni_version: 2\nDetector: Detector\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4}\nDistance: 0.1\n\
                Poni1: 0.001\nPoni2: 0.001\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n";
    let recipe = json!({"geometry": {"poni": poni}, "bins": 50, "unit": "q_nm^-1", "split": "no"});
    let execution = json!({"layout": "serial", "threads": 1});
    let job = json!({"version": 1, "inputs": [stack], "recipes": [recipe], "execution": execution});
    let spec = JobSpec::from_json(&job.to_string()).map_err(|error| error.to_string())?;
    let prepared = job::prepare(spec).map_err(|error| error.to_string())?;
    if prepared.frames.len() > 1000 {
        return Err("more frames than this test has time for".into());
    }
    let mut sink = MemorySink::default();
    prepared.run(None, &mut sink).map_err(|error| error.to_string())?;
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect();
    Ok(sink
        .patterns
        .iter()
        .map(|(_, pattern)| matches!(pattern.status, Status::Done).then(|| bits(&pattern.intensity)))
        .collect())
}

fn damaged(whole: &[u8], how: &str, case: u64) -> Vec<u8> {
    if how == "cuts" {
        return whole[..(case as usize).min(whole.len())].to_vec();
    }
    let (mut random, mut bytes) = (Random::new(case), whole.to_vec());
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        // A bit, or a value that lengths and addresses are likely to stumble over.
        bytes[at] = match random.below(4) {
            0 => 0xff,
            1 => 0,
            _ => bytes[at] ^ 1 << random.below(8),
        };
    }
    bytes
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [stack, progress, how, from, to] = &words[..] else { return Err("STACK PROGRESS flips|cuts FROM TO".into()) };
    let whole = std::fs::read(stack)?;
    let right = integrate(Path::new(stack))?;
    let copy = Path::new(progress).with_extension("damaged.h5");
    let (mut refused, mut failed, mut same, mut panics) = (0, 0, 0, 0);
    let mut unmarked = Vec::new();
    for case in from.parse::<u64>()?..to.parse()? {
        std::fs::write(progress, case.to_string())?;
        std::fs::write(&copy, damaged(&whole, how, case))?;
        match catch_unwind(AssertUnwindSafe(|| integrate(&copy))) {
            Err(_) => panics += 1,
            Ok(Err(_)) => refused += 1,
            Ok(Ok(rows)) => {
                let wrong = |(at, row): (usize, &Option<Vec<u32>>)| row.is_some() && right.get(at) != Some(row);
                if rows.iter().enumerate().any(wrong) {
                    unmarked.push(case);
                } else if rows.iter().any(Option::is_none) || rows.len() < right.len() {
                    failed += 1;
                } else {
                    same += 1;
                }
            }
        }
    }
    let first: Vec<u64> = unmarked.iter().copied().take(10).collect();
    let count = unmarked.len();
    println!(
        "{}",
        json!({"refused": refused, "failed": failed, "same": same, "panics": panics, "unmarked": count, "first": first})
    );
    Ok(())
}
