//! Which nodes share a value of a label.
//!
//! Models the topology domains of affinity and spread, `pkg/scheduler/framework/plugins/{interpodaffinity,
//! podtopologyspread}`, Kubernetes v1.36.

use super::node_state::NodeState;
use crate::collections::SortedMap;

/// For one label: which nodes share a value.
#[derive(Clone, Debug)]
pub(crate) struct Topology {
    /// The domain of each node; `None` when it lacks the label.
    pub(crate) domain_of: Vec<Option<usize>>,
    /// How many domains there are.
    pub(crate) domain_count: usize,
}

impl Topology {
    /// The domains that the nodes make by a label.
    pub(super) fn of(nodes: &[NodeState], key: &str) -> Self {
        let mut domains: SortedMap<&str, usize> = SortedMap::new();
        let mut domain_of = Vec::with_capacity(nodes.len());
        for state in nodes {
            domain_of.push(state.node.metadata.labels.get(key).map(|value| {
                let next = domains.len();
                *domains.entry(value).or_insert(next)
            }));
        }
        Self { domain_of, domain_count: domains.len() }
    }

    /// Sums numbers of nodes by domain.
    pub(crate) fn sum(&self, by_node: &[i64]) -> Vec<i64> {
        let mut sums = vec![0; self.domain_count];
        for (domain, number) in self.domain_of.iter().zip(by_node) {
            if let Some(sum) = domain.and_then(|domain| sums.get_mut(domain)) {
                *sum += number;
            }
        }
        sums
    }

    /// The domain of a node.
    pub(crate) fn domain(&self, node: usize) -> Option<usize> {
        self.domain_of.get(node).copied().flatten()
    }
}
