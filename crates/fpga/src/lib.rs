//! Layout `fpga`: decoding and integrating in hardware.
//!
//! `rtl` has the design in SystemVerilog, `model` what each of its modules computes.

pub mod model;
