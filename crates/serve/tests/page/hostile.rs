//! Requests that nobody means well with: each is refused, and the server answers the next one.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use aureole_serve::http::Token;
use aureole_serve::{Options, Place, Server};
use tempfile::tempdir;

use crate::support::{Site, result};

const SECRET: &str = "nobody-is-to-see-this";

/// A folder with a result and, in it and beside it, files that are not to be served.
fn site() -> (tempfile::TempDir, Site) {
    let folder = tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir_all(inner.join("deeper")).unwrap();
    for name in ["secret.txt", "inner/notes.txt", "inner/deeper/secret.h5", "inner/fake.h5"] {
        std::fs::write(folder.path().join(name), SECRET).unwrap();
    }
    result(&folder.path().join("outside.h5"), 5, None);
    result(&inner.join("scan.h5"), 30, None);
    std::os::unix::fs::symlink("../outside.h5", inner.join("link.h5")).unwrap();
    std::os::unix::fs::symlink("../secret.txt", inner.join("link.nxs")).unwrap();
    let site = Site::of(Place::Folder(inner));
    (folder, site)
}

fn alive(site: &Site) {
    assert_eq!(site.get("/api/results").state, 200);
}

#[test]
fn no_path_leads_out_of_the_catalogue() {
    let (_folder, site) = site();
    for path in [
        "/../secret.txt",
        "/page/../../secret.txt",
        "/page/..%2f..%2fsecret.txt",
        "/page/%2e%2e/%2e%2e/secret.txt",
        "/page/..%5c..%5csecret.txt",
        "//secret.txt",
        "/page//etc/passwd",
        "/page/%00page.css",
        "/page/page.css%00.txt",
        "/api/results/..%2fsecret.txt",
        "/api/results/secret.txt",
        "/api/results/0%2f..%2f..",
        "/api/results/scan.h5",
        "/api/results/-1",
        "/api/results/99",
        "/api/results/4294967296",
        "/api/results/1e3",
        "/api/results/0x0",
        "/api/results/%30%30%30%30%30%30%30%30%30%30%30",
        "/api/results/0/../../secret.txt",
        "/notes.txt",
        "/deeper/secret.h5",
        "/etc/passwd",
        "/proc/self/environ",
        "/api/results/0/row?recipe=0&row=0&file=../secret.txt%00",
        "/api/results/NaN",
        "/%c0%ae%c0%ae/secret.txt",
        "/api/results/0;/etc/passwd",
    ] {
        let answer = site.get(path);
        let known = path.starts_with("/api/results/0/row?") && answer.state == 200;
        assert!((400..500).contains(&answer.state) || known, "{path}: {}", answer.state);
        assert!(!answer.text().contains(SECRET) && !answer.text().contains("root:"), "{path}");
        alive(&site);
    }
}

#[test]
fn a_folder_shows_results_in_it_and_nothing_else() {
    let (_folder, site) = site();
    let listed = site.json("/api/results");
    let names: Vec<&str> =
        listed["results"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["scan.h5"]);
    for id in 0..20 {
        let answer = site.get(&format!("/api/results/{id}"));
        assert_eq!(answer.state, if listed["results"][0]["id"] == id { 200 } else { 404 });
        assert!(!answer.text().contains(SECRET));
    }
}

#[test]
fn numbers_that_cannot_be_are_refused() {
    let (_folder, site) = site();
    let listed = site.json("/api/results");
    let of = listed["results"].as_array().unwrap().iter().find(|of| of["name"] == "scan.h5").unwrap();
    let base = format!("/api/results/{}", of["id"]);
    for query in [
        "row?recipe=0&row=-1",
        "row?recipe=0&row=NaN",
        "row?recipe=0&row=1e9",
        "row?recipe=0&row=30",
        "row?recipe=7&row=0",
        "row?recipe=0",
        "row?recipe=0&row=18446744073709551616",
        "row?recipe=0&row=1&row=2",
        "cake?recipe=0&row=0",
        "map?recipe=0&from=0&to=5",
        "map?recipe=0&from=5&to=0",
        "strip?from=0&to=10&parts=0",
        "strip?from=10&to=5&parts=3",
        "strip?from=0&to=10&parts=1000000",
        "strip?from=-5&to=10&parts=3",
        "failed?from=-1",
        "failed?from=",
        "failed",
        "tile?recipe=0&level=28&row=0&bin_level=0&column=0&low=0",
        "tile?recipe=0&level=0&row=1099511627776&bin_level=0&column=0&low=0",
        "tile?recipe=0&level=0&row=0&bin_level=99&column=0&low=0",
        "tile?recipe=0&level=0&row=0&bin_level=0&column=0&low=2",
        "tile?recipe=0&level=-1&row=0&bin_level=0&column=0&low=0",
        "tile?recipe=0&level=NaN&row=0&bin_level=0&column=0&low=0",
        "tile?recipe=0&level=0&row=1&bin_level=0&column=0&low=0",
        "tile",
        "unknown",
    ] {
        let answer = site.get(&format!("{base}/{query}"));
        assert!([400, 404].contains(&answer.state), "{query}: {} {}", answer.state, answer.text());
    }
    assert_eq!(site.get(&format!("{base}/row?recipe=0&row=29")).state, 200);
    assert_eq!(site.get(&format!("{base}/tile?recipe=0&level=27&row=0&bin_level=27&column=0&low=1")).state, 200);
}

#[test]
fn nothing_but_get_and_nothing_with_a_content_is_taken() {
    let (_folder, site) = site();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEAD", "PROPFIND", "get"] {
        let target = if method == "CONNECT" { "localhost:80" } else { "/api/results" };
        let request = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = site.raw(request.as_bytes());
        assert!([400, 405].contains(&answer.state), "{method}: {}", answer.state);
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    for header in [
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ] {
        let answer = site
            .raw(format!("GET /api/results HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}").as_bytes());
        assert_eq!(answer.state, 413, "{header}");
    }
    alive(&site);
}

#[test]
fn requests_that_are_none_are_not_answered_with_content() {
    let (_folder, site) = site();
    let long = "a".repeat(40_000);
    let many: String = (0..200).map(|nth| format!("X-{nth}: 1\r\n")).collect();
    for request in [
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"),
        format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        format!("GET /{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", &long[..5000]),
        "GET / HTTP/1.1\r\nHost: localhost\r\nbroken\r\n\r\n".into(),
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n".into(),
        "GET /\u{0} HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}".to_owned() + &"\u{1}".repeat(600) + "\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n".into(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n".into(),
        "\r\n\r\n\r\n\r\nnonsense\r\n\r\n".into(),
    ] {
        let answer = site.raw(request.as_bytes());
        let start: String = request.chars().take(40).collect();
        assert!(answer.state == 0 || (400..600).contains(&answer.state), "{start}: {}", answer.state);
        assert!(answer.content.len() < 300, "{start}");
    }
    alive(&site);
}

#[test]
fn names_that_lead_here_from_elsewhere_are_refused() {
    let (_folder, site) = site();
    for host in [
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "0.0.0.0",
        "",
    ] {
        let answer =
            site.raw(format!("GET /api/results HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes());
        assert_eq!(answer.state, 421, "{host}");
    }
    let absolute = "GET http://evil.example/api/results HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(site.raw(absolute.as_bytes()).state, 421);
    for host in ["localhost:9000", "127.0.0.1", "[::1]:80"] {
        let answer =
            site.raw(format!("GET /api/results HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes());
        assert_eq!(answer.state, 200, "{host}");
    }
}

#[test]
fn without_the_token_there_is_nothing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("scan.h5");
    result(&path, 5, None);
    let token = "correct-horse-battery";
    let site = Site::with(Place::File(path), Some(Token::chosen(token).unwrap()));
    let ask = |path: &str, header: &str| {
        site.raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n").as_bytes())
    };
    let cookie = format!("aureole_{}", site.port);
    for (path, header) in [
        ("/", String::new()),
        ("/page/main.js", String::new()),
        ("/api/results", String::new()),
        ("/api/results/0/live", String::new()),
        ("/?token=", String::new()),
        ("/?token=correct-horse-batter", String::new()),
        ("/?token=correct-horse-batterz", String::new()),
        ("/?token=wrong&token=wrong", String::new()),
        ("/api/results?token=correct-horse-battery", String::new()),
        ("/", format!("Cookie: {cookie}=wrong\r\n")),
        ("/", format!("Cookie: {cookie}x={token}\r\n")),
        ("/", format!("Cookie: other={token}\r\n")),
        ("/", "Authorization: Bearer wrong\r\n".into()),
        ("/", format!("Authorization: Basic {token}\r\n")),
    ] {
        let answer = ask(path, &header);
        assert_eq!(answer.state, 401, "{path} {header}");
        assert!(answer.content.len() < 200);
    }
    let entered = ask(&format!("/?token={token}"), "");
    assert_eq!((entered.state, entered.header("location").as_deref()), (303, Some("/")));
    let given = entered.header("set-cookie").unwrap();
    assert_eq!(given, format!("{cookie}={token}; Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(ask("/", &format!("Cookie: a=b; {cookie}={token}\r\n")).state, 200);
    assert_eq!(ask("/api/results", &format!("Authorization: Bearer {token}\r\n")).state, 200);
    assert!(site.server.url().ends_with(&format!("/?token={token}")));
}

#[test]
fn a_server_that_others_can_reach_has_a_token() {
    let folder = tempdir().unwrap();
    let options = Options { host: Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), ..Options::default() };
    let server = Server::start(Place::Folder(folder.path().to_owned()), None, &options).unwrap();
    let token = server.url().split("?token=").nth(1).unwrap();
    assert_eq!(token.len(), 32);
}

#[test]
fn every_answer_says_that_nothing_comes_from_elsewhere() {
    let (_folder, site) = site();
    for path in ["/", "/page/main.js", "/api/results", "/nothing"] {
        let answer = site.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'")
                && policy.contains("frame-ancestors 'none'")
                && !policy.contains("unsafe")
        );
        assert_eq!(answer.header("x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn clients_that_are_too_many_or_silent_keep_nobody_out_for_long() {
    let (_folder, site) = site();
    // Half of a request each, and no more.
    let mut silent: Vec<_> = (0..aureole_serve::server::MOST_CONNECTIONS)
        .map(|_| {
            let mut stream = site.connect();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: local").unwrap();
            stream
        })
        .collect();
    let refused = site.until("a refusal", || Some(site.get("/api/results").state).filter(|state| *state != 200));
    assert!([0, 503].contains(&refused), "{refused}");
    // They are cut off, so that others have their turn.
    site.until("a free place", || (site.get("/api/results").state == 200).then_some(()));
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    }
    alive(&site);
}

#[test]
fn pages_that_listen_are_limited_and_make_room_when_they_go() {
    let (_folder, site) = site();
    let listed = site.json("/api/results");
    let id = listed["results"].as_array().unwrap().iter().find(|of| of["name"] == "scan.h5").unwrap()["id"].clone();
    let request = format!("GET /api/results/{id}/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut open = Vec::new();
    for _ in 0..16 {
        let mut stream = site.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut start = [0; 15];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200 OK");
        open.push(stream);
    }
    assert_eq!(site.get(&format!("/api/results/{id}/live")).state, 503);
    drop(open);
    site.until("room", || {
        let mut stream = site.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut start = [0; 15];
        stream.read_exact(&mut start).ok().filter(|()| &start == b"HTTP/1.1 200 OK")
    });
}
