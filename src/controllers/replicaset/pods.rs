//! The pods of one `ReplicaSet`, counted as they change, so that a sync need not look at all of them.
//!
//! Models `FilterActivePods`, `FilterTerminatingPods`, `FilterClaimedPods` and
//! `FindMinNextPodAvailabilityCheck`, `pkg/controller/controller_utils.go`, and the counting of
//! `calculateStatus`, `pkg/controller/replicaset/replica_set_utils.go`, Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::ranking::Rank;
use crate::api::deployment::ReplicaSet;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::collections::{SortedMap, SortedSet};
use crate::controllers::pod_control::{is_active, is_going};
use crate::sim::{Span, Time};

/// How a pod counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is there and stays.
    Active,
    /// It is on its way out.
    Going,
    /// It has ended, or is none of the set's any more in some other way.
    Out,
    /// It no longer fits the selector and is to be let go.
    Stray,
}

#[derive(Clone, Debug)]
struct Entry {
    pod: Rc<Pod>,
    standing: Standing,
    is_labelled: bool,
    /// Set when it is ready: when it counts as available.
    available_at: Option<Time>,
    is_ready: bool,
    rank: Rank,
}

impl Entry {
    /// Whether both count as the same.
    fn counts_like(&self, other: &Self) -> bool {
        self.standing == other.standing
            && self.is_labelled == other.is_labelled
            && self.is_ready == other.is_ready
            && self.available_at == other.available_at
    }
}

/// How many pods there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// There and not on their way out.
    pub(crate) active: usize,
    /// Of those, with all labels of the template.
    pub(crate) labelled: usize,
    /// Of those, ready.
    pub(crate) ready: usize,
    /// Of those, ready for long enough.
    pub(crate) available: usize,
    /// On their way out.
    pub(crate) terminating: usize,
}

/// The pods.
#[derive(Clone, Debug)]
pub(crate) struct PodTable {
    set: Rc<ReplicaSet>,
    entries: SortedMap<Rc<str>, Entry>,
    counts: Counts,
    /// Ready pods that are not yet available, by when they will be.
    maturing: SortedSet<(Time, Rc<str>)>,
    /// Active pods that are not ready.
    unready: SortedSet<Rc<str>>,
    strays: SortedSet<Rc<str>>,
}

impl PodTable {
    /// No pods yet.
    pub(crate) fn new(set: Rc<ReplicaSet>) -> Self {
        Self {
            set,
            entries: SortedMap::new(),
            counts: Counts::default(),
            maturing: SortedSet::new(),
            unready: SortedSet::new(),
            strays: SortedSet::new(),
        }
    }

    /// The set whose pods these are.
    pub(crate) fn set(&self) -> &Rc<ReplicaSet> {
        &self.set
    }

    /// Looks at all pods again, for a set whose spec has changed.
    pub(crate) fn rebuild(&mut self, set: Rc<ReplicaSet>) {
        let entries = std::mem::take(&mut self.entries);
        *self = Self::new(set);
        for entry in entries.into_values() {
            self.put(entry.pod);
        }
    }

    /// Takes a pod in, or its newer version.
    pub(crate) fn put(&mut self, pod: Rc<Pod>) {
        let entry = self.look_at(pod);
        // Most changes of a pod change no count.
        if let Some(known) = self.entries.get_mut(entry.pod.metadata.name.as_str())
            && known.counts_like(&entry)
        {
            *known = entry;
            return;
        }
        self.remove(&entry.pod.metadata.name);
        let name: Rc<str> = entry.pod.metadata.name.as_str().into();
        match entry.standing {
            Standing::Active => {
                self.counts.active += 1;
                self.counts.labelled += usize::from(entry.is_labelled);
                self.counts.ready += usize::from(entry.is_ready);
                match entry.available_at {
                    Some(Time::ZERO) => self.counts.available += 1,
                    Some(at) => drop(self.maturing.insert((at, name.clone()))),
                    None => {}
                }
                if !entry.is_ready {
                    self.unready.insert(name.clone());
                }
            }
            Standing::Going => self.counts.terminating += 1,
            Standing::Stray => drop(self.strays.insert(name.clone())),
            Standing::Out => {}
        }
        self.entries.insert(name, entry);
    }

    /// Forgets a pod.
    pub(crate) fn remove(&mut self, name: &str) {
        let Some(entry) = self.entries.remove(name) else { return };
        match entry.standing {
            Standing::Active => {
                self.counts.active -= 1;
                self.counts.labelled -= usize::from(entry.is_labelled);
                self.counts.ready -= usize::from(entry.is_ready);
                if let Some(at) = entry.available_at
                    && !self.maturing.remove(&(at, name.into()))
                {
                    self.counts.available -= 1;
                }
                self.unready.remove(name);
            }
            Standing::Going => self.counts.terminating -= 1,
            Standing::Stray => drop(self.strays.remove(name)),
            Standing::Out => {}
        }
    }

    fn look_at(&self, pod: Rc<Pod>) -> Entry {
        let (spec, labels) = (&self.set.spec, &pod.metadata.labels);
        let fits = spec.selector.matches(labels);
        let standing = match (is_active(&pod), fits) {
            (true, true) => Standing::Active,
            (true, false) => Standing::Stray,
            (false, true) if is_going(&pod) => Standing::Going,
            (false, _) => Standing::Out,
        };
        let template = &spec.template.metadata.labels;
        let is_labelled = template.iter().all(|(key, value)| labels.get(key) == Some(value));
        let is_ready = pod.is_ready();
        let available_at = if !is_ready {
            None
        } else if spec.min_ready_seconds == 0 {
            Some(Time::ZERO)
        } else {
            let wait = Span::from_seconds(u64::try_from(spec.min_ready_seconds).unwrap_or_default());
            Condition::find(&pod.status.conditions, "Ready")
                .and_then(|ready| ready.last_transition_time)
                .map(|since| since.time() + wait)
        };
        Entry { rank: Rank::of(&pod), pod, standing, is_labelled, available_at, is_ready }
    }

    /// Counts the pods that have been ready for long enough by now.
    pub(crate) fn refresh(&mut self, now: Time) {
        while self.maturing.first().is_some_and(|(at, _)| *at <= now) {
            self.maturing.pop_first();
            self.counts.available += 1;
        }
    }

    /// How many there are.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// How long until the next pod counts as available.
    pub(crate) fn next_availability(&self, now: Time) -> Option<Span> {
        self.maturing.first().map(|(at, _)| *at - now)
    }

    /// The pods that are there, by name, with what decides which of them go first.
    pub(crate) fn active(&self) -> impl Iterator<Item = (&Rc<Pod>, &Rank)> {
        let active = self.entries.values().filter(|entry| entry.standing == Standing::Active);
        active.map(|entry| (&entry.pod, &entry.rank))
    }

    /// The pods that are to be let go.
    pub(crate) fn strays(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.strays.iter().filter_map(|name| self.entries.get(name)).map(|entry| &entry.pod)
    }

    /// The first active pod that is not ready, by name.
    pub(crate) fn first_unready(&self) -> Option<&str> {
        self.unready.first().map(|name| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;

    fn table(min_ready_seconds: i64) -> PodTable {
        let mut set = ReplicaSet::default();
        set.spec.min_ready_seconds = min_ready_seconds;
        set.spec.selector.match_labels.insert("app".into(), "web".into());
        set.spec.template.metadata.labels =
            [("app".into(), "web".into()), ("tier".into(), "x".into())].into();
        PodTable::new(Rc::new(set))
    }

    fn pod(name: &str, labels: &str, ready_since: Option<u64>) -> Pod {
        let mut pod = Pod::default();
        pod.metadata.name = name.into();
        pod.status.phase = "Running".into();
        for label in labels.split_whitespace() {
            let (key, value) = label.split_once('=').unwrap();
            pod.metadata.labels.insert(key.into(), value.into());
        }
        if let Some(since) = ready_since {
            pod.status.conditions.push(Condition {
                type_: "Ready".into(),
                status: "True".into(),
                last_transition_time: Some(Timestamp::at(Time::from_ms(since * 1000))),
                ..Condition::default()
            });
        }
        pod
    }

    #[test]
    fn pods_are_counted_by_what_they_are() {
        let mut table = table(10);
        table.put(Rc::new(pod("a", "app=web tier=x", Some(5))));
        table.put(Rc::new(pod("b", "app=web", Some(9))));
        table.put(Rc::new(pod("c", "app=web tier=x", None)));
        table.put(Rc::new(pod("d", "app=other", Some(1))));
        let mut going = pod("e", "app=web", None);
        going.metadata.deletion_timestamp = Some(Timestamp::at(Time::ZERO));
        table.put(Rc::new(going.clone()));
        going.metadata.name = "f".into();
        going.status.phase = "Succeeded".into();
        table.put(Rc::new(going));
        let now = Time::from_ms(15_000);
        table.refresh(now);
        let counts = Counts { active: 3, labelled: 2, ready: 2, available: 1, terminating: 1 };
        assert_eq!(table.counts(), counts);
        assert_eq!(table.next_availability(now), Some(Span::from_seconds(4)));
        assert_eq!(table.first_unready(), Some("c"));
        assert_eq!(table.strays().map(|pod| pod.metadata.name.as_str()).collect::<Vec<_>>(), ["d"]);
        assert_eq!(table.active().count(), 3);
        for name in ["a", "b", "c", "d", "e", "f"] {
            table.remove(name);
        }
        assert_eq!((table.counts(), table.next_availability(now)), (Counts::default(), None));
    }

    #[test]
    fn a_new_spec_counts_anew() {
        let mut table = table(0);
        table.put(Rc::new(pod("a", "app=web", Some(5))));
        assert_eq!(table.counts().available, 1);
        let mut set = (**table.set()).clone();
        set.spec.min_ready_seconds = 60;
        table.rebuild(Rc::new(set));
        table.refresh(Time::from_ms(6_000));
        assert_eq!((table.counts().ready, table.counts().available), (1, 0));
    }
}
