// Blocks of standard input, one a line (elements, raw, status, planes, bytes as hex), are read by the module from a buffer that this bench plays, and
// come out at a pixel buffer that it plays, too: a line for each with its status and pixels, `m` before marked ones. At last, the number of cycles.
// Arguments: seed, stalls, cfg_elem_log2, cfg_signed, cfg_marks, low0, span0, low1, span1.
#include <deque>
#include "bench.hpp"

struct Block { unsigned elems, raw, status, planes; std::vector<uint8_t> bytes; };
struct Half { unsigned block; std::vector<std::string> pixels; };

static uint64_t bits(const void *signal, size_t from, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        value |= uint64_t(static_cast<const uint8_t *>(signal)[(from + i) / 8] >> (from + i) % 8 & 1) << i;
    }
    return value;
}

int main(int argc, char **argv) {
    Bench bench(argc, argv);
    Vtop &top = bench.top;
    std::vector<Block> blocks;
    std::string bytes;
    for (Block b; std::cin >> b.elems >> b.raw >> b.status >> b.planes >> bytes;) blocks.push_back(b), blocks.back().bytes = from_hex(bytes);
    top.cfg_elem_log2 = bench.argument(2), top.cfg_signed = bench.argument(3), top.cfg_marks = bench.argument(4);
    top.cfg_mark_low0 = bench.argument(5), top.cfg_mark_span0 = bench.argument(6);
    top.cfg_mark_low1 = bench.argument(7), top.cfg_mark_span1 = bench.argument(8);
    bench.limit = 2000 + blocks.size() * 20000;
    bench.reset();

    const size_t width = sizeof top.rd_data, slots = 8 * sizeof top.w_mask;
    std::deque<std::vector<uint8_t>> lines(2, std::vector<uint8_t>(width));  // on their way: three cycles
    std::deque<Half> filling, full;
    size_t in = 0, out = 0, taken = 0;
    top.u_valid = 0;
    while (out < blocks.size()) {
        if (!top.u_valid && in < blocks.size() && !bench.stall()) {
            const Block &b = blocks[in];
            top.u_valid = 1, top.u_buf = in % 2, top.u_elems = b.elems, top.u_raw = b.raw, top.u_status = b.status, top.u_planes = b.planes;
        }
        if (!top.u_valid) top.u_elems = bench.random() & 0x3fff, top.u_raw = bench.random() & 1, top.u_planes = bench.random();
        top.w_room = full.size() + filling.size() < 2;
        bench.settle();

        if (top.w_take) {
            if (!top.w_room || taken >= blocks.size()) bench.fail("took a half that is not there");
            filling.push_back({unsigned(taken), std::vector<std::string>(blocks[taken].elems, "-")}), taken++;
        }
        for (size_t s = 0; s < slots; s++) {
            if (!(bits(&top.w_mask, s, 1))) continue;
            size_t pixel = top.w_line * slots + s;
            if (filling.empty() || pixel >= filling[0].pixels.size() || filling[0].pixels[pixel] != "-") bench.fail("a pixel that is not there, or twice");
            char text[16];
            snprintf(text, sizeof text, "%s%x", bits(&top.w_data, 33 * s + 32, 1) ? "m" : "", unsigned(bits(&top.w_data, 33 * s, 32)));
            filling[0].pixels[pixel] = text;
        }
        if (top.w_done) {
            if (filling.empty()) bench.fail("a block that was not taken is done");
            printf("%u", top.w_status);
            for (const auto &pixel : filling[0].pixels) printf(" %s", pixel.c_str());
            printf("\n");
            full.push_back(filling[0]), filling.pop_front(), out++;
        }
        if (!full.empty() && bench.random() % (1 + 8 * bench.argument(1)) == 0) full.pop_front();

        std::vector<uint8_t> line(width);
        for (auto &byte : line) byte = bench.random();
        if (top.rd_en) {
            if (!top.u_valid || top.rd_buf != in % 2) bench.fail("a read of a buffer that is not full");
            for (size_t i = 0; i < width && top.rd_addr + i < blocks[in].bytes.size(); i++) line[i] = blocks[in].bytes[top.rd_addr + i];
        }
        lines.push_back(line);
        bool released = top.u_valid && top.u_ready;
        if (top.u_ready && !top.u_valid) bench.fail("a block that is not there is given back");
        bench.tick();
        if (released) in++, top.u_valid = 0;
        for (size_t i = 0; i < width; i++) set_byte(top.rd_data, i, lines.front()[i]);
        lines.pop_front();
    }
    printf("cycles %llu\n", (unsigned long long)bench.cycle);
}
