//! Copies of a cluster along its run: a past moment is played on from the last one before it.
//!
//! Objects are shared between the copies, so a copy costs what its indexes and queues cost. Their number is
//! bounded: when there are too many, every second one is dropped and the way between them doubles. The
//! beginning is not kept, as it can be made anew: a page that was just opened copies nothing.

use std::rc::Rc;

use super::moment::Moment;
use crate::cluster::{Cluster, ClusterConfig};
use crate::sim::Time;

/// Copies that are kept at most.
const CHECKPOINTS_MAX: usize = 128;
/// Turns between two copies, at first: with 200 pods a browser needs about 35 ms to play so many.
const SPACING: u64 = 512;

/// The copies of one run, oldest first.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    config: ClusterConfig,
    held: Vec<Rc<Cluster>>,
    /// Turns between two copies.
    spacing: u64,
}

impl Checkpoints {
    /// The beginning of a run.
    pub(super) fn new(config: ClusterConfig) -> Self {
        Self { config, held: Vec::new(), spacing: SPACING }
    }

    /// What the run's cluster is made of.
    pub(super) fn config(&self) -> &ClusterConfig {
        &self.config
    }

    /// The cluster at the beginning.
    pub(super) fn beginning(&self) -> Rc<Cluster> {
        Rc::new(Cluster::new(self.config.clone()))
    }

    /// Keeps a copy when the last one lies far enough behind.
    pub(super) fn note(&mut self, cluster: &Cluster) {
        let last = self.held.last().map_or(0, |last| Moment::of(last).turns());
        if Moment::of(cluster).turns() >= last + self.spacing {
            self.keep(cluster);
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn keep(&mut self, cluster: &Cluster) {
        self.held.push(Rc::new(cluster.copy_to_keep()));
        if self.held.len() > CHECKPOINTS_MAX {
            self.spacing *= 2;
            let mut index = 0;
            self.held.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
    }

    /// The last copy at or before an instant, or the beginning.
    pub(super) fn before_time(&self, time: Time) -> Rc<Cluster> {
        let after = self.held.partition_point(|held| held.now() <= time);
        self.last_of(after)
    }

    /// The last copy with at most so many turns, or the beginning.
    pub(super) fn before_turn(&self, turns: u64) -> Rc<Cluster> {
        let after = self.held.partition_point(|held| Moment::of(held).turns() <= turns);
        self.last_of(after)
    }

    fn last_of(&self, after: usize) -> Rc<Cluster> {
        let last = after.checked_sub(1).and_then(|last| self.held.get(last));
        last.cloned().unwrap_or_else(|| self.beginning())
    }

    /// The copies with fewer turns than these, newest first.
    pub(super) fn back_from(&self, turns: u64) -> Vec<Rc<Cluster>> {
        let after = self.held.partition_point(|held| Moment::of(held).turns() < turns);
        self.held.iter().take(after).rev().cloned().collect()
    }

    /// Forgets the copies after a moment.
    pub(super) fn truncate(&mut self, to: Moment) {
        let after = self.held.partition_point(|held| Moment::of(held).turns() <= to.turns());
        self.held.truncate(after);
    }

    /// How many turns lie between a cluster and the last copy before it.
    pub fn way_to(&self, cluster: &Cluster) -> u64 {
        let turns = Moment::of(cluster).turns();
        turns - Moment::of(&self.before_turn(turns)).turns()
    }
}
