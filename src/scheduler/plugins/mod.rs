//! The plugins of the default profile, one per file, and the order in which they are asked.
//!
//! Models `pkg/scheduler/apis/config/v1/default_plugins.go`, Kubernetes v1.36. Left out: `NodeVolumeLimits`
//! (no disks with such limits exist here), `DynamicResources` (no devices), gang scheduling.

pub(crate) mod node_unschedulable;
pub(crate) mod node_name;
pub(crate) mod taint_toleration;
pub(crate) mod node_affinity;
pub(crate) mod node_ports;
pub(crate) mod node_resources_fit;
pub(crate) mod volume_restrictions;
pub(crate) mod volume_binding;
pub(crate) mod volume_zone;
pub(crate) mod pod_topology_spread;
pub(crate) mod inter_pod_affinity;
pub(crate) mod image_locality;

use std::rc::Rc;

use super::cluster_state::ClusterState;
use super::framework::{MAX_NODE_SCORE, Plugin, Rejection, Scores};
use super::node_state::NodeState;
use super::resources::PodRequests;
use super::terms::{Role, Term};
use crate::api::pod::Pod;
use crate::api::scheduling::HostPort;
use crate::client::Cache;

/// The claims of a pod, as the plugins that look at them know them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims {
    /// Those that only one pod may use.
    pub(crate) sole: volume_restrictions::SoleClaims,
    /// All of them, where there are any.
    pub(crate) all: Option<volume_binding::PodClaims>,
    /// The zones, or regions, that their volumes are in.
    topologies: volume_zone::VolumeTopologies,
}

impl Claims {
    /// Looks the pod's claims up, as one plugin after the other does.
    ///
    /// # Errors
    /// The plugin for which the pod can run nowhere now, and why, in one sentence.
    pub(crate) fn find(
        pod: &Pod,
        cache: &Cache,
        assumed: &volume_binding::AssumedVolumes,
    ) -> Result<Self, (Plugin, String)> {
        let sole = volume_restrictions::SoleClaims::find(pod, cache)
            .map_err(|message| (Plugin::VolumeRestrictions, message))?;
        let all = volume_binding::PodClaims::find(pod, cache, assumed)
            .map_err(|message| (Plugin::VolumeBinding, message))?;
        let topologies = volume_zone::VolumeTopologies::find(pod, cache)
            .map_err(|message| (Plugin::VolumeZone, message))?;
        Ok(Self { sole, all, topologies })
    }
}

/// What the plugins worked out about a pod before they look at nodes.
#[derive(Debug)]
pub(crate) struct Cycle<'a> {
    /// The pod.
    pub(crate) pod: &'a Rc<Pod>,
    /// The claims of the pod, where it has any.
    pub(crate) claims: Claims,
    are_claims_in_use: bool,
    requests: PodRequests,
    ports: Vec<HostPort>,
    terms: Vec<(Role, Term)>,
    constraints: Vec<pod_topology_spread::Constraint>,
    affinity: Option<inter_pod_affinity::Filter>,
    spread: Option<pod_topology_spread::Filter>,
}

impl<'a> Cycle<'a> {
    /// Runs what comes before the filters.
    pub(crate) fn new(pod: &'a Rc<Pod>, claims: Claims, state: &mut ClusterState) -> Self {
        let terms = inter_pod_affinity::terms(pod);
        let constraints = pod_topology_spread::constraints_of(pod);
        Self {
            pod,
            are_claims_in_use: claims.sole.are_in_use(&pod.metadata.namespace, state),
            claims,
            requests: PodRequests::of(pod),
            ports: HostPort::of(pod),
            affinity: inter_pod_affinity::Filter::prepare(pod, &terms, state),
            spread: pod_topology_spread::Filter::prepare(pod, &constraints, state),
            terms,
            constraints,
        }
    }

    /// Asks the filters in order about the node at a place; the first rejection counts.
    pub(crate) fn filter(&self, at: usize, node: &NodeState) -> Option<Rejection> {
        node_unschedulable::filter(self.pod, &node.node)
            .or_else(|| node_name::filter(self.pod, &node.node))
            .or_else(|| taint_toleration::filter(self.pod, &node.node))
            .or_else(|| node_affinity::filter(self.pod, &node.node))
            .or_else(|| node_ports::filter(&self.ports, &node.ports))
            .or_else(|| node_resources_fit::filter(&self.requests.requests, node))
            .or_else(|| volume_restrictions::filter(self.are_claims_in_use))
            .or_else(|| self.claims.all.as_ref()?.filter(&node.node))
            .or_else(|| self.claims.topologies.filter(&node.node))
            .or_else(|| self.spread.as_ref()?.filter(at))
            .or_else(|| self.affinity.as_ref()?.filter(at))
    }

    /// Scores the feasible nodes, which are given by their places.
    pub(crate) fn scores(&self, feasible: &[usize], state: &mut ClusterState, cache: &Cache) -> Vec<Scores> {
        let (require_all, defaults);
        let constraints = if self.constraints.is_empty() {
            require_all = false;
            defaults = pod_topology_spread::default_constraints(self.pod, cache);
            &defaults
        } else {
            require_all = true;
            &self.constraints
        };
        let spread = pod_topology_spread::scores(self.pod, constraints, require_all, feasible, state);
        let affinity = inter_pod_affinity::scores(self.pod, &self.terms, feasible, state);
        let nodes = state.nodes();
        let at = |place: &usize| nodes.get(*place);
        let mut taints: Vec<i64> = feasible
            .iter()
            .filter_map(at)
            .map(|node| taint_toleration::score(self.pod, &node.node))
            .collect();
        taint_toleration::normalize(&mut taints);
        let preferred = node_affinity::preferred(self.pod);
        let mut liked: Vec<i64> =
            feasible.iter().filter_map(at).map(|node| node_affinity::score(preferred, &node.node)).collect();
        node_affinity::normalize(&mut liked);
        let has_images = image_locality::is_reported(nodes);
        let columns = taints.iter().zip(&liked).zip(spread.iter().zip(&affinity));
        feasible
            .iter()
            .filter_map(at)
            .zip(columns)
            .map(|(node, ((taint, liked), (spread, affinity)))| {
                [
                    *taint,
                    *liked,
                    node_resources_fit::least_allocated(&self.requests, node),
                    *spread,
                    *affinity,
                    node_resources_fit::balanced_allocation(&self.requests.requests, node),
                    if has_images { image_locality::score(self.pod, node, nodes) } else { 0 },
                ]
            })
            .collect()
    }
}

/// Brings scores up so that the greatest is the maximum.
fn normalize_up(scores: &mut [i64]) {
    let most = scores.iter().copied().max().unwrap_or(0);
    if most > 0 {
        for score in scores {
            *score = MAX_NODE_SCORE * *score / most;
        }
    }
}

/// The same, turned round: the greatest becomes 0.
fn normalize_reversed(scores: &mut [i64]) {
    normalize_up(scores);
    for score in scores {
        *score = MAX_NODE_SCORE - *score;
    }
}
