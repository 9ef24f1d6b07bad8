//! Memory that several processes share: a file without a name, which is gone with the last process that has it open, in
//! whatever way that ends.
//!
//! It is written and read, not mapped: a copy more, but no process can change what another one looks at through a reference.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;

use rustix::fs::{MemfdFlags, memfd_create};

/// The shared memory.
#[derive(Debug)]
pub(crate) struct Memory(File);

impl Memory {
    /// Memory of so many bytes, none of which is taken before it is written to.
    pub(crate) fn new(bytes: u64) -> io::Result<Memory> {
        let memory = Memory::from(memfd_create("aureole-patterns", MemfdFlags::CLOEXEC)?);
        memory.0.set_len(bytes)?;
        Ok(memory)
    }

    pub(super) fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, at)
    }

    /// Makes `out` the `length` bytes from `at` on.
    pub(super) fn read(&self, at: u64, length: usize, out: &mut Vec<u8>) -> io::Result<()> {
        out.resize(length, 0);
        self.0.read_exact_at(out, at)
    }
}

impl From<OwnedFd> for Memory {
    fn from(file: OwnedFd) -> Memory {
        Memory(File::from(file))
    }
}

impl From<Memory> for File {
    fn from(memory: Memory) -> File {
        memory.0
    }
}

impl AsFd for Memory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
