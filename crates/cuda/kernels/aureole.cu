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

// Frames that a block of threads takes, and how many such blocks share a multiprocessor: what registers and shared memory allow. Tiles of 8
// or 16 planes are small; whole ones, where a narrow kernel went before, take its frames; and those of 8 bits stand alone.
const int NARROW = 4;
const int WHOLE = 8;

#define NARROW_KERNEL extern "C" __global__ void __launch_bounds__(NARROW * 32, 12)
#define REST_KERNEL extern "C" __global__ void __launch_bounds__(NARROW * 32, 6)
#define WHOLE_KERNEL extern "C" __global__ void __launch_bounds__(WHOLE * 32, 3)

extern "C" __global__ void find_blocks(const Launch launch) { find_all_blocks(launch); }

NARROW_KERNEL integrate_narrow32(const Launch launch) { integrate_all<Pixels<16, 4, false>, NARROW, false>(launch); }
NARROW_KERNEL integrate_narrow32_poisson(const Launch launch) { integrate_all<Pixels<16, 4, false>, NARROW, true>(launch); }
NARROW_KERNEL integrate_narrow16(const Launch launch) { integrate_all<Pixels<8, 2, false>, NARROW, false>(launch); }
NARROW_KERNEL integrate_narrow16_poisson(const Launch launch) { integrate_all<Pixels<8, 2, false>, NARROW, true>(launch); }
REST_KERNEL rest_u32(const Launch launch) { integrate_wide<Pixels<32, 4, false>, NARROW, false>(launch); }
REST_KERNEL rest_u32_poisson(const Launch launch) { integrate_wide<Pixels<32, 4, false>, NARROW, true>(launch); }
REST_KERNEL rest_i32(const Launch launch) { integrate_wide<Pixels<32, 4, true>, NARROW, false>(launch); }
REST_KERNEL rest_i32_poisson(const Launch launch) { integrate_wide<Pixels<32, 4, true>, NARROW, true>(launch); }
REST_KERNEL rest_u16(const Launch launch) { integrate_wide<Pixels<16, 2, false>, NARROW, false>(launch); }
REST_KERNEL rest_u16_poisson(const Launch launch) { integrate_wide<Pixels<16, 2, false>, NARROW, true>(launch); }
REST_KERNEL rest_i16(const Launch launch) { integrate_wide<Pixels<16, 2, true>, NARROW, false>(launch); }
REST_KERNEL rest_i16_poisson(const Launch launch) { integrate_wide<Pixels<16, 2, true>, NARROW, true>(launch); }
WHOLE_KERNEL integrate_u8(const Launch launch) { integrate_all<Pixels<8, 1, false>, WHOLE, false>(launch); }
WHOLE_KERNEL integrate_u8_poisson(const Launch launch) { integrate_all<Pixels<8, 1, false>, WHOLE, true>(launch); }
WHOLE_KERNEL integrate_i8(const Launch launch) { integrate_all<Pixels<8, 1, true>, WHOLE, false>(launch); }
WHOLE_KERNEL integrate_i8_poisson(const Launch launch) { integrate_all<Pixels<8, 1, true>, WHOLE, true>(launch); }

extern "C" __global__ void gather_f32(const Launch launch, const FloatMarks marks, u32 recipe) {
    gather_floats<float>(launch, marks, recipe);
}
extern "C" __global__ void gather_f64(const Launch launch, const FloatMarks marks, u32 recipe) {
    gather_floats<double>(launch, marks, recipe);
}
extern "C" __global__ void report_f32(const Launch launch, const FloatMarks marks) { report_floats<float>(launch, marks); }
extern "C" __global__ void report_f64(const Launch launch, const FloatMarks marks) { report_floats<double>(launch, marks); }
