//! Machines without a GPU, and with one that is of no use: a sentence and exit code 2, never more. The drivers are made for the tests.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{Desk, Ended};

/// A library with a name and some of the calls of NVIDIA's driver: its version, and what it says of starting and of its devices.
struct Driver<'a> {
    version: i32,
    init: i32,
    /// Name and compute capability of each device.
    devices: &'a [(&'a str, i32, i32)],
    /// What it says when one is taken into use.
    take: i32,
}

/// The driver's name for having no device, and for one that cannot be used.
const NO_DEVICE: i32 = 100;
const UNAVAILABLE: i32 = 46;

impl Driver<'_> {
    fn source(&self) -> String {
        let Driver { version, init, devices, take } = self;
        let mut names = String::new();
        for (name, major, minor) in *devices {
            let _ = write!(names, "{{\"{name}\", {major}, {minor}}}, ");
        }
        format!(
            "#include <stddef.h>\n#include <string.h>\n\
             static struct {{ const char *name; int major, minor; }} devices[] = {{ {names}{{\"\", 0, 0}} }};\n\
             int cuDriverGetVersion(int *version) {{ *version = {version}; return 0; }}\n\
             int cuInit(unsigned flags) {{ return {init}; }}\n\
             int cuDeviceGetCount(int *count) {{ *count = {count}; return 0; }}\n\
             int cuDeviceGet(int *device, int ordinal) {{ *device = ordinal; return 0; }}\n\
             int cuDeviceGetName(char *name, int length, int device) {{ strncpy(name, devices[device].name, length); return 0; }}\n\
             int cuDeviceGetAttribute(int *value, int which, int device) {{\n\
                 *value = which == 75 ? devices[device].major : devices[device].minor; return 0; }}\n\
             int cuDeviceTotalMem_v2(size_t *bytes, int device) {{ *bytes = (size_t)16 << 30; return 0; }}\n\
             int cuDeviceGetPCIBusId(char *text, int length, int device) {{ strncpy(text, \"0000:01:00.0\", length); return 0; }}\n\
             int cuDevicePrimaryCtxRetain(void **context, int device) {{ *context = &devices; return {take}; }}\n\
             int cuDevicePrimaryCtxRelease_v2(int device) {{ return 0; }}\n\
             int cuCtxSetCurrent(void *context) {{ return 0; }}\n\
             int cuModuleLoadData(void **module, const void *image) {{ *module = &devices; return 0; }}\n\
             int cuModuleUnload(void *module) {{ return 0; }}\n\
             int cuGetErrorName(int error, const char **name) {{ *name = \"CUDA_ERROR_DEVICE_UNAVAILABLE\"; return 0; }}\n\
             int cuGetErrorString(int error, const char **text) {{ *text = \"it is in use\"; return 0; }}\n",
            count = devices.len(),
        )
    }

    /// Compiles it on a desk; `None` where there is no compiler, which is said.
    fn build(&self, desk: &Desk) -> Option<PathBuf> {
        let folder = desk.path("driver");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("driver.c"), self.source()).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-o", "libcuda.so", "driver.c"]).current_dir(&folder);
        match cc.status() {
            Ok(status) => assert!(status.success()),
            Err(error) => {
                println!("SKIPPED: a driver made for the tests: cc: {error}");
                return None;
            }
        }
        Some(folder)
    }

    /// Runs the command on a machine that has this driver.
    fn run(&self, desk: &Desk, line: &str) -> Option<Ended> {
        let folder = self.build(desk)?;
        Some(desk.command(line).env("LD_LIBRARY_PATH", folder).output().unwrap().into())
    }
}

const OLD: Driver<'_> = Driver { version: 11040, init: 0, devices: &[("NVIDIA A2", 8, 6)], take: 0 };
/// Its device is there, but integrates nothing.
const IDLE: Driver<'_> = Driver { version: 12000, init: 0, devices: &[("NVIDIA A2", 8, 6)], take: 0 };
const EMPTY: Driver<'_> = Driver { version: 12040, init: NO_DEVICE, devices: &[], take: 0 };
const BROKEN: Driver<'_> = Driver { version: 12040, init: 999, devices: &[], take: 0 };
const PASCAL: Driver<'_> = Driver { version: 12040, init: 0, devices: &[("NVIDIA P4", 6, 1)], take: 0 };
const IN_USE: Driver<'_> =
    Driver { version: 12040, init: 0, devices: &[("NVIDIA P4", 6, 1), ("NVIDIA A2", 8, 6)], take: UNAVAILABLE };

/// Each driver, and what is said of it.
const DRIVERS: [(&Driver<'_>, &str); 4] = [
    (&OLD, "the NVIDIA driver is of CUDA 11.4; the kernels need a driver of CUDA 12.0 (525) or later"),
    (&EMPTY, "the NVIDIA driver finds no GPU here"),
    (&BROKEN, "the NVIDIA driver finds no GPU here (CUDA_ERROR_UNKNOWN)"),
    (&PASCAL, "GPU 0 (NVIDIA P4) has compute capability 6.1; 8.0 or later is needed"),
];

#[test]
fn doctor_says_why_layout_gpu_does_not_work() {
    let desk = Desk::new();
    for (driver, why) in DRIVERS {
        let Some(ended) = driver.run(&desk, "doctor") else { return };
        let said = ended.is(0);
        assert!(said.contains(&format!("  gpu        {why}")) && said.contains("\nGPUs         "), "{said}");
        assert!(said.contains("  fpga       ") && !said.contains("panicked"), "{said}");
    }
    let said = PASCAL.run(&desk, "doctor").unwrap().is(0);
    let line = "  0          NVIDIA P4, 16.0 GiB, compute capability 6.1, too old: 8.0 is needed\n";
    assert!(said.contains("GPUs         driver of CUDA 12.4\n") && said.contains(line), "{said}");
    let said = IN_USE.run(&desk, "doctor").unwrap().is(0);
    assert!(
        said.contains("  gpu        taking it into use: the GPU's driver says CUDA_ERROR_DEVICE_UNAVAILABLE"),
        "{said}"
    );
    assert!(said.contains("  1          NVIDIA A2, 16.0 GiB, compute capability 8.6, new enough\n"), "{said}");
}

#[test]
fn devices_that_are_hidden_are_said_to_be() {
    let desk = Desk::new();
    let Some(folder) = EMPTY.build(&desk) else { return };
    let mut command = desk.command("doctor");
    let said =
        Ended::from(command.env("LD_LIBRARY_PATH", folder).env("CUDA_VISIBLE_DEVICES", "").output().unwrap()).is(0);
    assert!(said.contains("the NVIDIA driver finds no GPU here (CUDA_VISIBLE_DEVICES is \"\")"), "{said}");
}

#[test]
fn layout_gpu_is_refused_in_one_sentence_and_nothing_is_written() {
    let desk = Desk::with_stack();
    for (driver, why) in DRIVERS.into_iter().chain([(&IN_USE, "GPU 0 (NVIDIA P4) has compute capability 6.1")]) {
        let Some(ended) = driver.run(&desk, "integrate stack.h5 --poni stack.poni --layout gpu -o out.h5") else {
            return;
        };
        let said = ended.is(2);
        assert!(said.starts_with(&format!("error: --layout gpu: {why}")) && said.lines().count() == 1, "{said}");
        let said = driver.run(&desk, "bench --detector Pilatus100k --frames 16 --gpu-limits").unwrap().is(2);
        assert!(said.starts_with(&format!("error: --gpu-limits: {why}")) && said.lines().count() == 1, "{said}");
    }
    let line = "integrate stack.h5 --poni stack.poni --layout gpu --devices 1,2 -o out.h5";
    let said = IN_USE.run(&desk, line).unwrap().is(2);
    assert!(said.contains("--layout gpu: taking it into use: the GPU's driver says"), "{said}");
    let said = IN_USE.run(&desk, &line.replace("1,2", "2")).unwrap().is(2);
    assert!(said.contains("--layout gpu: there is no GPU 2; those here are numbered 0 to 1"), "{said}");
    assert!(!desk.path("out.h5").exists());
}

#[test]
fn a_machine_without_a_gpu_integrates_and_measures_by_its_cores() {
    let desk = Desk::with_stack();
    let Some(ended) = EMPTY.run(&desk, "integrate stack.h5 --poni stack.poni -o out.h5") else { return };
    let said = ended.is(0);
    assert!(!said.contains("gpu") && !said.contains("GPU"), "{said}");
    let bench = "bench stack.h5 --poni stack.poni --threads 1 --repeat 1";
    assert!(!EMPTY.run(&desk, bench).unwrap().is(0).contains("gpu"));
    let said = EMPTY.run(&desk, &format!("{bench} --layout threads,gpu")).unwrap().is(0);
    assert!(said.contains("layout gpu is left out: the NVIDIA driver finds no GPU here"), "{said}");
    let said = EMPTY.run(&desk, &format!("{bench} --layout gpu --mode median")).unwrap().is(2);
    assert!(said.contains("layout gpu is left out: there is no kernel for mode median"), "{said}");
}

#[test]
fn what_has_no_kernel_is_integrated_by_the_host_and_that_is_said() {
    let desk = Desk::with_stack();
    let Some(ended) = IDLE.run(&desk, "doctor") else { return };
    assert!(ended.is(0).contains("  gpu        works: NVIDIA A2\n"));
    desk.run("simulate wide.h5 --detector Pilatus100k --frames 10 --dtype uint64").is(0);
    let median = "integrate stack.h5 --poni stack.poni --mode median --force -o";
    let wide = "integrate wide.h5 --poni wide.poni --force -o";
    for (line, what) in [(median, "mode median"), (wide, "pixels of uint64")] {
        let said = IDLE.run(&desk, &format!("{line} gpu.h5 --layout gpu --threads 2")).unwrap().is(0);
        let notice = format!(
            "note: layout gpu: there is no kernel for {what}; these frames are integrated by threads of the host"
        );
        assert!(said.contains(&notice) && said.contains(" · gpu: 2 threads, "), "{said}");
        let said = IDLE.run(&desk, &format!("{line} threads.h5 --layout threads")).unwrap().is(0);
        assert!(!said.contains("gpu"), "{said}");
    }
}

#[test]
fn whoever_has_no_driver_at_all_is_told_so() {
    let desk = Desk::with_stack();
    let said = desk.run("doctor").is(0);
    if !said.contains("no NVIDIA driver is installed here") {
        println!("SKIPPED: whoever_has_no_driver_at_all_is_told_so: this machine has one");
        return;
    }
    let said = desk.run("integrate stack.h5 --poni stack.poni --layout gpu -o out.h5").is(2);
    assert!(
        said.starts_with("error: --layout gpu: no NVIDIA driver is installed here: its library libcuda.so.1"),
        "{said}"
    );
}
