//! The design itself, simulated cycle by cycle: Verilator makes a program of `rtl/top.sv`, which is loaded into this process.
#![allow(unsafe_code)]

mod build;
mod library;
mod registers;
mod sources;

use std::path::Path;

use super::{Cycles, Device, Sums};
use crate::{Design, FpgaError, Tables};
use build::program;
use library::Library;
use registers::Register;

/// Cycles that a block may take whatever it holds: some for each of its bytes.
const MOST_OF_A_BLOCK: u64 = 1 << 17;

/// A simulated design with a job's plan in its memory.
#[derive(Debug)]
pub struct Simulated {
    instance: library::Instance,
    design: Design,
    tables: Tables,
    out: Vec<Vec<u64>>,
}

impl Simulated {
    /// Says what is not installed that a simulation needs.
    ///
    /// # Errors
    /// [`FpgaError::NoSimulator`].
    pub fn check() -> Result<(), FpgaError> {
        build::check()
    }

    /// True where the simulation of a design is in the folder already.
    #[must_use]
    pub fn is_built(design: Design, cache: &Path) -> bool {
        build::file(design, cache).is_ok_and(|file| file.exists())
    }

    /// A design for a job. It is built by Verilator and a C++ compiler when it is first needed, which takes about a minute, and kept in the folder `cache`.
    ///
    /// # Errors
    /// Where these are not installed, or fail.
    pub fn new(design: Design, tables: &Tables, cache: &Path) -> Result<Simulated, FpgaError> {
        let library = Library::of(&program(design, cache)?)?;
        let mut instance = library.instance();
        instance.plan(&tables.words);
        let mut simulated =
            Simulated { instance, design, tables: tables.clone(), out: vec![vec![0; 1 + tables.bins]; design.lanes] };
        simulated.configure()?;
        Ok(simulated)
    }

    /// Cycles without a sum after which it counts as standing still.
    fn limit(&self) -> u64 {
        let Tables { format, bins, .. } = &self.tables;
        2 * self.tables.len() as u64 + MOST_OF_A_BLOCK * (1 + format.blocks().len() as u64) + *bins as u64
    }

    /// Writes what the design has to know of the job.
    fn configure(&mut self) -> Result<(), FpgaError> {
        let found = self.instance.read(Register::Identity);
        if found != registers::IDENTITY {
            return Err(FpgaError::Build(format!("it answers with {found:#x}")));
        }
        for (register, value) in registers::configuration(&self.tables) {
            self.instance.write(register, value);
        }
        self.instance.write(Register::Control, registers::CLEAR);
        Ok(())
    }
}

impl Device for Simulated {
    fn lanes(&self) -> usize {
        self.design.lanes
    }

    fn run(&mut self, chunks: &[&[u8]]) -> Result<Vec<Sums>, FpgaError> {
        assert!(chunks.len() <= self.design.lanes, "a frame a lane");
        let mut all = chunks.to_vec();
        all.resize(self.design.lanes, &[]);
        self.instance.write(Register::Control, registers::START);
        let limit = self.limit();
        if !self.instance.run(&all, self.design.width, &mut self.out, limit) {
            return Err(FpgaError::Hung(limit));
        }
        let sums = |out: &Vec<u64>| Sums { status: out[0] as u8, bins: out[1..].to_vec() };
        Ok(self.out[..chunks.len()].iter().map(sums).collect())
    }

    fn cycles(&mut self) -> Option<Cycles> {
        let mut cycles = Cycles::default();
        let Cycles { all, input, decode, unshuffle, accumulate, plan, output } = &mut cycles;
        let counters = [all, input, decode, unshuffle, accumulate, plan, output];
        for (cause, counter) in counters.into_iter().enumerate() {
            for lane in 0..self.design.lanes {
                *counter += self.instance.count(lane, cause);
            }
        }
        Some(cycles)
    }
}
