//! The server as a client sees it.

mod growing;
mod hostile;
mod numbers;
mod own;
mod support;
mod vendored;
