//! Changes torn in their middle: of what a change writes, any part may be in the file when its program is killed.

use std::path::{Path, PathBuf};

use aureole_core::pattern::{OwnConstants, Pattern, Status};
use aureole_core::pipeline::{Rows, Sink};
use hdf5_metno::File;
use hdf5_metno::types::VarLenUnicode;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::super::journal::{self, Journal};
use super::super::{Axis, Description, NexusSink, RecipeDescription};

const BINS: usize = 50;

/// What a change writes is torn into blocks of so many bytes.
const BLOCK: usize = 512;

fn description(frames: usize) -> Description {
    let axis = Axis { centres: vec![1.0; BINS], edges: vec![1.0; BINS + 1], ..Axis::default() };
    let (norm, count) = (vec![2.0; BINS], vec![3.0; BINS]);
    let recipe = RecipeDescription { name: "data".into(), axis, norm, count, ..RecipeDescription::default() };
    Description { frames, recipes: vec![recipe], ..Description::default() }
}

fn pattern(frame: usize) -> Pattern {
    Pattern { status: Status::Done, intensity: vec![frame as f32; BINS], ..Pattern::default() }
}

fn push(sink: &mut NexusSink, first: usize, patterns: &[Pattern]) {
    let _ = sink.push(&Rows { first, recipes: 1, patterns }).unwrap();
}

/// The state of a result around a change: before, what the journal kept, and after.
struct Around {
    before: Vec<u8>,
    kept: Vec<u8>,
    after: Vec<u8>,
}

impl Around {
    /// Makes a change of `sink` and looks at the files meanwhile.
    fn of(sink: &mut NexusSink, make: impl FnOnce(&mut NexusSink) -> hdf5_metno::Result<()>) -> Around {
        let path = sink.path.clone();
        let read = |path: &Path| std::fs::read(path).unwrap();
        let mut seen = None;
        sink.change(1 << 20, |sink| {
            seen = Some((read(&path), read(&journal::place(&path))));
            make(sink)
        })
        .unwrap();
        let (before, kept) = seen.unwrap();
        Around { before, kept, after: read(&path) }
    }

    /// A file that holds a part of what the change wrote, its journal beside it.
    fn tear(&self, random: &mut ChaCha8Rng, path: &Path) {
        let mut torn = self.before.clone();
        let longest = self.before.len().max(self.after.len());
        torn.resize(longest, 0);
        let keep_one_in = 1 + random.next_u64() % 4;
        for (nth, block) in self.after.chunks(BLOCK).enumerate() {
            if random.next_u64().is_multiple_of(keep_one_in) {
                torn[nth * BLOCK..nth * BLOCK + block.len()].copy_from_slice(block);
            }
        }
        // HDF5 sets the length on its own.
        torn.truncate(if random.next_u64() & 1 == 0 { longest } else { self.before.len().min(self.after.len()) });
        std::fs::write(path, torn).unwrap();
        std::fs::write(journal::place(path), &self.kept).unwrap();
    }
}

/// What a reader sees of rows that have a status, and all else; `None` where the file does not open or cannot be read.
fn seen(path: &Path) -> Option<Vec<u64>> {
    let file = File::open(path).ok()?;
    let read = |name: &str| file.dataset(name).ok()?.read_raw::<f64>().ok();
    let status = read("entry/frames/status")?;
    let known = status.iter().rposition(|status| *status != 0.0)? + 1;
    let mut all: Vec<u64> = status.iter().map(|status| *status as u64).collect();
    for name in ["norm", "count", "radial_axis", "I", "norm_per_frame", "count_per_frame"] {
        if !file.group("entry/data").ok()?.link_exists(name) {
            continue;
        }
        let values = read(&format!("entry/data/{name}"))?;
        all.push(values.len() as u64);
        all.extend(values.iter().take(known * BINS).map(|value| value.to_bits()));
    }
    let reasons = file.dataset("entry/frames/reason").ok()?.read_raw::<VarLenUnicode>().ok()?;
    all.extend(reasons.iter().map(|reason| reason.len() as u64));
    Some(all)
}

/// Tears a change many times; in how many cases the file would have been of no use without its journal.
fn check(around: &Around, folder: &Path, times: u64) -> usize {
    let path: PathBuf = folder.join("torn.h5");
    std::fs::write(&path, &around.before).unwrap();
    let whole = seen(&path).expect("the file before the change opens");
    let mut of_no_use = 0;
    for seed in 0..times {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        around.tear(&mut random, &path);
        of_no_use += usize::from(seen(&path).is_none());
        let mut journal = Journal::lock(&path).unwrap();
        journal.attach(std::fs::File::options().read(true).write(true).open(&path).unwrap());
        assert!(journal.take_back().unwrap(), "seed {seed}");
        journal.end().unwrap();
        drop(journal);
        assert!(seen(&path).as_ref() == Some(&whole), "seed {seed}");
    }
    of_no_use
}

#[test]
fn a_change_torn_anywhere_is_taken_back_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = NexusSink::create(&folder.path().join("out.h5"), description(20_000), false).unwrap();
    for first in (0..100).step_by(20) {
        push(&mut sink, first, &(first..first + 20).map(pattern).collect::<Vec<_>>());
    }
    sink.write_rows().unwrap();
    let mut of_no_use = Vec::new();
    // Over the number of chunks at which their index gets another level.
    for rows in [9000, 9100, 14_000] {
        let around = Around::of(&mut sink, |sink| sink.set_rows(rows));
        of_no_use.push(check(&around, folder.path(), 25));
    }
    let failed = Pattern { status: Status::Failed("torn ".repeat(40)), ..Pattern::default() };
    push(&mut sink, 100, &[failed]);
    let around = Around::of(&mut sink, |sink| {
        let (reason, reasons) = (&sink.columns.reason, std::mem::take(&mut sink.columns.reasons));
        let write = |(row, why): &(usize, String)| {
            crate::hdf5::raw::write_rows(reason, *row, &[crate::hdf5::attributes::unicode(why)])
        };
        reasons.iter().try_for_each(write)
    });
    of_no_use.push(check(&around, folder.path(), 25));
    let own = Some(OwnConstants { norm: vec![1.0; BINS], count: vec![1.0; BINS] });
    let pattern = Pattern { own, ..pattern(101) };
    let around = Around::of(&mut sink, |sink| {
        let (columns, allocated) = (&mut sink.columns, sink.allocated);
        columns.recipes[0].begin_own(&pattern, &columns.status, allocated)
    });
    of_no_use.push(check(&around, folder.path(), 25));
    let around = Around::of(&mut sink, |sink| sink.set_rows(101));
    of_no_use.push(check(&around, folder.path(), 25));
    let around =
        Around::of(&mut sink, |sink| super::super::layout::finish(&sink.file, "now", &sink.columns.status.read()?));
    of_no_use.push(check(&around, folder.path(), 25));
    println!("torn files that could not be read before their change was taken back, of 25 a change: {of_no_use:?}");
    assert!(of_no_use.iter().sum::<usize>() > 10, "the test tears what matters");
}
