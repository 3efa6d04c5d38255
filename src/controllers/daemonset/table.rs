//! The nodes of one set as its policy sees them: what is known of each, kept from sync to sync.
//!
//! Models `getNodesToDaemonPods` and the counts of `updateDaemonSetStatus` and `rollingUpdate`,
//! pkg/controller/daemon, Kubernetes v1.36. Only nodes about which something changed are assessed anew, and
//! nodes with something to do are at hand, so that a sync costs what there is to do and not what there is.

use std::rc::Rc;

use super::assess::{Rules, Tally, UpdateState, assess};
use super::nodes::fit;
use super::rows::Row;
use super::template::{allows_surge, daemon_pod_tolerations, target_node_name, template_generation};
use crate::api::apps::CONTROLLER_REVISION_HASH;
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::Toleration;
use crate::collections::{SortedMap, SortedSet};
use crate::sim::Time;

/// The nodes of one set.
#[derive(Clone, Debug)]
pub(crate) struct NodeTable {
    pub(super) set: Rc<DaemonSet>,
    generation: Option<String>,
    tolerations: Vec<Toleration>,
    allows_surge: bool,
    hash: String,
    pub(super) rows: SortedMap<String, Row>,
    /// On which row each pod is.
    places: SortedMap<String, String>,
    /// Pods that the set controls and that do not fit its selector.
    pub(super) strays: SortedMap<String, Rc<Pod>>,
    /// Pods that are meant for no node.
    pub(super) nowhere: SortedMap<String, Rc<Pod>>,
    /// How many pods there are of each hash.
    pub(super) hashes: SortedMap<String, usize>,
    /// Nodes that must be assessed anew.
    dirty: SortedSet<String>,
    /// When nodes must be assessed anew because a pod becomes available.
    pub(super) ripening: SortedSet<(Time, String)>,
    /// Nodes about which there is something to do.
    pub(super) work: SortedSet<String>,
    /// Nodes that should run a pod and have none that is available.
    pub(super) unserved: SortedSet<String>,
    /// Nodes by how far their update has come.
    pub(super) states: SortedMap<UpdateState, SortedSet<String>>,
    pub(super) tally: Tally,
    /// Nodes whose old pod, or else whose new one, is available.
    pub(super) served: i64,
}

impl NodeTable {
    /// The table of a set with these nodes and without pods.
    pub(crate) fn new<'a>(set: &Rc<DaemonSet>, nodes: impl Iterator<Item = &'a Rc<Node>>) -> Self {
        let mut table = Self {
            set: Rc::clone(set),
            generation: template_generation(set),
            tolerations: daemon_pod_tolerations(&set.spec.template.spec),
            allows_surge: allows_surge(set),
            hash: String::new(),
            rows: SortedMap::new(),
            places: SortedMap::new(),
            strays: SortedMap::default(),
            nowhere: SortedMap::default(),
            hashes: SortedMap::default(),
            dirty: SortedSet::new(),
            ripening: SortedSet::new(),
            work: SortedSet::new(),
            unserved: SortedSet::new(),
            states: SortedMap::default(),
            tally: Tally::default(),
            served: 0,
        };
        for node in nodes {
            table.put_node(&node.metadata.name, Some(Rc::clone(node)));
        }
        table
    }

    /// The set as it was when the rows were assessed.
    pub(crate) fn set(&self) -> &Rc<DaemonSet> {
        &self.set
    }

    /// Takes a newer version of the set; another spec makes everything new.
    pub(crate) fn put_set(&mut self, set: &Rc<DaemonSet>) {
        let same = self.set.metadata.generation == set.metadata.generation
            && self.generation == template_generation(set);
        self.set = Rc::clone(set);
        if same {
            return;
        }
        self.generation = template_generation(set);
        self.tolerations = daemon_pod_tolerations(&set.spec.template.spec);
        self.allows_surge = allows_surge(set);
        for (name, row) in &mut self.rows {
            row.fit = None;
            self.dirty.insert(name.clone());
        }
    }

    /// Says which hash the newest template has.
    pub(crate) fn put_hash(&mut self, hash: &str) {
        if self.hash != hash {
            hash.clone_into(&mut self.hash);
            self.dirty.extend(self.rows.keys().cloned());
        }
    }

    /// Takes a node in; `None` when it is gone.
    pub(crate) fn put_node(&mut self, name: &str, node: Option<Rc<Node>>) {
        let row = self.rows.entry(name.to_owned()).or_default();
        (row.node, row.fit) = (node, None);
        self.dirty.insert(name.to_owned());
    }

    /// Takes a pod of the set in.
    pub(crate) fn put(&mut self, pod: Rc<Pod>) {
        if self.renew(&pod) {
            return;
        }
        self.remove(&pod.metadata.name);
        let name = pod.metadata.name.clone();
        if !self.set.spec.selector.matches(&pod.metadata.labels) {
            self.strays.insert(name, pod);
            return;
        }
        let Some(node) = target_node_name(&pod).map(str::to_owned) else {
            self.nowhere.insert(name, pod);
            return;
        };
        self.count_hash(&pod, 1);
        let row = self.rows.entry(node.clone()).or_default();
        let place = row.pods.partition_point(|other| other.metadata.name < name);
        row.pods.insert(place, pod);
        self.places.insert(name, node.clone());
        self.dirty.insert(node);
    }

    /// Takes a newer version of a pod in where the older one stands, as nearly all changes of pods allow.
    fn renew(&mut self, pod: &Rc<Pod>) -> bool {
        let name = pod.metadata.name.as_str();
        let Some(node) = target_node_name(pod) else { return false };
        let Some(row) = self.rows.get_mut(node) else { return false };
        let Some(place) = row.pods.iter_mut().find(|known| known.metadata.name == name) else { return false };
        let is_same = place.metadata.uid == pod.metadata.uid && place.metadata.labels == pod.metadata.labels;
        if is_same {
            *place = Rc::clone(pod);
            self.dirty.insert(node.to_owned());
        }
        is_same
    }

    fn count_hash(&mut self, pod: &Pod, times: isize) {
        if let Some(hash) = pod.metadata.labels.get(CONTROLLER_REVISION_HASH) {
            let count = self.hashes.entry(hash.clone()).or_default();
            *count = count.saturating_add_signed(times);
        }
    }

    /// Forgets a pod.
    pub(crate) fn remove(&mut self, name: &str) {
        self.strays.remove(name);
        self.nowhere.remove(name);
        let Some(node) = self.places.remove(name) else { return };
        if let Some(row) = self.rows.get_mut(&node)
            && let Some(place) = row.pods.iter().position(|pod| pod.metadata.name == name)
        {
            let pod = row.pods.remove(place);
            self.count_hash(&pod, -1);
        }
        self.dirty.insert(node);
    }

    /// Forgets this very pod, if it is known.
    pub(crate) fn remove_this(&mut self, pod: &Pod) {
        let name = pod.metadata.name.as_str();
        let row = self.places.get(name).and_then(|node| self.rows.get(node));
        let placed = row.and_then(|row| row.pods.iter().find(|known| known.metadata.name == name));
        let known = placed.or_else(|| self.strays.get(name)).or_else(|| self.nowhere.get(name));
        if known.is_some_and(|known| known.metadata.uid == pod.metadata.uid) {
            self.remove(name);
        }
    }

    /// Assesses what must be assessed anew.
    pub(crate) fn refresh(&mut self, now: Time) {
        while self.ripening.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, node)) = self.ripening.pop_first() {
                self.dirty.insert(node);
            }
        }
        for name in std::mem::take(&mut self.dirty) {
            self.assess_row(&name, now);
        }
    }

    /// Assesses a row where it stands: to take it out and put it back would move all others twice.
    fn assess_row(&mut self, name: &str, now: Time) {
        let Some(mut row) = self.rows.get_mut(name).map(std::mem::take) else { return };
        self.count(name, &row, -1);
        row.assessment = None;
        if row.node.is_none() && row.pods.is_empty() {
            self.rows.remove(name);
            return;
        }
        if let (Some(node), None) = (&row.node, &row.fit) {
            row.fit = Some(fit(node, &self.set.spec.template.spec, &self.tolerations));
        }
        let rules = Rules {
            hash: &self.hash,
            generation: self.generation.as_deref(),
            min_ready_seconds: self.set.spec.min_ready_seconds,
            allows_surge: self.allows_surge,
        };
        row.assessment = Some(assess(&rules, row.fit(), &row.pods, now));
        self.count(name, &row, 1);
        if let Some(place) = self.rows.get_mut(name) {
            *place = row;
        }
    }

    /// Counts a row in, or out when `times` is -1.
    fn count(&mut self, name: &str, row: &Row, times: i64) {
        let Some(assessment) = &row.assessment else { return };
        let put = |set: &mut SortedSet<String>, holds: bool| {
            if holds && times > 0 {
                set.insert(name.to_owned());
            } else if holds {
                set.remove(name);
            }
        };
        self.tally.add(assessment.tally, times);
        self.served += i64::from(assessment.is_served) * times;
        put(&mut self.work, assessment.needs_pod || !assessment.deletions.is_empty());
        // A pod that is going counts as available, as upstream counts it, and yet another one is to come.
        let is_going = !row.pods().is_empty() && row.pods().iter().all(|pod| pod.is_terminating());
        let tally = assessment.tally;
        put(&mut self.unserved, tally.desired > tally.available || tally.desired > 0 && is_going);
        if let Some(state) = assessment.update {
            put(self.states.entry(state).or_default(), true);
        }
        if let Some(at) = assessment.ripe_at {
            let entry = (at, name.to_owned());
            if times > 0 {
                self.ripening.insert(entry)
            } else {
                self.ripening.remove(&entry)
            };
        }
    }
}
