//! Ctrl-C during a run.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::support::Desk;

#[test]
fn an_interrupted_run_keeps_what_it_did_and_says_so() {
    let desk = Desk::new();
    // Long enough to be hit in the middle, small enough to be made quickly: 16 frames, over and over.
    desk.run("simulate long.h5 --detector Pilatus100k --frames 20000 --profile sparse --mean 0.001").is(0);
    let line = "integrate long.h5 --poni long.poni -o out.h5 --threads 1 --isa scalar";
    let mut run =
        desk.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let mut header = String::new();
    BufReader::new(run.stderr.take().unwrap()).read_line(&mut header).unwrap();
    assert!(header.contains("20,000 frames"), "{header}");
    Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    let mut said = String::new();
    run.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains(" of 20000, stopped in "), "{said}");
    desk.run("plot out.h5 -o out.png").is(0);
}
