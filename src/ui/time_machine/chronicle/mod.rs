//! What became of pods, workloads and budgets, told as it happened: for the timeline and the scrubber.
//!
//! It is fed with the store's changes, so a change costs the same however many pods there are. Every entry
//! knows how many changes came before it: a run that goes back forgets what lies after.
//!
//! - [`looks`]: what is drawn of each object now. [`lives`]: the phases of each pod.
//! - [`counts`]: pods of each workload, and what budgets ask for. [`marks`]: commands, milestones, warnings.
//! - [`rollouts`]: when each revision became the newest. [`trail`]: values over time.

pub mod looks;
pub mod lives;
pub mod counts;
pub mod marks;
pub mod rollouts;
pub mod trail;

pub use counts::{Counts, Floor, Sample};
pub use lives::{Life, Lives, Phase};
pub use looks::{Looks, PodLook};
pub use marks::{Mark, MarkKind, Marks};
pub use rollouts::Rollouts;

use crate::api::Object;
use crate::cluster::{Change, Cluster, InputEntry};

/// The story of a run.
#[derive(Clone, Debug)]
pub struct Chronicle {
    looks: Looks,
    lives: Lives,
    counts: Counts,
    marks: Marks,
    rollouts: Rollouts,
}

impl Chronicle {
    /// Begins with a cluster that was just made.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn of(cluster: &Cluster) -> Self {
        let mut chronicle = Self {
            looks: Looks::of(cluster),
            lives: Lives::default(),
            counts: Counts::default(),
            marks: Marks::default(),
            rollouts: Rollouts::default(),
        };
        chronicle.marks.look_at(cluster);
        chronicle
    }

    /// Tells changes that led to a cluster.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn observe(&mut self, news: &[Change], cluster: &Cluster) {
        let before = cluster.event_log().count() - news.len() as u64;
        for (change, order) in news.iter().zip(before + 1..) {
            self.looks.see(change);
            self.tell(change, order);
        }
    }

    fn tell(&mut self, change: &Change, order: u64) {
        match &change.object {
            Object::Pod(pod) => self.lives.see(pod, change, order),
            Object::ReplicaSet(set) => {
                self.lives.see_replica_set(set);
                self.rollouts.see(change, order);
            }
            Object::ControllerRevision(_) => self.rollouts.see(change, order),
            Object::StatefulSet(_) | Object::DaemonSet(_) | Object::Deployment(_) => {
                self.counts.see(change, order);
                self.marks.see_workload(change, order);
            }
            Object::PodDisruptionBudget(budget) => self.counts.see_budget(budget, change, order),
            Object::Node(node) => self.marks.see_node(node, change, order),
            Object::Event(event) => self.marks.see_event(event, change, order),
            _ => {}
        }
    }

    /// Marks what a person did.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn note_input(&mut self, entry: &InputEntry, cluster: &Cluster) {
        self.marks.see_input(entry, cluster);
    }

    /// Forgets all that came after what a cluster has seen.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn truncate(&mut self, cluster: &Cluster) {
        let order = cluster.event_log().count();
        self.looks = Looks::of(cluster);
        self.lives.truncate(order);
        self.counts.truncate(order);
        self.rollouts.truncate(order);
        self.marks.truncate(order, cluster);
    }

    /// What is drawn of each object now.
    pub fn looks(&self) -> &Looks {
        &self.looks
    }

    /// The pods.
    pub fn lives(&self) -> &Lives {
        &self.lives
    }

    /// The counts of workloads and budgets.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// When each revision became the newest.
    pub fn rollouts(&self) -> &Rollouts {
        &self.rollouts
    }

    /// The marks.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }
}
