//! A built simulation, loaded into this process.

use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::registers::{CAUSE, COUNTERS, LANE, Register};
use crate::FpgaError;

type New = unsafe extern "C" fn() -> *mut c_void;
type Free = unsafe extern "C" fn(*mut c_void);
type Plan = unsafe extern "C" fn(*mut c_void, *const u64, u64);
type Write = unsafe extern "C" fn(*mut c_void, u32, u32);
type Read = unsafe extern "C" fn(*mut c_void, u32) -> u32;
type Run =
    unsafe extern "C" fn(*mut c_void, u32, u32, *const *const u8, *const u64, *const *mut u64, u64, u64) -> c_int;

/// The functions of `shim.cpp`.
#[derive(Debug)]
pub(super) struct Library {
    new: New,
    free: Free,
    plan: Plan,
    write: Write,
    read: Read,
    run: Run,
    _library: libloading::Library,
}

/// One design.
#[derive(Debug)]
pub(super) struct Instance {
    functions: Arc<Library>,
    handle: *mut c_void,
    /// What its memory holds; the shim reads it.
    words: Vec<u64>,
}

// SAFETY: an instance has all its state for itself, and is used by one thread at a time.
unsafe impl Send for Instance {}

/// Libraries that are loaded; they stay.
static LOADED: Mutex<BTreeMap<PathBuf, Arc<Library>>> = Mutex::new(BTreeMap::new());

impl Library {
    /// The library of a file that `build` made.
    pub(super) fn of(file: &Path) -> Result<Arc<Library>, FpgaError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = loaded.get(file) {
            return Ok(library.clone());
        }
        let library = Library::load(file).map_err(|error| FpgaError::Build(error.to_string()))?;
        let library = Arc::new(library);
        loaded.insert(file.to_owned(), library.clone());
        Ok(library)
    }

    fn load(file: &Path) -> Result<Library, libloading::Error> {
        // SAFETY: the file was built of `shim.cpp`, whose functions have these types; nothing runs when it is loaded.
        unsafe {
            let library = libloading::Library::new(file)?;
            Ok(Library {
                new: *library.get::<New>(b"aureole_new\0")?,
                free: *library.get::<Free>(b"aureole_free\0")?,
                plan: *library.get::<Plan>(b"aureole_plan\0")?,
                write: *library.get::<Write>(b"aureole_write\0")?,
                read: *library.get::<Read>(b"aureole_read\0")?,
                run: *library.get::<Run>(b"aureole_run\0")?,
                _library: library,
            })
        }
    }

    /// A design after its reset.
    pub(super) fn instance(self: &Arc<Self>) -> Instance {
        // SAFETY: takes nothing.
        let handle = unsafe { (self.new)() };
        Instance { functions: self.clone(), handle, words: Vec::new() }
    }
}

impl Instance {
    /// Puts words into the plan's memory, from byte 0 on.
    pub(super) fn plan(&mut self, words: &[u64]) {
        self.words = words.to_vec();
        // SAFETY: the words live, where they are, as long as the instance or until others take their place.
        unsafe { (self.functions.plan)(self.handle, self.words.as_ptr(), self.words.len() as u64) }
    }

    pub(super) fn write(&mut self, register: Register, value: u32) {
        // SAFETY: the handle is one of `new`.
        unsafe { (self.functions.write)(self.handle, register as u32, value) }
    }

    pub(super) fn read(&mut self, register: Register) -> u32 {
        self.read_at(register as u32)
    }

    fn read_at(&mut self, address: u32) -> u32 {
        // SAFETY: the handle is one of `new`.
        unsafe { (self.functions.read)(self.handle, address) }
    }

    /// What a lane counted of a cause.
    pub(super) fn count(&mut self, lane: usize, cause: usize) -> u64 {
        let at = COUNTERS + LANE * lane as u32 + CAUSE * cause as u32;
        let (low, high) = (self.read_at(at), self.read_at(at + 4));
        u64::from(low) | u64::from(high) << 32
    }

    /// Gives each lane its chunk and takes as many words from it as `out` has; false where it gave none for `limit` cycles.
    pub(super) fn run(&mut self, chunks: &[&[u8]], width: usize, out: &mut [Vec<u64>], limit: u64) -> bool {
        assert_eq!(chunks.len(), out.len(), "a chunk and a frame's sums for each lane");
        let wanted = out.first().map_or(0, Vec::len);
        assert!(out.iter().all(|out| out.len() == wanted), "as many words from each lane");
        let starts: Vec<*const u8> = chunks.iter().map(|chunk| chunk.as_ptr()).collect();
        let sizes: Vec<u64> = chunks.iter().map(|chunk| chunk.len() as u64).collect();
        let ends: Vec<*mut u64> = out.iter_mut().map(|out| out.as_mut_ptr()).collect();
        let (lanes, width) = (chunks.len() as u32, width as u32);
        // SAFETY: each chunk has its size, each output `wanted` words, and the design so many lanes of so many bytes (`Design`).
        let done = unsafe {
            (self.functions.run)(
                self.handle,
                lanes,
                width,
                starts.as_ptr(),
                sizes.as_ptr(),
                ends.as_ptr(),
                wanted as u64,
                limit,
            )
        };
        done != 0
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: the handle is one of `new`, and is not used any more.
        unsafe { (self.functions.free)(self.handle) }
    }
}
