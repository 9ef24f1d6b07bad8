//! The kernels as a library of functions that run on the CPU, compiled where a C++ compiler is.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_void};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use aureole_cuda::kernels::{FloatMarks, Launch};
use libloading::Library;

/// What takes the place of `machine.cuh`.
const MACHINE: &str = "#include \"emulator.hpp\"\n";

/// The recipe of a kernel that takes none.
const NO_RECIPE: u32 = u32::MAX;

/// One launch of an entry point.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Grid {
    /// Blocks of threads.
    pub(crate) blocks: usize,
    /// Threads of a block, a multiple of 32.
    pub(crate) threads: usize,
    /// Bytes that the threads of a block share.
    pub(crate) shared: usize,
}

type Emulate =
    unsafe extern "C" fn(*const c_void, u32, u32, u32, *const Launch, *const FloatMarks, u32, u64) -> *const c_char;

/// The kernels, ready to run.
pub(crate) struct Machine(Library);

/// The kernels, compiled once; `None`, said in a line, where there is no compiler.
pub(crate) fn machine() -> Option<&'static Machine> {
    static MACHINE: OnceLock<Option<Machine>> = OnceLock::new();
    MACHINE.get_or_init(Machine::compile).as_ref()
}

impl Machine {
    fn compile() -> Option<Machine> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy_sources(folder.path());
        let library = folder.path().join("kernels.so");
        // A flag such as -fsanitize=address may be added.
        let more = std::env::var("CXXFLAGS").unwrap_or_default();
        let compiled = Command::new("c++")
            .args(["-std=c++17", "-O1", "-g", "-ffp-contract=off", "-shared", "-fPIC"])
            // What is undefined in C++, such as a word read from an odd place, ends the test.
            .args(["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"])
            .args(more.split_whitespace())
            .arg("-o")
            .args([&library, &folder.path().join("emulated.cpp")])
            .output();
        let compiled = match compiled {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("SKIPPED: kernels under emulation: no C++ compiler (c++)");
                return None;
            }
            compiled => compiled.expect("the compiler can be run"),
        };
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        // SAFETY: the library is the one just compiled; it does nothing when it is loaded.
        Some(Machine(unsafe { Library::new(library) }.expect("a library")))
    }

    /// Sizes of the structs that kernels are handed.
    pub(crate) fn sizes(&self) -> [u32; 6] {
        // SAFETY: emulated.cpp has it so.
        unsafe { **self.0.get::<*const [u32; 6]>("SIZES").expect("sizes of structs") }
    }

    /// True when there is an entry point of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        // SAFETY: the function is not called.
        unsafe { self.0.get::<unsafe extern "C" fn()>(name) }.is_ok()
    }

    /// Runs a kernel for integers.
    pub(crate) fn run(&self, name: &str, grid: Grid, launch: &Launch, order: u64) {
        self.start(name, grid, launch, std::ptr::null(), NO_RECIPE, order);
    }

    /// Runs a kernel for floats, which may take one recipe.
    pub(crate) fn run_floats(&self, name: &str, grid: Grid, launch: &Launch, marks: &FloatMarks, recipe: Option<u32>) {
        self.start(name, grid, launch, marks, recipe.unwrap_or(NO_RECIPE), 1);
    }

    fn start(&self, name: &str, grid: Grid, launch: &Launch, marks: *const FloatMarks, recipe: u32, order: u64) {
        let Grid { blocks, threads, shared } = grid;
        // SAFETY: both are declared so, and the pointers of a launch are those of buffers that live (see `Memory::launch`).
        let wrong = unsafe {
            let entry = *self.0.get::<*const c_void>(name).expect("an entry point");
            let emulate = self.0.get::<Emulate>("emulate").expect("the emulator");
            let wrong = emulate(entry, blocks as u32, threads as u32, shared as u32, launch, marks, recipe, order);
            (!wrong.is_null()).then(|| CStr::from_ptr(wrong))
        };
        assert_eq!(wrong, None, "{name}, order {order}");
    }
}

/// Puts the sources of the kernels into a folder, with the emulator for the machine.
fn copy_sources(folder: &Path) {
    let kernels = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels");
    for entry in kernels.read_dir().expect("the kernels") {
        let path = entry.expect("a kernel").path();
        let is_source =
            path.extension().is_some_and(|end| ["cu", "cuh", "cpp", "hpp"].iter().any(|known| end == *known));
        if is_source && let Some(name) = path.file_name() {
            std::fs::copy(&path, folder.join(name)).expect("a copy");
        }
    }
    std::fs::write(folder.join("machine.cuh"), MACHINE).expect("the machine");
}
