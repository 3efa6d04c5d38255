//! Containers without a cluster around them: names, files, programs, locks and probes, as tables.

mod stage;
mod names;
mod programs;
mod lifetimes;
mod sharing;
