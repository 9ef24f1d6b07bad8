//! What the decoder asks of vector instructions.
#![allow(unsafe_code)]

/// For each of 32 bytes, which of the 16 bytes of a register it takes.
#[derive(Clone, Copy)]
#[repr(align(32))]
pub(super) struct Pattern(pub(super) [u8; 32]);

/// Registers of 16 bytes, and pairs or larger ones of 32. Every function asks for a CPU that has the instructions; pointers
/// need not be aligned.
pub(super) trait Vectors {
    /// 16 bytes.
    type Half: Copy;
    /// 32 bytes.
    type Whole: Copy;

    /// # Safety
    /// The CPU has the instructions, and 16 bytes can be read.
    unsafe fn load16(from: *const u8) -> Self::Half;

    /// # Safety
    /// The CPU has the instructions, and 16 bytes can be written.
    unsafe fn store16(to: *mut u8, value: Self::Half);

    /// # Safety
    /// The CPU has the instructions, and 32 bytes can be read.
    unsafe fn load32(from: *const u8) -> Self::Whole;

    /// # Safety
    /// The CPU has the instructions, and 32 bytes can be written.
    unsafe fn store32(to: *mut u8, value: Self::Whole);

    /// The first 16 bytes that the pattern takes.
    ///
    /// # Safety
    /// The CPU has the instructions.
    unsafe fn spread16(value: Self::Half, pattern: &Pattern) -> Self::Half;

    /// All 32 bytes that the pattern takes.
    ///
    /// # Safety
    /// The CPU has the instructions.
    unsafe fn spread32(value: Self::Half, pattern: &Pattern) -> Self::Whole;
}
