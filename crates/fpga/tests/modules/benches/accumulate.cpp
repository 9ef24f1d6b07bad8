// Words of the plan, blocks of pixels and verdicts go in, each as its stream likes; a line comes out for every frame, its status and its sums, then a line of
// cycles and of those waited for pixels, plan, upper halves and output. Input, a line each: `w` and 64 bits a slot; `b`, the status, pixels as number and 33 bits
// (all others are random); `f` and the verdict; numbers are hex. Arguments: seed, stalls, cfg_signed, cfg_blocks, cfg_bins, bits of a line number.
#include <map>
#include <sstream>
#include "bench.hpp"

struct Block { unsigned status; std::map<unsigned, uint64_t> pixels; };

template <class T> static uint64_t get(const T &signal, size_t from, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++) value |= uint64_t(byte_of(signal, (from + i) / 8) >> (from + i) % 8 & 1) << i;
    return value;
}

int main(int argc, char **argv) {
    Bench bench(argc, argv);
    Vtop &top = bench.top;
    const size_t slots = sizeof top.w_data / 8, line_bits = bench.argument(5);
    std::vector<std::vector<uint64_t>> words;
    std::vector<Block> blocks;
    std::vector<unsigned> verdicts;
    for (std::string text; std::getline(std::cin, text);) {
        std::istringstream line(text.substr(1));
        line >> std::hex;
        uint64_t number, value;
        if (text[0] == 'w') for (words.emplace_back(); line >> number;) words.back().push_back(number);
        if (text[0] == 'b') for (line >> number, blocks.push_back({unsigned(number), {}}); line >> number >> value;) blocks.back().pixels[number] = value;
        if (text[0] == 'f') line >> number, verdicts.push_back(number);
    }
    top.cfg_signed = bench.argument(2), top.cfg_blocks = bench.argument(3), top.cfg_bins = bench.argument(4);
    bench.limit = 100000 + words.size() * 500;
    bench.reset();

    size_t word = 0, block = 0, verdict = 0, out = 0;
    std::vector<uint64_t> read(slots), held(slots);
    uint64_t waits[4] = {};
    top.w_valid = top.p_valid = top.f_valid = 0;
    while (out < verdicts.size()) {
        if (!top.w_valid && word < words.size() && !bench.stall()) {
            top.w_valid = 1;
            for (size_t i = 0; i < 8 * slots; i++) set_byte(top.w_data, i, words[word][i / 8] >> i % 8 * 8);
        }
        if (!top.p_valid && block < blocks.size() && !bench.stall()) top.p_valid = 1, top.p_status = blocks[block].status;
        if (!top.f_valid && verdict < verdicts.size() && !bench.stall()) top.f_valid = 1, top.f_bad = verdicts[verdict];
        if (!top.p_valid) top.p_status = bench.random() & 3;
        top.o_ready = !bench.stall();
        bench.settle();

        if (top.o_valid && top.o_ready) printf("%llx%c", (unsigned long long)top.o_data, top.o_last ? '\n' : ' '), out += top.o_last;
        waits[0] += top.wait_pixels, waits[1] += top.wait_plan, waits[2] += top.wait_second, waits[3] += top.wait_output;
        bool reads = top.r_en, w = top.w_valid && top.w_ready, p = top.p_valid && top.p_ready, f = top.f_valid && top.f_ready;
        if (reads) held = read;
        for (size_t s = 0; reads && s < slots; s++) {
            unsigned pixel = get(top.r_line, line_bits * s, line_bits) * slots + s;
            bool known = top.p_valid && blocks[block].status == 0 && blocks[block].pixels.count(pixel);
            read[s] = known ? blocks[block].pixels[pixel] : bench.random() & 0x1ffffffff;
        }
        bench.tick();
        if (w) word++, top.w_valid = 0;
        if (p) block++, top.p_valid = 0;
        if (f) verdict++, top.f_valid = 0;
        for (size_t i = 0; i < 33 * slots; i++) {
            uint8_t bit = 1 << i % 8, now = byte_of(top.r_data, i / 8);
            set_byte(top.r_data, i / 8, held[i / 33] >> i % 33 & 1 ? now | bit : now & ~bit);
        }
    }
    printf("cycles %llu", (unsigned long long)bench.cycle);
    for (auto wait : waits) printf(" %llu", (unsigned long long)wait);
    printf("\n");
}
