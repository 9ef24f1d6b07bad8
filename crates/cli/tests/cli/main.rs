//! The command as it is typed.

mod interrupted;
mod refusals;
mod round_trip;
mod support;
