//! Decoding and integrating on NVIDIA GPUs.
//!
//! ```text
//! plans ──► Tables ──► DevicePlan ┐
//! chunks ──► Feed ──► Load ───────┴──► kernels ──► Load ──► sums on the host ──► patterns
//! ```
//! A [`Load`] takes the compressed chunks of some batches through a device: only they cross the bus, and only sums come
//! back. What a kernel cannot do (chunks that are corrupt or stored otherwise) it marks; the host integrates such frames
//! as any layout on the CPU does, so that every result, and every sentence about a broken frame, is that of the CPU.
//!
//! The kernels are in `kernels/`; their PTX, which the driver compiles for whatever GPU there is, is embedded. Nothing of
//! CUDA is needed to build or to test: the driver's library is loaded at run time, and a machine without it is told so.

mod cut;
pub mod driver;
pub mod energy;
mod error;
mod feed;
mod finish;
pub mod kernels;
mod load;
mod plan;
pub mod tables;

pub use cut::Cut;
pub use error::CudaError;
pub use feed::Feed;
pub use finish::{Finisher, lane};
pub use load::{Load, Results};
pub use plan::DevicePlan;
pub use tables::{RecipeTable, Tables};
