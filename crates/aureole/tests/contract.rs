//! Every layout keeps the executor contract, on any number of threads.

use std::num::NonZero;

use aureole::layout::{Serial, Threads};
use aureole::machine::Pin;
use aureole_core::testing::executor_contract;

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
