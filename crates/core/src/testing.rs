//! For tests only: naive twins, a stack in memory, and the contract that every layout keeps.

pub mod case;
pub mod contract;
pub mod faults;
pub mod naive;
pub mod random;
pub mod stack;

pub use case::{Case, CasePlan};
pub use contract::executor_contract;
pub use random::Random;
pub use stack::{MemorySource, small_gather_plan, small_plan, small_plan_set, small_stack};
