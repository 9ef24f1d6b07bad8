//! The queue.

use crate::support::{Bench, Built, noticed, same};

fn words_come_out_in_order(bench: &Built) -> Result<(), String> {
    let input: String = (0..500).map(|i| format!("{}\n", i * 37 % 251)).collect();
    for (seed, stalls) in [(1, 0), (2, 20), (3, 50), (4, 80)] {
        let seen = bench.run(&[seed, stalls], &input)?;
        let cycles = if stalls == 0 { "few" } else { "many" };
        same(&seen, &format!("{input}cycles {cycles}\n"))?;
    }
    Ok(())
}

#[test]
fn words_come_out_in_the_order_in_which_they_went_in_one_a_cycle() {
    for depth in [2, 4, 16] {
        let Some(bench) = Bench::new("fifo").parameter("DEPTH", depth).build() else { return };
        words_come_out_in_order(&bench).unwrap();
    }
}

#[test]
fn mutations_are_noticed() {
    let mutations = [
        ("fifo.sv", "in_ready = !count[AW]", "in_ready = 1'b1"),
        ("fifo.sv", "(!out_valid || out_ready)", "!out_valid"),
        ("fifo.sv", "(out_valid && !out_ready)", "out_valid"),
        ("fifo.sv", "count != 0", "1'b1"),
        ("fifo.sv", "if (put) store", "if (in_valid) store"),
    ];
    noticed("fifo", &[("DEPTH", 4)], &mutations, words_come_out_in_order);
}
