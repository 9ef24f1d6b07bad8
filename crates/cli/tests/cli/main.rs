//! The command as it is typed.

mod interrupted;
mod modes;
mod refusals;
mod round_trip;
mod support;
mod variances;
