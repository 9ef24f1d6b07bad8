//! The command as it is typed.

mod bench;
mod fpga;
mod gpus;
mod interrupted;
mod maps;
mod modes;
mod processes;
mod recipes;
mod refusals;
mod regions;
mod round_trip;
mod series;
mod support;
mod variances;
