//! Every layout keeps the executor contract, on any number of threads.

use std::num::NonZero;

use aureole::layout::{Serial, Threads};
use aureole_core::testing::executor_contract;

const THREADS: [usize; 3] = [1, 2, 5];

#[test]
fn serial_keeps_the_contract() {
    for threads in THREADS {
        executor_contract(&Serial { threads: NonZero::new(threads).unwrap() });
    }
}

#[test]
fn threads_keeps_the_contract() {
    for threads in THREADS {
        executor_contract(&Threads { threads: NonZero::new(threads).unwrap() });
    }
}
