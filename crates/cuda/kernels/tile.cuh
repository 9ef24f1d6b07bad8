// The tile of a frame: the pixels of one block in shared memory.
//
// Its rows hold the block's pixels in the order in which `pixels_from_planes` leaves them; behind the rows come the elements of
// the frame's end that belong to no group of eight, a word each.
#pragma once

// The cut of one block.
struct Block {
    u32 number;
    // Elements in whole groups of eight, and those behind them.
    u32 body;
    u32 tail;
    // Bytes of a bit plane and words of a row.
    u32 plane;
    u32 words;
};

DEVICE Block block_of(const Launch& launch, u32 number) {
    u32 start = number * launch.block_elems;
    u32 left = launch.elems - start;
    u32 elems = left < launch.block_elems ? left : launch.block_elems;
    u32 body = elems / 8 * 8;
    return Block{number, body, elems - body, body / 8, (body / 8 + 3) / 4};
}

// How pixels of a type lie in a tile of ROWS rows.
template <int ROWS_, int ELEM_, bool SIGNED_>
struct Pixels {
    static const int ROWS = ROWS_;
    static const int ELEM = ELEM_;
    static const bool SIGNED = SIGNED_;
    // True where only values below 2^ROWS fit.
    static const bool NARROW = ROWS_ < 8 * ELEM_;
    // Bit planes that are kept while a block is decoded. One more than there are rows: gaps leave the same plane again and again
    // above those of the values, and copies of one that is there are looked at exactly.
    static const int KEPT_PLANES = NARROW ? ROWS_ + 1 : ROWS_;

    // The place of a pixel in a tile, in bytes.
    static DEVICE u32 place(const Block& block, u32 pixel) {
        if (pixel >= block.body) return 4 * (ROWS * block.words + pixel - block.body);
        u32 in_word = pixel % 32;
        return 4 * (in_word % ROWS * block.words + pixel / 32) + in_word / ROWS * (ROWS / 8);
    }

    // A pixel widened to 32 bits.
    static DEVICE u32 load(Shared tile, u32 place) {
        if (ROWS == 32) return load32(tile + place);
        if (ROWS == 16) return SIGNED ? (u32)(i32)(i16)load16(tile + place) : load16(tile + place);
        return SIGNED ? (u32)(i32)(i8)load8(tile + place) : load8(tile + place);
    }

    static DEVICE void store(Shared tile, u32 place, u32 raw) {
        if (ROWS == 32) store32(tile + place, raw);
        if (ROWS == 16) store16(tile + place, raw);
        if (ROWS == 8) store8(tile + place, raw);
    }

    static DEVICE u32 element(const u8* bytes) {
        u32 raw = 0;
        UNROLL for (int i = 0; i < ELEM; i++) raw |= (u32)bytes[i] << 8 * i;
        return raw;
    }
};

DEVICE bool is_used(const u8* used, u32 pixel) { return used[pixel / 8] >> pixel % 8 & 1; }

// Puts elements into the tile; `first` is the number of the first of them in the block.
template <class P>
DEVICE Verdict put_elements(Shared tile, const Block& block, const u8* used, const u8* bytes, u32 first, u32 count) {
    bool matters = false;
    for (u32 i = lane_number(); i < count; i += 32) {
        u32 raw = P::element(bytes + i * P::ELEM);
        P::store(tile, P::place(block, first + i), raw);
        if (P::NARROW && raw >> P::ROWS % 32 != 0 && is_used(used, first + i)) matters = true;
    }
    return ballot(matters) != 0 ? TOO_WIDE : KEPT;
}

// True where a pixel in use has its bit in a plane.
DEVICE bool has_used(Shared plane, u32 bytes, const u8* used) {
    u32 in_use = 0;
    ROLLED for (u32 i = lane_number(); i < bytes; i += 32) in_use |= load8(plane + i) & used[i];
    return ballot(in_use != 0) != 0;
}

// Turns a tile's planes, of which FILLED are written, into pixels.
template <int ROWS, int FILLED>
DEVICE void planes_to_pixels(Shared tile, const Block& block) {
    if (block.plane % 4 != 0) move_apart(tile, FILLED, block.plane, block.words);
    pixels_from_planes<ROWS, FILLED>(tile, block.words);
}

// Decodes the block of one frame into its tile.
template <class P>
DEVICE Verdict fill_tile(const Launch& launch, u32 lane, const Block& block, Shared tile) {
    const Frame frame = launch.frames[lane];
    const u8* bytes = launch.bytes + frame.at;
    u32 first = block.number * launch.block_elems;
    const u8* used = launch.used + first / 8;
    // Another block of threads may write the status meanwhile: all threads of the warp take what one of them read.
    if (frame.kind == ABSENT || value_of(launch.status[lane], 0) != 0) return KEPT;
    if (frame.kind == ELEMENTS) {
        return put_elements<P>(tile, block, used, bytes + (u64)first * P::ELEM, 0, block.body + block.tail);
    }
    const u32* starts = launch.starts + (u64)lane * (launch.blocks + 1) + block.number;
    Verdict verdict = KEPT;
    u32 behind = starts[0] - 4;
    if (block.body != 0) {
        u32 start = starts[0], end = starts[1] - 4;
        behind = end;
        const Output out{tile, block.body * P::ELEM, block.plane * P::KEPT_PLANES, block.plane * P::ROWS, block.plane, used};
        // All of it at once, since sequences are read one after the other.
        for (u32 line = 128 * lane_number(); line < end - start; line += 32 * 128) fetch(bytes + start + line);
        u32 ones_end;
        verdict = decode_lz4(bytes + start, end - start, out, ones_end);
        if (verdict != KEPT) return verdict;
        sync_warp();
        if (P::NARROW && ones_end >= out.kept && has_used(tile + out.pixels, block.plane, used)) return TOO_WIDE;
        if (ones_end == out.pixels / 4) {
            planes_to_pixels<P::ROWS, P::ROWS / 4>(tile, block);
        } else if (ones_end == out.pixels / 2) {
            planes_to_pixels<P::ROWS, P::ROWS / 2>(tile, block);
        } else {
            planes_to_pixels<P::ROWS, P::ROWS>(tile, block);
        }
    }
    return block.tail == 0 ? verdict : put_elements<P>(tile, block, used, bytes + behind, block.body, block.tail);
}
