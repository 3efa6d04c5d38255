//! The discrete-event core: virtual time, the agenda and seeded randomness. It knows no Kubernetes.
//!
//! - [`time`]: instants and spans in whole milliseconds of simulated time.
//! - [`agenda`]: what is due when, in the order (time, sequence).
//! - [`rng`]: seeded random numbers that can be forked by name.
//!
//! Left out: any wall clock. Real time enters only in the page's ticker.

pub mod time;
pub mod agenda;
pub mod rng;

pub use agenda::Agenda;
pub use rng::Rng;
pub use time::{Span, Time};
