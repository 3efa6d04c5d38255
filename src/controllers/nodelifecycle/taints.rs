//! Which taints a node should have for what its conditions say.
//!
//! Models `doNoScheduleTaintingPass` and `processTaintBaseEviction`,
//! `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, and pkg/util/taints, Kubernetes v1.36. Taints
//! with `NoSchedule` follow the conditions at once; taints with `NoExecute`, for which pods are deleted,
//! wait for the zone's rate. Left out: nothing.

use crate::api::Timestamp;
use crate::api::node::Node;
use crate::api::scheduling::Taint;
use crate::sim::Time;

/// Lost: its kubelet does not answer.
pub(super) const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// Its kubelet says that it is not ready.
pub(super) const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

const NO_SCHEDULE: &str = "NoSchedule";
const NO_EXECUTE: &str = "NoExecute";

/// Which taint stands for which condition in which status.
const OF_CONDITIONS: [(&str, &str, &str); 6] = [
    ("Ready", "False", NOT_READY),
    ("Ready", "Unknown", UNREACHABLE),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];

/// A change of a node's taints.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Swap {
    /// To be added.
    pub(super) add: Vec<Taint>,
    /// To be removed.
    pub(super) remove: Vec<Taint>,
}

/// What becomes of a node's `NoExecute` taints.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Eviction {
    /// The node is tainted already, for the other reason: the taints are swapped without waiting.
    Swap(Swap),
    /// The node waits for its taint.
    Queue,
    /// The node is well: its taints go.
    Reachable(Swap),
}

fn taint(key: &str, effect: &str) -> Taint {
    Taint { key: key.to_owned(), effect: effect.to_owned(), ..Taint::default() }
}

fn has(node: &Node, key: &str, effect: &str) -> bool {
    node.spec.taints.iter().any(|taint| taint.key == key && taint.effect == effect)
}

fn is_same(a: &Taint, b: &Taint) -> bool {
    a.key == b.key && a.effect == b.effect
}

/// The `NoExecute` taint that stands for a `Ready` status.
pub(super) fn no_execute(ready: &str) -> Option<Swap> {
    let (wanted, other) = match ready {
        "False" => (NOT_READY, UNREACHABLE),
        "Unknown" => (UNREACHABLE, NOT_READY),
        _ => return None,
    };
    Some(Swap { add: vec![taint(wanted, NO_EXECUTE)], remove: vec![taint(other, NO_EXECUTE)] })
}

/// Whether the node has the `NoExecute` taint that stands for a `Ready` status.
pub(super) fn has_no_execute(node: &Node, ready: &str) -> bool {
    no_execute(ready).is_some_and(|swap| swap.add.iter().any(|taint| has(node, &taint.key, NO_EXECUTE)))
}

/// Whether the node has a `NoExecute` taint of this controller's.
pub(super) fn is_being_emptied(node: &Node) -> bool {
    has(node, UNREACHABLE, NO_EXECUTE) || has(node, NOT_READY, NO_EXECUTE)
}

/// What becomes of a node's `NoExecute` taints, by the status of its `Ready` condition.
pub(super) fn eviction(node: &Node, ready: &str) -> Eviction {
    match no_execute(ready) {
        Some(swap) if swap.remove.iter().any(|taint| has(node, &taint.key, NO_EXECUTE)) => {
            Eviction::Swap(swap)
        }
        Some(_) => Eviction::Queue,
        None => {
            let own = [UNREACHABLE, NOT_READY].into_iter().filter(|key| has(node, key, NO_EXECUTE));
            Eviction::Reachable(Swap {
                remove: own.map(|key| taint(key, NO_EXECUTE)).collect(),
                ..Swap::default()
            })
        }
    }
}

/// How the node's `NoSchedule` taints have to change, so that they say what its conditions say.
pub(super) fn no_schedule(node: &Node) -> Swap {
    let mut wanted: Vec<Taint> = Vec::new();
    for condition in &node.status.conditions {
        let found = OF_CONDITIONS
            .iter()
            .find(|(type_, status, _)| condition.type_ == *type_ && condition.status == *status);
        wanted.extend(found.map(|(_, _, key)| taint(key, NO_SCHEDULE)));
    }
    if node.spec.unschedulable {
        wanted.push(taint(UNSCHEDULABLE, NO_SCHEDULE));
    }
    let is_own = |found: &&Taint| {
        found.effect == NO_SCHEDULE
            && (found.key == UNSCHEDULABLE || OF_CONDITIONS.iter().any(|(_, _, key)| found.key == *key))
    };
    let present: Vec<&Taint> = node.spec.taints.iter().filter(is_own).collect();
    Swap {
        remove: present
            .iter()
            .filter(|found| !wanted.iter().any(|wanted| is_same(wanted, found)))
            .map(|found| (*found).clone())
            .collect(),
        add: wanted.into_iter().filter(|new| !present.iter().any(|found| is_same(found, new))).collect(),
    }
}

impl Swap {
    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    /// The taints of a node after the change; each new one says since when it is there.
    pub(super) fn applied(&self, taints: &[Taint], now: Time) -> Vec<Taint> {
        let mut taints = taints.to_vec();
        for taint in &self.add {
            let mut taint = taint.clone();
            taint.extra.insert("timeAdded".to_owned(), Timestamp::at(now).to_string().into());
            match taints.iter_mut().find(|old| is_same(old, &taint)) {
                Some(old) => *old = taint,
                None => taints.push(taint),
            }
        }
        taints.retain(|taint| !self.remove.iter().any(|gone| is_same(gone, taint)));
        taints
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::meta::Condition;

    /// `Ready=True cordoned taints: a:NoSchedule b:NoExecute`
    fn node(text: &str) -> Node {
        let mut node = Node::default();
        for word in text.split_whitespace() {
            if word == "cordoned" {
                node.spec.unschedulable = true;
            } else if let Some((type_, status)) = word.split_once('=') {
                node.status.conditions.push(Condition {
                    type_: type_.to_owned(),
                    status: status.to_owned(),
                    ..Condition::default()
                });
            } else {
                let (key, effect) = word.split_once(':').unwrap();
                let key = if key == "team" { key.to_owned() } else { format!("node.kubernetes.io/{key}") };
                node.spec.taints.push(taint(&key, effect));
            }
        }
        node
    }

    fn told(swap: &Swap) -> String {
        let list = |sign: &str, taints: &[Taint]| -> Vec<String> {
            let name = |taint: &Taint| {
                let key = taint.key.trim_start_matches("node.kubernetes.io/");
                format!("{sign}{key}:{}", taint.effect)
            };
            taints.iter().map(name).collect()
        };
        [list("+", &swap.add), list("-", &swap.remove)].concat().join(" ")
    }

    #[test]
    fn no_schedule_taints_follow_the_conditions() {
        for (given, expected) in [
            ("Ready=True", ""),
            ("Ready=False", "+not-ready:NoSchedule"),
            ("Ready=Unknown not-ready:NoSchedule", "+unreachable:NoSchedule -not-ready:NoSchedule"),
            ("Ready=True unreachable:NoSchedule unreachable:NoExecute", "-unreachable:NoSchedule"),
            ("Ready=True cordoned team:NoSchedule", "+unschedulable:NoSchedule"),
            ("Ready=True unschedulable:NoSchedule team:NoSchedule", "-unschedulable:NoSchedule"),
            (
                "MemoryPressure=True DiskPressure=Unknown PIDPressure=True Ready=True",
                "+memory-pressure:NoSchedule +pid-pressure:NoSchedule",
            ),
            // A node that nobody has heard of keeps the taint that admission gave it.
            ("not-ready:NoSchedule", "-not-ready:NoSchedule"),
        ] {
            assert_eq!(told(&no_schedule(&node(given))), expected, "{given}");
        }
    }

    #[test]
    fn no_execute_taints_wait_unless_they_are_swapped() {
        for (given, ready, expected) in [
            ("", "Unknown", "queue"),
            ("unreachable:NoExecute", "Unknown", "queue"),
            ("not-ready:NoExecute", "Unknown", "swap +unreachable:NoExecute -not-ready:NoExecute"),
            ("unreachable:NoExecute", "False", "swap +not-ready:NoExecute -unreachable:NoExecute"),
            ("unreachable:NoExecute not-ready:NoSchedule", "True", "well -unreachable:NoExecute"),
            ("", "True", "well "),
        ] {
            let done = match eviction(&node(given), ready) {
                Eviction::Swap(swap) => format!("swap {}", told(&swap)),
                Eviction::Queue => "queue".to_owned(),
                Eviction::Reachable(swap) => format!("well {}", told(&swap)),
            };
            assert_eq!(done, expected, "{given} {ready}");
        }
        let tainted = node("unreachable:NoExecute");
        assert!(has_no_execute(&tainted, "Unknown") && !has_no_execute(&tainted, "False"));
        assert!(is_being_emptied(&tainted) && !is_being_emptied(&node("unreachable:NoSchedule")));
    }

    #[test]
    fn a_new_taint_says_since_when() {
        let swap = Swap { add: vec![taint("a", NO_EXECUTE)], remove: vec![taint("b", NO_EXECUTE)] };
        let before = [taint("b", NO_EXECUTE), taint("b", NO_SCHEDULE)];
        let after = swap.applied(&before, Time::from_ms(61_000));
        assert_eq!(after.len(), 2);
        assert_eq!((after[0].key.as_str(), after[0].effect.as_str()), ("b", NO_SCHEDULE));
        assert_eq!(after[1].extra["timeAdded"], "2026-01-05T09:01:01Z");
        assert!(Swap::default().is_empty() && !swap.is_empty());
    }
}
