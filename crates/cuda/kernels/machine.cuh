// What kernels ask of the machine, on a GPU. `emulator.hpp` answers the same on a CPU, so that all that is built upon it runs
// where no GPU is.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long long i64;

#define DEVICE __device__ __forceinline__
// For what is seldom done: kept apart, so that it takes no registers from the rest.
#define COLD __device__ __noinline__
#define CONSTANT __constant__ const
#define UNROLL _Pragma("unroll")
#define ROLLED _Pragma("unroll 1")
#define TWICE _Pragma("unroll 2")

struct alignas(8) Pair {
    u32 x, y;
};
struct alignas(16) Quad {
    u32 x, y, z, w;
};

// An address in the memory that the threads of a block share.
typedef u32 Shared;

// Place of the thread in its warp, of the warp in its block, and the number of warps there.
DEVICE u32 lane_number() {
    // Asked for once by each function, and then held.
    u32 lane;
    asm volatile("mov.u32 %0, %%laneid;" : "=r"(lane));
    return lane;
}
DEVICE u32 warp_number() { return threadIdx.x / 32; }
DEVICE u32 warp_count() { return blockDim.x / 32; }
DEVICE u32 block_number() { return blockIdx.x; }
DEVICE u32 block_count() { return gridDim.x; }
DEVICE u32 block_threads() { return blockDim.x; }

// Writes of the warp's (the block's) threads before it are seen by all of them after it.
DEVICE void sync_warp() { __syncwarp(); }
DEVICE void sync_block() { __syncthreads(); }
DEVICE bool any_in_block(bool value) { return __syncthreads_or(value); }

// All threads of a warp: a bit for each whose value is true; the value that one of them has.
DEVICE u32 ballot(bool value) { return __ballot_sync(0xFFFFFFFF, value); }
DEVICE u32 value_of(u32 value, u32 lane) { return __shfl_sync(0xFFFFFFFF, value, lane); }

// Additions that no other thread comes between.
DEVICE void add(u64* sum, u64 value) {
    // Without an answer, which the compiler would have to ask for where it does not know which memory it is.
    asm volatile("{.reg .u64 to; cvta.to.global.u64 to, %0; red.global.add.u64 [to], %1;}" ::"l"(sum), "l"(value) : "memory");
}
DEVICE u32 take_number(u32* next) { return atomicAdd(next, 1u); }

// Memory that no kernel changes.
DEVICE u32 constant(const u32* from) { return __ldg(from); }
DEVICE Pair constant(const Pair* from) {
    uint2 pair = __ldg((const uint2*)from);
    return Pair{pair.x, pair.y};
}
DEVICE Quad constant(const Quad* from) {
    uint4 quad = __ldg((const uint4*)from);
    return Quad{quad.x, quad.y, quad.z, quad.w};
}

// Has the 128 bytes about an address brought near.
DEVICE void fetch(const void* at) { asm volatile("prefetch.global.L1 [%0];" ::"l"(at)); }

// The low 32 bits of `high:low >> shift`, for shifts below 32.
DEVICE u32 shifted(u32 low, u32 high, u32 shift) { return __funnelshift_r(low, high, shift); }
DEVICE u32 lowest_bit(u32 bits) { return __ffs(bits) - 1; }

// One rounding each, never fused.
DEVICE double times(double a, double b) { return __dmul_rn(a, b); }
DEVICE double plus(double a, double b) { return __dadd_rn(a, b); }

// Holds a value in a register, where it would else be computed anew at every use.
DEVICE void hold(u32& value) { asm volatile("" : "+r"(value)); }

// Where the memory that the threads of a block share begins, and what is in it.
DEVICE Shared shared_memory() {
    extern __shared__ u32 shared[];
    u32 at = (u32)__cvta_generic_to_shared(shared);
    hold(at);
    return at;
}
DEVICE u32 load8(Shared at) {
    u32 value;
    asm volatile("ld.shared.u8 %0, [%1];" : "=r"(value) : "r"(at) : "memory");
    return value;
}
DEVICE u32 load16(Shared at) {
    u16 value;
    asm volatile("ld.shared.u16 %0, [%1];" : "=h"(value) : "r"(at) : "memory");
    return value;
}
DEVICE u32 load32(Shared at) {
    u32 value;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(value) : "r"(at) : "memory");
    return value;
}
DEVICE void store8(Shared at, u32 value) { asm volatile("st.shared.u8 [%0], %1;" ::"r"(at), "r"(value) : "memory"); }
DEVICE void store16(Shared at, u32 value) { asm volatile("st.shared.u16 [%0], %1;" ::"r"(at), "h"((u16)value) : "memory"); }
DEVICE void store32(Shared at, u32 value) { asm volatile("st.shared.u32 [%0], %1;" ::"r"(at), "r"(value) : "memory"); }
