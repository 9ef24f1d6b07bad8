//! What can go wrong.

/// Why a design cannot take a job, or failed at it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FpgaError {
    /// Pixels that it does not sum.
    #[error("the design sums integers of 8, 16 and 32 bits; these frames are {0}")]
    Dtype(&'static str),
    /// More bins than it has sums for.
    #[error("the design has sums for {most} bins; the job has {asked}, those of variances counted in")]
    Bins {
        /// Those of the job.
        asked: usize,
        /// Those of the design.
        most: usize,
    },
    /// Recipes that mask by different values.
    #[error("the design masks pixels by the same values for all recipes of a job")]
    Marks,
    /// No simulator.
    #[error(
        "no FPGA is driven yet, the design is simulated, and {program} for that is not installed; \
         on Debian or Ubuntu: apt-get install verilator g++"
    )]
    NoSimulator {
        /// The program that was not found.
        program: &'static str,
    },
    /// A simulator that could not be made.
    #[error("the simulation of the design could not be built: {0}")]
    Build(String),
    /// A simulation that stands still.
    #[error("the design gave nothing for {0} cycles")]
    Hung(u64),
}
