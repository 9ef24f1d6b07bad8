//! Naive twins of what is fast, and checks that run any implementation (of this crate, a GPU's or an FPGA's) against them.

pub mod bitshuffle;
pub mod byte_offset;
pub mod lz4;

/// Bytes around an output that no implementation may touch.
const MARGIN: usize = 64;

/// Runs `fill` on a dirty buffer of `len` bytes inside a larger one and returns what it returns and the buffer.
///
/// # Panics
/// When a byte outside of the buffer was written.
fn guarded<T>(len: usize, fill: impl FnOnce(&mut [u8]) -> T) -> (T, Vec<u8>) {
    let mut all: Vec<u8> = (0..MARGIN + len + MARGIN).map(|i| (i * 37 % 251) as u8 ^ 0xa5).collect();
    let before = all.clone();
    let returned = fill(&mut all[MARGIN..MARGIN + len]);
    assert_eq!(all[..MARGIN], before[..MARGIN], "bytes in front of the output were written");
    assert_eq!(all[MARGIN + len..], before[MARGIN + len..], "bytes behind the output were written");
    (returned, all[MARGIN..MARGIN + len].to_vec())
}
