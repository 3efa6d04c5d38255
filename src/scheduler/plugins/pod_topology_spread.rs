//! Spreads alike pods over nodes and zones: as a rule where the pod says so, as a preference otherwise.
//!
//! Models pkg/scheduler/framework/plugins/podtopologyspread with the system's default constraints, Kubernetes
//! v1.36. Left out: nothing.

use std::rc::Rc;

use super::taint_toleration;
use crate::api::codec::{api_struct, from_value};
use crate::api::labels::{LabelSelector, Requirement};
use crate::api::network::Service;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::scheduling::node_affinity_matches;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::Cache;
use crate::scheduler::cluster_state::ClusterState;
use crate::scheduler::framework::{MAX_NODE_SCORE, Plugin, Rejection};
use crate::scheduler::node_state::NodeState;
use crate::scheduler::terms::PodMatcher;
use crate::scheduler::topology::Topology;

api_struct! {
    /// One rule, as the pod carries it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub(crate) struct Constraint {
        max_skew: i64,
        topology_key: String,
        when_unsatisfiable: String,
        label_selector: Option<LabelSelector>,
        match_label_keys: Vec<String>,
        min_domains: Option<i64>,
        node_affinity_policy: Option<String>,
        node_taints_policy: Option<String>,
    }
}

const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

impl Constraint {
    fn system_default(max_skew: i64, topology_key: &str, selector: LabelSelector) -> Self {
        Self {
            max_skew,
            topology_key: topology_key.to_owned(),
            when_unsatisfiable: "ScheduleAnyway".to_owned(),
            label_selector: Some(selector),
            ..Self::default()
        }
    }

    /// Whether it is a rule that must hold.
    pub(crate) fn is_hard(&self) -> bool {
        self.when_unsatisfiable == "DoNotSchedule"
    }

    /// Whether the pod's labels are picked by its selector.
    pub(crate) fn picks(&self, pod: &Pod) -> bool {
        self.label_selector.as_ref().is_some_and(|selector| selector.matches(&pod.metadata.labels))
    }

    /// The label that makes domains.
    pub(crate) fn topology_key(&self) -> &str {
        &self.topology_key
    }

    /// Whether taints decide which nodes count.
    pub(crate) fn honors_taints(&self) -> bool {
        self.node_taints_policy.as_deref() == Some("Honor")
    }

    fn counts_node(&self, pod: &Pod, node: &NodeState) -> bool {
        let honors_affinity = self.node_affinity_policy.as_deref() != Some("Ignore");
        (!honors_affinity || node_affinity_matches(&pod.spec, &node.node))
            && (!self.honors_taints() || !taint_toleration::is_kept_off(pod, &node.node))
    }

    /// How many pods that its selector picks each node has.
    fn matching(&self, pod: &Pod, state: &mut ClusterState) -> Vec<i64> {
        match &self.label_selector {
            // Upstream counts nothing for a selector without requirements.
            Some(selector) if !selector.is_empty() => {
                let matcher = PodMatcher::in_namespace(&pod.metadata.namespace, selector.clone());
                state.matching(&[matcher], false).to_vec()
            }
            _ => vec![0; state.nodes().len()],
        }
    }
}

/// The rules that a pod carries itself.
pub(crate) fn constraints_of(pod: &Pod) -> Vec<Constraint> {
    let Some(value) = pod.spec.extra.get("topologySpreadConstraints") else {
        return Vec::new();
    };
    let mut constraints: Vec<Constraint> = from_value(value.clone()).unwrap_or_default();
    for constraint in &mut constraints {
        let labels = &pod.metadata.labels;
        for key in std::mem::take(&mut constraint.match_label_keys) {
            if let (Some(value), Some(selector)) = (labels.get(&key), &mut constraint.label_selector) {
                selector.match_expressions.push(Requirement {
                    key,
                    operator: "In".to_owned(),
                    values: vec![value.clone()],
                });
            }
        }
    }
    constraints
}

/// The system's default constraints: over nodes with skew 3, over zones with skew 5, for pods of a service or
/// a set.
pub(crate) fn default_constraints(pod: &Pod, cache: &Cache) -> Vec<Constraint> {
    let Some(selector) = default_selector(pod, cache) else {
        return Vec::new();
    };
    vec![
        Constraint::system_default(3, HOSTNAME, selector.clone()),
        Constraint::system_default(5, ZONE, selector),
    ]
}

/// The selectors of the services and of the set that the pod belongs to, together.
fn default_selector(pod: &Pod, cache: &Cache) -> Option<LabelSelector> {
    let meta = &pod.metadata;
    let mut merged = LabelSelector::default();
    for service in cache.list::<Service>(Some(&meta.namespace)) {
        let selector = &service.spec.selector;
        let picks = selector.iter().all(|(key, value)| meta.labels.get(key) == Some(value));
        if !selector.is_empty() && picks {
            merged.match_labels.extend(selector.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    if let Some(owner) = meta.controller_of()
        && let Some(kind) = Kind::of(&owner.api_version, &owner.kind)
        && matches!(owner.kind.as_str(), "ReplicaSet" | "StatefulSet")
        && let Some(object) = cache.get(&ObjectKey::new(kind, meta.namespace.clone(), owner.name.clone()))
        && let Some(selector) = set_selector(object)
    {
        merged.match_labels.extend(selector.match_labels);
        merged.match_expressions.extend(selector.match_expressions);
    }
    (!merged.is_empty()).then_some(merged)
}

fn set_selector(object: &Object) -> Option<LabelSelector> {
    if let Some(set) = crate::api::apps::StatefulSet::of(object) {
        return Some(set.spec.selector.clone());
    }
    let value = object.to_value();
    from_value(value.get("spec")?.get("selector")?.clone()).ok()
}

/// The rules of a pod, made ready for asking node by node.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    max_skew: i64,
    self_match: i64,
    least: i64,
    topology: Rc<Topology>,
    by_domain: Vec<i64>,
}

impl Filter {
    /// Counts matching pods by domain; `None` when the pod carries no rule.
    pub(crate) fn prepare(pod: &Pod, constraints: &[Constraint], state: &mut ClusterState) -> Option<Self> {
        let hard: Vec<&Constraint> = constraints.iter().filter(|constraint| constraint.is_hard()).collect();
        if hard.is_empty() {
            return None;
        }
        let topologies: Vec<Rc<Topology>> =
            hard.iter().map(|constraint| state.topology(&constraint.topology_key)).collect();
        let mut rules = Vec::with_capacity(hard.len());
        for (constraint, topology) in hard.iter().zip(&topologies) {
            let matching = constraint.matching(pod, state);
            let mut by_domain = vec![None; topology.domain_count];
            for (at, node) in state.nodes().iter().enumerate() {
                let has_all_labels = topologies.iter().all(|other| other.domain(at).is_some());
                if !has_all_labels || !constraint.counts_node(pod, node) {
                    continue;
                }
                if let Some(sum) = topology.domain(at).and_then(|domain| by_domain.get_mut(domain)) {
                    *sum = Some(sum.unwrap_or(0) + matching.get(at).copied().unwrap_or(0));
                }
            }
            let domains = i64::try_from(by_domain.iter().flatten().count()).unwrap_or(i64::MAX);
            let least = if domains < constraint.min_domains.unwrap_or(1) {
                0
            } else {
                by_domain.iter().flatten().copied().min().unwrap_or(i64::from(i32::MAX))
            };
            rules.push(Rule {
                max_skew: constraint.max_skew,
                self_match: i64::from(constraint.picks(pod)),
                least,
                topology: Rc::clone(topology),
                by_domain: by_domain.into_iter().map(Option::unwrap_or_default).collect(),
            });
        }
        Some(Self { rules })
    }

    /// Rejects a node that the pod would make too full.
    pub(crate) fn filter(&self, node: usize) -> Option<Rejection> {
        for rule in &self.rules {
            let Some(domain) = rule.topology.domain(node) else {
                return Some(Rejection::unresolvable(
                    Plugin::PodTopologySpread,
                    "node(s) didn't match pod topology spread constraints (missing required label)",
                ));
            };
            let here = rule.by_domain.get(domain).copied().unwrap_or(0);
            if here + rule.self_match - rule.least > rule.max_skew {
                return Some(Rejection::resolvable(
                    Plugin::PodTopologySpread,
                    "node(s) didn't match pod topology spread constraints",
                ));
            }
        }
        None
    }
}

/// Scores nodes: the fewer alike pods near, the better. `feasible` are places of nodes.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts of pods, far below the bounds of a float"
)]
pub(crate) fn scores(
    pod: &Pod,
    constraints: &[Constraint],
    require_all: bool,
    feasible: &[usize],
    state: &mut ClusterState,
) -> Vec<i64> {
    let soft: Vec<&Constraint> = constraints.iter().filter(|constraint| !constraint.is_hard()).collect();
    if soft.is_empty() {
        return vec![0; feasible.len()];
    }
    let topologies: Vec<Rc<Topology>> = soft.iter().map(|c| state.topology(&c.topology_key)).collect();
    let is_ignored =
        |node: usize| require_all && topologies.iter().any(|topology| topology.domain(node).is_none());
    let mut sums = vec![0.0_f64; feasible.len()];
    for (constraint, topology) in soft.iter().zip(&topologies) {
        let matching = constraint.matching(pod, state);
        let (by_domain, size) = if constraint.topology_key == HOSTNAME {
            (None, feasible.iter().filter(|&&node| !is_ignored(node)).count())
        } else {
            let (sums, size) =
                domain_sums(pod, constraint, topology, &matching, feasible, &is_ignored, state);
            (Some(sums), size)
        };
        let weight = ((size + 2) as f64).ln();
        for (sum, &node) in sums.iter_mut().zip(feasible) {
            let Some(domain) = topology.domain(node) else {
                continue;
            };
            let count = match &by_domain {
                Some(by_domain) => by_domain.get(domain).copied().unwrap_or(0),
                None => matching.get(node).copied().unwrap_or(0),
            };
            *sum += count as f64 * weight + (constraint.max_skew - 1) as f64;
        }
    }
    let scores: Vec<Option<i64>> = sums
        .iter()
        .zip(feasible)
        .map(|(sum, &node)| (!is_ignored(node)).then_some(sum.round() as i64))
        .collect();
    normalize(&scores)
}

/// Alike pods in each domain that a feasible node lies in, and how many such domains there are.
fn domain_sums(
    pod: &Pod,
    constraint: &Constraint,
    topology: &Topology,
    matching: &[i64],
    feasible: &[usize],
    is_ignored: &dyn Fn(usize) -> bool,
    state: &ClusterState,
) -> (Vec<i64>, usize) {
    let mut is_candidate = vec![false; topology.domain_count];
    let mut has_unlabelled = false;
    for &node in feasible.iter().filter(|&&node| !is_ignored(node)) {
        match topology.domain(node).and_then(|domain| is_candidate.get_mut(domain)) {
            Some(candidate) => *candidate = true,
            None => has_unlabelled = true,
        }
    }
    let mut sums = vec![0; topology.domain_count];
    for (at, node) in state.nodes().iter().enumerate() {
        let Some(domain) = topology.domain(at) else {
            continue;
        };
        if is_candidate.get(domain) == Some(&true)
            && !is_ignored(at)
            && constraint.counts_node(pod, node)
            && let Some(sum) = sums.get_mut(domain)
        {
            *sum += matching.get(at).copied().unwrap_or(0);
        }
    }
    // Nodes without the label count as one more domain, as upstream's empty value does.
    let size = is_candidate.iter().filter(|candidate| **candidate).count() + usize::from(has_unlabelled);
    (sums, size)
}

fn normalize(scores: &[Option<i64>]) -> Vec<i64> {
    let least = scores.iter().flatten().copied().min().unwrap_or(0);
    let most = scores.iter().flatten().copied().max().unwrap_or(0);
    let normal = |score: &Option<i64>| match score {
        None => 0,
        Some(_) if most == 0 => MAX_NODE_SCORE,
        Some(score) => MAX_NODE_SCORE * (most + least - score) / most,
    };
    scores.iter().map(normal).collect()
}
