// What a launch works on. `src/kernels.rs` has the same in Rust.
#pragma once

// Frames whose sums lie side by side, as those of a batch do on the CPU.
const u32 LANES = 16;

// How the bytes of a frame are stored.
enum Kind : u32 {
    ABSENT = 0,  // there is none: a lane of a batch that is not full, or a frame that the host integrates
    BITSHUFFLE_LZ4 = 1,
    ELEMENTS = 2,  // pixel after pixel
};

// Where a frame lies among the bytes of a launch.
struct Frame {
    u64 at;
    u32 size;
    u32 kind;
};

// One recipe: the entries of its plan, cut along the blocks of a frame, and the sums of all frames.
struct Recipe {
    // Two entries each; x, z: coefficient. y, w: place of the pixel in the tile that is tried first, in bytes.
    const Quad* entries;
    // Coefficients of the variance of these, where pixels give variances.
    const Pair* squares;
    // The numbers of these entries' pixels in their block: one in the low half, one in the high half.
    const u32* pixels;
    // x: bin. y: the number of pairs of entries (low 4 bits) and the first of them.
    const Pair* runs;
    // The first run of each block, and behind the last one.
    const u32* first_run;
    // LANES sums a bin, for one batch after the other.
    u64* signal;
    u64* variance;
    u64 bins;
};

// A pixel that a frame masks by its value.
struct Marked {
    u32 elem;
    u32 raw;
};

struct Launch {
    const u8* bytes;
    // LANES a batch.
    const Frame* frames;
    // Of each lane: not 0 where the host has to integrate the frame, which also finds out what is wrong with it.
    u32* status;
    // Of each lane, where its blocks begin: `blocks + 1` numbers.
    u32* starts;
    const Recipe* recipes;
    // A bit for each element that has an entry in some recipe.
    const u8* used;
    // Batches whose block has a value that the narrow tile cannot hold: block * batches + batch.
    u32* wide;
    u32* wide_count;
    // The marked pixels of each lane, of which `marked_room` have room, and how many there are.
    Marked* marked;
    u32* marked_count;
    u32 marked_room;
    // Two ranges of marked values, each as its least one and how far it reaches.
    u32 marks;
    u32 mark_low[2];
    u32 mark_span[2];
    u32 recipe_count;
    u32 batches;
    u32 elems;
    u32 elem_size;
    u32 block_elems;
    u32 blocks;
    // Bytes from one frame's tile to the next one's.
    u32 stride;
    // Not 0 where kernels for the rest take all blocks.
    u32 all;
};
