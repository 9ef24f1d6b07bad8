// Bits of pixels that lie plane by plane, put together.
#pragma once

// Transposes the bits of ROWS words, in each group of ROWS bits: bit k of what row i holds becomes bit i of row k.
template <int ROWS>
DEVICE void transpose_bits(u32 (&row)[ROWS]) {
    UNROLL for (int step = ROWS / 2; step > 0; step /= 2) {
        // The low `step` bits of every 2 * step.
        u32 mask = step == 16 ? 0x0000FFFF : step == 8 ? 0x00FF00FF : step == 4 ? 0x0F0F0F0F : step == 2 ? 0x33333333 : 0x55555555;
        UNROLL for (int i = 0; i < ROWS; i++) {
            if (i & step) continue;
            u32 differ = ((row[i] >> step) ^ row[i + step]) & mask;
            row[i] ^= differ << step;
            row[i + step] ^= differ;
        }
    }
}

// Moves planes of `plane` bytes apart, so that each begins with a word of its own: from the last plane and its last byte on, since
// all go up.
DEVICE void move_apart(Shared planes, u32 count, u32 plane, u32 words) {
    u32 lane = lane_number();
    for (u32 number = count; number-- > 1;) {
        for (u32 end = plane; end > 0; end -= end < 32 ? end : 32) {
            u32 first = end < 32 ? 0 : end - 32;
            u32 byte = first + lane < end ? load8(planes + number * plane + first + lane) : 0;
            sync_warp();
            if (first + lane < end) store8(planes + number * 4 * words + first + lane, byte);
            sync_warp();
        }
    }
}

// Turns ROWS planes of `words` words into pixels, in place: a thread takes the same word of all planes, which holds the bits
// of 32 pixels. Pixel 32*w + ROWS*q + k then lies in word w of row k, the q-th of its 32/ROWS pixels. All planes from FILLED on
// are zero, and not written.
template <int ROWS, int FILLED>
DEVICE void pixels_from_planes(Shared tile, u32 words) {
    ROLLED for (u32 w = lane_number(); w < words; w += 32) {
        Shared column = tile + 4 * w;
        u32 row[ROWS];
        UNROLL for (int k = 0; k < ROWS; k++) row[k] = k < FILLED ? load32(column + 4 * k * words) : 0;
        transpose_bits<ROWS>(row);
        UNROLL for (int k = 0; k < ROWS; k++) store32(column + 4 * k * words, row[k]);
    }
}
