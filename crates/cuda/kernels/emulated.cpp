// The kernels as functions of a library, run by the emulator: for tests where no GPU is. Compiled where `machine.cuh` includes
// `emulator.hpp` instead of what it has, so that the entry points are those of `aureole.cu` itself.
#include "emulator.hpp"

#define __global__
#define __launch_bounds__(...)
#include "aureole.cu"

// Sizes of what tests hand over, in the order of `src/kernels.rs`.
extern "C" const u32 SIZES[] = {sizeof(Pair), sizeof(Frame), sizeof(Recipe), sizeof(Marked), sizeof(Launch), sizeof(FloatMarks)};

// Says that a kernel for floats takes no recipe.
const u32 NO_RECIPE = 0xFFFFFFFF;

namespace {

// A kernel and its arguments; `marks` is null for kernels that take none.
struct Call {
    void* entry;
    const Launch* launch;
    const FloatMarks* marks;
    u32 recipe;
};

void run_thread(void* argument) {
    const Call& call = *(const Call*)argument;
    if (!call.marks) return ((void (*)(Launch))call.entry)(*call.launch);
    if (call.recipe == NO_RECIPE) return ((void (*)(Launch, FloatMarks))call.entry)(*call.launch, *call.marks);
    ((void (*)(Launch, FloatMarks, u32))call.entry)(*call.launch, *call.marks, call.recipe);
}

}  // namespace

// Runs an entry point, one block after the other in an order that follows from `order`; returns what is wrong, or null.
extern "C" const char* emulate(void* entry, u32 blocks, u32 threads, u32 shared_bytes, const Launch* launch, const FloatMarks* marks,
                               u32 recipe, u64 order) {
    static thread_local std::vector<emulator::Fibre> fibres;
    while (fibres.size() < threads) fibres.emplace_back();
    Call call{entry, launch, marks, recipe};
    for (u32 i = 0; i < blocks; i++) {
        u32 number = order & 1 ? blocks - 1 - i : i;
        emulator::Block block(number, blocks, threads, shared_bytes, order + number, fibres);
        emulator::run(block, run_thread, &call);
        if (block.wrong) return block.wrong;
    }
    return nullptr;
}
