//! Copies of a cluster along its run: a past moment is played on from the last one before it.
//!
//! Objects are shared between the copies, so a copy costs what its indexes and queues cost. Their number is
//! bounded: when there are too many, every second one is dropped and the way between them doubles.

use std::rc::Rc;

use super::moment::Moment;
use crate::cluster::Cluster;
use crate::sim::Time;

/// Copies that are kept at most.
const CHECKPOINTS_MAX: usize = 64;
/// Turns between two copies, at first.
const SPACING: u64 = 1_024;

/// The copies of one run, oldest first; the first is its beginning.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    held: Vec<Rc<Cluster>>,
    /// Turns between two copies.
    spacing: u64,
}

impl Checkpoints {
    /// The beginning of a run.
    pub(super) fn new(cluster: &Cluster) -> Self {
        Self { held: vec![Rc::new(cluster.clone())], spacing: SPACING }
    }

    /// Keeps a copy when the last one lies far enough behind; says whether it did.
    pub(super) fn note(&mut self, cluster: &Cluster) -> bool {
        let last = self.held.last().map_or(0, |last| Moment::of(last).turns());
        if Moment::of(cluster).turns() < last + self.spacing {
            return false;
        }
        self.held.push(Rc::new(cluster.clone()));
        if self.held.len() > CHECKPOINTS_MAX {
            self.spacing *= 2;
            let mut index = 0;
            self.held.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        true
    }

    /// The last copy at or before an instant.
    pub(super) fn before_time(&self, time: Time) -> Option<&Rc<Cluster>> {
        let after = self.held.partition_point(|held| held.now() <= time);
        self.held.get(after.saturating_sub(1))
    }

    /// The last copy with at most so many turns.
    pub(super) fn before_turn(&self, turns: u64) -> Option<&Rc<Cluster>> {
        let after = self.held.partition_point(|held| Moment::of(held).turns() <= turns);
        self.held.get(after.saturating_sub(1))
    }

    /// The copies with fewer turns than these, newest first.
    pub(super) fn back_from(&self, turns: u64) -> impl Iterator<Item = &Rc<Cluster>> {
        let after = self.held.partition_point(|held| Moment::of(held).turns() < turns);
        self.held.iter().take(after).rev()
    }

    /// Forgets the copies after a moment; the beginning stays.
    pub(super) fn truncate(&mut self, to: Moment) {
        let after = self.held.partition_point(|held| Moment::of(held).turns() <= to.turns());
        self.held.truncate(after.max(1));
    }

    /// How many turns lie between a cluster and the last copy before it.
    pub fn way_to(&self, cluster: &Cluster) -> u64 {
        let turns = Moment::of(cluster).turns();
        self.before_turn(turns).map_or(turns, |copy| turns - Moment::of(copy).turns())
    }
}
