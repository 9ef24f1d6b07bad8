// What all test benches share: the clock, random stalls, numbers from the command line and bytes as text.
//
//   int main(int argc, char **argv) {
//       Bench bench(argc, argv);      // bench.argument(0): seed, bench.argument(1): percentage of stalled cycles
//       bench.reset();
//       while (!done) {
//           bench.top.in_valid = ...; // inputs, to be set from what was seen before the last edge
//           bench.settle();           // outputs follow inputs
//           ... transfers of this cycle, where valid and ready are both high ...
//           bench.tick();             // the edge; ends the program with an error after `limit` cycles
//       }
//   }
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>
#include "Vtop.h"
#include "verilated.h"

struct Bench {
    Vtop top;
    uint64_t cycle = 0, limit = 20'000'000, state;
    std::vector<uint64_t> arguments;

    Bench(int argc, char **argv) {
        for (int i = 1; i < argc; i++) arguments.push_back(strtoull(argv[i], nullptr, 10));
        state = argument(0) * 2 + 1;
        // Registers and memories start with random bits, as those of hardware do.
        Verilated::randReset(2);
        Verilated::randSeed(int(argument(0) + 1));
    }
    uint64_t argument(size_t i) const { return i < arguments.size() ? arguments[i] : 0; }
    uint64_t random() {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        return (state * 0x2545f4914f6cdd1dull) >> 16;
    }
    // True in as many of 100 calls as the second argument (or `percent`) says.
    bool stall() { return stall(argument(1)); }
    bool stall(uint64_t percent) { return random() % 100 < percent; }
    void settle() { top.clk = 0, top.eval(); }
    void tick() {
        settle();
        top.clk = 1, top.eval();
        if (++cycle > limit) fail("no end within the limit");
    }
    void reset() {
        top.rst = 1;
        for (int i = 0; i < 3; i++) tick();
        top.rst = 0;
    }
    [[noreturn]] void fail(const char *why) {
        fprintf(stderr, "cycle %llu: %s\n", (unsigned long long)cycle, why);
        exit(1);
    }
};

// Signals wider than 64 bits are arrays of 32-bit words, narrower ones integers: bytes of either, the lowest first.
template <class T> inline uint8_t byte_of(const T &signal, size_t i) {
    return reinterpret_cast<const uint8_t *>(&signal)[i];
}
template <class T> inline void set_byte(T &signal, size_t i, uint8_t value) {
    reinterpret_cast<uint8_t *>(&signal)[i] = value;
}

inline std::vector<uint8_t> from_hex(const std::string &text) {
    std::vector<uint8_t> bytes;
    for (size_t i = 0; i + 1 < text.size(); i += 2) bytes.push_back(uint8_t(std::stoi(text.substr(i, 2), nullptr, 16)));
    return bytes;
}
inline std::string to_hex(const std::vector<uint8_t> &bytes) {
    std::string text;
    for (uint8_t byte : bytes) text += "0123456789abcdef"[byte >> 4], text += "0123456789abcdef"[byte & 15];
    return text;
}
