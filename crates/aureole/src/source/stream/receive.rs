//! The thread that receives.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::inbox::Inbox;
use super::zmtp::{Lost, Pull};

/// Between two tries to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// Receives from a sender into the inbox, whenever there is one, until no more is wanted.
pub(super) fn run(inbox: &Arc<Inbox>) {
    let stop = || inbox.stopped();
    while !stop() {
        let lost = Pull::connect(&inbox.address.place, &stop).and_then(|mut pull| {
            inbox.connection(None);
            serve(&mut pull, inbox)
        });
        match lost {
            Ok(()) | Err(Lost::Stopped) => return,
            Err(Lost::Broken(reason)) => inbox.connection(Some(reason)),
        }
        let next = Instant::now() + PAUSE;
        while Instant::now() < next && !stop() {
            std::thread::sleep(PAUSE / 10);
        }
    }
}

fn serve(pull: &mut Pull<'_>, inbox: &Inbox) -> Result<(), Lost> {
    let mut parts = 0;
    loop {
        let announced = pull.announced()?;
        // Until there is room nothing is read, so that the sender has to wait.
        if !inbox.has_room(announced.bytes) {
            return Ok(());
        }
        let bytes = pull.body(announced.bytes)?;
        parts += 1;
        if announced.more {
            continue;
        }
        if parts == 1 {
            inbox.take(bytes);
        } else {
            inbox.note(
                "a message of several parts was left out, as Stream V1 sends them; set the stream's format to cbor",
            );
        }
        parts = 0;
    }
}
