//! What the host says of kernels, and what they are.

use aureole_core::dtype::Dtype;
use aureole_cuda::kernels::{FIND_BLOCKS, FloatMarks, Frame, Integrator, Launch, Marked, Pair, Recipe};

use crate::machine::machine;

#[test]
fn host_and_kernels_declare_the_same_structs() {
    let Some(machine) = machine() else { return };
    let sizes = [
        size_of::<Pair>(),
        size_of::<Frame>(),
        size_of::<Recipe>(),
        size_of::<Marked>(),
        size_of::<Launch>(),
        size_of::<FloatMarks>(),
    ];
    assert_eq!(machine.sizes().map(|size| size as usize), sizes);
}

#[test]
fn every_kernel_that_the_host_launches_is_there() {
    let Some(machine) = machine() else { return };
    let of =
        |dtype| [false, true].map(|variance| [Integrator::of(dtype, variance), Integrator::of_rest(dtype, variance)]);
    let integrators = Dtype::ALL.into_iter().flat_map(of).flatten().flatten().map(|kernel| kernel.name);
    for name in integrators.chain([FIND_BLOCKS]) {
        assert!(machine.has(name), "{name}");
    }
}
