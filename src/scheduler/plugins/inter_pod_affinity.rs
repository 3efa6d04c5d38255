//! Places pods near or away from other pods.
//!
//! Models pkg/scheduler/framework/plugins/interpodaffinity, Kubernetes v1.36. A node is near another when
//! both have the same value of the term's label. Left out: nothing.

use std::rc::Rc;

use crate::api::pod::Pod;
use crate::scheduler::cluster_state::ClusterState;
use crate::scheduler::framework::{MAX_NODE_SCORE, Plugin, Rejection};
use crate::scheduler::terms::{PodMatcher, Role, Term, terms_of};
use crate::scheduler::topology::Topology;

/// What a required term of a placed pod adds to the score of its node for a pod that it wants near.
const HARD_POD_AFFINITY_WEIGHT: i64 = 1;

#[derive(Clone, Debug)]
struct Counted {
    topology: Rc<Topology>,
    by_domain: Vec<i64>,
}

impl Counted {
    fn at(&self, node: usize) -> Option<i64> {
        self.by_domain.get(self.topology.domain(node)?).copied()
    }
}

/// The rules that concern a pod, made ready for asking node by node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    near: Vec<Counted>,
    away: Vec<Counted>,
    kept_away_by_others: Vec<Counted>,
    /// No pod matches yet, and the pod matches its own terms: it may be the first.
    may_be_first: bool,
}

impl Filter {
    /// Counts pods by domain; `None` when no rule concerns the pod.
    pub(crate) fn prepare(pod: &Pod, terms: &[(Role, Term)], state: &mut ClusterState) -> Option<Self> {
        let mut filter = Self::default();
        let near: Vec<&Term> = of_role(terms, Role::Required).collect();
        if !near.is_empty() {
            let all_of: Vec<PodMatcher> =
                near.iter().map(|term| state.resolve(term.matcher.clone())).collect();
            for term in &near {
                filter.near.push(counted(state, &all_of, &term.topology_key));
            }
            let none_matches = filter.near.iter().all(|near| near.by_domain.iter().all(|count| *count == 0));
            filter.may_be_first = none_matches && all_of.iter().all(|matcher| matcher.matches(pod, None));
        }
        for term in of_role(terms, Role::RequiredAnti) {
            let matcher = state.resolve(term.matcher.clone());
            filter.away.push(counted(state, &[matcher], &term.topology_key));
        }
        let labels = state.namespace_labels(&pod.metadata.namespace);
        let carried: Vec<(String, Vec<i64>)> = state
            .carried_terms()
            .filter(|carried| carried.role == Role::RequiredAnti && carried.term.matcher.matches(pod, labels))
            .map(|carried| (carried.term.topology_key.clone(), carried.by_node.clone()))
            .collect();
        for (key, by_node) in carried {
            let topology = state.topology(&key);
            let by_domain = topology.sum(&by_node);
            filter.kept_away_by_others.push(Counted { topology, by_domain });
        }
        let concerns =
            !(filter.near.is_empty() && filter.away.is_empty() && filter.kept_away_by_others.is_empty());
        concerns.then_some(filter)
    }

    /// Rejects a node that the rules forbid.
    pub(crate) fn filter(&self, node: usize) -> Option<Rejection> {
        let has_all_labels = self.near.iter().all(|near| near.at(node).is_some());
        let all_near = self.near.iter().all(|near| near.at(node).is_some_and(|count| count > 0));
        if !has_all_labels || !(all_near || self.may_be_first) {
            return Some(Rejection::unresolvable(
                Plugin::InterPodAffinity,
                "node(s) didn't match pod affinity rules",
            ));
        }
        let some_at =
            |counts: &[Counted]| counts.iter().any(|counted| counted.at(node).is_some_and(|c| c > 0));
        if some_at(&self.away) {
            return Some(Rejection::resolvable(
                Plugin::InterPodAffinity,
                "node(s) didn't match pod anti-affinity rules",
            ));
        }
        some_at(&self.kept_away_by_others).then(|| {
            Rejection::resolvable(
                Plugin::InterPodAffinity,
                "node(s) didn't satisfy existing pods anti-affinity rules",
            )
        })
    }
}

fn of_role(terms: &[(Role, Term)], role: Role) -> impl Iterator<Item = &Term> {
    terms.iter().filter(move |(other, _)| *other == role).map(|(_, term)| term)
}

fn counted(state: &mut ClusterState, all_of: &[PodMatcher], key: &str) -> Counted {
    let topology = state.topology(key);
    let by_domain = topology.sum(state.matching(all_of, true));
    Counted { topology, by_domain }
}

/// Whether the pod carries terms that could bring other pods near it or away.
pub(crate) fn terms(pod: &Pod) -> Vec<(Role, Term)> {
    terms_of(pod)
}

/// Scores nodes by the preferences of the pod and of the pods that are placed. `feasible` are places of
/// nodes.
pub(crate) fn scores(
    pod: &Pod,
    terms: &[(Role, Term)],
    feasible: &[usize],
    state: &mut ClusterState,
) -> Vec<i64> {
    let mut weighted: Vec<(i64, Counted)> = Vec::new();
    for (role, term) in terms {
        if let Role::Preferred(weight) = role {
            let matcher = state.resolve(term.matcher.clone());
            weighted.push((*weight, counted(state, &[matcher], &term.topology_key)));
        }
    }
    let labels = state.namespace_labels(&pod.metadata.namespace);
    let carried: Vec<(i64, String, Vec<i64>)> = state
        .carried_terms()
        .filter_map(|carried| {
            let weight = match carried.role {
                Role::Required => HARD_POD_AFFINITY_WEIGHT,
                Role::Preferred(weight) => weight,
                Role::RequiredAnti => return None,
            };
            let concerns = carried.term.matcher.matches(pod, labels);
            concerns.then(|| (weight, carried.term.topology_key.clone(), carried.by_node.clone()))
        })
        .collect();
    for (weight, key, by_node) in carried {
        let topology = state.topology(&key);
        let by_domain = topology.sum(&by_node);
        weighted.push((weight, Counted { topology, by_domain }));
    }
    if weighted.is_empty() {
        return vec![0; feasible.len()];
    }
    let sum = |node: usize| -> i64 {
        weighted.iter().map(|(weight, counted)| weight * counted.at(node).unwrap_or(0)).sum()
    };
    normalize(&feasible.iter().map(|&node| sum(node)).collect::<Vec<_>>())
}

fn normalize(scores: &[i64]) -> Vec<i64> {
    let least = scores.iter().copied().min().unwrap_or(0);
    let spread = scores.iter().copied().max().unwrap_or(0) - least;
    let normal = |score: &i64| if spread > 0 { MAX_NODE_SCORE * (score - least) / spread } else { 0 };
    scores.iter().map(normal).collect()
}
