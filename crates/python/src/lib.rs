//! The native half of the Python package `aureole`: jobs, streams of patterns, result files and the command.
//!
//! It knows arrays, bytes and JSON; names, defaults and documentation for people are in `python/aureole`. Everything that
//! takes time runs without the interpreter's lock (`supervise.rs`), so that threads of Python run side by side and Ctrl-C
//! is heard.

mod arrays;
mod command;
mod engine;
mod errors;
mod frames;
mod job;
mod names;
mod rows;
mod stream;
mod supervise;
#[cfg(feature = "testing")]
mod testing;
mod verify;

use aureole::layout::{Launch, Layout};
use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("LAYOUTS", Layout::NAMES.to_vec())?;
    module.add_class::<job::Job>()?;
    module.add_class::<stream::Stream>()?;
    module.add_function(wrap_pyfunction!(command::command, module)?)?;
    module.add_function(wrap_pyfunction!(engine::default_workers, module)?)?;
    module.add_function(wrap_pyfunction!(names::read_geometry, module)?)?;
    module.add_function(wrap_pyfunction!(names::stated_geometry, module)?)?;
    module.add_function(wrap_pyfunction!(names::mode, module)?)?;
    module.add_function(wrap_pyfunction!(names::splitting, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::read_image, module)?)?;
    module.add_function(wrap_pyfunction!(verify::verify, module)?)?;
    #[cfg(feature = "testing")]
    testing::add(module)?;
    workers_of(module.py())
}

/// Workers of the layout `processes` are this interpreter again, with the package's command.
fn workers_of(py: Python<'_>) -> PyResult<()> {
    let interpreter: Option<std::path::PathBuf> = py.import("sys")?.getattr("executable")?.extract()?;
    // An interpreter inside another program has no name of its own.
    if let Some(program) = interpreter.filter(|program| !program.as_os_str().is_empty()) {
        Launch { program, arguments: ["-m", "aureole", "worker"].map(Into::into).to_vec() }.is_this_program();
    }
    Ok(())
}
