//! Writes a known detector as a NeXus file, for `tests/oracle/irregular.py`.
//!
//! ```text
//! write_detector NAME ORIENTATION FILE
//! ```

use std::path::Path;

use aureole_core::detector::{Detector, Orientation};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, orientation, file] = arguments.as_slice() else {
        return Err("usage: write_detector NAME ORIENTATION FILE".into());
    };
    let orientation = Orientation::from_number(orientation.parse()?).ok_or("orientation 1 to 4")?;
    aureole::detector::write(Path::new(file), &Detector::by_name(name)?.with_orientation(orientation))?;
    Ok(())
}
