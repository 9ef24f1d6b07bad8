//! Loads that go round: each is filled, run, finished, and filled anew.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use aureole_core::sums::LANES;
use aureole_cuda::{CudaError, DevicePlan, Load};

use super::sizes::Sizes;

/// The part of a device's free memory that loads may take.
const MEMORY_SHARE: f64 = 0.8;

/// The loads, and whose turn each is. Run `r` uses load `r mod` their number.
pub(super) struct Ring {
    places: Vec<Place>,
    /// Batches of the job, and of a full load.
    batches: usize,
    together: usize,
    turn: Mutex<Turn>,
    turned: Condvar,
}

/// A load and what is left to do for its run.
pub(super) struct Place {
    pub(super) load: Load,
    /// The number of its device among those of the job.
    pub(super) device: usize,
    to_read: AtomicUsize,
    to_finish: AtomicUsize,
    /// Why its run cannot be started.
    error: Mutex<Option<CudaError>>,
}

struct Turn {
    /// The run that each load may be filled for.
    run: Vec<usize>,
    stopped: bool,
}

impl Ring {
    /// Loads for a job of so many batches, spread over devices.
    pub(super) fn new(
        devices: &[Arc<DevicePlan>],
        sizes: &Sizes,
        batches: usize,
        share: f64,
    ) -> Result<Ring, CudaError> {
        let loads = sizes.loads.max(2 * devices.len());
        let each = loads.div_ceil(devices.len());
        let mut together = sizes.batches;
        for plan in devices {
            let batch = sizes.bytes(1, LANES) + Load::bytes_of_batch(plan);
            let free = plan.context().free_memory()? as f64 * MEMORY_SHARE * share;
            together = together.min(free as usize / (each * batch)).max(1);
        }
        let place = |number: usize| {
            let device = number % devices.len();
            let load = Load::new(&devices[device], together, sizes.bytes(together, LANES))?;
            let (to_read, to_finish) = (AtomicUsize::new(0), AtomicUsize::new(0));
            Ok(Place { load, device, to_read, to_finish, error: Mutex::new(None) })
        };
        let places = (0..loads).map(place).collect::<Result<Vec<_>, CudaError>>()?;
        let turn = Mutex::new(Turn { run: (0..loads).collect(), stopped: false });
        let ring = Ring { places, batches, together, turn, turned: Condvar::new() };
        (0..loads).for_each(|run| ring.make_ready(run));
        Ok(ring)
    }

    /// The run of a batch, and the number of the batch in its load.
    pub(super) fn run_of(&self, batch: usize) -> (usize, usize) {
        (batch / self.together, batch % self.together)
    }

    /// The batches of a run.
    pub(super) fn batches_of(&self, run: usize) -> Range<usize> {
        let start = (run * self.together).min(self.batches);
        start..(start + self.together).min(self.batches)
    }

    /// Number of runs.
    pub(super) fn runs(&self) -> usize {
        self.batches.div_ceil(self.together)
    }

    /// The load of a run.
    pub(super) fn place(&self, run: usize) -> &Place {
        &self.places[run % self.places.len()]
    }

    fn make_ready(&self, run: usize) {
        let (place, batches) = (self.place(run), self.batches_of(run).len());
        place.load.clear();
        place.to_read.store(batches, Ordering::Relaxed);
        place.to_finish.store(batches, Ordering::Relaxed);
    }

    /// Waits until the load of `run` may be filled for it; false when nothing is wanted any more.
    pub(super) fn wait_for(&self, run: usize) -> bool {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let place = run % self.places.len();
        let not_yet = |turn: &mut Turn| !turn.stopped && turn.run[place] != run;
        let turn = self.turned.wait_while(turn, not_yet).unwrap_or_else(PoisonError::into_inner);
        !turn.stopped
    }

    /// Says that a batch of `run` was read, or why not; true for the last one.
    pub(super) fn was_read(&self, run: usize, read: Result<(), CudaError>) -> bool {
        let place = self.place(run);
        if let Err(error) = read {
            place.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
        place.to_read.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Starts a run whose batches were all read.
    pub(super) fn start(&self, run: usize) -> Result<(), CudaError> {
        let place = self.place(run);
        match place.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => place.load.run(),
        }
    }

    /// Says that a batch of `run` is finished; after the last one the load goes to its next run.
    pub(super) fn was_finished(&self, run: usize) {
        if self.place(run).to_finish.fetch_sub(1, Ordering::AcqRel) != 1 {
            return;
        }
        let next = run + self.places.len();
        self.make_ready(next);
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        turn.run[run % self.places.len()] = next;
        drop(turn);
        self.turned.notify_all();
    }

    /// Lets those that wait go.
    pub(super) fn stop(&self) {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.turned.notify_all();
    }
}
