//! Whether a node is still there: how long it has been silent, and what is written about it then.
//!
//! Models `tryUpdateNodeHealth`, `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, Kubernetes
//! v1.36. The controller does not trust the nodes' clocks: a heartbeat counts from the look that first saw
//! it, and a node is lost at the first look that comes 50 s (`--node-monitor-grace-period`) after that one;
//! a node that never posted a status gets 60 s (`--node-startup-grace-period`) from its creation. Left out:
//! nothing.

use super::clock::Clock;
use crate::api::Timestamp;
use crate::api::heartbeat::{Sign, last_sign};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::object::Opaque;
use crate::sim::{Span, Time};

/// `--node-monitor-grace-period`.
const MONITOR_GRACE: Span = Span::from_seconds(50);
/// `--node-startup-grace-period`.
const STARTUP_GRACE: Span = Span::from_seconds(60);
/// The conditions that a kubelet posts, in the order in which missing ones are added.
const POSTED: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// How a node's heartbeats stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// They come.
    Alive,
    /// They stopped: the last one came then, and the node is lost from that look on.
    Silent { since: Time, lost_at: Time },
}

/// How a node's heartbeats stand. `floor` is when the controller last forgave all silence.
pub(super) fn health(node: &Node, lease: Option<&Opaque>, floor: Option<Time>, clock: Clock) -> Health {
    let created = node.metadata.creation_timestamp.map_or(Time::ZERO, Timestamp::time);
    let (since, seen_at) = match last_sign(node, lease) {
        Some(Sign::Continuing) => return Health::Alive,
        Some(Sign::LastAt(time)) => (time, clock.look_after(time)),
        None => (created, created),
    };
    let grace = if ready_status(node).is_some() { MONITOR_GRACE } else { STARTUP_GRACE };
    let seen_at = floor.map_or(seen_at, |floor| floor.max(seen_at));
    Health::Silent { since, lost_at: clock.look_at_or_after(seen_at + grace) }
}

/// The status of the node's `Ready` condition.
pub(super) fn ready_status(node: &Node) -> Option<&str> {
    Condition::find(&node.status.conditions, "Ready").map(|condition| condition.status.as_str())
}

/// Writes into the conditions of a lost node that nobody knows how it is; says whether `Ready` changed.
pub(super) fn mark_unknown(node: &mut Node, now: Time) -> bool {
    let was_known = ready_status(node) != Some("Unknown");
    let created = node.metadata.creation_timestamp;
    for type_ in POSTED {
        let found = node.status.conditions.iter_mut().find(|condition| condition.type_ == type_);
        match found {
            Some(condition) if condition.status == "Unknown" => {}
            Some(condition) => {
                "Unknown".clone_into(&mut condition.status);
                "NodeStatusUnknown".clone_into(&mut condition.reason);
                "Kubelet stopped posting node status.".clone_into(&mut condition.message);
                condition.last_transition_time = Some(Timestamp::at(now));
            }
            None => node.status.conditions.push(Condition {
                type_: type_.to_owned(),
                status: "Unknown".to_owned(),
                reason: "NodeStatusNeverUpdated".to_owned(),
                message: "Kubelet never posted node status.".to_owned(),
                last_heartbeat_time: created,
                last_transition_time: Some(Timestamp::at(now)),
                ..Condition::default()
            }),
        }
    }
    was_known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::heartbeat::lease;

    /// `created=S ready=True|- beat=S|- renewed=S|now|- floor=S|-` => when the node is lost.
    #[track_caller]
    fn check(line: &str) {
        let (given, expected) = line.split_once(" => ").unwrap();
        let mut node = Node::default();
        let (mut renewal, mut floor, mut ready) = (None, None, None);
        let time = |text: &str| Time::from_ms(text.parse::<u64>().unwrap() * 1000);
        for word in given.split_whitespace() {
            match word.split_once('=').unwrap() {
                (_, "-") => {}
                ("created", at) => node.metadata.creation_timestamp = Some(Timestamp::at(time(at))),
                ("ready", status) => {
                    ready = Some(Condition {
                        type_: "Ready".to_owned(),
                        status: status.to_owned(),
                        ..Condition::default()
                    });
                }
                ("beat", at) => {
                    ready.as_mut().unwrap().last_heartbeat_time = Some(Timestamp::at(time(at)));
                }
                ("renewed", "now") => renewal = Some(lease("n", "", None)),
                ("renewed", at) => renewal = Some(lease("n", "", Some(time(at)))),
                ("floor", at) => floor = Some(time(at)),
                other => panic!("{other:?}"),
            }
        }
        node.status.conditions.extend(ready);
        let clock = Clock::starting(Time::from_ms(5));
        let told = match health(&node, renewal.as_ref(), floor, clock) {
            Health::Alive => "alive".to_owned(),
            Health::Silent { since, lost_at } => format!("since {} lost {}", since.ms(), lost_at.ms()),
        };
        assert_eq!(told, expected, "{given}");
    }

    #[test]
    fn a_node_is_lost_fifty_seconds_after_its_last_heartbeat_was_seen() {
        check("created=0 ready=True beat=- renewed=- floor=- => alive");
        check("created=0 ready=True beat=0 renewed=now floor=- => alive");
        check("created=0 ready=True beat=0 renewed=0 floor=- => since 0 lost 50005");
        // The look at 5.005 s saw nothing new, the one at 15.005 s saw the renewal of 10 s.
        check("created=0 ready=True beat=0 renewed=10 floor=- => since 10000 lost 60005");
        check("created=0 ready=True beat=14 renewed=- floor=- => since 14000 lost 65005");
        check("created=0 ready=Unknown beat=14 renewed=- floor=100 => since 14000 lost 150005");
        // A kubelet that never posted anything.
        check("created=3 ready=- beat=- renewed=- floor=- => since 3000 lost 65005");
        check("created=3 ready=- beat=- renewed=now floor=- => alive");
        check("created=3 ready=- beat=- renewed=4 floor=- => since 4000 lost 65005");
    }

    #[test]
    fn a_lost_node_is_unknown_in_every_respect() {
        let mut node = Node::default();
        node.status.conditions.push(Condition {
            type_: "MemoryPressure".to_owned(),
            status: "False".to_owned(),
            ..Condition::default()
        });
        assert!(mark_unknown(&mut node, Time::from_ms(9_000)));
        let told: Vec<String> =
            node.status.conditions.iter().map(|c| format!("{} {}", c.type_, c.reason)).collect();
        assert_eq!(
            told,
            [
                "MemoryPressure NodeStatusUnknown",
                "Ready NodeStatusNeverUpdated",
                "DiskPressure NodeStatusNeverUpdated",
                "PIDPressure NodeStatusNeverUpdated"
            ]
        );
        assert!(!mark_unknown(&mut node, Time::from_ms(10_000)));
    }
}
