// Floats into bins, with the bits of the CPU: a thread takes one bin of one frame and adds its pixels in their order.
//
// Here a recipe's entries stand alone, bin by bin: a coefficient and the number of a pixel in the frame, and beside it the coefficient of
// its variance. `first_run` has the first entry of each bin, and behind the last one.
#pragma once

// What marks a float; limits that none meets where there is nothing.
struct FloatMarks {
    double dummy, delta, saturation;
};

DEVICE bool is_masked(const FloatMarks& marks, double raw) {
    double magnitude = raw < 0 ? -raw : raw, distance = raw - marks.dummy;
    bool finite = magnitude <= 1.7976931348623157e308;
    return !finite || (distance < 0 ? -distance : distance) <= marks.delta || raw >= marks.saturation;
}

template <class T>
DEVICE void gather_floats(const Launch& launch, const FloatMarks& marks, u32 recipe_number) {
    const Recipe& recipe = launch.recipes[recipe_number];
    u64 thread = (u64)block_number() * block_threads() + warp_number() * 32 + lane_number();
    u64 bin = thread / LANES % recipe.bins, batch = thread / LANES / recipe.bins;
    u32 lane = batch * LANES + thread % LANES;
    if (batch >= launch.batches || launch.frames[lane].kind != ELEMENTS) return;
    const T* pixels = (const T*)(launch.bytes + launch.frames[lane].at);
    const Pair* entries = (const Pair*)recipe.entries;
    const u32* squares = (const u32*)recipe.squares;
    double signal = 0, variance = 0;
    for (u32 e = recipe.first_run[bin]; e < recipe.first_run[bin + 1]; e++) {
        Pair entry = constant(entries + e);
        double raw = pixels[entry.y];
        if (is_masked(marks, raw)) continue;
        signal = plus(signal, times(entry.x, raw));
        if (squares) variance = plus(variance, times(constant(squares + e), raw > 1 ? raw : 1));
    }
    u64 place = (batch * recipe.bins + bin) * LANES + thread % LANES;
    ((double*)recipe.signal)[place] = signal;
    if (squares) ((double*)recipe.variance)[place] = variance;
}

// Writes down the pixels in use that hold no measurement.
template <class T>
DEVICE void report_floats(const Launch& launch, const FloatMarks& marks) {
    u64 thread = (u64)block_number() * block_threads() + warp_number() * 32 + lane_number();
    u32 elem = thread % launch.elems, lane = thread / launch.elems;
    if (lane >= launch.batches * LANES || launch.frames[lane].kind != ELEMENTS || !is_used(launch.used, elem)) return;
    double raw = ((const T*)(launch.bytes + launch.frames[lane].at))[elem];
    if (!is_masked(marks, raw)) return;
    u32 number = take_number(launch.marked_count + lane);
    if (number < launch.marked_room) launch.marked[(u64)lane * launch.marked_room + number] = Marked{elem, 0};
}
