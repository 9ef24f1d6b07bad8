// The fused kernel: a block of threads takes one block of a few frames from compressed bytes to sums.
//
// Each warp decodes its frame's block into a tile; then all warps run the plan's entries of the block over the tiles of all
// frames at once, so that each entry is read once for all of them.
#pragma once

template <class P, int FRAMES, bool VARIANCE, bool PLACED>
DEVICE void integrate_block(const Launch& launch, u32 number, u32 first_lane) {
    Shared tiles = shared_memory();
    Block block = block_of(launch, number);
    bool too_wide = false;
    for (u32 frame = warp_number(); frame < FRAMES; frame += warp_count()) {
        u32 lane = first_lane + frame;
        Shared tile = tiles + frame * launch.stride;
        Verdict verdict = fill_tile<P>(launch, lane, block, tile);
        if (verdict == CORRUPT) launch.status[lane] = 1;
        if (verdict == TOO_WIDE) too_wide = true;
    }
    if (any_in_block(too_wide)) {
        if (warp_number() == 0 && lane_number() == 0) {
            launch.wide[take_number(launch.wide_count)] = number * (launch.batches * LANES / FRAMES) + first_lane / FRAMES;
        }
        return;
    }
    for (u32 frame = warp_number(); launch.marks && frame < FRAMES; frame += warp_count()) {
        report_marked<P>(launch, first_lane + frame, block, tiles + frame * launch.stride);
    }
    add_block<P, FRAMES, VARIANCE, PLACED>(launch, block, tiles, first_lane);
}

// All blocks of all frames; blocks of threads with neighbouring numbers share a part of the plan.
template <class P, int FRAMES, bool VARIANCE>
DEVICE void integrate_all(const Launch& launch) {
    u32 groups = launch.batches * LANES / FRAMES;
    u32 number = block_number() / groups, group = block_number() % groups;
    integrate_block<P, FRAMES, VARIANCE, true>(launch, number, group * FRAMES);
}

// What the narrow kernel left, by as many frames at once; or all there is.
template <class P, int FRAMES, bool VARIANCE>
DEVICE void integrate_wide(const Launch& launch) {
    u32 groups = launch.batches * LANES / FRAMES;
    u32 count = launch.all ? launch.blocks * groups : *launch.wide_count;
    for (u32 i = block_number(); i < count; i += block_count()) {
        u32 here = launch.all ? i : launch.wide[i];
        integrate_block<P, FRAMES, VARIANCE, false>(launch, here / groups, here % groups * FRAMES);
        sync_block();
    }
}
