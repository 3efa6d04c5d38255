//! Terms about other pods: which pods they speak of, and who carries them.
//!
//! Models `AffinityTerm`, staging/src/k8s.io/kube-scheduler/framework, Kubernetes v1.36.
//! Left out: `matchLabelKeys` of affinity terms, which the API server folds into the selector.

use crate::api::LabelMap;
use crate::api::labels::LabelSelector;
use crate::api::pod::Pod;
use crate::api::scheduling::{PodAffinity, PodAffinityTerm};

/// Which pods.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PodMatcher {
    /// Pods of these namespaces.
    pub(crate) namespaces: Vec<String>,
    /// Pods of namespaces with these labels too.
    pub(crate) namespace_selector: Option<LabelSelector>,
    /// Pods with these labels; none at all when absent.
    pub(crate) selector: Option<LabelSelector>,
}

impl PodMatcher {
    /// Pods of one namespace with these labels.
    pub(crate) fn in_namespace(namespace: &str, selector: LabelSelector) -> Self {
        Self { namespaces: vec![namespace.to_owned()], namespace_selector: None, selector: Some(selector) }
    }

    fn of(term: &PodAffinityTerm, namespace: &str) -> Self {
        let mut namespaces = term.namespaces.clone();
        if namespaces.is_empty() && term.namespace_selector.is_none() {
            namespaces.push(namespace.to_owned());
        }
        Self {
            namespaces,
            namespace_selector: term.namespace_selector.clone(),
            selector: term.label_selector.clone(),
        }
    }

    /// Whether it speaks of the pod, whose namespace has these labels.
    pub(crate) fn matches(&self, pod: &Pod, namespace_labels: Option<&LabelMap>) -> bool {
        let meta = &pod.metadata;
        let reaches = self.namespaces.contains(&meta.namespace)
            || self.namespace_selector.as_ref().is_some_and(|selector| {
                selector.is_empty() || namespace_labels.is_some_and(|labels| selector.matches(labels))
            });
        reaches && self.selector.as_ref().is_some_and(|selector| selector.matches(&meta.labels))
    }
}

/// One term with the label that says what is near.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    /// Which pods.
    pub(crate) matcher: PodMatcher,
    /// Nodes with the same value of this label are near each other.
    pub(crate) topology_key: String,
}

/// What a term is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Must be near.
    Required,
    /// Must not be near.
    RequiredAnti,
    /// Better near, by this much; below zero: better far.
    Preferred(i64),
}

/// The terms of a pod, by role.
pub(crate) fn terms_of(pod: &Pod) -> Vec<(Role, Term)> {
    let Some(affinity) = &pod.spec.affinity else {
        return Vec::new();
    };
    let mut terms = Vec::new();
    for (part, required, sign) in
        [(&affinity.pod_affinity, Role::Required, 1), (&affinity.pod_anti_affinity, Role::RequiredAnti, -1)]
    {
        if let Some(part) = part {
            push_terms(&mut terms, part, required, sign, &pod.metadata.namespace);
        }
    }
    terms
}

fn push_terms(terms: &mut Vec<(Role, Term)>, part: &PodAffinity, required: Role, sign: i64, namespace: &str) {
    let term = |term: &PodAffinityTerm| Term {
        matcher: PodMatcher::of(term, namespace),
        topology_key: term.topology_key.clone(),
    };
    terms.extend(part.required.iter().map(|required_term| (required, term(required_term))));
    terms.extend(
        part.preferred
            .iter()
            .map(|preferred| (Role::Preferred(sign * preferred.weight), term(&preferred.pod_affinity_term))),
    );
}

/// A term that placed pods carry, with how many of them each node has.
#[derive(Clone, Debug)]
pub(crate) struct CarriedTerm {
    /// What it is for.
    pub(crate) role: Role,
    /// The term.
    pub(crate) term: Term,
    /// Its carriers on each node.
    pub(crate) by_node: Vec<i64>,
    /// Pods that carry it, wherever they are.
    pub(crate) carriers: usize,
}

/// How many of the pods that match all of some matchers each node has.
#[derive(Clone, Debug)]
pub(crate) struct MatchCount {
    /// The matchers.
    pub(crate) all_of: Vec<PodMatcher>,
    /// Whether pods that are terminating count too.
    pub(crate) with_terminating: bool,
    /// The numbers.
    pub(crate) by_node: Vec<i64>,
    /// When it was last asked for: the number of the attempt.
    pub(crate) used: u64,
}

impl MatchCount {
    /// Whether the pod counts.
    pub(crate) fn counts(&self, pod: &Pod) -> bool {
        (self.with_terminating || !pod.is_terminating())
            && self.all_of.iter().all(|matcher| matcher.matches(pod, None))
    }
}
