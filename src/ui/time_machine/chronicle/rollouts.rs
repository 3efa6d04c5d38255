//! When each revision of a workload became the newest: by being made, or by an undo that renumbered it.

use super::trail::Since;
use crate::api::{Object, ObjectMeta};
use crate::cluster::Change;
use crate::collections::SortedMap;
use crate::ui::view_model::history::revision_number;

/// Rollouts that are remembered of one workload.
const ROLLOUTS_MAX: usize = 200;

/// The beginning of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The name of the object that holds the revision.
    pub revision: String,
    /// Its number since then.
    pub number: i64,
}

/// The rollouts of each workload by its uid, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Rollouts {
    of: SortedMap<String, Vec<Since<Rollout>>>,
}

impl Rollouts {
    /// The rollouts of a workload, oldest first.
    pub fn of(&self, uid: &str) -> &[Since<Rollout>] {
        self.of.get(uid).map_or(&[], Vec::as_slice)
    }

    /// Takes a revision's object in.
    pub(super) fn see(&mut self, change: &Change, order: u64) {
        let (meta, number): (&ObjectMeta, i64) = match &change.object {
            Object::ControllerRevision(revision) => (&revision.metadata, revision.revision),
            Object::ReplicaSet(set) => (&set.metadata, revision_number(&set.metadata)),
            _ => return,
        };
        let Some(owner) = meta.controller_of().filter(|_| !change.is_gone && number > 0) else { return };
        let rollouts = self.of.entry(owner.uid.clone()).or_default();
        if rollouts.last().is_some_and(|last| last.value.number >= number) {
            return;
        }
        let value = Rollout { revision: meta.name.clone(), number };
        rollouts.push(Since { at: change.at, order, value });
        if rollouts.len() > ROLLOUTS_MAX {
            rollouts.remove(0);
        }
    }

    pub(super) fn truncate(&mut self, order: u64) {
        self.of.iter_mut().for_each(|(_, rollouts)| rollouts.retain(|rollout| rollout.order <= order));
        self.of.retain(|_, rollouts| !rollouts.is_empty());
    }
}
