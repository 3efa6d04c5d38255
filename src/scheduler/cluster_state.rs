//! What the scheduler knows of nodes and of the pods on them, kept up to date change by change.
//!
//! Models pkg/scheduler/backend/cache and `NodeInfo`, Kubernetes v1.36. No attempt walks all pods: sums of
//! requests, counts of pods that selectors match, and carriers of affinity terms are kept for each node. A
//! pod that is assumed counts like a bound one. Left out: the expiry of assumed pods, pod groups.

use std::rc::Rc;

use super::node_state::{NodeState, PlacedPod};
use super::resources::{PodRequests, Resources};
use super::terms::{CarriedTerm, MatchCount, PodMatcher, Role, Term, terms_of};
use super::topology::Topology;
use crate::api::LabelMap;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::HostPort;
use crate::collections::{SortedMap, sort};

/// Counts that are kept between attempts.
const MATCH_COUNTS_MAX: usize = 128;

/// All nodes and all placed pods.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterState {
    nodes: Vec<NodeState>,
    index: SortedMap<Rc<str>, usize>,
    pods: SortedMap<Rc<str>, Rc<PlacedPod>>,
    counts: Vec<MatchCount>,
    terms: Vec<Option<CarriedTerm>>,
    topologies: SortedMap<String, Rc<Topology>>,
    namespaces: SortedMap<String, LabelMap>,
    attempt: u64,
}

impl ClusterState {
    /// The nodes, in the order in which they came.
    pub(crate) fn nodes(&self) -> &[NodeState] {
        &self.nodes
    }

    /// The place of a node in [`Self::nodes`].
    pub(crate) fn position(&self, node: &str) -> Option<usize> {
        self.index.get(node).copied()
    }

    /// Takes a node in, or its new state.
    pub(crate) fn put_node(&mut self, node: &Rc<Node>) {
        let at = self.position(&node.metadata.name);
        let Some(known) = at.and_then(|at| self.nodes.get_mut(at)) else {
            return self.add_node(node);
        };
        if known.node.metadata.labels != node.metadata.labels {
            self.topologies.clear();
        }
        if known.node.status.allocatable != node.status.allocatable {
            known.allocatable = Resources::of(&node.status.allocatable);
        }
        known.node = Rc::clone(node);
    }

    /// Takes a new node in, behind the others: nothing that is known of them changes.
    fn add_node(&mut self, node: &Rc<Node>) {
        let state = NodeState::new(Rc::clone(node));
        self.index.insert(Rc::clone(&state.name), self.nodes.len());
        let waiting: Vec<_> =
            self.pods.values().filter(|placed| placed.node == state.name).cloned().collect();
        self.nodes.push(state);
        self.topologies.clear();
        for count in &mut self.counts {
            count.by_node.push(0);
        }
        for carried in self.terms.iter_mut().flatten() {
            carried.by_node.push(0);
        }
        for placed in waiting {
            self.count(&placed, 1);
        }
    }

    /// Lets a node go; its pods stay known in case it comes back.
    pub(crate) fn remove_node(&mut self, name: &str) {
        self.nodes.retain(|node| &*node.name != name);
        self.recount();
    }

    fn recount(&mut self) {
        self.index = self.nodes.iter().enumerate().map(|(at, node)| (Rc::clone(&node.name), at)).collect();
        self.topologies.clear();
        self.counts.clear();
        let node_count = self.nodes.len();
        for carried in self.terms.iter_mut().flatten() {
            carried.by_node = vec![0; node_count];
        }
        for node in &mut self.nodes {
            *node = NodeState::new(Rc::clone(&node.node));
        }
        for placed in self.pods.values().cloned().collect::<Vec<_>>() {
            self.count(&placed, 1);
        }
    }

    /// Takes in the labels of a namespace; `None` when it is gone.
    pub(crate) fn put_namespace(&mut self, name: &str, labels: Option<&LabelMap>) {
        match labels {
            Some(labels) => self.namespaces.insert(name.to_owned(), labels.clone()),
            None => self.namespaces.remove(name),
        };
    }

    /// The labels of a namespace.
    pub(crate) fn namespace_labels(&self, name: &str) -> Option<&LabelMap> {
        self.namespaces.get(name)
    }

    /// The term with its namespace selector replaced by the namespaces that it picks now.
    pub(crate) fn resolve(&self, mut matcher: PodMatcher) -> PodMatcher {
        if let Some(selector) = matcher.namespace_selector.take() {
            let picked = self.namespaces.iter().filter(|(_, labels)| selector.matches(labels));
            matcher.namespaces.extend(picked.map(|(name, _)| name.clone()));
            sort(&mut matcher.namespaces);
            matcher.namespaces.dedup();
        }
        matcher
    }

    /// Whether the pod is assumed to be on a node, its binding not yet seen.
    pub(crate) fn is_assumed(&self, uid: &str) -> bool {
        self.pods.get(uid).is_some_and(|placed| placed.is_assumed)
    }

    /// Assumes that a pod is on a node.
    pub(crate) fn assume(&mut self, pod: &Rc<Pod>, node: &Rc<str>) {
        self.place(pod, Rc::clone(node), true);
    }

    /// Takes in a pod that is bound, or its new state.
    pub(crate) fn put_pod(&mut self, pod: &Rc<Pod>) {
        let node = self
            .index
            .get_key_value(pod.spec.node_name.as_str())
            .map_or_else(|| Rc::from(pod.spec.node_name.as_str()), |(name, _)| Rc::clone(name));
        self.place(pod, node, false);
    }

    fn place(&mut self, pod: &Rc<Pod>, node: Rc<str>, is_assumed: bool) {
        let uid = pod.metadata.uid.as_str();
        if let Some(placed) = self.pods.get_mut(uid) {
            let counts_alike = placed.node == node
                && placed.pod.metadata.labels == pod.metadata.labels
                && placed.pod.is_terminating() == pod.is_terminating()
                && (placed.pod.metadata.generation == pod.metadata.generation
                    || placed.requests == PodRequests::of(pod));
            if counts_alike {
                let placed = Rc::make_mut(placed);
                placed.pod = Rc::clone(pod);
                placed.is_assumed = is_assumed;
                return;
            }
            self.remove_pod(uid.to_owned().as_str());
        }
        let terms = terms_of(pod).into_iter().map(|(role, term)| self.carry(role, term)).collect();
        let placed = Rc::new(PlacedPod {
            requests: PodRequests::of(pod),
            ports: HostPort::of(pod),
            pod: Rc::clone(pod),
            node,
            terms,
            is_assumed,
        });
        self.count(&placed, 1);
        self.pods.insert(uid.into(), placed);
    }

    /// Lets a pod go, bound or assumed; returns it when it was known.
    pub(crate) fn remove_pod(&mut self, uid: &str) -> Option<Rc<Pod>> {
        let placed = self.pods.remove(uid)?;
        self.count(&placed, -1);
        for &id in &placed.terms {
            if let Some(slot) = self.terms.get_mut(id)
                && let Some(carried) = slot
            {
                carried.carriers = carried.carriers.saturating_sub(1);
                if carried.carriers == 0 {
                    *slot = None;
                }
            }
        }
        Some(Rc::clone(&placed.pod))
    }

    fn carry(&mut self, role: Role, term: Term) -> usize {
        let known = self.terms.iter_mut().enumerate().find_map(|(id, slot)| {
            let carried = slot.as_mut()?;
            (carried.role == role && carried.term == term).then_some((id, carried))
        });
        if let Some((id, carried)) = known {
            carried.carriers += 1;
            return id;
        }
        let carried = CarriedTerm { role, term, by_node: vec![0; self.nodes.len()], carriers: 1 };
        if let Some((id, slot)) = self.terms.iter_mut().enumerate().find(|(_, slot)| slot.is_none()) {
            *slot = Some(carried);
            return id;
        }
        self.terms.push(Some(carried));
        self.terms.len() - 1
    }

    fn count(&mut self, placed: &PlacedPod, times: i64) {
        let Some(at) = self.position(&placed.node) else {
            return;
        };
        if let Some(node) = self.nodes.get_mut(at) {
            node.count(placed, times);
        }
        for count in &mut self.counts {
            if count.counts(&placed.pod)
                && let Some(number) = count.by_node.get_mut(at)
            {
                *number += times;
            }
        }
        for &id in &placed.terms {
            let carried = self.terms.get_mut(id).and_then(Option::as_mut);
            if let Some(number) = carried.and_then(|carried| carried.by_node.get_mut(at)) {
                *number += times;
            }
        }
    }

    /// Starts an attempt: counts that nobody asked for in a long time are forgotten.
    pub(crate) fn begin_attempt(&mut self) {
        self.attempt += 1;
        while self.counts.len() > MATCH_COUNTS_MAX {
            let oldest = self.counts.iter().enumerate().min_by_key(|(_, count)| count.used).map(|(at, _)| at);
            if let Some(at) = oldest {
                self.counts.swap_remove(at);
            }
        }
    }

    /// How many pods that match all of the matchers each node has.
    pub(crate) fn matching(&mut self, all_of: &[PodMatcher], with_terminating: bool) -> &[i64] {
        let known = self
            .counts
            .iter()
            .position(|count| count.with_terminating == with_terminating && count.all_of == all_of);
        let at = known.unwrap_or_else(|| {
            let mut count = MatchCount {
                all_of: all_of.to_vec(),
                with_terminating,
                by_node: vec![0; self.nodes.len()],
                used: 0,
            };
            for placed in
                self.pods.values().filter(|placed| count.counts(&placed.pod)).cloned().collect::<Vec<_>>()
            {
                if let Some(number) = self.position(&placed.node).and_then(|node| count.by_node.get_mut(node))
                {
                    *number += 1;
                }
            }
            self.counts.push(count);
            self.counts.len() - 1
        });
        match self.counts.get_mut(at) {
            Some(count) => {
                count.used = self.attempt;
                &count.by_node
            }
            None => &[],
        }
    }

    /// The terms that placed pods carry.
    pub(crate) fn carried_terms(&self) -> impl Iterator<Item = &CarriedTerm> {
        self.terms.iter().flatten()
    }

    /// The domains of a label.
    pub(crate) fn topology(&mut self, key: &str) -> Rc<Topology> {
        if let Some(known) = self.topologies.get(key) {
            return Rc::clone(known);
        }
        let topology = Rc::new(Topology::of(&self.nodes, key));
        self.topologies.insert(key.to_owned(), Rc::clone(&topology));
        topology
    }

    /// The pods on the node at a place, by uid.
    pub(crate) fn pods_on(&self, at: usize) -> impl Iterator<Item = &Rc<Pod>> {
        let node = self.nodes.get(at).map(|node| &node.name);
        self.pods.values().filter(move |placed| Some(&placed.node) == node).map(|placed| &placed.pod)
    }

    /// Pods on a node with a priority below this one.
    pub(crate) fn lower_priority_count(&self, node: usize, priority: i64) -> i64 {
        self.nodes.get(node).map_or(0, |node| node.priorities.range(..priority).map(|(_, count)| count).sum())
    }
}
