//! The command `aureole`.
fn main() {}
