//! Two blocks of pixels.

use crate::support::{Bench, Built, noticed, same};

fn pixels_are_those_written(bench: &Built, lines: u64) -> Result<(), String> {
    let expected: String = (0..40).map(|number| format!("{number}\n")).collect();
    for (seed, stalls) in [(1, 0), (2, 30), (3, 70)] {
        let seen = bench.run(&[seed, stalls, 40, lines], "")?;
        same(&seen, &format!("{expected}pixels were read\n"))?;
    }
    Ok(())
}

#[test]
fn every_bank_reads_what_was_written_while_the_next_block_is_filled() {
    for (slots, bytes) in [(16, 8192), (8, 512), (32, 1024)] {
        let bench = Bench::new("pixel_buffer").parameter("SLOTS", slots).parameter("BLOCK_BYTES", bytes);
        let Some(bench) = bench.build() else { return };
        pixels_are_those_written(&bench, u64::from(bytes / slots)).unwrap();
    }
}

#[test]
fn mutations_are_noticed() {
    let mutations = [
        ("pixel_buffer.sv", ".w_en(w_mask[s])", ".w_en(w_mask[0])"),
        ("pixel_buffer.sv", "{p_half, r_line", "{w_half, r_line"),
        ("pixel_buffer.sv", "w_done && w_half", "w_done"),
        ("pixel_buffer.sv", "if (r_en[s]) held", "held"),
        ("pixel_buffer.sv", "!taken[1]", "taken == 0"),
        ("ram.sv", "if (r_en) r_data", "r_data"),
    ];
    let check = |bench: &Built| pixels_are_those_written(bench, 32);
    noticed("pixel_buffer", &[("SLOTS", 16), ("BLOCK_BYTES", 512)], &mutations, check);
}
