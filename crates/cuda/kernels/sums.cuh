// Pixels into bins: the frames of a batch side by side, a thread each.
#pragma once

template <class P>
DEVICE u64 product(u32 coefficient, u32 raw) {
    return P::SIGNED ? (u64)((i64)coefficient * (i32)raw) : (u64)coefficient * raw;
}

// max(1, raw): the variance of a pixel that counts photons.
template <class P>
DEVICE u32 poisson_variance(u32 raw) {
    return P::SIGNED ? (u32)((i32)raw > 1 ? (i32)raw : 1) : raw > 1 ? raw : 1;
}

struct Sum {
    u64 signal, variance;
};

// The sums of one run in one tile.
template <class P, bool VARIANCE, bool PLACED>
DEVICE Sum sum_of(const Recipe& recipe, const Block& block, Shared tile, u32 first, u32 pairs) {
    Sum sum{0, 0};
    TWICE for (u32 e = first; e < first + pairs; e++) {
        Quad entries = constant(recipe.entries + e);
        if (!PLACED) {
            u32 pixels = constant(recipe.pixels + e);
            entries.y = P::place(block, pixels & 0xFFFF);
            entries.w = P::place(block, pixels >> 16);
        }
        u32 one = P::load(tile, entries.y), other = P::load(tile, entries.w);
        sum.signal += product<P>(entries.x, one) + product<P>(entries.z, other);
        if (VARIANCE && recipe.squares) {
            Pair squares = constant(recipe.squares + e);
            sum.variance += product<P>(squares.x, poisson_variance<P>(one)) + product<P>(squares.y, poisson_variance<P>(other));
        }
    }
    return sum;
}

// Adds a block of FRAMES frames, whose tiles lie `stride` bytes apart, to the sums of all recipes. Each run is taken by FRAMES
// threads; their sums lie side by side, so that they are added by one access to memory.
template <class P, int FRAMES, bool VARIANCE, bool PLACED>
DEVICE void add_block(const Launch& launch, const Block& block, Shared tiles, u32 first_lane) {
    const u32 together = 32 / FRAMES;
    u32 frame = lane_number() % FRAMES;
    u32 first = warp_number() * together + lane_number() / FRAMES, step = warp_count() * together;
    Shared tile = tiles + frame * launch.stride;
    for (u32 r = 0; r < launch.recipe_count; r++) {
        const Recipe recipe = launch.recipes[r];
        u64 lane = (u64)(first_lane / LANES) * recipe.bins * LANES + first_lane % LANES + frame;
        u64 *signal = recipe.signal + lane, *variance = recipe.variance + lane;
        u32 end = recipe.first_run[block.number + 1];
        u32 run = recipe.first_run[block.number] + first;
        // The next run is fetched while one is summed; behind the last one there are as many as threads may ask for.
        Pair next = constant(recipe.runs + run);
        ROLLED for (; run < end; run += step) {
            Pair here = next;
            next = constant(recipe.runs + run + step);
            Sum sum = sum_of<P, VARIANCE, PLACED>(recipe, block, tile, here.y >> 4, here.y & 15);
            add((u64*)((u8*)signal + (u64)here.x * (LANES * sizeof(u64))), sum.signal);
            if (VARIANCE && recipe.squares) add((u64*)((u8*)variance + (u64)here.x * (LANES * sizeof(u64))), sum.variance);
        }
    }
}
