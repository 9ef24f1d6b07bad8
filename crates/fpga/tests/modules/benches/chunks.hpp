// Chunks from standard input to the stream of a module, beat by beat with random stalls.
// The first line: elem_log2 elems block_elems blocks raw; then a chunk a line, in hex, "-" for one of no bytes.
// Arguments: seed, percentage of stalls, WIDTH.
#pragma once
#include "bench.hpp"

struct Chunks {
    Bench &bench;
    size_t width, blocks, chunk = 0, at = 0;
    std::vector<std::vector<uint8_t>> chunks;
    uint64_t progress = 0;

    explicit Chunks(Bench &bench) : bench(bench), width(bench.argument(2)) {
        unsigned log2, elems, block_elems, raw;
        std::cin >> log2 >> elems >> block_elems >> blocks >> raw;
        for (std::string text; std::cin >> text;) chunks.push_back(from_hex(text));
        Vtop &top = bench.top;
        top.cfg_elem_log2 = log2, top.cfg_elems = elems, top.cfg_block_elems = block_elems;
        top.cfg_blocks = blocks, top.cfg_raw = raw, top.s_valid = 0;
    }
    size_t blocks_in_all() const { return blocks * chunks.size(); }
    void drive() {
        Vtop &top = bench.top;
        if (top.s_valid || chunk == chunks.size() || bench.stall()) return;
        const auto &bytes = chunks[chunk];
        size_t n = std::min(width, bytes.size() - at);
        for (size_t i = 0; i < width; i++) set_byte(top.s_data, i, i < n ? bytes[at + i] : uint8_t(bench.random()));
        top.s_keep = n == 0 ? 0 : ~0ull >> (64 - n);
        top.s_last = at + n == bytes.size();
        top.s_valid = 1;
    }
    bool taken() const { return bench.top.s_valid && bench.top.s_ready; }
    // After the edge of a cycle in which the beat was taken.
    void next() {
        at += width, bench.top.s_valid = 0;
        if (bench.top.s_last) chunk++, at = 0;
        progress = bench.cycle;
    }
    void check() {
        if (bench.cycle - progress > 100'000) bench.fail("stuck");
    }
};
