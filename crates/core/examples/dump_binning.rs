//! Bins an image and writes what came out as raw little-endian f64, for `tests/oracle/geometry.py`.
//!
//! ```text
//! dump_binning JOB.json OUT_FOLDER
//! ```
//! The job gives `poni` (text), `shape`, `bins`, `unit`, `split`, `radial_range`, `azimuth_range`, `mask` (raw bytes, one a
//! pixel), `edges`, `azimuthal` (bins and unit of a cake), `chi_at_0`, `sample`, `images` (raw f64 files), `solid_angle` and `polarization`. The folder receives `centres`, `edges`, `correction`
//! (one value a pixel), `count`, `norm` and, for image i, `signal_i`.

use std::path::Path;
use std::time::Instant;

use aureole_core::binning::{AzimuthalSpec, BinningSpec, Split, bin};
use aureole_core::correction::{Corrections, Polarization};
use aureole_core::poni;
use aureole_core::unit::{Sample, Unit};
use serde::Deserialize;

#[derive(Deserialize)]
struct Job {
    poni: String,
    shape: (usize, usize),
    bins: usize,
    unit: Unit,
    split: Split,
    radial_range: Option<(f64, f64)>,
    azimuth_range: Option<(f64, f64)>,
    #[serde(default)]
    edges: Option<Vec<f64>>,
    #[serde(default)]
    azimuthal: Option<(usize, Unit)>,
    #[serde(default)]
    chi_at_0: bool,
    #[serde(default)]
    sample: Sample,
    mask: Option<String>,
    images: Vec<String>,
    solid_angle: bool,
    polarization: Option<f64>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [job, folder] = arguments.as_slice() else {
        return Err("usage: dump_binning JOB.json OUT_FOLDER".into());
    };
    let job: Job = serde_json::from_str(&std::fs::read_to_string(job)?)?;
    let geometry = poni::parse(&job.poni)?.for_frames(job.shape)?;
    let mask = job.mask.map(std::fs::read).transpose()?;
    let mask: Option<Vec<bool>> = mask.map(|bytes| bytes.into_iter().map(|byte| byte != 0).collect());
    let spec = BinningSpec {
        radial_range: job.radial_range,
        azimuth_range: job.azimuth_range,
        edges: job.edges,
        azimuthal: job.azimuthal.map(|(bins, unit)| AzimuthalSpec { bins, unit }),
        chi_at_0: job.chi_at_0,
        sample: job.sample,
        ..BinningSpec::new(job.bins, job.unit, job.split)
    };
    let start = Instant::now();
    let binning = bin(&geometry, mask.as_deref(), &spec)?;
    let binned = start.elapsed().as_secs_f64();
    let polarization = job.polarization.map(|factor| Polarization { factor, offset: 0.0 });
    let correction = Corrections { solid_angle: job.solid_angle, polarization }.image(&geometry)?;
    println!("{binned:.3} s to bin {} entries", binning.matrix.entries());
    let folder = Path::new(folder);
    let write = |name: &str, values: &[f64]| {
        std::fs::write(folder.join(name), values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
    };
    write("centres", &binning.centres)?;
    write("edges", &binning.edges)?;
    if let Some(azimuthal) = &binning.azimuthal {
        write("azimuthal_centres", &azimuthal.centres)?;
        write("azimuthal_edges", &azimuthal.edges)?;
    }
    write("norm", &binning.matrix.multiply(&correction))?;
    write("count", &binning.matrix.multiply(&vec![1.0; correction.len()]))?;
    write("correction", &correction)?;
    for (index, image) in job.images.iter().enumerate() {
        let bytes = std::fs::read(image)?;
        let values: Vec<f64> = bytes.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)).collect();
        write(&format!("signal_{index}"), &binning.matrix.multiply(&values))?;
    }
    Ok(())
}
