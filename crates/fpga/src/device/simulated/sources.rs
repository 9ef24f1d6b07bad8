//! The design's sources, which the program carries with it.

/// Names and texts of the files of the design, the top among them, and of what calls it.
pub(super) const SOURCES: &[(&str, &str)] = &[
    ("accumulate.sv", include_str!("../../../rtl/accumulate.sv")),
    ("bit_unshuffle.sv", include_str!("../../../rtl/bit_unshuffle.sv")),
    ("block_bank.sv", include_str!("../../../rtl/block_bank.sv")),
    ("block_buffer.sv", include_str!("../../../rtl/block_buffer.sv")),
    ("block_read.sv", include_str!("../../../rtl/block_read.sv")),
    ("block_turns.sv", include_str!("../../../rtl/block_turns.sv")),
    ("bslz4_header.sv", include_str!("../../../rtl/bslz4_header.sv")),
    ("byte_pack.sv", include_str!("../../../rtl/byte_pack.sv")),
    ("byte_shift.sv", include_str!("../../../rtl/byte_shift.sv")),
    ("byte_turn.sv", include_str!("../../../rtl/byte_turn.sv")),
    ("counter.sv", include_str!("../../../rtl/counter.sv")),
    ("decode.sv", include_str!("../../../rtl/decode.sv")),
    ("fifo.sv", include_str!("../../../rtl/fifo.sv")),
    ("lane.sv", include_str!("../../../rtl/lane.sv")),
    ("lz4_decode.sv", include_str!("../../../rtl/lz4_decode.sv")),
    ("lz4_execute.sv", include_str!("../../../rtl/lz4_execute.sv")),
    ("lz4_issue.sv", include_str!("../../../rtl/lz4_issue.sv")),
    ("lz4_parse.sv", include_str!("../../../rtl/lz4_parse.sv")),
    ("lz4_window.sv", include_str!("../../../rtl/lz4_window.sv")),
    ("mark.sv", include_str!("../../../rtl/mark.sv")),
    ("pixel_buffer.sv", include_str!("../../../rtl/pixel_buffer.sv")),
    ("plan_fetch.sv", include_str!("../../../rtl/plan_fetch.sv")),
    ("plan_queue.sv", include_str!("../../../rtl/plan_queue.sv")),
    ("plane_flags.sv", include_str!("../../../rtl/plane_flags.sv")),
    ("ram.sv", include_str!("../../../rtl/ram.sv")),
    ("registers.sv", include_str!("../../../rtl/registers.sv")),
    ("slot.sv", include_str!("../../../rtl/slot.sv")),
    ("slot_product.sv", include_str!("../../../rtl/slot_product.sv")),
    ("slot_sum.sv", include_str!("../../../rtl/slot_sum.sv")),
    ("sum_tree.sv", include_str!("../../../rtl/sum_tree.sv")),
    ("sums_out.sv", include_str!("../../../rtl/sums_out.sv")),
    ("top.sv", include_str!("../../../rtl/top.sv")),
    ("unshuffle_pixel.sv", include_str!("../../../rtl/unshuffle_pixel.sv")),
    ("unshuffle_planes.sv", include_str!("../../../rtl/unshuffle_planes.sv")),
    ("unshuffle_steps.sv", include_str!("../../../rtl/unshuffle_steps.sv")),
    ("shim.cpp", include_str!("shim.cpp")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_module_is_left_out() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rtl");
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(
                !name.ends_with(".sv") || SOURCES.iter().any(|(source, _)| *source == name),
                "{name} is not embedded"
            );
        }
    }
}
