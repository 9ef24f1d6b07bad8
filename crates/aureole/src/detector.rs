//! Detectors that files describe: NeXus files with an `NXdetector`, and spline files of FIT2D.

mod group;
mod nexus;
mod stated;
mod write;

use std::path::{Path, PathBuf};

use aureole_core::detector::{Detector, DetectorFile, Spline};

pub(crate) use group::{flag, groups_with, referred};
pub use stated::{Stated, stated};
pub use write::{DetectorWriteError, write};

/// Reads the file that describes a detector. A path that is not absolute is sought from the folder where the program
/// runs, then from `beside`. A NeXus file replaces the detector given, a spline distorts it.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub fn read(detector: Detector, file: &DetectorFile, beside: Option<&Path>) -> Result<Detector, String> {
    match file {
        DetectorFile::Nexus(path) => nexus::read(&locate(path, beside)).map_err(|error| error.to_string()),
        DetectorFile::Spline(path) => {
            let path = locate(path, beside);
            let fail = |reason: String| format!("{}: {reason}", path.display());
            let text = std::fs::read(&path).map_err(|error| fail(crate::hdf5::open::describe_io(&error)))?;
            let spline = Spline::parse(&String::from_utf8_lossy(&text)).map_err(|error| fail(error.to_string()))?;
            detector.with_spline(&spline).map_err(|error| fail(error.to_string()))
        }
    }
}

/// Where a file is, that another names.
pub(crate) fn locate(path: &str, beside: Option<&Path>) -> PathBuf {
    let here = PathBuf::from(path);
    let there = beside.map(|folder| folder.join(path));
    there.filter(|there| !here.exists() && there.exists()).unwrap_or(here)
}
