// Pixels that a frame masks by their value. They are summed like all others; the host takes them back, exactly.
#pragma once

DEVICE bool is_marked(const Launch& launch, u32 raw) {
    return raw - launch.mark_low[0] <= launch.mark_span[0] || raw - launch.mark_low[1] <= launch.mark_span[1];
}

// Writes down the marked pixels of a frame's tile that are in use.
template <class P>
DEVICE void report_marked(const Launch& launch, u32 lane, const Block& block, Shared tile) {
    if (launch.frames[lane].kind == ABSENT || launch.status[lane] != 0) return;
    u32 first = block.number * launch.block_elems;
    const u8* used = launch.used + first / 8;
    for (u32 pixel = lane_number(); pixel < block.body + block.tail; pixel += 32) {
        u32 raw = P::load(tile, P::place(block, pixel));
        if (!is_marked(launch, raw) || !is_used(used, pixel)) continue;
        u32 number = take_number(launch.marked_count + lane);
        if (number < launch.marked_room) launch.marked[(u64)lane * launch.marked_room + number] = Marked{first + pixel, raw};
    }
}
