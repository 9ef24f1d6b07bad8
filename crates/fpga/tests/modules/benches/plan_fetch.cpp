// Plays the memory of the plan, in which every 64 bits are their own address, and the lanes, which must see all words in order. A line a plan with the number
// of its words when the last lane has it, then the cycles. Arguments: seed, stalls, plans, words, cycles from a request to its first word, words of a
// burst, lanes.
#include <deque>
#include "bench.hpp"

struct Burst { uint64_t address, words, ready; };

int main(int argc, char **argv) {
    Bench bench(argc, argv);
    Vtop &top = bench.top;
    const size_t plans = bench.argument(2), words = bench.argument(3), latency = bench.argument(4), burst = bench.argument(5);
    const size_t bytes = sizeof top.w_data, lanes = bench.argument(6);
    bench.limit = 10000 + plans * (words * 60 + 10 * latency);
    bench.reset();
    std::deque<Burst> bursts;
    std::vector<uint64_t> bases;                      // of the plans that were started
    std::vector<size_t> plan(lanes), word(lanes);     // what a lane comes to next
    size_t done = 0;
    top.start = top.r_valid = 0;
    while (done < plans) {
        if (!top.start && bases.size() < plans && top.start_ready && !bench.stall()) {
            top.start = 1, top.cfg_words = words;
            top.cfg_base = bench.random() % (1 << 20) * bytes * burst;
        }
        top.ar_ready = !bench.stall();
        if (!top.r_valid && !bursts.empty() && bursts[0].ready <= bench.cycle && !bench.stall()) {
            top.r_valid = 1;
            for (size_t i = 0; i < bytes; i++) set_byte(top.r_data, i, uint64_t(bursts[0].address + i / 8 * 8) >> i % 8 * 8);
        }
        unsigned ready = 0;
        for (size_t lane = 0; lane < lanes; lane++) ready |= !bench.stall() << lane;
        top.w_ready = ready;
        bench.settle();

        for (size_t lane = 0; lane < lanes; lane++) {
            if (!(top.w_valid & ready & 1u << lane)) continue;
            if (plan[lane] >= bases.size()) bench.fail("a word too many");
            uint64_t address = bases[plan[lane]] + word[lane] * bytes;
            for (size_t i = 0; i < bytes; i++) {
                if (byte_of(top.w_data, i) != uint8_t((address + i / 8 * 8) >> i % 8 * 8)) bench.fail("another word than the next one");
            }
            if (++word[lane] == words) word[lane] = 0, plan[lane]++;
        }
        size_t least = plans;
        for (size_t seen : plan) least = seen < least ? seen : least;
        for (; done < least; done++) printf("%zu\n", words);

        if (top.r_valid && !top.r_ready) bench.fail("more was asked for than there is room for");
        if (top.ar_valid && top.ar_ready) {
            if (top.ar_addr % bytes || top.ar_addr / bytes % burst + top.ar_len >= burst) bench.fail("a burst across a boundary");
            bursts.push_back({top.ar_addr, top.ar_len + 1u, bench.cycle + latency});
        }
        bool sent = top.r_valid && top.r_ready, started = top.start && top.start_ready;
        if (started) bases.push_back(top.cfg_base);
        bench.tick();
        if (started) top.start = 0;
        if (sent) {
            top.r_valid = 0, bursts[0].address += bytes;
            if (--bursts[0].words == 0) bursts.pop_front();
        }
    }
    printf("cycles %llu\n", (unsigned long long)bench.cycle);
}
