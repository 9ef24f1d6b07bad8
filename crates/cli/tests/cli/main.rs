//! The command as it is typed.

mod bench;
mod contents;
mod fpga;
mod full_disk;
mod gpus;
mod interrupted;
mod maps;
mod modes;
mod plots;
mod processes;
mod recipes;
mod refusals;
mod regions;
mod reports;
mod resumed;
mod round_trip;
mod series;
mod serve;
mod support;
mod variances;
mod verify;
