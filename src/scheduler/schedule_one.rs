//! One attempt to find a node for a pod: filter, score, choose.
//!
//! Models `schedulePod` and `findNodesThatFitPod`, `pkg/scheduler/schedule_one.go`, Kubernetes v1.36. With a
//! hundred nodes or more it stops looking once enough feasible ones are found, and starts the next time where
//! it stopped. Left out: extenders, batches of alike pods.

use std::rc::Rc;

use super::cluster_state::ClusterState;
use super::framework::{Diagnosis, NodeVerdict, Plugin, Preemption, total};
use super::nominations::{Nominations, nominated_node};
use super::plugins::node_affinity::{self, CONFLICT, Named};
use super::plugins::volume_binding::{AssumedVolumes, PodVolumes};
use super::plugins::{Claims, Cycle};
use super::preemption::{self, Finding};
use crate::api::pod::Pod;
use crate::client::Cache;
use crate::sim::{Rng, Time};

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
    /// The node that is kept for the pod from now on, empty for none; absent when that stays as it is.
    pub(crate) nomination: Option<String>,
    /// Pods that make room for it there.
    pub(crate) victims: Vec<Rc<Pod>>,
    /// Who refused it before any node was looked at, and why.
    pub(crate) before: Option<(Plugin, String)>,
    /// What came of looking for room.
    pub(crate) preemption: Preemption,
}

impl Failure {
    /// A failure for an error: no node is kept for the pod any more.
    pub(crate) fn error(message: String) -> Self {
        Self {
            message,
            rejectors: Vec::new(),
            nomination: Some(String::new()),
            victims: Vec::new(),
            before: None,
            preemption: Preemption::NotTried,
        }
    }
}

/// What an attempt sees beside nodes and placed pods.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    /// What placed pods are about to get.
    pub(crate) volumes: &'a AssumedVolumes,
    /// Nodes that are kept for pods.
    pub(crate) nominations: &'a Nominations,
    /// All other objects.
    pub(crate) cache: &'a Cache,
    /// The present instant.
    pub(crate) now: Time,
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
    around: Around<'_>,
    start: &mut usize,
    mut choice: Choice<'_>,
) -> Outcome {
    let node_count = state.nodes().len();
    let fail = |nodes, failure| Outcome { nodes, equals: 0, result: Err(failure) };
    if node_count == 0 {
        return fail(Vec::new(), Failure::error("no nodes available to schedule pods".to_owned()));
    }
    state.begin_attempt();
    let named = node_affinity::named(pod);
    if named == Named::None {
        let failure = rejected_at_once(node_count, Plugin::NodeAffinity, CONFLICT.to_owned());
        return fail(Vec::new(), failure);
    }
    let claims = match Claims::find(pod, around.cache, around.volumes) {
        Ok(claims) => claims,
        Err((plugin, message)) => {
            return fail(Vec::new(), rejected_at_once(node_count, plugin, message));
        }
    };
    let cycle = Cycle::new(pod, claims, state);
    let eligible: Option<Vec<usize>> = match &named {
        // A name that no node has is passed over.
        Named::Only(only) => Some(only.iter().filter_map(|name| state.position(name)).collect()),
        _ => None,
    };
    let (mut verdicts, feasible) = find_nodes_that_fit(&cycle, state, around, eligible.as_deref(), start);
    if feasible.is_empty() {
        let mut diagnosis = Diagnosis { node_count, ..Diagnosis::default() };
        if matches!(named, Named::Only(_)) {
            diagnosis.note_passed_over(Plugin::NodeAffinity, node_count - verdicts.len());
        }
        verdicts.iter().filter_map(|verdict| verdict.rejected.as_ref()).for_each(|no| diagnosis.note(no));
        let claims = &cycle.claims;
        let failure = make_room(pod, claims, state, around, &verdicts, diagnosis, choice.rng);
        return fail(verdicts, failure);
    }
    let (chosen, equals) = choose(&cycle, &feasible, &mut verdicts, state, around.cache, &mut choice);
    let volumes = cycle.claims.all.filter(|claims| !claims.are_all_bound()).and_then(|claims| {
        let node = state.nodes().get(chosen)?;
        claims.volumes_on(&node.node)
    });
    let result = match state.nodes().get(chosen) {
        Some(node) => Ok(Placement { node: Rc::clone(&node.name), volumes }),
        None => Err(Failure::error(Diagnosis { node_count, ..Diagnosis::default() }.to_string())),
    };
    Outcome { nodes: verdicts, equals, result }
}

/// The failure of a pod that a plugin rejected before any node was looked at.
fn rejected_at_once(node_count: usize, plugin: Plugin, message: String) -> Failure {
    // The plugin for devices has not run then, and its part in making room says only this.
    let post_filter_message = "not found".to_owned();
    let before = Some((plugin, message.clone()));
    let diagnosis =
        Diagnosis { node_count, pre_filter_message: message, post_filter_message, ..Diagnosis::default() };
    Failure {
        message: diagnosis.to_string(),
        rejectors: vec![plugin],
        nomination: None,
        victims: Vec::new(),
        before,
        preemption: Preemption::NotTried,
    }
}

/// Looks for pods that could make room, and says what came of it.
fn make_room(
    pod: &Rc<Pod>,
    claims: &Claims,
    state: &ClusterState,
    around: Around<'_>,
    verdicts: &[NodeVerdict],
    mut diagnosis: Diagnosis,
    rng: &mut Rng,
) -> Failure {
    let cached = around.cache.typed::<Pod>(&pod.metadata.namespace, &pod.metadata.name).unwrap_or(pod);
    let view = preemption::View {
        pod: cached,
        claims,
        state,
        nominations: around.nominations,
        cache: around.cache,
        now: around.now,
    };
    let (nomination, victims, preemption) = match preemption::post_filter(&view, verdicts, rng) {
        Finding::Victims { node, pods } => {
            let names = pods.iter().map(|pod| pod.metadata.name.clone()).collect();
            (Some(node.to_string()), pods, Preemption::Victims { node, pods: names })
        }
        Finding::Nothing { message, gives_up_node } => {
            diagnosis.post_filter_message.clone_from(&message);
            (gives_up_node.then(String::new), Vec::new(), Preemption::InVain(message))
        }
    };
    let message = diagnosis.to_string();
    Failure { message, rejectors: diagnosis.rejectors, nomination, victims, before: None, preemption }
}

/// Asks the filters about nodes, all or those at the places given; returns the verdicts and, of the feasible
/// nodes, (verdict, place).
fn find_nodes_that_fit(
    cycle: &Cycle<'_>,
    state: &ClusterState,
    around: Around<'_>,
    eligible: Option<&[usize]>,
    start: &mut usize,
) -> (Vec<NodeVerdict>, Vec<(usize, usize)>) {
    let nodes = state.nodes();
    let verdict_of = |at: usize| {
        let node = nodes.get(at)?;
        let rejected = if around.nominations.ahead_of(cycle.pod, &node.name).next().is_none() {
            cycle.filter(at, node)
        } else {
            let view = preemption::View {
                pod: cycle.pod,
                claims: &cycle.claims,
                state,
                nominations: around.nominations,
                cache: around.cache,
                now: around.now,
            };
            preemption::rejection(&view, state, at)
        };
        Some(NodeVerdict { node: Rc::clone(&node.name), rejected, scores: None })
    };
    // The node that was chosen for it before is tried first, and taken if it is still possible.
    if let Some(at) = state.position(nominated_node(cycle.pod))
        && let Some(verdict) = verdict_of(at)
        && verdict.rejected.is_none()
    {
        return (vec![verdict], vec![(0, at)]);
    }
    let count = eligible.map_or(nodes.len(), <[usize]>::len);
    let wanted = num_feasible_nodes_to_find(count);
    let mut verdicts = Vec::with_capacity(count);
    let mut feasible = Vec::with_capacity(wanted);
    for step in 0..count {
        let nth = (*start + step) % count;
        let Some(at) = eligible.map_or(Some(nth), |places| places.get(nth).copied()) else {
            continue;
        };
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
    choice: &mut Choice<'_>,
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
