//! `aureole doctor`: what this machine offers, and which layouts work here.

mod cores;
mod gpus;

use aureole::layout::Fpga;
use aureole::machine::{self, Topology};
use aureole_codec::Isa;

use crate::exit::{Exit, Outcome};
use crate::print;
use gpus::Gpus;

/// The layouts of the design that are the same everywhere.
const LAYOUTS: [(&str, &str); 5] = [
    ("serial", "works: one frame at a time, its blocks spread over all cores"),
    ("threads", "works: each thread takes frames of its own, up to 16 at once"),
    ("processes", "works: as threads, in processes of their own; one that crashes ends no run"),
    ("dask", "works from the Python package, where Dask is: pip install \"aureole[dask]\""),
    ("joblib", "works from the Python package, where Joblib is: pip install \"aureole[joblib]\""),
];

pub(crate) fn run() -> Outcome {
    let gpus = Gpus::here();
    let (gpu, fpga) = (gpus.layout(), fpga());
    let layouts = LAYOUTS.into_iter().chain([("gpu", &*gpu), ("fpga", &*fpga)]);
    let layouts: String = layouts.map(|(name, state)| format!("  {name:<10} {state}\n")).collect();
    print::stdout(&format!(
        "aureole {}\nprocessor    {}\n{}vectors      {}\nmemory       {}\nHDF5         {} (built in)\n{}layouts\n{layouts}",
        env!("CARGO_PKG_VERSION"),
        machine::processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores::lines(&Topology::here(), machine::cpus_online(), machine::can_pin()),
        vectors(),
        memory(),
        machine::hdf5_version(),
        gpus.lines(),
    ))?;
    Ok(Exit::Done)
}

/// What layout `fpga` would say.
fn fpga() -> String {
    match Fpga::simulated(None).check_machine() {
        Ok(()) => "works: its design is simulated, some seconds a frame of megapixels".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn vectors() -> String {
    let here: Vec<&str> = Isa::available().iter().map(|isa| isa.name()).collect();
    format!("{} (this processor has {})", Isa::best(), here.join(", "))
}

fn memory() -> String {
    machine::memory().map_or("unknown".to_owned(), |memory| {
        let limit =
            memory.limit.map_or(String::new(), |limit| format!("; the control group grants {}", print::bytes(limit)));
        let pages = machine::huge_pages().map_or(String::new(), |when| format!("; huge pages: {when}"));
        format!("{}, {} free{limit}{pages}", print::bytes(memory.total), print::bytes(memory.available))
    })
}
