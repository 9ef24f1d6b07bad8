// What kernels ask of the machine, on a CPU: each thread of a block is a fibre, which runs until it waits for others. The order in
// which fibres run is drawn anew at every turn, so that a missing barrier shows: now all warps go on side by side, now one is far
// ahead of all others.
#pragma once

// Its checks take a change between fibres for a mistake.
#undef _FORTIFY_SOURCE

#include <setjmp.h>
#include <ucontext.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef long long i64;

#define DEVICE inline
#define COLD inline
#define CONSTANT static const
#define UNROLL
#define ROLLED
#define TWICE

struct alignas(8) Pair {
    u32 x, y;
};
struct alignas(16) Quad {
    u32 x, y, z, w;
};

namespace emulator {

const u32 WARP = 32;
const size_t STACK = 1 << 16;

// Bytes around shared memory that nobody may write; none where the sanitiser sees to it, which finds reads, too.
#ifdef __SANITIZE_ADDRESS__
const u32 GUARD = 0;
#else
const u32 GUARD = 256;
#endif
const u8 GUARD_BYTE = 0xA5;

// What threads do where they meet: all of them the same.
enum What : u32 { SYNC, BALLOT, VALUE, ANY_IN_BLOCK, SYNC_BLOCK };

// Threads that wait for each other, and the values that they show each other: those of one meeting and the next in turn.
struct Meeting {
    u32 members, arrived = 0, count = 0;
    What what = SYNC;
    std::vector<u32> shown[2];

    explicit Meeting(u32 members) : members(members), shown{std::vector<u32>(members), std::vector<u32>(members)} {}
};

struct Fibre {
    std::unique_ptr<char[]> stack{new char[STACK]};
    ucontext_t start;
    // Where it goes on; changes between such places are no system calls, as those between contexts are.
    jmp_buf place;
    bool entered = false, ended = false;
    u32 thread = 0;
    // What it waits for, and the meeting's count by which it goes on.
    Meeting* waits = nullptr;
    u32 until = 0;
};

struct Block {
    u32 number, count, threads;
    u64 order;
    std::vector<u8> memory;
    std::vector<Fibre>& fibres;
    std::vector<Meeting> warps;
    Meeting all;
    jmp_buf scheduler;
    Fibre* running = nullptr;
    void (*body)(void*) = nullptr;
    void* argument = nullptr;
    const char* wrong = nullptr;

    // Shared memory begins full of rubbish.
    Block(u32 number, u32 count, u32 threads, u32 bytes, u64 order, std::vector<Fibre>& fibres)
        : number(number), count(count), threads(threads), order(order), memory(2 * GUARD + bytes, GUARD_BYTE), fibres(fibres), all(threads) {
        for (u32 warp = 0; warp < threads / WARP; warp++) warps.emplace_back(WARP);
        for (u32 i = 0; i < bytes; i++) memory[GUARD + i] = draw();
    }

    u32 draw() {
        order = order * 6364136223846793005ull + 1442695040888963407ull;
        return order >> 33;
    }

    bool is_guarded() const {
        for (u32 i = 0; i < GUARD; i++) {
            if (memory[i] != GUARD_BYTE || memory[memory.size() - 1 - i] != GUARD_BYTE) return false;
        }
        return true;
    }
};

// The block that this thread of the CPU runs.
static thread_local Block* block = nullptr;

__attribute__((noinline)) inline void to_scheduler() {
    if (_setjmp(block->running->place) == 0) _longjmp(block->scheduler, 1);
}

__attribute__((noinline)) inline void to_fibre(Fibre& fibre) {
    block->running = &fibre;
    if (_setjmp(block->scheduler) != 0) return;
    if (fibre.entered) _longjmp(fibre.place, 1);
    fibre.entered = true;
    setcontext(&fibre.start);
}

inline void enter() {
    block->body(block->argument);
    block->running->ended = true;
    to_scheduler();
}

// Shows a value and waits until all have shown theirs, which it returns.
inline const std::vector<u32>& meet(Meeting& meeting, What what, u32 member, u32 value) {
    u32 count = meeting.count;
    std::vector<u32>& shown = meeting.shown[count % 2];
    shown[member] = value;
    if (meeting.arrived == 0) meeting.what = what;
    if (meeting.what != what) block->wrong = "threads meet that do not do the same";
    if (++meeting.arrived == meeting.members) {
        meeting.arrived = 0;
        meeting.count++;
    } else {
        block->running->waits = &meeting;
        block->running->until = count + 1;
        to_scheduler();
    }
    return shown;
}

inline bool can_run(const Fibre& fibre) {
    return !fibre.ended && (!fibre.waits || (i32)(fibre.waits->count - fibre.until) >= 0);
}

// Gives each thread of a warp that can run a turn, in some order; false where none can.
inline bool run_warp(Block& here, u32 warp) {
    u32 first = here.draw() % WARP, backwards = here.draw() & 1;
    bool moved = false;
    for (u32 i = 0; i < WARP; i++) {
        Fibre& fibre = here.fibres[warp * WARP + (backwards ? first + WARP - i : first + i) % WARP];
        if (!can_run(fibre)) continue;
        fibre.waits = nullptr;
        to_fibre(fibre);
        moved = true;
    }
    return moved;
}

inline void prepare(Fibre& fibre, u32 thread) {
    fibre.thread = thread;
    fibre.waits = nullptr;
    fibre.entered = fibre.ended = false;
    getcontext(&fibre.start);
    fibre.start.uc_stack.ss_sp = fibre.stack.get();
    fibre.start.uc_stack.ss_size = STACK;
    makecontext(&fibre.start, enter, 0);
}

// Runs one block of threads to its end; what is wrong is said in `wrong`.
inline void run(Block& here, void (*body)(void*), void* argument) {
    block = &here;
    here.body = body;
    here.argument = argument;
    for (u32 thread = 0; thread < here.threads; thread++) prepare(here.fibres[thread], thread);
    u32 warps = here.warps.size(), warp = 0;
    // Turns that a warp has before another one is drawn: few or many.
    u32 turns = here.draw() & 1 ? 2 : 256;
    for (u32 stuck = 0; stuck < warps;) {
        bool moved = run_warp(here, warp);
        stuck = moved ? 0 : stuck + 1;
        if (!moved) warp = (warp + 1) % warps;
        if (moved && here.draw() % turns == 0) warp = here.draw() % warps;
    }
    for (u32 thread = 0; thread < here.threads; thread++) {
        if (!here.fibres[thread].ended) here.wrong = "a thread waits for threads that have ended";
    }
    if (!here.is_guarded()) here.wrong = "bytes around the shared memory were written";
}

}  // namespace emulator

DEVICE u32 lane_number() { return emulator::block->running->thread % 32; }
DEVICE u32 warp_number() { return emulator::block->running->thread / 32; }
DEVICE u32 warp_count() { return emulator::block->threads / 32; }
DEVICE u32 block_number() { return emulator::block->number; }
DEVICE u32 block_count() { return emulator::block->count; }
DEVICE u32 block_threads() { return emulator::block->threads; }

DEVICE const std::vector<u32>& show_warp(emulator::What what, u32 value) {
    return emulator::meet(emulator::block->warps[warp_number()], what, lane_number(), value);
}

DEVICE const std::vector<u32>& show_block(emulator::What what, u32 value) {
    return emulator::meet(emulator::block->all, what, emulator::block->running->thread, value);
}

DEVICE void sync_warp() { show_warp(emulator::SYNC, 0); }
DEVICE u32 value_of(u32 value, u32 lane) { return show_warp(emulator::VALUE, value)[lane % 32]; }

DEVICE u32 ballot(bool value) {
    const std::vector<u32>& shown = show_warp(emulator::BALLOT, value);
    u32 bits = 0;
    for (u32 lane = 0; lane < 32; lane++) bits |= shown[lane] << lane;
    return bits;
}

DEVICE bool any_in_block(bool value) {
    u32 any = 0;
    for (u32 shown : show_block(emulator::ANY_IN_BLOCK, value)) any |= shown;
    return any;
}

DEVICE void sync_block() { show_block(emulator::SYNC_BLOCK, 0); }

DEVICE void hold(u32&) {}

// An address in shared memory counts from its beginning, after the guard.
typedef u32 Shared;
DEVICE Shared shared_memory() { return emulator::GUARD; }

template <class T>
DEVICE T load(Shared at) {
    T value;
    if (at % sizeof(T) != 0 || at + sizeof(T) > emulator::block->memory.size()) {
        emulator::block->wrong = "a word of shared memory is asked for where there is none";
        return T();
    }
    memcpy(&value, emulator::block->memory.data() + at, sizeof(T));
    return value;
}

template <class T>
DEVICE void store(Shared at, T value) {
    if (at % sizeof(T) != 0 || at + sizeof(T) > emulator::block->memory.size()) {
        emulator::block->wrong = "a word of shared memory is written where there is none";
        return;
    }
    memcpy(emulator::block->memory.data() + at, &value, sizeof(T));
}

DEVICE u32 load8(Shared at) { return load<u8>(at); }
DEVICE u32 load16(Shared at) { return load<u16>(at); }
DEVICE u32 load32(Shared at) { return load<u32>(at); }
DEVICE void store8(Shared at, u32 value) { store<u8>(at, value); }
DEVICE void store16(Shared at, u32 value) { store<u16>(at, value); }
DEVICE void store32(Shared at, u32 value) { store<u32>(at, value); }

// Memory that no kernel changes.
template <class T>
DEVICE T constant(const T* from) {
    return *from;
}

DEVICE void add(u64* sum, u64 value) { *sum += value; }
DEVICE u32 take_number(u32* next) { return (*next)++; }
DEVICE u32 shifted(u32 low, u32 high, u32 shift) { return shift ? low >> shift | high << (32 - shift) : low; }
DEVICE u32 lowest_bit(u32 bits) { return __builtin_ctz(bits); }
// Nothing is far away here.
DEVICE void fetch(const void*) {}

// Compiled without fused operations.
DEVICE double times(double a, double b) { return a * b; }
DEVICE double plus(double a, double b) { return a + b; }
