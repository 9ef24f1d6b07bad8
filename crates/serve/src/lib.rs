//! The live page of Aureole: a result, a run or a folder of results in a browser, from a server in the program.
//!
//! [`catalogue`] knows which files may be shown, [`view`] what is in one of them, [`pyramid`] and [`tile`] make of it what a screen can
//! show, [`http`] answers, [`server`] listens. docs/serve.md says how it is used, and how it is kept safe.

pub mod catalogue;
pub mod http;
pub mod lines;
pub mod pyramid;
pub mod run;
pub mod server;
pub mod tile;
pub mod view;

pub use catalogue::Place;
pub use run::{Run, Told};
pub use server::{Options, ServeError, Server};
