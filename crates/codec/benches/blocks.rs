//! Blocks like those of a counting detector, for the benchmarks of this crate.

use aureole_codec::bitshuffle::shuffle;
use aureole_codec::{Isa, lz4};

/// Decoded bytes of a block, as bitshuffle makes it.
pub(crate) const BYTES: usize = 8192;

/// Blocks of a set: together they exceed the second-level cache no more than those of a batch of 16 frames do.
pub(crate) const BLOCKS: usize = 64;

/// How many photons fall on a pixel.
#[derive(Clone, Copy)]
pub(crate) enum Photons {
    /// About 5, as in pyFAI's tutorial.
    Tutorial,
    /// One in 20 pixels has one.
    Sparse,
}

impl Photons {
    /// Both kinds, by their names.
    pub(crate) const ALL: [(&'static str, Photons); 2] = [("tutorial", Photons::Tutorial), ("sparse", Photons::Sparse)];

    /// A number of photons from 32 random bits: the sum of four dice of 0 to 3 (mean 6, variance 5), or now and then 1.
    fn on_a_pixel(self, bits: u64) -> u64 {
        match self {
            Photons::Tutorial => (0..4).map(|die| bits >> (2 * die) & 3).sum(),
            Photons::Sparse => u64::from(bits.is_multiple_of(20)),
        }
    }
}

/// Blocks of `elem_size` bytes a pixel: the transposed bits of each.
pub(crate) fn planes(elem_size: usize, photons: Photons) -> Vec<Vec<u8>> {
    // A linear congruential generator with Knuth's constants; its high bits are random enough for photons.
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        photons.on_a_pixel(state >> 32)
    };
    let block = |_| {
        let pixels = (0..BYTES / elem_size).flat_map(|_| next().to_le_bytes()[..elem_size].to_vec());
        let (pixels, mut planes) = (pixels.collect::<Vec<u8>>(), vec![0; BYTES]);
        shuffle(Isa::best(), elem_size, &pixels, &mut planes);
        planes
    };
    (0..BLOCKS).map(block).collect()
}

/// The same blocks, compressed.
#[allow(dead_code, reason = "not every benchmark decompresses")]
pub(crate) fn compressed(elem_size: usize, photons: Photons) -> Vec<Vec<u8>> {
    let mut compressor = lz4::Compressor::default();
    let compress = |planes: Vec<u8>| {
        let mut block = Vec::new();
        compressor.compress(&planes, &mut block);
        block
    };
    planes(elem_size, photons).into_iter().map(compress).collect()
}
