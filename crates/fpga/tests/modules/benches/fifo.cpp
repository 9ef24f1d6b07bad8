// Words of standard input go through the queue; those that come out are written, and the number of cycles.
#include "bench.hpp"

int main(int argc, char **argv) {
    Bench bench(argc, argv);
    Vtop &top = bench.top;
    std::vector<unsigned> words;
    for (unsigned word; std::cin >> word;) words.push_back(word);
    bench.limit = 100 * words.size() + 1000;
    bench.reset();
    size_t in = 0, out = 0;
    top.in_valid = 0;
    while (out < words.size()) {
        if (!top.in_valid && in < words.size() && !bench.stall()) top.in_valid = 1, top.in_data = words[in];
        top.out_ready = !bench.stall();
        bench.settle();
        bool taken = top.in_valid && top.in_ready;
        if (top.out_valid && top.out_ready) printf("%u\n", unsigned(top.out_data)), out++;
        bench.tick();
        if (taken) in++, top.in_valid = 0;
    }
    printf("cycles %s\n", bench.cycle <= words.size() + 8 ? "few" : "many");
}
