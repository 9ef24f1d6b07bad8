//! The registers of `rtl/registers.sv`.

use crate::Tables;

/// What [`Register::Identity`] answers: "AURE".
pub(super) const IDENTITY: u32 = 0x4155_5245;

/// Bits of [`Register::Control`].
pub(super) const START: u32 = 1;
pub(super) const CLEAR: u32 = 2;

/// Where counters begin, and the bytes of a lane and of a cause.
pub(super) const COUNTERS: u32 = 0x800;
pub(super) const LANE: u32 = 0x40;
pub(super) const CAUSE: u32 = 8;

/// A register, by its address in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Register {
    Identity = 0x00,
    Control = 0x10,
    Elems = 0x14,
    BlockElems = 0x18,
    Blocks = 0x1c,
    Format = 0x20,
    Bins = 0x24,
    MarkLow0 = 0x28,
    MarkSpan0 = 0x2c,
    MarkLow1 = 0x30,
    MarkSpan1 = 0x34,
    PlanBase = 0x38,
    PlanBaseHigh = 0x3c,
    PlanWords = 0x40,
}

/// What is written for a job.
pub(super) fn configuration(tables: &Tables) -> [(Register, u32); 12] {
    let Tables { format, signed, marks, bins, .. } = tables;
    let [(low0, span0), (low1, span1)] = marks.ranges;
    let kind = format.elem_log2 | u32::from(*signed) << 2 | u32::from(format.raw) << 3 | u32::from(marks.on) << 4;
    [
        (Register::Elems, format.elems as u32),
        (Register::BlockElems, format.block_elems as u32),
        (Register::Blocks, format.blocks().len() as u32),
        (Register::Format, kind),
        (Register::Bins, *bins as u32),
        (Register::MarkLow0, low0),
        (Register::MarkSpan0, span0),
        (Register::MarkLow1, low1),
        (Register::MarkSpan1, span1),
        (Register::PlanBase, 0),
        (Register::PlanBaseHigh, 0),
        (Register::PlanWords, tables.len() as u32),
    ]
}
