//! What to compute, apart from geometry and bins: the mode, the error model and the values that mean "no measurement".

mod error_model;
mod marks;
mod mode;

pub use error_model::{ErrorKind, ErrorModel};
pub use marks::{Dummy, Marks};
pub use mode::{Mode, ModeError};
