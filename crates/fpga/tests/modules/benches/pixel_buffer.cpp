// Blocks are written line by line, with random masks, and read by banks in random order; what is read is compared with what was written. One line a
// block: its number, its status and how many pixels were read. Arguments: seed, stalls, blocks, lines of a block.
#include <deque>
#include "bench.hpp"

template <class T> static uint64_t get(const T &signal, size_t from, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++) value |= uint64_t(byte_of(signal, (from + i) / 8) >> (from + i) % 8 & 1) << i;
    return value;
}
template <class T> static void put(T &signal, size_t from, size_t count, uint64_t value) {
    for (size_t i = 0; i < count; i++) {
        uint8_t bit = 1 << (from + i) % 8, now = byte_of(signal, (from + i) / 8);
        set_byte(signal, (from + i) / 8, value >> i & 1 ? now | bit : now & ~bit);
    }
}

struct Half {
    unsigned number, status;
    std::vector<uint64_t> pixels;
    std::vector<bool> written;
};

int main(int argc, char **argv) {
    Bench bench(argc, argv);
    Vtop &top = bench.top;
    const size_t slots = 8 * sizeof top.w_mask, lines = bench.argument(3), blocks = bench.argument(2);
    const uint64_t none = ~0ull;
    size_t line_bits = 0;
    while (1u << line_bits < lines) line_bits++;
    bench.limit = 1000 + blocks * 20000;
    bench.reset();
    std::deque<Half> filling, full;
    std::vector<uint64_t> read(slots, none), held(slots, none);
    size_t taken = 0, out = 0, checked = 0;
    while (out < blocks) {
        bool room = filling.size() + full.size() < 2;
        top.w_take = room && taken < blocks && !bench.stall();
        top.w_mask = !filling.empty() && !bench.stall() ? bench.random() | bench.random() : 0;
        top.w_line = bench.random() % lines, top.w_status = bench.random() & 3;
        for (size_t s = 0; s < slots; s++) put(top.w_data, 33 * s, 33, bench.random() ^ bench.random() << 17);
        top.w_done = !filling.empty() && bench.random() % 200 == 0;
        top.r_en = bench.stall() ? 0 : ~0;
        std::vector<size_t> at(slots);
        for (size_t s = 0; s < slots; s++) at[s] = bench.random() % lines, put(top.r_line, line_bits * s, line_bits, at[s]);
        top.p_ready = bench.random() % 150 == 0;
        bench.settle();

        if (top.w_room != room) bench.fail("room is told wrongly");
        if (top.p_valid != !full.empty() || (top.p_valid && top.p_status != full[0].status)) bench.fail("blocks that are full are told wrongly");
        for (size_t s = 0; s < slots; s++) {
            if (held[s] != none && get(top.r_data, 33 * s, 33) != held[s]) bench.fail("another pixel than was written");
            checked += held[s] != none && top.r_en;
        }
        if (top.r_en) {
            held = read;
            for (size_t s = 0; s < slots; s++) {
                size_t pixel = at[s] * slots + s;
                read[s] = top.p_valid && full[0].written[pixel] ? full[0].pixels[pixel] : none;
            }
        }
        for (size_t s = 0; s < slots; s++) {
            if (!(top.w_mask >> s & 1)) continue;
            size_t pixel = top.w_line * slots + s;
            filling[0].pixels[pixel] = get(top.w_data, 33 * s, 33), filling[0].written[pixel] = true;
        }
        if (top.p_valid && top.p_ready) printf("%u\n", full[0].number), full.pop_front(), out++;
        if (top.w_done) filling[0].status = top.w_status, full.push_back(filling[0]), filling.pop_front();
        if (top.w_take) filling.push_back({unsigned(taken++), 0, std::vector<uint64_t>(lines * slots), std::vector<bool>(lines * slots)});
        bench.tick();
    }
    printf("%s\n", checked > 1000 ? "pixels were read" : "too few pixels were read");
}
