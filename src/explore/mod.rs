//! Looks for what is wrong with a cluster: random runs with faults, stops after every single write, and all
//! orders of what happens at about the same time.
//!
//! Every step is checked by `cluster::invariants`; once faults are over, [`liveness`] says what must come of
//! it. A run is its seed; a failure prints the one line that shows it again.
//!
//! - [`run`]: one random run. `people`, `breakage`: what happens in it. [`fault_plan`]: which requests go
//!   wrong. `heal`: its end; [`epilogue`]: what is asked then. [`fault_kind`]: what can go wrong, with
//!   counters. [`workloads`]: what runs.
//! - [`crash_points`]: a process ends after each single write. [`small_scope`]: all orders and single
//!   faults. [`script`]: the scenarios for both. [`normal`]: end states.
//! - [`shell_fuzz`]: the terminal's shell under random scripts. `scripts`: how they are made.

pub mod fault_kind;
pub mod fault_plan;
pub mod workloads;
pub mod liveness;
pub mod run;
mod people;
mod breakage;
mod heal;
pub mod epilogue;
pub mod normal;
pub mod script;
pub mod crash_points;
pub mod small_scope;
#[cfg(test)]
mod broken_ends;
mod scripts;
pub mod shell_fuzz;

pub use fault_kind::{FaultKind, Fired};
pub use run::{Failure, Run, Summary};
pub use shell_fuzz::ShellFuzz;
