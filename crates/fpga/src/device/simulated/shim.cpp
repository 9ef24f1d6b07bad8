// A simulated design behind functions of C: registers, a memory for the plan, a chunk in and sums out for each lane.
#include "Vtop.h"
#include "verilated.h"

#include <cstdint>
#include <cstring>
#include <deque>

namespace {

// Cycles from a request to the first word of the plan, as memories of cards have them.
const uint64_t LATENCY = 64;

// Ports lie in memory as their bits do, whatever Verilator made of them.
template <typename Port>
char* bytes_of(Port& port) {
    return reinterpret_cast<char*>(&port);
}

struct Burst {
    uint64_t first, words, ready;
};

struct Simulation {
    VerilatedContext context;
    Vtop top{&context};
    const uint64_t* plan = nullptr;
    uint64_t words = 0, cycle = 0;
    std::deque<Burst> bursts;

    // One cycle: inputs as they were set, and the memory of the plan.
    void tick() {
        const bool given = top.r_valid && top.r_ready, asked = top.ar_valid && top.ar_ready;
        const uint64_t word_bytes = sizeof(top.r_data), first = top.ar_addr / word_bytes, count = top.ar_len + 1u;
        top.clk = 1;
        top.eval();
        cycle++;
        if (given && --bursts.front().words == 0) bursts.pop_front();
        else if (given) bursts.front().first++;
        if (asked) bursts.push_back({first, count, cycle + LATENCY});
        top.ar_ready = 1;
        top.r_valid = !bursts.empty() && cycle >= bursts.front().ready && bursts.front().first < words;
        if (top.r_valid) std::memcpy(bytes_of(top.r_data), plan + bursts.front().first * word_bytes / 8, word_bytes);
        top.clk = 0;
        top.eval();
    }
};

}  // namespace

extern "C" {

void* aureole_new() {
    auto* simulation = new Simulation;
    auto& top = simulation->top;
    top.rst = 1;
    for (int i = 0; i < 4; i++) simulation->tick();
    top.rst = 0;
    simulation->tick();
    return simulation;
}

void aureole_free(void* simulation) { delete (Simulation*)simulation; }

void aureole_plan(void* handle, const uint64_t* words, uint64_t count) {
    auto& simulation = *(Simulation*)handle;
    simulation.plan = words;
    simulation.words = count * 8 / sizeof(simulation.top.r_data);
}

void aureole_write(void* handle, uint32_t address, uint32_t value) {
    auto& simulation = *(Simulation*)handle;
    auto& top = simulation.top;
    top.axil_awaddr = address;
    top.axil_wdata = value;
    top.axil_awvalid = top.axil_wvalid = top.axil_bready = 1;
    bool taken = false;
    while (!taken) {
        taken = top.axil_awready;
        simulation.tick();
    }
    top.axil_awvalid = top.axil_wvalid = 0;
    while (!top.axil_bvalid) simulation.tick();
    simulation.tick();
    top.axil_bready = 0;
}

uint32_t aureole_read(void* handle, uint32_t address) {
    auto& simulation = *(Simulation*)handle;
    auto& top = simulation.top;
    top.axil_araddr = address;
    top.axil_arvalid = top.axil_rready = 1;
    bool taken = false;
    while (!taken) {
        taken = top.axil_arready;
        simulation.tick();
    }
    top.axil_arvalid = 0;
    while (!top.axil_rvalid) simulation.tick();
    const uint32_t value = top.axil_rdata;
    simulation.tick();
    top.axil_rready = 0;
    return value;
}

// Gives each lane a chunk and takes `wanted` words from it; 0 where none came for `limit` cycles.
int aureole_run(void* handle, uint32_t lanes, uint32_t width, const uint8_t* const* chunks, const uint64_t* sizes, uint64_t* const* out,
                uint64_t wanted, uint64_t limit) {
    auto& simulation = *(Simulation*)handle;
    auto& top = simulation.top;
    std::deque<uint64_t> at(lanes, 0), got(lanes, 0);
    std::deque<bool> sent(lanes, false);
    uint64_t last = simulation.cycle, left = wanted * lanes;
    while (left != 0 && simulation.cycle - last < limit) {
        uint64_t valid = 0, ends = 0, ready = 0;
        for (uint32_t lane = 0; lane < lanes; lane++) {
            ready |= uint64_t(got[lane] < wanted) << lane;
            if (sent[lane]) continue;
            const uint64_t rest = sizes[lane] - at[lane], count = rest < width ? rest : width;
            uint8_t keep[16] = {};
            for (uint64_t i = 0; i < count; i++) keep[i / 8] |= uint8_t(1 << i % 8);
            std::memcpy(bytes_of(top.s_data) + lane * width, chunks[lane] + at[lane], count);
            std::memcpy(bytes_of(top.s_keep) + lane * width / 8, keep, width / 8);
            valid |= uint64_t(1) << lane;
            ends |= uint64_t(rest <= width) << lane;
        }
        top.s_valid = valid;
        top.s_last = ends;
        top.o_ready = ready;
        const uint64_t taken = valid & top.s_ready, given = ready & top.o_valid;
        for (uint32_t lane = 0; lane < lanes; lane++) {
            if (taken >> lane & 1) {
                at[lane] += width;
                sent[lane] = ends >> lane & 1;
            }
            if (given >> lane & 1) {
                std::memcpy(&out[lane][got[lane]++], bytes_of(top.o_data) + 8 * lane, 8);
                left--;
                last = simulation.cycle;
            }
        }
        simulation.tick();
    }
    top.s_valid = 0;
    top.o_ready = 0;
    return left == 0;
}
}
