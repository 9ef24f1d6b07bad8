//! What devices draw, by NVML.

use nvml_wrapper::Nvml;

use crate::driver::DeviceInfo;

/// Counts the energy of some devices from its start on.
#[derive(Debug)]
pub struct Meter {
    nvml: Option<Nvml>,
    /// Their places on the bus: NVML numbers devices in its own way.
    devices: Vec<String>,
    start: Option<u64>,
}

impl Meter {
    /// Starts to count; it counts nothing where NVML or its counter is not there.
    #[must_use]
    pub fn start<'a>(devices: impl Iterator<Item = &'a DeviceInfo>) -> Meter {
        let devices = devices.map(|device| device.bus.clone()).collect();
        let mut meter = Meter { nvml: Nvml::init().ok(), devices, start: None };
        meter.start = meter.millijoules();
        meter
    }

    /// Joules since the start, over all devices, whoever used them; `None` where they are not known.
    #[must_use]
    pub fn joules(&self) -> Option<f64> {
        Some((self.millijoules()? - self.start?) as f64 * 1e-3)
    }

    /// What the devices have drawn since their driver was loaded.
    fn millijoules(&self) -> Option<u64> {
        let nvml = self.nvml.as_ref()?;
        let of = |bus: &String| nvml.device_by_pci_bus_id(bus.as_str()).ok()?.total_energy_consumption().ok();
        self.devices.iter().map(of).sum()
    }
}
