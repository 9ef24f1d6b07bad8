//! `--serve`: the page of a run. Whatever goes wrong with it is a note, and no reason to stop.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aureole_core::pipeline::Summary;
use aureole_serve::{Options, Place, Run, Server};

use crate::args::integrate::Meant;
use crate::command::serve;
use crate::print;

/// The page of a run, if it has one.
pub(super) struct Shown {
    run: Arc<Run>,
    server: Option<Server>,
    stay: bool,
}

impl Shown {
    /// Starts the page, where one is asked for.
    pub(super) fn start(meant: &Meant) -> Shown {
        let run = Arc::new(Run::default());
        let inputs = meant.job.inputs.join(", ");
        run.tell(|told| told.phase = format!("waiting for {inputs}"));
        let server = meant.serve.and_then(|port| {
            let options = Options { port, gentle: true, ..Options::default() };
            let place = Place::File(meant.output.clone());
            match Server::start(place, Some(Arc::clone(&run)), &options) {
                Ok(server) => {
                    print::stderr(&format!("note: the run is shown at {}", server.url()));
                    Some(server)
                }
                Err(error) => {
                    print::stderr(&format!("note: --serve: {error}; the run goes on without a page"));
                    None
                }
            }
        });
        Shown { run, server, stay: meant.stay }
    }

    /// Tells what the run runs on, and that it has begun.
    pub(super) fn begins(&self, header: &str) {
        self.run.tell(|told| (told.phase, told.header) = ("integrating".into(), header.to_owned()));
    }

    /// Tells where the time went so far.
    pub(super) fn stages(&self, summary: &Summary) {
        let stages = summary.stages;
        let of = [
            ("read", stages.read),
            ("decode", stages.decode),
            ("accumulate", stages.accumulate),
            ("write", stages.write),
        ];
        self.run.tell(|told| told.stages = of.to_vec());
    }

    /// Tells that the run has ended; the page stays until Ctrl-C where that is asked for.
    pub(super) fn ends(self, summary: &Summary, seconds: f64, stop: &AtomicBool) {
        self.stages(summary);
        self.run.tell(|told| {
            told.phase = if summary.stopped { "stopped" } else { "ended" }.into();
            told.rate = (seconds > 0.0).then(|| summary.frames as f64 / seconds);
            told.ended = true;
        });
        if self.stay
            && let Some(server) = &self.server
        {
            print::stderr(&format!("note: the result is shown at {} until Ctrl-C", server.url()));
            serve::wait(stop);
        }
    }
}
