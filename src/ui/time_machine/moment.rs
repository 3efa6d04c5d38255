//! Places in a run, and playing a run again as far as one of them.

use crate::cluster::{Cluster, InputEntry};
use crate::sim::Time;

/// A place in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The instant on the simulated clock.
    pub at: Time,
    /// Wakeups that were run before it.
    pub steps: u64,
    /// Inputs that were taken before it.
    pub inputs: usize,
}

impl Moment {
    /// Where a cluster is.
    pub fn of(cluster: &Cluster) -> Self {
        Self { at: cluster.now(), steps: cluster.steps(), inputs: cluster.inputs().len() }
    }

    /// How many turns of its run come before it: a run takes one wakeup or one input at a time.
    pub fn turns(self) -> u64 {
        self.steps + self.inputs as u64
    }
}

/// Takes the next turn of a recorded run, unless it lies after `until`; says whether there was one.
pub fn turn(cluster: &mut Cluster, inputs: &[InputEntry], until: Time) -> bool {
    let input = inputs.get(cluster.inputs().len());
    let due = cluster.next_due();
    match input {
        // An input comes after all that its instant holds.
        Some(entry) if entry.at <= until && due.is_none_or(|due| due > entry.at) => {
            cluster.run_until(entry.at);
            cluster.submit(entry.input.clone()).is_ok()
        }
        _ if due.is_some_and(|due| due <= until) => cluster.step(),
        _ => false,
    }
}

/// Plays on until a number of turns is reached.
pub fn play_to_turn(cluster: &mut Cluster, inputs: &[InputEntry], turns: u64) {
    while Moment::of(cluster).turns() < turns && turn(cluster, inputs, Time::from_ms(u64::MAX)) {}
}

/// Plays on through all that happens up to an instant, at most until a number of turns is reached.
pub fn play_to_time(cluster: &mut Cluster, inputs: &[InputEntry], until: Time, turns: u64) {
    while Moment::of(cluster).turns() < turns && turn(cluster, inputs, until) {}
    if cluster.next_due().is_none_or(|due| due > until) {
        cluster.run_until(until);
    }
}
