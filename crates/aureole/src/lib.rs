//! Aureole: integrates stacks of X-ray detector images azimuthally, in interchangeable parallel layouts.
//!
//! A [`job`] says what to read and what to compute; a [`source`] hands out chunks, a [`layout`] spreads the work, a
//! [`sink`] keeps the patterns. [`inspect`] says what is in a file.

pub mod bench;
pub mod detector;
pub mod export;
pub mod hdf5;
pub mod image;
mod input;
pub mod inspect;
pub mod job;
pub mod layout;
pub mod machine;
pub mod result;
pub mod simulate;
pub mod sink;
pub mod source;
pub mod tuned;
pub mod verify;
pub mod wire;

/// The README's example must compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
