// Where the blocks of each frame begin.
//
// Each block follows its own length, so they are found one after the other. To wait for memory at every step would take longer than all
// the rest: a block of threads streams the frame through shared memory, where its first thread walks from length to length.
#pragma once

// Bytes that are taken at a time, by warps that do nothing else; and parts that shared memory holds: the one that is walked, the one before,
// in which a length may begin, and the next one.
const u32 PART = 8192;
const u32 PARTS = 4;
const u32 FETCHING_WARPS = 8;
const u32 FETCHES = PART / 16 / 32 / FETCHING_WARPS;

DEVICE u32 big_endian(const u8* bytes) {
    return (u32)bytes[0] << 24 | (u32)bytes[1] << 16 | (u32)bytes[2] << 8 | bytes[3];
}

// The number that begins at byte `at` of the frame, which is in the ring.
DEVICE u32 big_endian_in(Shared ring, u32 at) {
    u32 number = 0;
    UNROLL for (u32 i = 0; i < 4; i++) number = number << 8 | load8(ring + (at + i) % (PART * PARTS));
    return number;
}

// True when the frame says that it has the elements and blocks that it should have.
DEVICE bool header_is_good(const Launch& launch, const Frame& frame, const u8* bytes) {
    u64 total = (u64)launch.elems * launch.elem_size;
    if (frame.size < 12 || big_endian(bytes) != (u32)(total >> 32) || big_endian(bytes + 4) != (u32)total) return false;
    return big_endian(bytes + 8) == launch.block_elems * launch.elem_size;
}

// How far the lengths were walked.
struct Walk {
    u32 at, block;
    bool good;
};

// Walks as far as the frame is there, `loaded` bytes of it.
DEVICE void walk(Walk& walk, Shared ring, u32 size, u32 loaded, u32 count, u32* starts) {
    while (walk.good && walk.block < count && walk.at + 4 <= loaded) {
        u32 length = big_endian_in(ring, walk.at);
        walk.at += 4;
        starts[walk.block++] = walk.at;
        walk.good = length <= size - walk.at;
        walk.at += length;
    }
}

// What a fetching thread holds of a part.
struct Fetched {
    Quad quads[FETCHES];
};

DEVICE u32 place_of_fetch(u32 i) { return ((warp_number() - 1) * FETCHES + i) * 512 + lane_number() * 16; }

DEVICE void fetch(Fetched& fetched, const u8* bytes, u32 size, u32 part) {
    UNROLL for (u32 i = 0; i < FETCHES; i++) {
        u32 at = part * PART + place_of_fetch(i);
        if (at < size) fetched.quads[i] = constant((const Quad*)(bytes + at));
    }
}

DEVICE void keep(const Fetched& fetched, Shared ring, u32 part) {
    UNROLL for (u32 i = 0; i < FETCHES; i++) {
        Shared to = ring + part % PARTS * PART + place_of_fetch(i);
        store32(to, fetched.quads[i].x);
        store32(to + 4, fetched.quads[i].y);
        store32(to + 8, fetched.quads[i].z);
        store32(to + 12, fetched.quads[i].w);
    }
}

// A block of threads for each frame; it leaves those that the host has to see to.
DEVICE void find_all_blocks(const Launch& launch) {
    u32 lane = block_number();
    Frame frame = launch.frames[lane];
    if (frame.kind != BITSHUFFLE_LZ4) return;
    const u8* bytes = launch.bytes + frame.at;
    u32* starts = launch.starts + (u64)lane * (launch.blocks + 1);
    u32 tail = launch.elems % 8, count = (launch.elems - tail + launch.block_elems - 1) / launch.block_elems;
    bool fetches = warp_number() != 0;
    Shared ring = shared_memory();
    Walk walked{12, 0, header_is_good(launch, frame, bytes)};
    Fetched fetched{};
    if (fetches) fetch(fetched, bytes, frame.size, 0);
    for (u32 part = 0; part * PART < frame.size; part++) {
        if (fetches) {
            keep(fetched, ring, part);
            fetch(fetched, bytes, frame.size, part + 1);
        }
        sync_block();
        u32 end = (part + 1) * PART;
        if (warp_number() == 0 && lane_number() == 0) walk(walked, ring, frame.size, end < frame.size ? end : frame.size, count, starts);
    }
    if (warp_number() != 0 || lane_number() != 0) return;
    // As if another block followed.
    starts[count] = walked.at + 4;
    bool whole = walked.good && walked.block == count && tail * launch.elem_size <= frame.size - walked.at;
    if (!whole) launch.status[lane] = 1;
}
