//! Blocks like those of a counting detector, for the benchmarks of this crate.

use aureole_codec::Isa;
use aureole_codec::bitshuffle::shuffle;

/// Decoded bytes of a block, as bitshuffle makes it.
pub(crate) const BYTES: usize = 8192;

/// Blocks of a set: together they exceed the second-level cache no more than those of a batch of 16 frames do.
pub(crate) const BLOCKS: usize = 64;

/// How many photons fall on a pixel.
#[derive(Clone, Copy)]
pub(crate) enum Photons {
    /// About 6, and a background that differs from block to block, as it does from frame to frame in pyFAI's tutorial.
    Tutorial,
    /// One in 20 pixels has one.
    Sparse,
}

impl Photons {
    /// Both kinds, by their names.
    pub(crate) const ALL: [(&'static str, Photons); 2] = [("tutorial", Photons::Tutorial), ("sparse", Photons::Sparse)];

    /// A number of photons from 32 random bits: the sum of four dice of 0 to 3 (mean 6, variance 5) and the background, or now
    /// and then 1.
    fn on_a_pixel(self, bits: u64, background: usize) -> u64 {
        match self {
            Photons::Tutorial => background as u64 + (0..4).map(|die| bits >> (2 * die) & 3).sum::<u64>(),
            Photons::Sparse => u64::from(bits.is_multiple_of(20)),
        }
    }
}

/// Blocks of `elem_size` bytes a pixel: the transposed bits of each.
pub(crate) fn planes(elem_size: usize, photons: Photons) -> Vec<Vec<u8>> {
    // A linear congruential generator with Knuth's constants; its high bits are random enough for photons.
    let mut state = 1_u64;
    let mut next = |background| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        photons.on_a_pixel(state >> 32, background)
    };
    let block = |number| {
        let pixels = (0..BYTES / elem_size).flat_map(|_| next(number).to_le_bytes()[..elem_size].to_vec());
        let (pixels, mut planes) = (pixels.collect::<Vec<u8>>(), vec![0; BYTES]);
        shuffle(Isa::best(), elem_size, &pixels, &mut planes);
        planes
    };
    (0..BLOCKS).map(block).collect()
}
