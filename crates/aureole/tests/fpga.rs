//! Layout `fpga`: the model keeps the contract of all layouts; the simulated design gives the bits of `serial`.

use aureole::layout::Fpga;
use aureole::layout::fpga::Kind;
use aureole_core::testing::executor_contract;
use aureole_fpga::{Design, FpgaError};

#[test]
fn it_keeps_the_contract() {
    let design = Design { lanes: 3, bins: 4096, ..Design::default() };
    executor_contract(&|_| Box::new(Fpga { design, kind: Kind::Modelled }));
}

#[test]
fn the_simulated_design_keeps_the_contract() {
    // As in the tests of the design itself, so that it is built once.
    let design = Design { lanes: 3, width: 16, slots: 8, bins: 128 };
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).to_owned();
    let fpga = Fpga { design, kind: Kind::Simulated(cache) };
    if let Err(error @ FpgaError::NoSimulator { .. }) = fpga.check_machine() {
        println!("SKIPPED: {error}");
        return;
    }
    executor_contract(&|_| Box::new(fpga.clone()));
}
