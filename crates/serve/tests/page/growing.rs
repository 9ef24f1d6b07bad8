//! Results that are being written.

use std::io::{BufRead, BufReader, Write};

use aureole::sink::NexusSink;
use aureole_core::pipeline::Sink;
use aureole_serve::Place;
use serde_json::Value;
use tempfile::tempdir;

use crate::support::{BINS, Site, description, push, value};

/// The events of a result, one after the other.
fn events(site: &Site) -> impl Iterator<Item = Value> + use<> {
    let mut stream = site.connect();
    stream.write_all(b"GET /api/results/0/live HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
}

#[test]
fn rows_are_shown_as_they_are_written_and_news_say_so() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("live.h5");
    let mut sink = NexusSink::create(&path, description(1000, None), false).unwrap();
    push(&mut sink, 0..50, BINS);
    sink.flush().unwrap();
    let site = Site::of(Place::File(path));
    let mut news = events(&site);
    let first = news.next().unwrap();
    assert_eq!((&first["done"], &first["failed"], &first["ended"]), (&45.into(), &5.into(), &false.into()));
    assert_eq!(first["planned"], 1000);
    for start in (50..1000).step_by(190) {
        push(&mut sink, start..start + 190, BINS);
        sink.flush().unwrap();
        let end = start + 190;
        let told = news.find(|news| news["done"].as_u64().unwrap() + news["failed"].as_u64().unwrap() == end as u64);
        let told = told.unwrap();
        assert!(told["changed"][0].as_u64().unwrap() <= start as u64 + 190 && told["changed"][1] == end);
        let row = site.get(&format!("/api/results/0/row?recipe=0&row={}", end - 1));
        assert_eq!(row.floats(4)[3], value(end - 1, 3));
    }
    sink.finish().unwrap();
    assert!(news.any(|news| news["ended"] == true));
}

#[test]
fn a_result_that_is_not_there_yet_is_waited_for_and_one_that_is_replaced_is_shown_anew() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("late.h5");
    let site = Site::of(Place::File(path.clone()));
    let mut news = events(&site);
    assert!(news.next().unwrap()["waiting"].is_string());
    crate::support::result(&path, 20, None);
    let shown = news.find(|news| news["rows"] == 20).unwrap();
    let mut sink = NexusSink::create(&path, description(7, None), true).unwrap();
    push(&mut sink, 0..7, BINS);
    sink.finish().unwrap();
    let other = news.find(|news| news["rows"] == 7 && news["ended"] == true).unwrap();
    assert!(other["generation"].as_u64() > shown["generation"].as_u64());
}

#[test]
fn a_file_that_is_cut_short_is_told_and_ends_nothing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("cut.h5");
    crate::support::result(&path, 5000, None);
    let site = Site::of(Place::File(path.clone()));
    assert_eq!(site.get("/api/results/0").state, 200);
    let whole = std::fs::metadata(&path).unwrap().len();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(whole / 2).unwrap();
    let tile = "/api/results/0/tile?recipe=0&level=0&row=38&bin_level=0&column=0&low=0";
    for _ in 0..20 {
        assert!([200, 503].contains(&site.get(tile).state));
    }
    assert_eq!(site.get("/api/results/0/row?recipe=0&row=4999").state, 503);
    assert_eq!(site.get("/api/results").state, 200);
}
