// The entry points, one a type of pixels and error model; `src/kernels.rs` launches them.
#include "machine.cuh"
#include "job.cuh"
#include "lz4.cuh"
#include "transpose.cuh"
#include "tile.cuh"
#include "marks.cuh"
#include "sums.cuh"
#include "integrate.cuh"
#include "scan.cuh"
#include "gather.cuh"

// Frames that a block of threads takes: as many as leave room for several such blocks on a multiprocessor.
const int NARROW = 8;
const int WIDE = 8;

#define NARROW_KERNEL extern "C" __global__ void __launch_bounds__(NARROW * 32, 6)
#define WIDE_KERNEL extern "C" __global__ void __launch_bounds__(WIDE * 32, 3)

extern "C" __global__ void find_blocks(const Launch launch) { find_all_blocks(launch); }

NARROW_KERNEL integrate_narrow(const Launch launch) { integrate_all<Pixels<16, 4, false>, NARROW, false>(launch); }
NARROW_KERNEL integrate_narrow_poisson(const Launch launch) { integrate_all<Pixels<16, 4, false>, NARROW, true>(launch); }
WIDE_KERNEL rest_u32(const Launch launch) { integrate_wide<Pixels<32, 4, false>, NARROW, WIDE, false>(launch); }
WIDE_KERNEL rest_u32_poisson(const Launch launch) { integrate_wide<Pixels<32, 4, false>, NARROW, WIDE, true>(launch); }
WIDE_KERNEL rest_i32(const Launch launch) { integrate_wide<Pixels<32, 4, true>, NARROW, WIDE, false>(launch); }
WIDE_KERNEL rest_i32_poisson(const Launch launch) { integrate_wide<Pixels<32, 4, true>, NARROW, WIDE, true>(launch); }
WIDE_KERNEL integrate_u16(const Launch launch) { integrate_all<Pixels<16, 2, false>, WIDE, false>(launch); }
WIDE_KERNEL integrate_u16_poisson(const Launch launch) { integrate_all<Pixels<16, 2, false>, WIDE, true>(launch); }
WIDE_KERNEL integrate_i16(const Launch launch) { integrate_all<Pixels<16, 2, true>, WIDE, false>(launch); }
WIDE_KERNEL integrate_i16_poisson(const Launch launch) { integrate_all<Pixels<16, 2, true>, WIDE, true>(launch); }
WIDE_KERNEL integrate_u8(const Launch launch) { integrate_all<Pixels<8, 1, false>, WIDE, false>(launch); }
WIDE_KERNEL integrate_u8_poisson(const Launch launch) { integrate_all<Pixels<8, 1, false>, WIDE, true>(launch); }
WIDE_KERNEL integrate_i8(const Launch launch) { integrate_all<Pixels<8, 1, true>, WIDE, false>(launch); }
WIDE_KERNEL integrate_i8_poisson(const Launch launch) { integrate_all<Pixels<8, 1, true>, WIDE, true>(launch); }

extern "C" __global__ void gather_f32(const Launch launch, const FloatMarks marks, u32 recipe) {
    gather_floats<float>(launch, marks, recipe);
}
extern "C" __global__ void gather_f64(const Launch launch, const FloatMarks marks, u32 recipe) {
    gather_floats<double>(launch, marks, recipe);
}
extern "C" __global__ void report_f32(const Launch launch, const FloatMarks marks) { report_floats<float>(launch, marks); }
extern "C" __global__ void report_f64(const Launch launch, const FloatMarks marks) { report_floats<double>(launch, marks); }
