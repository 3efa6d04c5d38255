//! The pods of one set as its policy sees them: facts that are kept from sync to sync and changed pod by pod.
//!
//! Models `getPodsForStatefulSet`, `pkg/controller/statefulset/stateful_set.go`, and `computeReplicaStatus`,
//! `stateful_set_control.go`, Kubernetes v1.36. Upstream asks for every pod in every sync; here only pods
//! that need attention are looked at, so that a sync costs what there is to do and not what there is. Left
//! out: nothing that a sync could tell.

use std::rc::Rc;

use super::claims::{Holder, claims_of, is_claim_owner_up_to_date, storage_matches};
use super::facts::{Facts, RevisionId, Slot, seconds};
use super::gaps::Gaps;
use super::ordinals::{end_ordinal, in_range, member_ordinal};
use crate::api::apps::{CONTROLLER_REVISION_HASH, StatefulSet};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::client::Cache;
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

/// The label with the name of a pod.
pub(crate) const POD_NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
/// The label with the ordinal of a pod.
pub(crate) const POD_INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

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
    pub(super) set: Rc<StatefulSet>,
    pub(super) slots: SortedMap<i64, Slot>,
    /// Ordinals that should have a pod and have none.
    pub(super) gaps: Gaps,
    /// Pods that are not running, ready, available and here to stay.
    pub(super) unsettled: SortedSet<i64>,
    /// Pods about which the controller has something to do.
    pub(super) work: SortedSet<i64>,
    /// Pods whose deletion nobody has asked for.
    pub(super) staying: SortedSet<i64>,
    /// Pods that are not of the update revision.
    pub(super) outdated: SortedSet<i64>,
    /// Pods that are ready and not yet available, by the time since when they are ready.
    ripening: SortedSet<(Time, i64)>,
    /// Pods whose claims must be looked at again.
    unchecked: SortedSet<i64>,
    /// Names of revisions with the number of pods of each that are not terminating.
    pub(super) revisions: Vec<(String, i64)>,
    pub(super) update_revision: Option<RevisionId>,
    counts: Counts,
    /// Pods that the set controls and that do not fit it.
    pub(super) strays: SortedMap<String, Rc<Pod>>,
}

impl PodTable {
    /// The table of a set without pods.
    pub(crate) fn new(set: Rc<StatefulSet>) -> Self {
        let gaps = Gaps::new(set.start_ordinal(), end_ordinal(&set));
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
        let revision = self.revision_id(labels.get(CONTROLLER_REVISION_HASH).map_or("", String::as_str));
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

    /// How many pods there are of each sort.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }
}
