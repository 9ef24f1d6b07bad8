//! Layout `fpga`: decoding and integrating in hardware.
//!
//! `rtl` has the design in SystemVerilog, [`model`] what each of its modules computes. [`Tables`] are the plans of a job as the design
//! reads them, a [`Device`] integrates by them: the model, or the design itself, simulated cycle by cycle.

mod design;
pub mod device;
mod error;
pub mod model;
mod tables;

pub use design::{BLOCK_BYTES, Design};
pub use device::{Cycles, Device, Modelled, Simulated, Sums};
pub use error::FpgaError;
pub use tables::{Recipes, Tables, is_summed};
