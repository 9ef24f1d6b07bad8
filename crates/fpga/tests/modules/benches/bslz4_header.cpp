// Chunks to descriptors with their bytes, a line each, then the verdicts.
#include "chunks.hpp"

int main(int argc, char **argv) {
    Bench bench(argc, argv);
    Vtop &top = bench.top;
    Chunks chunks(bench);
    std::vector<bool> verdicts;
    std::vector<uint8_t> bytes;
    size_t blocks = 0, size = 0;
    bool open = false;
    bench.reset();
    while (blocks < chunks.blocks_in_all() || open || verdicts.size() < chunks.chunks.size()) {
        chunks.drive();
        top.d_ready = !bench.stall() && !open;
        top.b_ready = !bench.stall();
        top.f_ready = !bench.stall();
        bench.settle();
        bool taken = chunks.taken();
        if (top.b_valid && top.b_ready) {
            if (!open || top.b_count == 0 || top.b_count > chunks.width) bench.fail("a beat that nothing announced");
            for (size_t i = 0; i < top.b_count; i++) bytes.push_back(byte_of(top.b_data, i));
        }
        if (top.d_valid && top.d_ready) {
            printf("block %u %u %u ", unsigned(top.d_elems), unsigned(top.d_raw), unsigned(top.d_bad));
            open = true, bytes.clear(), size = top.d_bad ? 0 : top.d_size, blocks++;
        }
        if (bytes.size() > size) bench.fail("more bytes than announced");
        if (open && bytes.size() == size) printf("%s\n", to_hex(bytes).c_str()), open = false, bytes.clear(), chunks.progress = bench.cycle;
        if (top.f_valid && top.f_ready) verdicts.push_back(top.f_bad);
        bench.tick();
        if (taken) chunks.next();
        chunks.check();
    }
    for (bool bad : verdicts) printf("frame %d\n", int(bad));
}
