//! What threads report about their batches, and the batches put in order.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use aureole_core::pipeline::{RunError, Stages};
use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::delivery::Delivery;

/// How often the sink is asked whether it wants more, while nothing comes.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a thread has to say; `S` holds the patterns of a batch.
pub(super) enum Report<S> {
    /// A batch is integrated.
    Done(usize, S),
    /// A batch ended in a panic.
    Died(usize, RunError),
    /// The thread has ended.
    Ended(Stages),
}

/// Takes reports until all batches are pushed or something ends the run; `push` gets the batches in order.
pub(super) fn in_order<S>(
    batches: usize,
    reports: &Receiver<Report<S>>,
    delivery: &mut Delivery<'_>,
    mut push: impl FnMut(&mut Delivery<'_>, usize, S) -> Result<ControlFlow<()>, RunError>,
) -> Result<(), RunError> {
    let mut waiting: BTreeMap<usize, Result<S, RunError>> = BTreeMap::new();
    let mut wanted = 0;
    while wanted < batches {
        match reports.recv_timeout(PATIENCE) {
            Ok(Report::Done(batch, slot)) => drop(waiting.insert(batch, Ok(slot))),
            Ok(Report::Died(batch, error)) => drop(waiting.insert(batch, Err(error))),
            Ok(Report::Ended(stages)) => delivery.summary().stages += stages,
            Err(RecvTimeoutError::Timeout) if delivery.wants_more() => {}
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(RunError::Job("all threads ended before the frames did".into()));
            }
        }
        while let Some(slot) = waiting.remove(&wanted) {
            if push(delivery, wanted, slot?)?.is_break() {
                return Ok(());
            }
            wanted += 1;
        }
    }
    Ok(())
}

/// Waits for all threads to end, and keeps what they say of their time.
pub(super) fn wait<S>(reports: Receiver<Report<S>>, delivery: &mut Delivery<'_>) {
    for last in reports {
        if let Report::Ended(stages) = last {
            delivery.summary().stages += stages;
        }
    }
}
