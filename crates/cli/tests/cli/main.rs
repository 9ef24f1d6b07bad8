//! The command as it is typed.

mod interrupted;
mod modes;
mod refusals;
mod regions;
mod round_trip;
mod support;
