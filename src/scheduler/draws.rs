//! Which of several equally good nodes a pod gets: a random draw, or one that was laid down before.
//!
//! Models the random choice of `prioritizeNodes`' winner, `pkg/scheduler/schedule_one.go`, Kubernetes v1.36.
//! A replay of a real cluster lays its draws down: they decide only where the scheduler's own scores leave
//! the choice open. Left out: nothing; without draws all is random.

use std::collections::VecDeque;

use crate::api::pod::Pod;
use crate::collections::SortedMap;

/// Draws by pod: for the first, second, … pod of a name its node. Pods of a `ReplicaSet` have random names;
/// theirs stand under `#0` for the first set whose pod was placed, `#1` for the second, and so on.
pub type DrawTable = SortedMap<String, Vec<String>>;

/// The draws that are still to come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draws {
    left: SortedMap<String, VecDeque<String>>,
    /// The sets by the prefix of their pods' names.
    sets: SortedMap<String, String>,
}

impl Draws {
    /// Draws that were laid down.
    pub(crate) fn new(table: &DrawTable) -> Self {
        let left = table.iter().map(|(pod, nodes)| (pod.clone(), nodes.iter().cloned().collect()));
        Self { left: left.collect(), sets: SortedMap::new() }
    }

    /// The node that the pod gets if it is among the best.
    pub(crate) fn peek(&self, pod: &Pod) -> Option<&str> {
        self.left.get(&self.name_of(pod)?)?.front().map(String::as_str)
    }

    /// Notes that the pod was placed.
    pub(crate) fn advance(&mut self, pod: &Pod) {
        let Some(name) = self.name_of(pod) else {
            return;
        };
        if is_of_replica_set(pod) {
            self.sets.insert(pod.metadata.generate_name.clone(), name.clone());
        }
        if let Some(left) = self.left.get_mut(&name) {
            drop(left.pop_front());
        }
    }

    fn name_of(&self, pod: &Pod) -> Option<String> {
        if self.left.is_empty() {
            return None;
        }
        if !is_of_replica_set(pod) {
            return Some(pod.metadata.name.clone());
        }
        let known = self.sets.get(&pod.metadata.generate_name).cloned();
        Some(known.unwrap_or_else(|| format!("#{}", self.sets.len())))
    }
}

fn is_of_replica_set(pod: &Pod) -> bool {
    pod.metadata.controller_of().is_some_and(|owner| owner.kind == "ReplicaSet")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ObjectMeta, OwnerReference};

    fn pod(name: &str, set: &str) -> Pod {
        let mut pod = Pod::default();
        pod.metadata.name = name.into();
        if !set.is_empty() {
            pod.metadata.generate_name = format!("{set}-");
            let owner = ObjectMeta { name: set.into(), ..ObjectMeta::default() };
            pod.metadata.owner_references.push(OwnerReference::controller("apps/v1", "ReplicaSet", &owner));
        }
        pod
    }

    #[test]
    fn draws_are_taken_by_name_or_by_set() {
        let table =
            [("web-0", vec!["node-1", "node-2"]), ("#0", vec!["node-3", "node-1"]), ("#1", vec!["node-2"])];
        let table = table
            .into_iter()
            .map(|(pod, nodes)| (pod.to_owned(), nodes.into_iter().map(str::to_owned).collect()));
        let mut draws = Draws::new(&table.collect());
        let placed = [
            (pod("web-0", ""), Some("node-1")),
            (pod("web-1", ""), None),
            (pod("a-1-x", "a-1"), Some("node-3")),
            (pod("a-2-x", "a-2"), Some("node-2")),
            (pod("a-1-y", "a-1"), Some("node-1")),
            (pod("web-0", ""), Some("node-2")),
            (pod("web-0", ""), None),
        ];
        for (pod, expected) in placed {
            assert_eq!(draws.peek(&pod), expected, "{}", pod.metadata.name);
            draws.advance(&pod);
        }
    }
}
