//! What the policy asks of the nodes of a set: which there are, and which need something.
//!
//! Models what `manage`, `rollingUpdate` and `updateDaemonSetStatus` look at, pkg/controller/daemon,
//! Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::assess::{Assessment, Tally, UpdateState};
use super::nodes::NodeFit;
use super::table::NodeTable;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::collections::SortedSet;
use crate::sim::Time;

/// One node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// The node, when it exists.
    pub(super) node: Option<Rc<Node>>,
    /// Whether it suits, as far as that is known.
    pub(super) fit: Option<NodeFit>,
    /// The set's pods that are on it or meant for it, by name.
    pub(super) pods: Vec<Rc<Pod>>,
    /// What is known about it.
    pub(super) assessment: Option<Assessment>,
}

impl Row {
    /// Whether the node suits; `None` when it does not exist.
    pub(crate) fn fit(&self) -> Option<&NodeFit> {
        self.node.as_ref().and(self.fit.as_ref())
    }

    /// Whether the node exists.
    pub(crate) fn has_node(&self) -> bool {
        self.node.is_some()
    }

    /// The set's pods that are on the node or meant for it, by name.
    pub(crate) fn pods(&self) -> &[Rc<Pod>] {
        &self.pods
    }

    /// What is known about it.
    pub(crate) fn assessment(&self) -> Option<&Assessment> {
        self.assessment.as_ref()
    }
}

impl NodeTable {
    /// What the set's status counts.
    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    /// Nodes about which there is something to do.
    pub(crate) fn work(&self) -> impl Iterator<Item = (&String, &Row)> {
        self.of_names(&self.work)
    }

    /// How many nodes should run a pod and have none that is available.
    pub(crate) fn unserved_count(&self) -> usize {
        self.unserved.len()
    }

    /// Nodes that should run a pod and have none that is available.
    pub(crate) fn unserved(&self) -> impl Iterator<Item = (&String, &Row)> {
        self.of_names(&self.unserved)
    }

    /// How many nodes' updates have come so far.
    pub(crate) fn count_of(&self, state: UpdateState) -> i64 {
        let count = self.states.get(&state).map_or(0, SortedSet::len);
        i64::try_from(count).unwrap_or(i64::MAX)
    }

    /// Nodes whose update has come so far.
    pub(crate) fn in_state(&self, state: UpdateState) -> impl Iterator<Item = (&String, &Row)> {
        self.states.get(&state).into_iter().flat_map(|names| self.of_names(names))
    }

    fn of_names<'a>(&'a self, names: &'a SortedSet<String>) -> impl Iterator<Item = (&'a String, &'a Row)> {
        names.iter().filter_map(|name| self.rows.get_key_value(name))
    }

    /// How many nodes have an available pod, the old one counting before the new one.
    pub(crate) fn served(&self) -> i64 {
        self.served
    }

    /// All nodes that exist.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (&String, &Row)> {
        self.rows.iter().filter(|(_, row)| row.has_node())
    }

    /// The set's pods.
    pub(crate) fn pods(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.rows.values().flat_map(|row| &row.pods).chain(self.nowhere.values())
    }

    /// Whether a pod has this hash.
    pub(crate) fn is_live(&self, hash: &str) -> bool {
        self.hashes.get(hash).is_some_and(|count| *count > 0)
    }

    /// Pods that the set controls and that do not fit its selector.
    pub(crate) fn strays(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.strays.values()
    }

    /// The pod that becomes available next, with its node.
    pub(crate) fn next_ripe(&self) -> Option<(String, String)> {
        let (_, node) = self.ripening.first()?;
        let min_ready = self.set.spec.min_ready_seconds;
        let (at, _) = self.ripening.first()?;
        let is_next = |pod: &&Rc<Pod>| {
            let before = Time::from_ms(at.ms().saturating_sub(1));
            pod.is_ready() && pod.is_available(min_ready, *at) && !pod.is_available(min_ready, before)
        };
        let pod = self.rows.get(node)?.pods.iter().find(is_next)?;
        Some((pod.metadata.name.clone(), node.clone()))
    }

    /// When the next pod becomes available.
    pub(crate) fn next_ripe_at(&self) -> Option<Time> {
        self.ripening.first().map(|(at, _)| *at)
    }
}
