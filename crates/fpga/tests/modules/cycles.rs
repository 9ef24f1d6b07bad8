//! How long blocks take, which is the same in every run.

use crate::chunks::{encoded, format, input};
use crate::random::Random;
use crate::support::Bench;

/// A number of photons, of which there are `mean` on average.
fn photons(mean: f64, random: &mut Random) -> u32 {
    let mut photons = 0;
    let mut left = (-mean).exp();
    let mut drawn = (random.next() >> 11) as f64 / (1u64 << 53) as f64;
    while drawn > left && photons < 1000 {
        drawn -= left;
        photons += 1;
        left *= mean / f64::from(photons);
    }
    photons
}

#[test]
fn a_typical_block_takes_few_cycles() {
    let Some(bench) = Bench::new("decode").parameter("WIDTH", 16).build() else { return };
    let format = format(2, 2048 * 64, 2048);
    // Photons a pixel, and the most cycles a block of 8192 bytes may take. Those of a detector have few photons or none.
    for (mean, most) in [(0.0, 32), (0.1, 125), (1.0, 160), (3.0, 155), (5.0, 105), (10.0, 185), (30.0, 135)] {
        let mut random = Random::new(5);
        let data: Vec<u8> = (0..format.elems).flat_map(|_| photons(mean, &mut random).to_le_bytes()).collect();
        let chunk = encoded(&format, &data);
        let (stored, _) = format.split(&chunk);
        let sequences: usize = stored.iter().map(|block| sequences(block.bytes.as_ref().unwrap())).sum();
        let seen = bench.run(&[1, 0, 16, 1], &input(&format, &[chunk.clone(), chunk.clone()])).unwrap();
        // The second frame, when all that is between the blocks is full.
        let cycles: Vec<u64> = seen.lines().filter_map(|line| line.parse().ok()).skip(64).collect();
        let cycles = cycles.iter().sum::<u64>() / 64;
        let (bytes, sequences) = (chunk.len() / 64, sequences / 64);
        println!("{mean} photons: {bytes} bytes and {sequences} sequences a block, {cycles} cycles");
        assert!(cycles <= most, "{cycles} cycles for a block of {bytes} bytes and {sequences} sequences, not {most}");
    }
}

/// Number of sequences of a block.
fn sequences(block: &[u8]) -> usize {
    let (mut at, mut sequences) = (0, 0);
    let length = |nibble: u8, at: &mut usize| {
        let mut length = usize::from(nibble);
        let mut last = if nibble == 15 { 255 } else { 0 };
        while last == 255 {
            last = block[*at];
            length += usize::from(last);
            *at += 1;
        }
        length
    };
    while at < block.len() {
        let token = block[at];
        at += 1;
        sequences += 1;
        at += length(token >> 4, &mut at);
        if at < block.len() {
            at += 2;
            length(token & 15, &mut at);
        }
    }
    sequences
}
