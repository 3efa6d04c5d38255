//! One attempt to find a node for a pod: filter, score, choose.
//!
//! Models `schedulePod` and `findNodesThatFitPod`, `pkg/scheduler/schedule_one.go`, Kubernetes v1.36. With a
//! hundred nodes or more it stops looking once enough feasible ones are found, and starts the next time where
//! it stopped. Left out: extenders, batches of alike pods.

use std::rc::Rc;

use super::cluster_state::ClusterState;
use super::framework::{Diagnosis, NodeVerdict, Plugin, total};
use super::plugins::Cycle;
use super::plugins::volume_binding::{AssumedVolumes, PodClaims, PodVolumes};
use super::preemption;
use crate::api::pod::Pod;
use crate::client::Cache;
use crate::sim::Rng;

/// Feasible nodes that are always looked for, when there are so many.
const MIN_FEASIBLE_NODES: usize = 100;
/// The least share of nodes that is looked at, in percent.
const MIN_FEASIBLE_PERCENT: usize = 5;

/// What an attempt came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What was found about each node that was looked at.
    pub(crate) nodes: Vec<NodeVerdict>,
    /// Of nodes with equal scores, how many there were to choose from.
    pub(crate) equals: usize,
    /// The node, or why there is none.
    pub(crate) result: Result<Placement, Failure>,
}

/// Where a pod goes.
#[derive(Debug)]
pub(crate) struct Placement {
    /// The node.
    pub(crate) node: Rc<str>,
    /// How its claims get their volumes there; `None` when all have them.
    pub(crate) volumes: Option<PodVolumes>,
}

/// Why a pod goes nowhere.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The whole message.
    pub(crate) message: String,
    /// The plugins that rejected nodes.
    pub(crate) rejectors: Vec<Plugin>,
}

/// What decides among equally good nodes.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    /// The node that was laid down; it is taken when it is one of them.
    pub(crate) drawn: Option<&'a str>,
    /// Decides otherwise.
    pub(crate) rng: &'a mut Rng,
}

/// How many feasible nodes are looked for (`numFeasibleNodesToFind`).
pub(crate) fn num_feasible_nodes_to_find(node_count: usize) -> usize {
    if node_count < MIN_FEASIBLE_NODES {
        return node_count;
    }
    // 50 % at first, one percent less for every 125 nodes: 1000 nodes give 42 %.
    let percent = 50_usize.saturating_sub(node_count / 125).max(MIN_FEASIBLE_PERCENT);
    (node_count * percent / 100).max(MIN_FEASIBLE_NODES)
}

/// Finds a node for a pod. `start` is the place of the first node to look at; it moves on.
pub(crate) fn schedule_pod(
    pod: &Rc<Pod>,
    state: &mut ClusterState,
    assumed: &AssumedVolumes,
    cache: &Cache,
    start: &mut usize,
    choice: Choice<'_>,
) -> Outcome {
    let node_count = state.nodes().len();
    let fail =
        |nodes, message, rejectors| Outcome { nodes, equals: 0, result: Err(Failure { message, rejectors }) };
    if node_count == 0 {
        return fail(Vec::new(), "no nodes available to schedule pods".to_owned(), Vec::new());
    }
    state.begin_attempt();
    let mut diagnosis = Diagnosis { node_count, ..Diagnosis::default() };
    let claims = match PodClaims::find(pod, cache, assumed) {
        Ok(claims) => claims,
        Err(message) => {
            diagnosis.pre_filter_message = message;
            // The plugin for devices has not run then, and its part in making room says only this.
            "not found".clone_into(&mut diagnosis.post_filter_message);
            return fail(Vec::new(), diagnosis.to_string(), vec![Plugin::VolumeBinding]);
        }
    };
    let cycle = Cycle::new(pod, claims, state);
    let (mut verdicts, feasible) = find_nodes_that_fit(&cycle, state, start);
    if feasible.is_empty() {
        verdicts.iter().filter_map(|verdict| verdict.rejected.as_ref()).for_each(|no| diagnosis.note(no));
        diagnosis.post_filter_message = preemption::post_filter_message(pod, &verdicts, state);
        return fail(verdicts, diagnosis.to_string(), diagnosis.rejectors);
    }
    let (chosen, equals) = choose(&cycle, &feasible, &mut verdicts, state, cache, choice);
    let volumes = cycle.claims.filter(|claims| !claims.are_all_bound()).and_then(|claims| {
        let node = state.nodes().get(chosen)?;
        claims.volumes_on(&node.node)
    });
    let result = match state.nodes().get(chosen) {
        Some(node) => Ok(Placement { node: Rc::clone(&node.name), volumes }),
        None => Err(Failure { message: diagnosis.to_string(), rejectors: diagnosis.rejectors }),
    };
    Outcome { nodes: verdicts, equals, result }
}

/// Asks the filters about nodes; returns the verdicts and, of the feasible nodes, (verdict, place).
fn find_nodes_that_fit(
    cycle: &Cycle<'_>,
    state: &ClusterState,
    start: &mut usize,
) -> (Vec<NodeVerdict>, Vec<(usize, usize)>) {
    let nodes = state.nodes();
    let verdict_of = |at: usize| {
        let node = nodes.get(at)?;
        let rejected = cycle.filter(at, node);
        Some(NodeVerdict { node: Rc::clone(&node.name), rejected, scores: None })
    };
    // The node that was chosen for it before is tried first, and taken if it is still possible.
    let nominated = cycle.pod.status.extra.get("nominatedNodeName").and_then(|name| name.as_str());
    if let Some(at) = nominated.and_then(|name| state.position(name))
        && let Some(verdict) = verdict_of(at)
        && verdict.rejected.is_none()
    {
        return (vec![verdict], vec![(0, at)]);
    }
    let wanted = num_feasible_nodes_to_find(nodes.len());
    let mut verdicts = Vec::with_capacity(nodes.len());
    let mut feasible = Vec::with_capacity(wanted);
    for step in 0..nodes.len() {
        let at = (*start + step) % nodes.len();
        let Some(verdict) = verdict_of(at) else {
            continue;
        };
        if verdict.rejected.is_none() {
            feasible.push((verdicts.len(), at));
        }
        verdicts.push(verdict);
        if feasible.len() == wanted {
            break;
        }
    }
    *start = (*start + verdicts.len()) % nodes.len();
    (verdicts, feasible)
}

/// The place of the best node, and how many were equally good.
fn choose(
    cycle: &Cycle<'_>,
    feasible: &[(usize, usize)],
    verdicts: &mut [NodeVerdict],
    state: &mut ClusterState,
    cache: &Cache,
    choice: Choice<'_>,
) -> (usize, usize) {
    if let [(_, only)] = feasible {
        return (*only, 1);
    }
    let places: Vec<usize> = feasible.iter().map(|(_, at)| *at).collect();
    let scores = cycle.scores(&places, state, cache);
    let drawn = choice.drawn.and_then(|node| state.position(node));
    let (mut best, mut chosen, mut equals) = (i64::MIN, 0, 0);
    for ((verdict, at), scores) in feasible.iter().zip(&scores) {
        let sum = total(scores);
        if let Some(verdict) = verdicts.get_mut(*verdict) {
            verdict.scores = Some(*scores);
        }
        if sum > best {
            (best, chosen, equals) = (sum, *at, 1);
        } else if sum == best {
            equals += 1;
            // Each of k equals is kept with the chance 1/k, so all have the same in the end.
            let is_drawn = choice.rng.below(equals as u64) == 0;
            if drawn != Some(chosen) && (is_drawn || drawn == Some(*at)) {
                chosen = *at;
            }
        }
    }
    (chosen, equals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_nodes_are_looked_at_in_large_clusters() {
        let table = [(3, 3), (99, 99), (100, 100), (250, 120), (1000, 420), (5000, 500), (10_000, 500)];
        for (nodes, expected) in table {
            assert_eq!(num_feasible_nodes_to_find(nodes), expected, "{nodes} nodes");
        }
    }
}
