//! Results to show, a server that shows them, and a client that says what it likes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use aureole::sink::NexusSink;
use aureole::sink::nexus::{Axis, Description, Provenance, RecipeDescription};
use aureole_core::pattern::{Pattern, Status};
use aureole_core::pipeline::{Rows, Sink};
use aureole_serve::http::Token;
use aureole_serve::{Options, Place, Server};
use serde_json::Value;

pub(crate) const BINS: usize = 20;

pub(crate) fn axis(name: &str, units: &str, bins: usize) -> Axis {
    let at = |nth: usize| nth as f64 / 2.0;
    Axis {
        name: name.into(),
        units: units.into(),
        long_name: "q".into(),
        centres: (0..bins).map(|bin| at(bin) + 0.25).collect(),
        edges: (0..=bins).map(at).collect(),
    }
}

/// A result of so many frames, with errors; of cakes, where azimuthal bins are given.
pub(crate) fn description(frames: usize, azimuthal: Option<usize>) -> Description {
    let bins = BINS * azimuthal.unwrap_or(1);
    let recipe = RecipeDescription {
        name: "data".into(),
        errors: Some("standard error of the mean".into()),
        mode: "mean".into(),
        axis: axis("q_nm^-1", "1/nm", BINS),
        azimuthal: azimuthal.map(|bins| axis("chi_deg", "degree", bins)),
        norm: vec![1.0; bins],
        count: vec![1.0; bins],
        wavelength: Some(1e-10),
        ..RecipeDescription::default()
    };
    let provenance = Provenance {
        program: "aureole".into(),
        job: "{\"version\": 1, \"recipes\": [{\"bins\": 20}]}".into(),
        files: vec![("poni".into(), "a.poni".into(), "00ff".into())],
        ..Provenance::default()
    };
    Description { title: "a scan".into(), frames, recipes: vec![recipe], provenance, ..Description::default() }
}

/// The pattern of a frame; every tenth failed.
pub(crate) fn pattern(frame: usize, bins: usize) -> Pattern {
    if frame % 10 == 3 {
        return Pattern { status: Status::Failed(format!("frame {frame} is <b>torn</b>")), ..Pattern::default() };
    }
    Pattern {
        status: Status::Done,
        intensity: (0..bins).map(|bin| value(frame, bin)).collect(),
        errors: vec![0.5; bins],
        ..Pattern::default()
    }
}

pub(crate) fn value(frame: usize, bin: usize) -> f32 {
    (frame * 100 + bin) as f32
}

pub(crate) fn push(sink: &mut NexusSink, frames: std::ops::Range<usize>, bins: usize) {
    let first = frames.start;
    let patterns: Vec<Pattern> = frames.map(|frame| pattern(frame, bins)).collect();
    let _ = sink.push(&Rows { first, recipes: 1, patterns: &patterns }).unwrap();
}

/// A result that is complete.
pub(crate) fn result(path: &Path, frames: usize, azimuthal: Option<usize>) {
    let mut sink = NexusSink::create(path, description(frames, azimuthal), false).unwrap();
    push(&mut sink, 0..frames, BINS * azimuthal.unwrap_or(1));
    sink.finish().unwrap();
}

/// A server and the port it listens at.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) port: u16,
}

impl Site {
    pub(crate) fn of(place: Place) -> Site {
        Site::with(place, None)
    }

    pub(crate) fn with(place: Place, token: Option<Token>) -> Site {
        let server = Server::start(place, None, &Options { token, ..Options::default() }).unwrap();
        let port = server.url().split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
        Site { server, port }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// What is answered to these bytes: the state (0 for a connection that was closed), headers, content.
    pub(crate) fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A server that has heard enough may close before it has all.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        Answer::of(&bytes)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.state, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.content).unwrap()
    }

    /// Asks until the answer is as it should be.
    pub(crate) fn until<T>(&self, what: &str, ask: impl Fn() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = ask() {
                return found;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{what} never came");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

pub(crate) struct Answer {
    pub(crate) state: u16,
    pub(crate) headers: String,
    pub(crate) content: Vec<u8>,
}

impl Answer {
    fn of(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end else { return Answer { state: 0, headers: String::new(), content: bytes.to_vec() } };
        let headers = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let state = headers.split(' ').nth(1).and_then(|state| state.parse().ok()).unwrap_or(0);
        Answer { state, headers, content: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let lines = self.headers.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    }

    pub(crate) fn words(&self, many: usize) -> Vec<u32> {
        self.content.chunks_exact(4).take(many).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
    }

    pub(crate) fn floats(&self, words: usize) -> Vec<f32> {
        let rest = self.content[4 * words..].chunks_exact(4);
        rest.map(|word| f32::from_le_bytes(word.try_into().unwrap())).collect()
    }
}
