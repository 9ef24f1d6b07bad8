//! Every layout keeps the executor contract, on any number of threads.

use std::num::NonZero;

use aureole::layout::elsewhere::{self, Answers, Engine, EngineError, Order};
use aureole::layout::{Elsewhere, Serial, Threads};
use aureole::machine::Pin;
use aureole_core::pipeline::{Executor, Job, RunError, Source};
use aureole_core::testing::faults::{Collect, FaultyPlan};
use aureole_core::testing::{Case, CasePlan, executor_contract};

const THREADS: [usize; 3] = [1, 2, 5];

/// Held wherever a thread may be held, too.
const PINS: [Pin; 2] = [Pin::Auto, Pin::Core];

#[test]
fn serial_keeps_the_contract() {
    for (threads, pin) in THREADS.into_iter().flat_map(|threads| PINS.map(|pin| (threads, pin))) {
        executor_contract(&|_| Box::new(Serial { threads: NonZero::new(threads).unwrap(), pin }));
    }
}

#[test]
fn threads_keeps_the_contract() {
    for (threads, pin) in THREADS.into_iter().flat_map(|threads| PINS.map(|pin| (threads, pin))) {
        executor_contract(&|_| Box::new(Threads { threads: NonZero::new(threads).unwrap(), pin }));
    }
}

/// Integrates a range when it is asked for, after it has said once that it is not there yet.
struct Here {
    case: Case,
    /// Nothing is there any more from this range on.
    gone_at: Option<usize>,
}

struct Asked<'a> {
    engine: &'a Here,
    order: Order,
    next: usize,
    asked: bool,
}

impl Engine for Here {
    fn name(&self) -> &'static str {
        "here"
    }

    fn workers(&self) -> usize {
        2
    }

    fn start(&self, order: &Order) -> Result<Box<dyn Answers + '_>, EngineError> {
        Ok(Box::new(Asked { engine: self, order: order.clone(), next: 0, asked: false }))
    }
}

impl Answers for Asked<'_> {
    fn next(&mut self) -> Result<Option<Box<dyn AsRef<[u8]>>>, EngineError> {
        self.asked = !self.asked;
        if self.asked {
            return Ok(None);
        }
        if Some(self.next) == self.engine.gone_at {
            return Err(EngineError::Lost("the engine is gone".into()));
        }
        let case = &self.engine.case;
        let frames = self.order.ranges[self.next].clone();
        self.next += 1;
        let source = case.source();
        let plan = case.plan(source.spec());
        let plan = FaultyPlan { plan: plan.as_ref(), panic_at: case.panic_at };
        let job = Job { source: &source, plan: &plan, frames, batch: self.order.batch, strict: false };
        match elsewhere::integrate(&job, self.order.sums) {
            Ok(bytes) => Ok(Some(Box::new(bytes))),
            Err(error) => Err(EngineError::Failed(error.to_string())),
        }
    }
}

#[test]
fn elsewhere_keeps_the_contract() {
    for range in [None, Some(1), Some(7), Some(1000)] {
        executor_contract(&|case| {
            Box::new(Elsewhere {
                engine: Box::new(Here { case: case.clone(), gone_at: None }),
                range,
                parts: false,
                start: 0.0,
            })
        });
    }
}

#[test]
fn what_was_pushed_before_an_engine_is_gone_stays() {
    let case = Case::good(41, 3, CasePlan::Linear);
    let (source, mut sink) = (case.source(), Collect::default());
    let plan = case.plan(source.spec());
    let engine = Box::new(Here { case, gone_at: Some(2) });
    let layout = Elsewhere { engine, range: Some(8), parts: false, start: 0.0 };
    let job = Job { source: &source, plan: plan.as_ref(), frames: 0..source.spec().frames, batch: None, strict: false };
    assert_eq!(layout.run(&job, &mut sink), Err(RunError::Engine("the engine is gone".into())));
    assert_eq!(sink.frames.len(), 16);
}
