//! Which vector instructions to use: chosen once a plan, forced in tests and benchmarks.

/// A level of vector instructions. A value other than `Scalar` comes from [`Isa::best`] or [`Isa::available`] only,
/// so that holding it is the proof that this CPU has the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isa(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Level {
    Scalar,
    Avx2,
    Avx512,
}

impl Isa {
    /// Portable code, on every machine.
    pub const SCALAR: Isa = Isa(Level::Scalar);

    /// The levels this CPU has, the slowest first; `Scalar` is always among them.
    #[must_use]
    pub fn available() -> Vec<Isa> {
        [Level::Scalar, Level::Avx2, Level::Avx512].into_iter().filter(|level| present(*level)).map(Isa).collect()
    }

    /// The fastest level this CPU has.
    #[must_use]
    pub fn best() -> Isa {
        Isa::available().pop().unwrap_or(Isa::SCALAR)
    }

    /// The level of the given name (`scalar`, `avx2`, `avx512`), if this CPU has it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Isa> {
        Isa::available().into_iter().find(|isa| isa.name() == name)
    }

    /// The name, as `--isa` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Level::Scalar => "scalar",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }

    /// True when AVX2 (with BMI2) may be used.
    #[must_use]
    pub const fn has_avx2(self) -> bool {
        !matches!(self.0, Level::Scalar)
    }

    /// True when AVX-512 F, BW, VL, VBMI, VNNI and GFNI may be used.
    #[must_use]
    pub const fn has_avx512(self) -> bool {
        matches!(self.0, Level::Avx512)
    }
}

#[cfg(target_arch = "x86_64")]
fn present(level: Level) -> bool {
    use std::arch::is_x86_feature_detected as has;
    match level {
        Level::Scalar => true,
        Level::Avx2 => has!("avx2") && has!("bmi2"),
        Level::Avx512 => {
            present(Level::Avx2)
                && has!("avx512f")
                && has!("avx512bw")
                && has!("avx512vl")
                && has!("avx512vbmi")
                && has!("avx512vnni")
                && has!("gfni")
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn present(level: Level) -> bool {
    matches!(level, Level::Scalar)
}

impl std::fmt::Display for Isa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
