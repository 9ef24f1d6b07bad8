//! What several parts need of HDF5: opening files, following links, element types, filters and attributes.
//!
//! The library is asked for structure only; it works under one global lock. Pixels are read outside of it wherever
//! the file allows (see [`crate::source`]).

pub(crate) mod attributes;
pub(crate) mod element;
mod error;
pub(crate) mod filters;
pub(crate) mod open;
pub(crate) mod place;
pub(crate) mod plugin;
pub(crate) mod raw;
pub(crate) mod reach;
pub(crate) mod virtuals;

pub use error::Hdf5Error;
pub use reach::Reach;
