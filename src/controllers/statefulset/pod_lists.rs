//! What the policy asks of the pods of a set: which there are, which are missing, which need something.
//!
//! Models the loops of `updateStatefulSet`, `pkg/controller/statefulset/stateful_set_control.go`, over
//! replicas and condemned pods, Kubernetes v1.36. Left out: nothing that a sync could tell.

use std::rc::Rc;

use super::facts::{RevisionId, Slot};
use super::ordinals::end_ordinal;
use super::pods::PodTable;
use crate::api::pod::Pod;
use crate::collections::SortedSet;

impl PodTable {
    /// Says which revision the pods are to have.
    pub(crate) fn set_update_revision(&mut self, name: &str) {
        let update = self.revision_id(name);
        if self.update_revision == Some(update) {
            return;
        }
        self.update_revision = Some(update);
        let outdated = self.slots.iter().filter(|(_, slot)| slot.revision != update);
        self.outdated = outdated.map(|(ordinal, _)| *ordinal).collect();
    }

    /// The name of a slot's revision.
    pub(crate) fn revision_name(&self, id: RevisionId) -> &str {
        self.revisions.get(id.0 as usize).map_or("", |(name, _)| name.as_str())
    }

    /// How many pods carry a revision and are not terminating.
    pub(crate) fn count_of_revision(&self, name: &str) -> i64 {
        self.revisions.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count)
    }

    /// Whether any pod, terminating or not, carries one of the revisions; by name.
    pub(crate) fn revisions_in_use(&self) -> SortedSet<&str> {
        let mut used = vec![false; self.revisions.len()];
        for slot in self.slots.values() {
            if let Some(used) = used.get_mut(slot.revision.0 as usize) {
                *used = true;
            }
        }
        self.revisions
            .iter()
            .zip(used)
            .filter(|(_, used)| *used)
            .map(|((name, _), _)| name.as_str())
            .collect()
    }

    /// The pod with this ordinal.
    pub(crate) fn slot(&self, ordinal: i64) -> Option<&Slot> {
        self.slots.get(&ordinal)
    }

    /// The ordinals that should have a pod and have none, lowest first.
    pub(crate) fn missing_from(&self, ordinal: i64) -> impl Iterator<Item = i64> + '_ {
        self.gaps.from(ordinal)
    }

    /// The highest ordinal from `lowest` on that should have a pod and has none.
    pub(crate) fn highest_missing(&self, lowest: i64) -> Option<i64> {
        self.gaps.highest().filter(|ordinal| *ordinal >= lowest)
    }

    /// How many ordinals should have a pod and have none.
    pub(crate) fn missing_count(&self) -> i64 {
        self.gaps.count()
    }

    /// Pods that should be, in order, that are not yet as they should be: missing from the gaps are not among
    /// them.
    pub(crate) fn unsettled(&self) -> impl DoubleEndedIterator<Item = (i64, &Slot)> {
        self.listed(&self.unsettled, self.set.start_ordinal(), end_ordinal(&self.set))
    }

    /// Pods that should be, in order, about which there is something to do.
    pub(crate) fn work(&self) -> impl DoubleEndedIterator<Item = (i64, &Slot)> {
        self.listed(&self.work, self.set.start_ordinal(), end_ordinal(&self.set))
    }

    /// Pods that should be, from an ordinal on, in order, that are not of the update revision.
    pub(crate) fn outdated_from(&self, lowest: i64) -> impl DoubleEndedIterator<Item = (i64, &Slot)> {
        self.listed(&self.outdated, lowest.max(self.set.start_ordinal()), end_ordinal(&self.set))
    }

    /// How many pods are not yet as they should be; those that should not be are among them.
    pub(crate) fn unsettled_count(&self) -> i64 {
        i64::try_from(self.unsettled.len()).unwrap_or(i64::MAX)
    }

    /// How many pods that should be, below an ordinal, are not of the update revision.
    pub(crate) fn outdated_below(&self, ordinal: i64) -> usize {
        let (start, end) = (self.set.start_ordinal(), end_ordinal(&self.set));
        let end = end.saturating_add(1).min(ordinal);
        if start < end { self.outdated.range(start..end).count() } else { 0 }
    }

    fn listed<'a>(
        &'a self,
        list: &'a SortedSet<i64>,
        from: i64,
        to: i64,
    ) -> impl DoubleEndedIterator<Item = (i64, &'a Slot)> {
        // A range that ends before it begins is no range to a SortedSet.
        let list = (from <= to).then(|| list.range(from..=to));
        list.into_iter().flatten().filter_map(|ordinal| Some((*ordinal, self.slots.get(ordinal)?)))
    }

    /// Pods that should not be, highest ordinal first.
    pub(crate) fn condemned(&self) -> impl DoubleEndedIterator<Item = (i64, &Slot)> {
        let (below, above) = self.outside();
        let slots = self.slots.range(below).chain(self.slots.range(above));
        slots.rev().map(|(ordinal, slot)| (*ordinal, slot))
    }

    /// Pods that should not be and whose deletion nobody has asked for, highest ordinal first.
    pub(crate) fn condemned_staying(&self) -> impl Iterator<Item = (i64, &Slot)> {
        self.listed_outside(&self.staying)
    }

    /// Pods that should not be and about which there is more to do than to delete them, highest ordinal
    /// first.
    pub(crate) fn condemned_work(&self) -> impl Iterator<Item = (i64, &Slot)> {
        self.listed_outside(&self.work)
    }

    fn listed_outside<'a>(&'a self, list: &'a SortedSet<i64>) -> impl Iterator<Item = (i64, &'a Slot)> {
        let (below, above) = self.outside();
        let ordinals = list.range(below).chain(list.range(above));
        ordinals.rev().filter_map(|ordinal| Some((*ordinal, self.slots.get(ordinal)?)))
    }

    fn outside(&self) -> (std::ops::RangeTo<i64>, std::ops::RangeFrom<i64>) {
        let (start, end) = (self.set.start_ordinal(), end_ordinal(&self.set));
        (..start, end.saturating_add(1).max(start)..)
    }

    /// Pods that the set controls and that do not fit it.
    pub(crate) fn strays(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.strays.values()
    }
}
