//! The pods of one set as its policy sees them: facts that are kept from sync to sync and changed pod by pod.
//!
//! Models the predicates of `pkg/controller/statefulset/stateful_set_utils.go` (`isCreated`,
//! `isRunningAndReady`, `isUnavailable`, `identityMatches`, …) and `computeReplicaStatus`, Kubernetes v1.36.
//! Upstream asks them anew for every pod in every sync; here each is answered once per version of a pod, and
//! only pods that need attention are looked at, so that a sync costs what there is to do and not what there
//! is. Left out: nothing that a sync could tell.

use std::rc::Rc;

use super::claims::{Holder, claims_of, is_claim_owner_up_to_date, storage_matches};
use super::gaps::Gaps;
use super::ordinals::{end_ordinal, in_range, member_ordinal, start_ordinal};
use crate::api::apps::StatefulSet;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::client::Cache;
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

/// The label with the name of a pod.
pub(crate) const POD_NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
/// The label with the ordinal of a pod.
pub(crate) const POD_INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";
/// The label with the revision of a pod.
pub(crate) const REVISION_LABEL: &str = "controller-revision-hash";

/// A revision that pods carry, by its place in [`PodTable::revision_name`]'s list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RevisionId(u32);

/// Yes-or-no facts about a pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(u16);

impl Facts {
    /// Its phase is `Running`.
    pub(crate) const RUNNING: Self = Self(1);
    /// Its condition `Ready` is true.
    pub(crate) const READY: Self = Self(1 << 1);
    /// It has been ready for `minReadySeconds`.
    pub(crate) const AVAILABLE: Self = Self(1 << 2);
    /// Its deletion was asked for.
    pub(crate) const TERMINATING: Self = Self(1 << 3);
    /// Its phase is `Succeeded` or `Failed`.
    pub(crate) const FINISHED: Self = Self(1 << 4);
    /// Its phase is `Pending`.
    pub(crate) const PENDING: Self = Self(1 << 5);
    /// Its name and labels are those of a member.
    pub(crate) const IDENTITY: Self = Self(1 << 6);
    /// Its volumes use the claims of its ordinal.
    pub(crate) const STORAGE: Self = Self(1 << 7);
    /// Its claims all exist and have the owners that the retention policy wants.
    pub(crate) const CLAIMS: Self = Self(1 << 8);

    const SETTLED: Self = Self(Self::RUNNING.0 | Self::READY.0 | Self::AVAILABLE.0);
    const SOUND: Self = Self(Self::IDENTITY.0 | Self::STORAGE.0 | Self::CLAIMS.0);
    const PASSING: Self = Self(Self::TERMINATING.0 | Self::FINISHED.0 | Self::PENDING.0);

    /// Whether all of these hold.
    pub(crate) const fn has(self, facts: Self) -> bool {
        self.0 & facts.0 == facts.0
    }

    fn set(&mut self, facts: Self, holds: bool) {
        if holds {
            self.0 |= facts.0;
        } else {
            self.0 &= !facts.0;
        }
    }
}

/// One pod.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// The pod.
    pub(crate) pod: Rc<Pod>,
    /// Its revision.
    pub(crate) revision: RevisionId,
    /// What holds for it.
    pub(crate) facts: Facts,
    /// Since when it is ready.
    ready_since: Option<Time>,
}

impl Slot {
    /// Whether it runs and is ready.
    pub(crate) fn is_running_and_ready(&self) -> bool {
        self.facts.has(Facts(Facts::RUNNING.0 | Facts::READY.0))
    }

    /// Whether it has been ready long enough.
    pub(crate) fn is_available(&self) -> bool {
        self.facts.has(Facts::AVAILABLE)
    }

    /// Whether its deletion was asked for.
    pub(crate) fn is_terminating(&self) -> bool {
        self.facts.has(Facts::TERMINATING)
    }

    /// Whether it counts against the budget of an update.
    pub(crate) fn is_unavailable(&self) -> bool {
        !self.is_available() || self.is_terminating()
    }

    /// How long it must stay ready to be available.
    pub(crate) fn time_to_availability(&self, min_ready_seconds: i64, now: Time) -> Span {
        let ripe = self.ready_since.map(|since| since + seconds(min_ready_seconds));
        ripe.map_or(Span::ZERO, |ripe| ripe - now)
    }

    fn is_settled(&self) -> bool {
        self.facts.has(Facts::SETTLED) && self.facts.0 & Facts::PASSING.0 == 0
    }

    /// Whether the controller may have something to do about it even when nothing is waited for.
    fn needs_work(&self) -> bool {
        !self.facts.has(Facts::SOUND) || self.facts.has(Facts::FINISHED) && !self.is_terminating()
    }
}

fn seconds(seconds: i64) -> Span {
    Span::from_seconds(u64::try_from(seconds).unwrap_or_default())
}

/// How many pods there are of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Pods that exist.
    pub(crate) created: i64,
    /// Pods that run and are ready.
    pub(crate) ready: i64,
    /// Pods that run and have been ready long enough.
    pub(crate) available: i64,
}

/// The pods of one set.
#[derive(Clone, Debug)]
pub(crate) struct PodTable {
    set: Rc<StatefulSet>,
    slots: SortedMap<i64, Slot>,
    /// Ordinals that should have a pod and have none.
    gaps: Gaps,
    /// Pods that are not running, ready, available and here to stay.
    unsettled: SortedSet<i64>,
    /// Pods about which the controller has something to do.
    work: SortedSet<i64>,
    /// Pods whose deletion nobody has asked for.
    staying: SortedSet<i64>,
    /// Pods that are not of the update revision.
    outdated: SortedSet<i64>,
    /// Pods that are ready and not yet available, by the time since when they are ready.
    ripening: SortedSet<(Time, i64)>,
    /// Pods whose claims must be looked at again.
    unchecked: SortedSet<i64>,
    /// Names of revisions with the number of pods of each that are not terminating.
    revisions: Vec<(String, i64)>,
    update_revision: Option<RevisionId>,
    counts: Counts,
    /// Pods that the set controls and that do not fit it.
    strays: SortedMap<String, Rc<Pod>>,
}

impl PodTable {
    /// The table of a set without pods.
    pub(crate) fn new(set: Rc<StatefulSet>) -> Self {
        let gaps = Gaps::new(start_ordinal(&set), end_ordinal(&set));
        Self {
            set,
            slots: SortedMap::new(),
            gaps,
            unsettled: SortedSet::new(),
            work: SortedSet::new(),
            staying: SortedSet::new(),
            outdated: SortedSet::new(),
            ripening: SortedSet::new(),
            unchecked: SortedSet::new(),
            revisions: Vec::new(),
            update_revision: None,
            counts: Counts::default(),
            strays: SortedMap::new(),
        }
    }

    /// The set as it was when the facts were found out.
    pub(crate) fn set(&self) -> &Rc<StatefulSet> {
        &self.set
    }

    /// Finds all facts out anew for another version of the set's spec.
    pub(crate) fn rebuild(&mut self, set: Rc<StatefulSet>) {
        let slots = std::mem::take(&mut self.slots);
        let strays = std::mem::take(&mut self.strays);
        *self = Self::new(set);
        for pod in slots.into_values().map(|slot| slot.pod).chain(strays.into_values()) {
            self.put(pod);
        }
    }

    /// Takes a pod in that the set controls, in the place of an earlier version.
    pub(crate) fn put(&mut self, pod: Rc<Pod>) {
        let name = &pod.metadata.name;
        let fits = self.set.spec.selector.matches(&pod.metadata.labels);
        let Some(ordinal) = member_ordinal(&self.set, name).filter(|_| fits) else {
            self.remove(name);
            let name = name.clone();
            self.strays.insert(name, pod);
            return;
        };
        if !self.strays.is_empty() {
            self.strays.remove(name);
        }
        self.take_out(ordinal);
        let slot = self.slot_of(pod);
        self.account(ordinal, &slot, 1);
        self.gaps.fill(ordinal);
        if !slot.facts.has(Facts::CLAIMS) {
            self.unchecked.insert(ordinal);
        }
        if slot.facts.has(Facts::READY)
            && !slot.is_available()
            && let Some(since) = slot.ready_since
        {
            self.ripening.insert((since, ordinal));
        }
        if self.update_revision.is_some_and(|update| update != slot.revision) {
            self.outdated.insert(ordinal);
        }
        self.slots.insert(ordinal, slot);
    }

    /// Forgets a pod that is gone or that the set no longer controls.
    pub(crate) fn remove(&mut self, name: &str) {
        self.strays.remove(name);
        if let Some(ordinal) = member_ordinal(&self.set, name)
            && self.take_out(ordinal)
            && in_range(&self.set, ordinal)
        {
            self.gaps.open(ordinal);
        }
    }

    /// Forgets this very pod, if it is known.
    pub(crate) fn remove_this(&mut self, pod: &Pod) {
        let name = pod.metadata.name.as_str();
        let slot = member_ordinal(&self.set, name).and_then(|ordinal| self.slots.get(&ordinal));
        let known = slot.map(|slot| &slot.pod).or_else(|| self.strays.get(name));
        if known.is_some_and(|known| known.metadata.uid == pod.metadata.uid) {
            self.remove(name);
        }
    }

    fn take_out(&mut self, ordinal: i64) -> bool {
        let Some(slot) = self.slots.remove(&ordinal) else {
            return false;
        };
        self.account(ordinal, &slot, -1);
        self.outdated.remove(&ordinal);
        self.unchecked.remove(&ordinal);
        if let Some(since) = slot.ready_since {
            self.ripening.remove(&(since, ordinal));
        }
        true
    }

    /// Counts a slot in or out, and keeps the lists of pods that need attention.
    fn account(&mut self, ordinal: i64, slot: &Slot, sign: i64) {
        self.counts.created += sign;
        if slot.is_running_and_ready() {
            self.counts.ready += sign;
            if slot.is_available() {
                self.counts.available += sign;
            }
        }
        if !slot.is_terminating()
            && let Some((_, count)) = self.revisions.get_mut(slot.revision.0 as usize)
        {
            *count += sign;
        }
        for (list, listed) in [
            (&mut self.unsettled, !slot.is_settled()),
            (&mut self.work, slot.needs_work()),
            (&mut self.staying, !slot.is_terminating()),
        ] {
            if listed && sign > 0 {
                list.insert(ordinal);
            } else if listed {
                list.remove(&ordinal);
            }
        }
    }

    fn slot_of(&mut self, pod: Rc<Pod>) -> Slot {
        let mut facts = Facts::default();
        match pod.status.phase.as_str() {
            "Running" => facts.set(Facts::RUNNING, true),
            "Pending" => facts.set(Facts::PENDING, true),
            "Succeeded" | "Failed" => facts.set(Facts::FINISHED, true),
            _ => {}
        }
        facts.set(Facts::TERMINATING, pod.is_terminating());
        let ready = Condition::find(&pod.status.conditions, "Ready").filter(|ready| ready.status == "True");
        facts.set(Facts::READY, ready.is_some());
        facts.set(Facts::AVAILABLE, ready.is_some() && self.set.spec.min_ready_seconds == 0);
        let labels = &pod.metadata.labels;
        facts.set(Facts::IDENTITY, labels.get(POD_NAME_LABEL) == Some(&pod.metadata.name));
        facts.set(Facts::STORAGE, storage_matches(&self.set, &pod));
        facts.set(Facts::CLAIMS, self.set.spec.volume_claim_templates.is_empty());
        let revision = self.revision_id(labels.get(REVISION_LABEL).map_or("", String::as_str));
        let ready_since = ready.and_then(|ready| ready.last_transition_time).map(crate::api::Timestamp::time);
        Slot { pod, revision, facts, ready_since }
    }

    /// Changes facts of a pod that is in the table.
    fn amend(&mut self, ordinal: i64, facts: Facts, hold: bool) {
        let Some(mut slot) = self.slots.remove(&ordinal) else {
            return;
        };
        self.account(ordinal, &slot, -1);
        slot.facts.set(facts, hold);
        self.account(ordinal, &slot, 1);
        self.slots.insert(ordinal, slot);
    }

    /// Has the claims of a pod looked at again before the next plan.
    pub(crate) fn recheck_claims(&mut self, ordinal: i64) {
        if self.slots.contains_key(&ordinal) {
            self.unchecked.insert(ordinal);
        }
    }

    /// Brings the facts up that depend on the time and on claims.
    pub(crate) fn refresh(&mut self, cache: &Cache, now: Time) {
        let min_ready = seconds(self.set.spec.min_ready_seconds);
        while let Some((since, ordinal)) = self.ripening.first().copied()
            && since + min_ready <= now
        {
            self.ripening.pop_first();
            self.amend(ordinal, Facts::AVAILABLE, true);
        }
        let set = Rc::clone(&self.set);
        while let Some(ordinal) = self.unchecked.pop_first() {
            let Some(slot) = self.slots.get(&ordinal) else { continue };
            let condemned = !in_range(&set, ordinal);
            let meta = &slot.pod.metadata;
            let pod = Holder { name: &meta.name, uid: &meta.uid, condemned };
            // A missing claim of a condemned pod is nobody's concern; any other is made again.
            let sound = claims_of(&set, pod.name, cache).all(|(_, claim)| {
                claim.map_or(condemned, |claim| is_claim_owner_up_to_date(&claim.metadata, &set, pod))
            });
            if sound != slot.facts.has(Facts::CLAIMS) {
                self.amend(ordinal, Facts::CLAIMS, sound);
            }
        }
    }

    /// When the next pod becomes available.
    pub(crate) fn next_availability(&self, now: Time) -> Option<Span> {
        let (since, _) = self.ripening.first()?;
        Some(*since + seconds(self.set.spec.min_ready_seconds) - now)
    }

    /// The id of a revision's name.
    pub(crate) fn revision_id(&mut self, name: &str) -> RevisionId {
        let index = self.revisions.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.revisions.push((name.to_owned(), 0));
            self.revisions.len() - 1
        });
        RevisionId(u32::try_from(index).unwrap_or(u32::MAX))
    }

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

    /// How many pods there are of each sort.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
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
        self.listed(&self.unsettled, start_ordinal(&self.set), end_ordinal(&self.set))
    }

    /// Pods that should be, in order, about which there is something to do.
    pub(crate) fn work(&self) -> impl DoubleEndedIterator<Item = (i64, &Slot)> {
        self.listed(&self.work, start_ordinal(&self.set), end_ordinal(&self.set))
    }

    /// Pods that should be, from an ordinal on, in order, that are not of the update revision.
    pub(crate) fn outdated_from(&self, lowest: i64) -> impl DoubleEndedIterator<Item = (i64, &Slot)> {
        self.listed(&self.outdated, lowest.max(start_ordinal(&self.set)), end_ordinal(&self.set))
    }

    /// How many pods are not yet as they should be; those that should not be are among them.
    pub(crate) fn unsettled_count(&self) -> i64 {
        i64::try_from(self.unsettled.len()).unwrap_or(i64::MAX)
    }

    /// How many pods that should be, below an ordinal, are not of the update revision.
    pub(crate) fn outdated_below(&self, ordinal: i64) -> usize {
        let (start, end) = (start_ordinal(&self.set), end_ordinal(&self.set));
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
        let (start, end) = (start_ordinal(&self.set), end_ordinal(&self.set));
        (..start, end.saturating_add(1).max(start)..)
    }

    /// Pods that the set controls and that do not fit it.
    pub(crate) fn strays(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.strays.values()
    }
}
