//! The command as it is typed.

mod interrupted;
mod maps;
mod modes;
mod refusals;
mod round_trip;
mod support;
