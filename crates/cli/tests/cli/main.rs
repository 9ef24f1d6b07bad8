//! The command as it is typed.

mod interrupted;
mod maps;
mod modes;
mod recipes;
mod refusals;
mod round_trip;
mod support;
