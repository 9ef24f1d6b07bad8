//! `aureole serve`, and the page of a run.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

use crate::support::Desk;

/// A desk with a result of ten frames, `out.h5`.
fn desk() -> Desk {
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni --bins 50 -o out.h5").is(0);
    desk
}

/// Starts a server and reads its address: host and port, and the path with the token.
fn served(desk: &Desk, line: &str) -> (Child, String, String) {
    let mut child = desk.command(line).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let url = said.split("http://").nth(1).unwrap_or_else(|| panic!("{said}")).trim();
    let (place, path) = url.split_once('/').unwrap();
    (child, place.to_owned(), format!("/{path}"))
}

fn get(place: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(place).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// Ctrl-C, and the exit code after it.
fn interrupted(mut child: Child) -> Option<i32> {
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    child.wait().unwrap().code()
}

#[test]
fn a_result_or_a_folder_is_served_until_ctrl_c_which_is_no_failure() {
    let desk = desk();
    for what in ["out.h5", "."] {
        let (child, place, path) = served(&desk, &format!("serve {what}"));
        assert!(place.starts_with("127.0.0.1:") && path == "/", "{place}{path}");
        assert!(get(&place, &path).contains("<title>Aureole</title>"));
        let listed = get(&place, "/api/results");
        assert!(listed.contains("\"out.h5\""), "{listed}");
        assert_eq!(interrupted(child), Some(0));
    }
}

#[test]
fn with_a_host_the_address_has_the_token_without_which_nothing_is_answered() {
    let desk = desk();
    let (child, place, path) = served(&desk, "serve out.h5 --host 0.0.0.0");
    let port = place.rsplit(':').next().unwrap();
    let place = format!("127.0.0.1:{port}");
    assert!(path.starts_with("/?token="), "{path}");
    assert!(get(&place, "/").starts_with("HTTP/1.1 401"));
    assert!(get(&place, &path).starts_with("HTTP/1.1 303"));
    assert_eq!(interrupted(child), Some(0));
}

#[test]
fn what_cannot_be_served_is_refused_in_a_sentence() {
    let desk = desk();
    desk.write("text.h5", "no result");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (line, said) in [
        ("serve none.h5".to_owned(), "none.h5: no such file"),
        ("serve text.h5".to_owned(), "text.h5: this is no HDF5 file; a result of `aureole integrate` is needed"),
        ("serve stack.h5".to_owned(), "a result of `aureole integrate` is needed"),
        (format!("serve out.h5 --port {port}"), "cannot be listened at"),
        ("serve out.h5 --port 70000".to_owned(), "70000"),
        ("serve out.h5 --host not/a/name".to_owned(), "--host not/a/name: no address of this machine"),
        ("serve out.h5 --token short".to_owned(), "--token: 16 to 128 letters"),
    ] {
        let text = desk.run(&line).is(2);
        assert!(text.contains(said), "{line}: {text}");
    }
}

#[test]
fn a_run_is_not_kept_from_its_end_by_its_page_nor_by_one_that_cannot_be_had() {
    let desk = desk();
    let plain = std::fs::read(desk.path("out.h5")).unwrap().len();
    let text = desk.run("integrate stack.h5 --poni stack.poni --bins 50 -o shown.h5 --serve").is(0);
    assert!(text.contains("note: the run is shown at http://127.0.0.1:"), "{text}");
    assert_eq!(std::fs::read(desk.path("shown.h5")).unwrap().len(), plain);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let text = desk.run(&format!("integrate stack.h5 --poni stack.poni --bins 50 -o other.h5 --serve={port}")).is(0);
    assert!(text.contains("note: --serve:") && text.contains("the run goes on without a page"), "{text}");
    let text = desk.run("integrate stack.h5 --poni stack.poni -o third.h5 --stay").is(2);
    assert!(text.contains("--serve"), "{text}");
}
