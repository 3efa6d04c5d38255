//! Rejects nodes that the pod's node selector and node affinity do not allow; prefers those it likes.
//!
//! Models pkg/scheduler/framework/plugins/nodeaffinity, Kubernetes v1.36. Left out: affinity that the
//! scheduler's configuration adds.

use super::normalize_up;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::{NodeSelectorTerm, PreferredSchedulingTerm, node_affinity_matches};
use crate::collections::SortedSet;
use crate::scheduler::framework::{Plugin, Rejection};

/// What the pod's required terms say about nodes' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named<'a> {
    /// Some term says nothing: any node may fit.
    All,
    /// Only these may fit, as for the pods of a `DaemonSet`; no other node is looked at.
    Only(SortedSet<&'a str>),
    /// Each term contradicts itself.
    None,
}

/// Said when the terms allow no name at all.
pub(crate) const CONFLICT: &str = "pod affinity terms conflict";

/// The nodes that the required terms leave by name alone (`PreFilter`).
pub(crate) fn named(pod: &Pod) -> Named<'_> {
    let affinity = pod.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let Some(required) = affinity.and_then(|affinity| affinity.required.as_ref()) else { return Named::All };
    let mut names: Option<SortedSet<&str>> = None;
    for term in &required.node_selector_terms {
        let Some(of_term) = names_of(term) else { return Named::All };
        names.get_or_insert_default().extend(of_term);
    }
    match names {
        None => Named::All,
        Some(names) if names.is_empty() => Named::None,
        Some(names) => Named::Only(names),
    }
}

/// The names that all requirements of one term allow; `None` when it has none on names.
fn names_of(term: &NodeSelectorTerm) -> Option<Vec<&str>> {
    let on_name = |key: &str, operator: &str| key == "metadata.name" && operator == "In";
    let mut values = (term.match_fields.iter())
        .filter(|requirement| on_name(&requirement.key, &requirement.operator))
        .map(|requirement| &requirement.values);
    let first = values.next()?;
    let rest: Vec<_> = values.collect();
    let in_all = |name: &&str| rest.iter().all(|values| values.iter().any(|value| value == name));
    Some(first.iter().map(String::as_str).filter(in_all).collect())
}

/// Rejects a node that the pod's labels do not pick.
pub(crate) fn filter(pod: &Pod, node: &Node) -> Option<Rejection> {
    (!node_affinity_matches(&pod.spec, node)).then(|| {
        Rejection::unresolvable(Plugin::NodeAffinity, "node(s) didn't match Pod's node affinity/selector")
    })
}

/// The terms of nodes that the pod likes.
pub(crate) fn preferred(pod: &Pod) -> &[PreferredSchedulingTerm] {
    let affinity = pod.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    affinity.map_or(&[], |affinity| affinity.preferred.as_slice())
}

/// The sum of the weights of the terms that match.
pub(crate) fn score(preferred: &[PreferredSchedulingTerm], node: &Node) -> i64 {
    preferred.iter().filter(|term| term.preference.matches(node)).map(|term| term.weight).sum()
}

/// More is better.
pub(crate) fn normalize(scores: &mut [i64]) {
    normalize_up(scores);
}
