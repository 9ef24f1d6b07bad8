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
    Neon,
}

impl Isa {
    /// Portable code, on every machine.
    pub const SCALAR: Isa = Isa(Level::Scalar);

    /// The levels this CPU has, the slowest first; `Scalar` is always among them.
    #[must_use]
    pub fn available() -> Vec<Isa> {
        let levels = [Level::Scalar, Level::Avx2, Level::Avx512, Level::Neon];
        levels.into_iter().filter(|level| present(*level)).map(Isa).collect()
    }

    /// The fastest level this CPU has.
    #[must_use]
    pub fn best() -> Isa {
        Isa::available().pop().unwrap_or(Isa::SCALAR)
    }

    /// The level of the given name (`scalar`, `avx2`, `avx512`, `neon`), if this CPU has it.
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
            Level::Neon => "neon",
        }
    }

    /// True when AVX2 (with BMI2) may be used.
    #[must_use]
    pub const fn has_avx2(self) -> bool {
        matches!(self.0, Level::Avx2 | Level::Avx512)
    }

    /// True when AVX-512 F, BW, VL, VBMI, VNNI and GFNI may be used.
    #[must_use]
    pub const fn has_avx512(self) -> bool {
        matches!(self.0, Level::Avx512)
    }

    /// True when NEON, the vectors of 64-bit ARM processors, may be used.
    #[must_use]
    pub const fn has_neon(self) -> bool {
        matches!(self.0, Level::Neon)
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
        Level::Neon => false,
    }
}

/// Lanes are counted as in memory, so the vector code is for little-endian machines only.
#[cfg(target_arch = "aarch64")]
fn present(level: Level) -> bool {
    match level {
        Level::Scalar => true,
        Level::Avx2 | Level::Avx512 => false,
        Level::Neon => cfg!(target_endian = "little") && std::arch::is_aarch64_feature_detected!("neon"),
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn present(level: Level) -> bool {
    matches!(level, Level::Scalar)
}

impl std::fmt::Display for Isa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_found_by_its_name_and_the_best_is_the_last() {
        let all = Isa::available();
        assert_eq!(all.first(), Some(&Isa::SCALAR));
        assert_eq!(all.last(), Some(&Isa::best()));
        assert!(all.iter().all(|isa| Isa::from_name(isa.name()) == Some(*isa)));
    }

    #[test]
    fn a_level_of_another_architecture_is_not_found() {
        let (foreign, own): (&[&str], &[&str]) =
            if cfg!(target_arch = "aarch64") { (&["avx2", "avx512"], &["neon"]) } else { (&["neon"], &[]) };
        assert!(foreign.iter().all(|name| Isa::from_name(name).is_none()));
        assert!(own.iter().all(|name| Isa::from_name(name).is_some()));
    }
}
