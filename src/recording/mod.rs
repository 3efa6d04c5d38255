//! Recordings of a real control plane, played on the simulated one and compared with it.
//!
//! A recording is a list of steps (lines that were typed, faults, waits) with everything that was seen
//! after each. Here the steps are played on a cluster of the same size, what is seen is gathered in the
//! same form, and both are compared.
//!
//! - [`mod@format`]: the file. [`player`]: plays the steps; `shell`: what bash does to a
//!   line; `draws`: what the recorded scheduler drew. [`rows`]: what a
//!   watcher sees.
//! - [`normalise`]: takes out what no two clusters share: times, uids, addresses, random suffixes.
//! - [`mod@compare`]: the six comparisons, and the names that a cluster makes up.
//! - [`tolerated`]: races of the real cluster, each with its reason. `similar_events`: chance among Events.

pub mod format;
mod draws;
mod shell;
pub mod player;
pub mod rows;
pub mod normalise;
pub mod compare;
pub mod tolerated;
mod similar_events;

pub use compare::compare;
pub use format::Recording;
pub use player::play;
