//! `aureole simulate`.

use std::path::PathBuf;

use clap::Args;

use super::choice::one_of;
use super::pair::number;

/// Arguments of `aureole simulate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aureole simulate demo.h5                                        128 frames of an Eiger 4M
  aureole simulate weak.h5 --profile sparse --mean 0.05           mostly empty frames
  aureole simulate small.h5 --detector pilatus_300k --dtype int32 --frames 10")]
pub(crate) struct SimulateArgs {
    /// The HDF5 file to write; the PONI file goes beside it, with the ending .poni
    pub(crate) output: PathBuf,
    /// The detector, by any of the names that PONI files use
    #[arg(long, default_value = "eiger_4M", value_name = "NAME")]
    pub(crate) detector: String,
    /// The pixels' type
    #[arg(long, default_value = "uint32", value_parser = one_of("a pixel type", super::simulate::DTYPES), hide_possible_values = true,
          long_help = "The pixels' type: uint8, uint16, uint32, uint64, int8, int16, int32 or int64")]
    pub(crate) dtype: &'static str,
    /// How many frames
    #[arg(long, default_value_t = 128, value_name = "N")]
    pub(crate) frames: usize,
    /// What the frames show: tutorial (about 5 photons a pixel and a background that grows with the frame, as in
    /// pyFAI's tutorial) or sparse (a weak, flat pattern)
    #[arg(long, default_value = "tutorial", value_parser = one_of("a profile", ["tutorial", "sparse"]), hide_possible_values = true)]
    pub(crate) profile: &'static str,
    /// Photons a pixel, on average, of the sparse profile [default: 0.05]
    #[arg(long, value_name = "M", value_parser = number)]
    pub(crate) mean: Option<f64>,
    /// Write the gaps between the modules as the largest value of the type, as real detectors do
    #[arg(long)]
    pub(crate) gaps: bool,
    /// Another seed gives other photons; the same seed gives the same frames on any machine
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) seed: u64,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

/// The types a simulated stack may have.
pub(crate) const DTYPES: [&str; 8] = ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"];
