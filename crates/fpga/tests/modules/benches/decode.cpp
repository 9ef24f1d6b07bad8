// Chunks to decoded blocks, a line each, then the verdicts. With a fourth argument blocks are not read but given back at once, and what is
// written is the number of cycles from each to the next.
#include "chunks.hpp"
#include <deque>

int main(int argc, char **argv) {
    Bench bench(argc, argv);
    Vtop &top = bench.top;
    Chunks chunks(bench);
    bool timing = bench.argument(3);
    std::vector<bool> verdicts;
    std::vector<uint8_t> bytes;
    std::deque<std::pair<uint64_t, size_t>> reads;
    size_t blocks = 0, asked = 0;
    uint64_t before = 0;
    bool open = false;
    std::string about;
    bench.reset();
    while (blocks < chunks.blocks_in_all() || open || verdicts.size() < chunks.chunks.size()) {
        chunks.drive();
        top.rd_en = top.u_ready = 0;
        top.f_ready = !bench.stall();
        bench.settle();
        bool taken = chunks.taken();
        if (!reads.empty() && reads.front().first == bench.cycle) {
            for (size_t i = 0; i < chunks.width && reads.front().second + i < bytes.size(); i++)
                bytes[reads.front().second + i] = byte_of(top.rd_data, i);
            reads.pop_front();
        }
        if (top.u_valid && timing) {
            printf("%llu\n", (unsigned long long)(bench.cycle - before));
            top.u_ready = 1, before = bench.cycle, blocks++;
        } else if (open && asked >= bytes.size()) {
            // All is asked for; the last of it comes in now or a little later.
            if (reads.empty()) printf("%s%s\n", about.c_str(), to_hex(bytes).c_str()), open = false;
        } else if (top.u_valid && !bench.stall()) {
            if (!open) {
                char text[99];
                snprintf(text, sizeof text, "block %u %u %u %08x ", unsigned(top.u_elems), unsigned(top.u_raw), unsigned(top.u_status), unsigned(top.u_planes));
                about = text, open = true, asked = 0, blocks++;
                bytes.assign(top.u_status ? 0 : size_t(top.u_elems) << top.cfg_elem_log2, 0);
            }
            top.rd_en = 1, top.rd_buf = top.u_buf, top.rd_addr = asked;
            reads.push_back({bench.cycle + 3, asked});
            asked += bench.stall(50) ? chunks.width : 1 + bench.random() % chunks.width;
            top.u_ready = asked >= bytes.size();
        }
        if (top.f_valid && top.f_ready) verdicts.push_back(top.f_bad);
        if (top.u_ready) chunks.progress = bench.cycle;
        bench.tick();
        if (taken) chunks.next();
        chunks.check();
    }
    for (bool bad : verdicts) printf("frame %d\n", int(bad));
}
