//! What would let a pod in that found no room: pods that leave, or a node that takes pods again.
//!
//! Models no step of pkg/scheduler, Kubernetes v1.36: there such a change puts those that it may help back
//! into the queue, and the next attempt finds out. Here the filters are asked beforehand.

use std::rc::Rc;

use super::Scheduler;
use super::cluster_state::ClusterState;
use super::node_state::NodeState;
use super::plugins::node_unschedulable::TAINT_NODE_UNSCHEDULABLE;
use super::plugins::{Claims, Cycle};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::client::Cache;

impl Scheduler {
    /// The first of these nodes that would take the pod if those that are leaving were gone.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(crate) fn opened<'n>(
        &self,
        pod: &Rc<Pod>,
        nodes: impl IntoIterator<Item = &'n str>,
        leaving: &[&Rc<Pod>],
        cache: &Cache,
    ) -> Option<&'n str> {
        let mut state = self.state.clone();
        for leaving in leaving {
            state.remove_pod(&leaving.metadata.uid);
        }
        self.first_open(pod, nodes, state, cache)
    }

    /// The first of these nodes that would take the pod if it were not cordoned.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(crate) fn opened_by_uncordoning<'n>(
        &self,
        pod: &Rc<Pod>,
        nodes: impl IntoIterator<Item = &'n str>,
        cache: &Cache,
    ) -> Option<&'n str> {
        let mut state = self.state.clone();
        let nodes_known = state.nodes().iter().map(|known| &known.node);
        let cordoned: Vec<Rc<Node>> = nodes_known.filter(|node| node.spec.unschedulable).cloned().collect();
        for mut node in cordoned {
            let spec = &mut Rc::make_mut(&mut node).spec;
            spec.unschedulable = false;
            spec.taints.retain(|taint| taint.key != TAINT_NODE_UNSCHEDULABLE);
            state.put_node(&node);
        }
        self.first_open(pod, nodes, state, cache)
    }

    fn first_open<'n>(
        &self,
        pod: &Rc<Pod>,
        nodes: impl IntoIterator<Item = &'n str>,
        mut state: ClusterState,
        cache: &Cache,
    ) -> Option<&'n str> {
        let claims = Claims::find(pod, cache, &self.volumes).ok()?;
        state.begin_attempt();
        let cycle = Cycle::new(pod, claims, &mut state);
        let takes = |at: usize, node: &NodeState| cycle.filter(at, node).is_none();
        nodes.into_iter().find(|node| {
            let at = state.position(node);
            at.is_some_and(|at| state.nodes().get(at).is_some_and(|node| takes(at, node)))
        })
    }
}
