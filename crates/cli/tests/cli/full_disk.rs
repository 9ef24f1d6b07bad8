//! Disks without room.

use std::process::Command;

use crate::contents::{contents, differing};
use crate::support::{Desk, Ended};

const JOB: &str = "integrate stack.h5 --poni stack.poni --bins 2000 --error-model poisson --sums -o out.h5";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 1000 --profile sparse --mean 0.001").is(0);
    desk.run(&JOB.replace("out.h5", "whole.h5")).is(0);
    desk
}

fn shell(desk: &Desk, script: &str) -> Ended {
    let mut shell = Command::new("sh");
    shell.args(["-c", &script.replace("aureole", env!("CARGO_BIN_EXE_aureole"))]).current_dir(desk.path(""));
    shell.env("XDG_CACHE_HOME", desk.path("cache")).output().unwrap().into()
}

/// The limit of a file's size stands for a disk: 40,000 KiB, of 47,000 that are needed; the first growth step still fits.
#[test]
fn a_run_that_a_full_disk_ended_leaves_a_file_that_opens_and_goes_on() {
    let desk = desk();
    // With the signal that such a limit sends, and without.
    for trap in ["trap '' XFSZ; ", ""] {
        let ended = shell(&desk, &format!("{trap}ulimit -f 80000; exec aureole {JOB} --force"));
        let said = ended.is(1);
        assert!(said.contains("error: out.h5 cannot be written (File too large"), "{said}");
        let said = desk.run("verify out.h5").is(0);
        assert!(said.contains("frames are not done") && !said.contains("frames    all 0"), "{said}");
        let said = desk.run(&format!("{JOB} --resume")).is(0);
        assert!(said.contains("goes on with out.h5: 640 done, 360 frames left"), "{said}");
        assert_eq!(differing(&contents(&desk.path("whole.h5")), &contents(&desk.path("out.h5"))), Vec::<String>::new());
    }
}

#[test]
fn a_file_system_that_runs_full_is_noticed_before_anything_is_torn() {
    let desk = desk();
    if !shell(&desk, "mkdir full && unshare -rm mount -t tmpfs -o size=1m none full").err.is_empty() {
        println!("SKIPPED: a result on a full file system: this machine lets a test mount none");
        return;
    }
    let script = format!(
        "mount -t tmpfs -o size=45m none full && ln stack.h5 stack.poni . 2>/dev/null; cp stack.h5 stack.poni full/; cd full; \
         aureole {JOB}; echo ended $?; aureole verify out.h5; mount -o remount,size=150m . ; \
         aureole {JOB} --resume; echo ended $?; cp out.h5 .."
    );
    let ended = shell(&desk, &format!("unshare -rm sh -c '{script}'"));
    let said = ended.out + &ended.err;
    assert!(said.contains("ended 1") && said.contains("No space left on device") && said.contains("ended 0"), "{said}");
    assert!(said.contains("out.h5: all is equal"), "{said}");
    let mut differing = differing(&contents(&desk.path("whole.h5")), &contents(&desk.path("out.h5")));
    differing.retain(|path| !path.contains("/reduction/source_modified"));
    assert_eq!(differing, Vec::<String>::new());
}
