//! The bins of a job's recipes on their way to its worker processes: made once, in memory that all of them read.
//!
//! Each is `bytes, binning`, in the order of the recipes. What cannot be handed over is made anew by each worker.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use aureole_core::binning::Binning;

use super::JobError;
use crate::layout::processes::Memory;

/// Bytes before each binning.
const LENGTH: u64 = size_of::<u64>() as u64;

/// The bins of some recipes, one after the other.
#[derive(Debug)]
pub(super) struct Bins {
    /// Nothing, once something could not be written.
    file: Option<Arc<File>>,
    /// They are there and read, not written.
    made: bool,
    /// Where the next ones are.
    at: u64,
}

impl Bins {
    /// Room for bins, as long as the system has shared memory.
    pub(super) fn new() -> Bins {
        Bins { file: Memory::new(0).ok().map(|memory| Arc::new(File::from(memory))), made: false, at: 0 }
    }

    /// The bins that another process has made.
    pub(super) fn made(file: File) -> Bins {
        Bins { file: Some(Arc::new(file)), made: true, at: 0 }
    }

    /// The file with all that was kept.
    pub(super) fn file(&self) -> Option<Arc<File>> {
        self.file.clone()
    }

    /// The next bins, where another process has made them.
    pub(super) fn take(&mut self) -> Option<Binning> {
        let file = self.file.as_ref().filter(|_| self.made)?;
        let mut length = [0; LENGTH as usize];
        file.read_exact_at(&mut length, self.at).ok()?;
        let mut input = At { file, at: self.at + LENGTH };
        let binning = Binning::read_from(&mut input, u64::from_ne_bytes(length)).ok()?;
        self.at = input.at;
        Some(binning)
    }

    /// Adds bins for other processes.
    pub(super) fn keep(&mut self, binning: &Binning) {
        let Some(file) = self.file.as_ref().filter(|_| !self.made) else { return };
        let mut out = At { file, at: self.at + LENGTH };
        let written = binning.write_to(&mut out);
        let end = out.at;
        let length = (end - self.at - LENGTH).to_ne_bytes();
        match written.and_then(|()| file.write_all_at(&length, self.at)) {
            Ok(()) => self.at = end,
            Err(_) => self.file = None,
        }
    }
}

/// Bins that another process has made, or those that `make` gives, with its notice; these are kept for others.
pub(super) fn take_or_make(
    bins: Option<&mut Bins>,
    make: impl FnOnce() -> Result<(Binning, Option<String>), JobError>,
) -> Result<(Binning, Option<String>), JobError> {
    let Some(bins) = bins else { return make() };
    if let Some(binning) = bins.take() {
        return Ok((binning, None));
    }
    let made = make()?;
    bins.keep(&made.0);
    Ok(made)
}

/// A file from a place on; processes that share it do not share the place.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(bytes, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Write for At<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write_at(bytes, self.at)?;
        self.at += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aureole_core::binning::MatrixBuilder;

    use super::*;

    fn binning(bins: usize) -> Binning {
        let mut matrix = MatrixBuilder::new(bins);
        matrix.push([(bins as u32 - 1, 1.0)], true).unwrap();
        let edges: Vec<f64> = (0..=bins).map(|edge| edge as f64).collect();
        Binning { matrix: matrix.finish(), centres: vec![0.5; bins], edges, azimuthal: None }
    }

    #[test]
    fn bins_come_in_the_order_in_which_they_were_kept() {
        let mut kept = Bins::new();
        assert!(kept.take().is_none(), "nothing was made elsewhere");
        for bins in [3, 5] {
            kept.keep(&binning(bins));
        }
        for _ in 0..2 {
            // Each process has the file at a place of its own.
            let mut made = Bins::made(kept.file().unwrap().try_clone().unwrap());
            made.keep(&binning(9));
            assert_eq!([made.take(), made.take()].map(|bins| bins.unwrap().edges.len()), [4, 6]);
            assert!(made.take().is_none());
        }
    }

    #[test]
    fn what_is_no_binning_is_not_taken() {
        let mut kept = Bins::new();
        kept.keep(&binning(3));
        let file = kept.file().unwrap();
        file.write_all_at(&u64::MAX.to_ne_bytes(), 0).unwrap();
        assert!(Bins::made(file.try_clone().unwrap()).take().is_none());
    }
}
