// LZ4 blocks, decoded by one warp. All its threads walk the sequences together; bytes are copied by all of them at once.
//
// Only the first bytes of the output may be kept, those of the low bit planes. What is not kept is still read, and it is
// found out whether it could matter: whether a pixel in use has one of its bits.
#pragma once

enum Verdict : u32 { KEPT = 0, TOO_WIDE = 1, CORRUPT = 2 };

// What becomes of the output of a block.
struct Output {
    Shared tile;
    // Bytes of the whole output, those that are kept, and of these the planes that pixels are made of.
    u32 size;
    u32 kept;
    u32 pixels;
    // Bytes a bit plane, and a bit for each pixel of the block that is in use.
    u32 plane;
    const u8* used;
};

// While a block is decoded, `ones_end`: all output so far is zero from this byte on, and what the tile would hold of it is not
// written. At first the end of what is kept. IN_USE where a pixel in use may have a bit that is not kept.
const u32 IN_USE = 0xFFFFFFFF;

const u32 MIN_MATCH = 4;
const u32 LONG = 15;
// No block is as long; lengths are given up here before they could wrap.
const u32 MOST_LENGTH = 1 << 24;

// 1024 / period, rounded up.
CONSTANT u16 RECIPROCALS[32] = {0,   1024, 512, 342, 256, 205, 171, 147, 128, 114, 103, 94, 86, 79, 74, 69,
                                64,  61,   57,  54,  52,  49,  47,  45,  43,  41,  40,  38, 37, 36, 35, 34};

// number % period, for numbers up to 32 and periods from 1 to 31.
DEVICE u32 modulo(u32 number, u32 period) { return number - period * (number * RECIPROCALS[period] >> 10); }

// A length, and where in the input it ends; none where the input ends before.
struct Length {
    u32 length, end;
};

// Adds the bytes from `at` on that continue a length.
COLD Length continue_length(const u8* input, u32 size, u32 at, u32 length) {
    u32 lane = lane_number();
    while (at < size && length < MOST_LENGTH) {
        u32 byte = at + lane < size ? input[at + lane] : 0;
        u32 others = ballot(byte != 255);
        if (others == 0) {
            length += 32 * 255;
            at += 32;
            continue;
        }
        u32 full = lowest_bit(others);
        if (full >= size - at) break;
        return Length{length + 255 * full + value_of(byte, full), at + full + 1};
    }
    return Length{0, 0};
}

// Bytes to the next whole word, at most `count`.
DEVICE u32 until_aligned(Shared at, u32 count) {
    u32 head = (0 - at) & 3;
    return head < count ? head : count;
}

// Copies input; it may be read up to 7 bytes beyond its end.
DEVICE void copy_literals(Shared to, const u8* from, u32 count) {
    u32 lane = lane_number(), head = until_aligned(to, count);
    if (lane < head) store8(to + lane, from[lane]);
    to += head;
    from += head;
    count -= head;
    u32 shift = (u32)(u64)from & 3;
    const u32* words = (const u32*)(from - shift);
    ROLLED for (u32 i = lane; i < count / 4; i += 32) store32(to + 4 * i, shifted(words[i], words[i + 1], 8 * shift));
    u32 rest = count / 4 * 4 + lane;
    if (rest < count) store8(to + rest, from[rest]);
}

DEVICE void fill_with_zeros(Shared to, u32 count) {
    u32 lane = lane_number(), head = until_aligned(to, count);
    if (lane < head) store8(to + lane, 0);
    to += head;
    count -= head;
    ROLLED for (u32 i = lane; i < count / 4; i += 32) store32(to + 4 * i, 0);
    u32 rest = count / 4 * 4 + lane;
    if (rest < count) store8(to + rest, 0);
}

// Repeats a pattern of fewer than 32 bytes, which the threads keep in their registers.
DEVICE void repeat(Shared to, u32 offset, u32 count) {
    u32 lane = lane_number();
    u32 byte = load8(to - offset + modulo(lane, offset));
    if (ballot(byte != 0) == 0) return fill_with_zeros(to, count);
    u32 whole = 32 - modulo(32, offset);
    if (lane >= whole) return;
    ROLLED for (u32 i = lane; i < count; i += whole) store8(to + i, byte);
}

// Copies bytes from `offset` before, at least 32, until `count` are there.
DEVICE void copy_far(Shared to, u32 offset, u32 count) {
    u32 lane = lane_number();
    // Steps read what earlier ones wrote: a step is never longer than the offset.
    if (offset < 128 || offset % 4 != 0) {
        ROLLED for (u32 start = 0; start < count; start += 32) {
            if (start + lane < count) store8(to + start + lane, load8(to + start + lane - offset));
            sync_warp();
        }
        return;
    }
    u32 head = until_aligned(to, count);
    if (lane < head) store8(to + lane, load8(to + lane - offset));
    to += head;
    count -= head;
    ROLLED for (u32 start = 0; start < count / 4; start += 32) {
        sync_warp();
        u32 word = to + 4 * (start + lane);
        if (start + lane < count / 4) store32(word, load32(word - offset));
    }
    sync_warp();
    u32 rest = count / 4 * 4 + lane;
    if (rest < count) store8(to + rest, load8(to + rest - offset));
}

DEVICE void copy_match(Shared to, u32 offset, u32 count) {
    sync_warp();
    if (offset < 32) return repeat(to, offset, count);
    copy_far(to, offset, count);
}

// Looks at bytes that go to `at` and behind, beyond what is kept; returns from where on all is zero.
template <class ByteOf>
DEVICE u32 look_at(const Output& out, u32 ones_end, u32 at, u32 count, ByteOf byte_of) {
    u32 in_use = 0, lane = lane_number();
    ROLLED for (u32 start = 0; start < count; start += 32) {
        // The last byte first, so that the lowest bit is that of the last one that is not zero.
        u32 i = start + 31 - lane;
        u32 byte = i < count ? byte_of(i) : 0;
        u32 ones = ballot(byte != 0);
        if (ones != 0) ones_end = at + start + 32 - lowest_bit(ones);
        if (byte != 0) in_use |= byte & out.used[(at + i) % out.plane];
    }
    return ballot(in_use != 0) == 0 ? ones_end : IN_USE;
}

// Writes the zeros that were left out, where more than zeros follow beyond what is kept; returns `now`, the new `ones_end`.
DEVICE u32 go_on(const Output& out, u32 ones_end, u32 now) {
    if (now != ones_end && ones_end < out.kept) fill_with_zeros(out.tile + ones_end, out.kept - ones_end);
    return now;
}

// Literals of whatever length, kept or not.
COLD u32 put_literals(Output out, u32 ones_end, const u8* from, u32 at, u32 count) {
    u32 kept = at >= out.kept ? 0 : at + count <= out.kept ? count : out.kept - at;
    if (kept != 0) copy_literals(out.tile + at, from, kept);
    if (kept == count) return ones_end;
    from += kept;
    return go_on(out, ones_end, look_at(out, ones_end, at + kept, count - kept, [=](u32 i) { return (u32)from[i]; }));
}

// The part of a match that is not kept.
DEVICE u32 pass_match(const Output& out, u32 ones_end, u32 at, u32 offset, u32 count) {
    u32 source = at - offset, length = count < offset ? count : offset;
    bool same_pixels = offset % out.plane == 0;
    // What is repeated: bytes of the tile, and bytes that were not kept, which have no bit on pixels in use.
    u32 written = ones_end < out.kept ? ones_end : out.kept;
    u32 in_tile = source >= written ? 0 : source + length <= written ? length : written - source;
    u32 any = 0, in_use = 0;
    ROLLED for (u32 i = lane_number(); i < in_tile; i += 32) {
        u32 byte = load8(out.tile + source + i);
        any |= byte;
        if (byte != 0) in_use |= byte & out.used[(source + i) % out.plane];
    }
    if (ballot(any != 0) == 0 && (in_tile == length || source + in_tile >= ones_end)) return ones_end;
    if (same_pixels) return ballot(in_use != 0) == 0 ? at + count : IN_USE;
    // What was not kept has at most the bits of all pixels that are not in use.
    return look_at(out, ones_end, at, count, [=](u32 i) {
        u32 place = source + i % offset;
        if (place < written) return load8(out.tile + place);
        return place < ones_end ? ~out.used[place % out.plane] & 0xFFu : 0;
    });
}

// True where a match repeats zeros.
DEVICE bool repeats_zeros(const Output& out, u32 at, u32 offset) {
    if (offset >= 32) return false;
    sync_warp();
    return ballot(load8(out.tile + at - offset + modulo(lane_number(), offset)) != 0) == 0;
}

// A match of whatever length, kept or not.
COLD u32 put_match(Output out, u32 ones_end, u32 at, u32 offset, u32 count) {
    u32 kept = at >= out.kept ? 0 : at + count <= out.kept ? count : out.kept - at;
    if (kept != 0 && at + kept == out.kept && repeats_zeros(out, at, offset)) {
        // Planes of zeros are not written: those of the last half, or of the last three quarters.
        u32 end = at <= out.pixels / 4 ? out.pixels / 4 : at <= out.pixels / 2 ? out.pixels / 2 : out.kept;
        fill_with_zeros(out.tile + at, end - at);
        return end;
    }
    if (kept != 0) copy_match(out.tile + at, offset, kept);
    if (kept == count) return ones_end;
    sync_warp();
    return go_on(out, ones_end, pass_match(out, ones_end, at + kept, offset, count - kept));
}

// Decodes `input`, which must fill the output exactly. It may be read up to 32 bytes beyond its end.
DEVICE Verdict decode_lz4(const u8* input, u32 size, const Output& out, u32& ones_end) {
    u32 lane = lane_number(), at = 0, left = size, kept = out.kept, tile = out.tile;
    bool too_wide = false;
    ones_end = kept;
    hold(lane);
    hold(kept);
    hold(tile);
    ROLLED while (left != 0) {
        // Nearly all sequences are short: each thread holds one of their bytes, and the next one.
        u32 pair = input[lane] | input[lane + 1] << 8;
        u32 token = value_of(pair, 0);
        u32 literals = token >> 4 & LONG, count = token & LONG, end = 1;
        if (literals == LONG) {
            literals += token >> 8;
            end = 2;
            if (token >> 8 == 255) {
                Length length = continue_length(input, left, end, literals);
                if (length.end == 0) return CORRUPT;
                literals = length.length;
                end = length.end;
            }
        }
        bool is_short = end + literals <= 28;
        if (is_short & (end + literals + 2 <= left) & (at + literals <= kept)) {
            if (lane - end < literals) store8(tile + at + lane - end, pair);
        } else {
            if (end + literals > left || at + literals > out.size) return CORRUPT;
            ones_end = put_literals(out, ones_end, input + end, at, literals);
            too_wide |= ones_end == IN_USE;
            if (left - end - literals < 2) {
                bool whole = end + literals == left && at + literals == out.size;
                return !whole ? CORRUPT : too_wide ? TOO_WIDE : KEPT;
            }
        }
        at += literals;
        end += literals;
        u32 next = value_of(pair, end), behind = value_of(pair, end + 2);
        if (!is_short) {
            next = input[end] | input[end + 1] << 8;
            behind = input[end + 2];
        }
        u32 offset = next & 0xFFFF;
        end += 2;
        if (count == LONG) {
            behind &= 255;
            count += behind;
            end += 1;
            if (behind == 255 || end > left) {
                Length length = continue_length(input, left, end, count);
                if (length.end == 0 || end > left) return CORRUPT;
                count = length.length;
                end = length.end;
            }
        }
        count += MIN_MATCH;
        if ((offset - 1 < at) & (count <= 32) & (at + count <= kept)) {
            sync_warp();
            u32 source = offset < 32 ? modulo(lane, offset) : lane;
            if (lane < count) store8(tile + at + lane, load8(tile + at - offset + source));
        } else {
            if (offset - 1 >= at || at + count > out.size) return CORRUPT;
            ones_end = put_match(out, ones_end, at, offset, count);
            too_wide |= ones_end == IN_USE;
        }
        at += count;
        input += end;
        left -= end;
    }
    return CORRUPT;
}
