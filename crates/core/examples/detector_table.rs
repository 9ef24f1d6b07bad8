//! Prints every known detector as a line of JSON, for `tests/oracle/detectors.py`.
//!
//! The mask is given as its number of masked pixels and the sum of `(index + 1)·2654435761 mod 2^32` over them.

use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for name in Detector::names() {
        let detector = Detector::by_name(name)?;
        let mask = detector.mask().unwrap_or_default();
        let masked = mask.iter().enumerate().filter(|&(_, &masked)| masked);
        let checksum = |index: usize| u64::from((index as u32).wrapping_add(1).wrapping_mul(2_654_435_761));
        let dummies = [Dtype::U16, Dtype::U32, Dtype::I32]
            .map(|dtype| detector.dummy_for(dtype).map(|dummy| (dummy.value.to_string(), dummy.delta)));
        let line = serde_json::json!({
            "name": name,
            "shape": detector.shape(),
            "pixel": detector.pixel(),
            "masked": masked.clone().count(),
            "mask_checksum": masked.map(|(index, _)| checksum(index)).sum::<u64>(),
            "dummies": dummies,
        });
        println!("{line}");
    }
    Ok(())
}
