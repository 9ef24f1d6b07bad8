//! Words of the plan on their way to the lanes.

use crate::support::{Bench, Built, noticed, same};

/// What a module is built with.
#[derive(Clone, Copy)]
struct Sizes {
    slots: u32,
    lanes: u32,
    burst: u32,
    depth: u32,
}

impl Sizes {
    fn parameters(&self) -> [(&'static str, u32); 4] {
        [("SLOTS", self.slots), ("LANES", self.lanes), ("BURST", self.burst), ("DEPTH", self.depth)]
    }

    fn build(&self) -> Option<Built> {
        self.parameters()
            .into_iter()
            .fold(Bench::new("plan_fetch"), |bench, (name, value)| bench.parameter(name, value))
            .build()
    }
}

/// Cycles of so many plans of so many words.
fn run(bench: &Built, sizes: Sizes, [seed, stalls, plans, words, latency]: [u64; 5]) -> Result<u64, String> {
    let seen = bench.run(&[seed, stalls, plans, words, latency, sizes.burst.into(), sizes.lanes.into()], "")?;
    let (lines, cycles) = seen.rsplit_once("cycles ").ok_or("no cycles")?;
    same(lines, &format!("{words}\n").repeat(plans as usize))?;
    Ok(cycles.trim().parse().unwrap())
}

fn words_come_in_order(bench: &Built, sizes: Sizes) -> Result<(), String> {
    for (seed, stalls, words, latency) in
        [(1, 0, 100, 5), (2, 30, 67, 20), (3, 70, 1, 3), (4, 10, 64, 100), (5, 50, 300, 0)]
    {
        run(bench, sizes, [seed, stalls, 5, words, latency])?;
    }
    Ok(())
}

#[test]
fn every_lane_sees_every_word_in_order() {
    let sizes = [(16, 4, 16, 64), (8, 1, 4, 8), (32, 3, 64, 128)];
    for (slots, lanes, burst, depth) in sizes {
        let sizes = Sizes { slots, lanes, burst, depth };
        let Some(bench) = sizes.build() else { return };
        words_come_in_order(&bench, sizes).unwrap();
    }
}

#[test]
fn a_word_a_cycle_while_the_queue_covers_the_memorys_latency() {
    let sizes = Sizes { slots: 16, lanes: 4, burst: 16, depth: 64 };
    let Some(bench) = sizes.build() else { return };
    let cycles = run(&bench, sizes, [1, 0, 4, 1000, 40]).unwrap();
    assert!(cycles <= 4 * 1000 + 60, "{cycles} cycles");
}

#[test]
fn mutations_are_noticed() {
    let mutations = [
        ("plan_fetch.sv", "room >= RB'(BURST)", "room != 0"),
        ("plan_fetch.sv", "left < 32'(BURST) ? left[8:0] : 9'(BURST)", "9'(BURST)"),
        ("plan_fetch.sv", "word_taken ? '1 : waiting & ~w_ready", "'1"),
        ("plan_fetch.sv", "(waiting & ~w_ready) == 0", "w_ready[0]"),
        ("plan_fetch.sv", "left == 0 && !ar_valid", "left == 0"),
        ("plan_fetch.sv", "word_valid && word_taken", "word_taken"),
    ];
    let sizes = Sizes { slots: 8, lanes: 4, burst: 4, depth: 8 };
    noticed("plan_fetch", &sizes.parameters(), &mutations, |bench| words_come_in_order(bench, sizes));
}
