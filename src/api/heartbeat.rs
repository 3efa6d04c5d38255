//! Heartbeats of nodes: leases that are renewed and conditions that are posted again and again.
//!
//! Models `coordination/v1.Lease`, staging/src/k8s.io/api/coordination/v1, and what a node's kubelet renews
//! in it, Kubernetes v1.36. A heartbeat that comes as it should changes nothing, so none is sent: while a
//! kubelet posts, its lease has no `renewTime` and its conditions have no `lastHeartbeatTime`, which means
//! "just now", and whoever shows them fills in when the last one would have come ([`as_read`]). When a
//! kubelet falls silent, the times of its last heartbeats are written down. Left out: leases of others.

use std::rc::Rc;

use serde_json::{Value, json};

use super::codec::map_of;
use super::meta::Condition;
use super::node::Node;
use super::object::Opaque;
use super::{Object, ObjectMeta, Timestamp};
use crate::sim::{Span, Time};

/// The namespace of the nodes' leases.
pub const LEASE_NAMESPACE: &str = "kube-node-lease";
/// How long a lease lasts without being renewed (`nodeLeaseDurationSeconds`).
const LEASE_SECONDS: u64 = 40;
/// How often a kubelet renews its lease: four times as often as it would run out.
pub const RENEW_EVERY: Span = Span::from_seconds(LEASE_SECONDS / 4);
/// How often a kubelet posts a status that has not changed (`nodeStatusReportFrequency`).
pub const REPORT_EVERY: Span = Span::from_seconds(300);
/// The conditions that a kubelet posts.
pub const KUBELET_CONDITIONS: [&str; 4] = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"];

/// The last sign of life of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It goes on giving signs.
    Continuing,
    /// It has given none since.
    LastAt(Time),
}

/// The last sign of life of a node that its lease and its conditions show; `None` when it never gave any.
pub fn last_sign(node: &Node, lease: Option<&Opaque>) -> Option<Sign> {
    let ready = Condition::find(&node.status.conditions, "Ready");
    let posted = ready.map(|ready| ready.last_heartbeat_time.map(Timestamp::time));
    let renewed = lease.map(|lease| renew_time(lease).map(Timestamp::time));
    match (renewed, posted) {
        (Some(None), _) | (None, Some(None)) => Some(Sign::Continuing),
        (Some(renewed), posted) => renewed.max(posted.flatten()).map(Sign::LastAt),
        (None, Some(posted)) => posted.map(Sign::LastAt),
        (None, None) => None,
    }
}

/// When the last of the beats came that come `every` so often since an instant.
pub fn last_beat(since: Time, every: Span, now: Time) -> Time {
    let passed = (now - since).ms();
    since + Span::from_ms(passed - passed % every.ms().max(1))
}

/// The lease of a node; it is being renewed when no time is given.
pub fn lease(node: &str, owner_uid: &str, renewed: Option<Time>) -> Opaque {
    let mut spec = json!({"holderIdentity": node, "leaseDurationSeconds": LEASE_SECONDS});
    if let (Some(fields), Some(renewed)) = (spec.as_object_mut(), renewed) {
        fields.insert("renewTime".to_owned(), micro_time(Timestamp::at(renewed)));
    }
    Opaque {
        metadata: ObjectMeta {
            name: node.to_owned(),
            namespace: LEASE_NAMESPACE.to_owned(),
            owner_references: vec![super::OwnerReference {
                api_version: "v1".to_owned(),
                kind: "Node".to_owned(),
                name: node.to_owned(),
                uid: owner_uid.to_owned(),
                ..super::OwnerReference::default()
            }],
            ..ObjectMeta::default()
        },
        extra: map_of([("spec".to_owned(), spec)]).into(),
    }
}

/// When a lease was last renewed; `None` while it goes on being renewed.
pub fn renew_time(lease: &Opaque) -> Option<Timestamp> {
    Timestamp::parse(lease.extra.get("spec")?.get("renewTime")?.as_str()?)
}

/// The object as a reader gets it: with the times of the heartbeats that are not written down.
pub fn as_read(object: &Object, now: Time) -> Object {
    let mut object = object.clone();
    match &mut object {
        Object::Node(node) if node.status.conditions.iter().any(is_posted) => {
            let node = Rc::make_mut(node);
            let conditions = &mut node.status.conditions;
            let moved = conditions.iter().filter(|c| is_posted(c)).filter_map(|c| c.last_transition_time);
            let since = moved.max().map_or(Time::ZERO, Timestamp::time);
            let posted = Timestamp::at(last_beat(since, REPORT_EVERY, now));
            for condition in conditions.iter_mut().filter(|condition| is_posted(condition)) {
                condition.last_heartbeat_time = Some(posted);
            }
        }
        Object::Lease(lease)
            if lease.metadata.namespace == LEASE_NAMESPACE && renew_time(lease).is_none() =>
        {
            let since = lease.metadata.creation_timestamp.map_or(Time::ZERO, Timestamp::time);
            let renewed = Timestamp::at(last_beat(since, RENEW_EVERY, now));
            if let Some(Value::Object(spec)) = Rc::make_mut(lease).extra.get_mut("spec") {
                spec.insert("renewTime".to_owned(), micro_time(renewed));
            }
        }
        _ => {}
    }
    object
}

/// Whether a kubelet goes on posting a condition.
fn is_posted(condition: &Condition) -> bool {
    condition.last_heartbeat_time.is_none() && KUBELET_CONDITIONS.contains(&condition.type_.as_str())
}

/// `metav1.MicroTime`: six digits after the second.
fn micro_time(time: Timestamp) -> Value {
    format!("{}.000000Z", time.to_string().trim_end_matches('Z')).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(beat: Option<u64>) -> Node {
        let mut node = Node::default();
        node.status.conditions.push(Condition {
            type_: "Ready".to_owned(),
            last_transition_time: Some(Timestamp::at(Time::from_ms(7_000))),
            last_heartbeat_time: beat.map(|s| Timestamp::at(Time::from_ms(s * 1000))),
            ..Condition::default()
        });
        node
    }

    #[test]
    fn silence_shows_in_the_lease_or_where_there_is_none_in_the_conditions() {
        let at = |seconds: u64| Time::from_ms(seconds * 1000);
        let renewed = |seconds: Option<u64>| lease("n", "u", seconds.map(at));
        let last = |seconds| Some(Sign::LastAt(at(seconds)));
        let table = [
            (Node::default(), None, None),
            (ready(None), None, Some(Sign::Continuing)),
            (ready(Some(5)), None, last(5)),
            (ready(Some(5)), Some(renewed(None)), Some(Sign::Continuing)),
            (ready(None), Some(renewed(Some(3))), last(3)),
            (ready(Some(5)), Some(renewed(Some(3))), last(5)),
            (ready(Some(5)), Some(renewed(Some(9))), last(9)),
            (Node::default(), Some(renewed(Some(9))), last(9)),
        ];
        for (node, lease, expected) in table {
            assert_eq!(last_sign(&node, lease.as_ref()), expected, "{node:?} {lease:?}");
        }
    }

    #[test]
    fn a_reader_sees_the_last_beat() {
        let now = Time::from_ms(654_321);
        let Object::Node(node) = as_read(&ready(None).into(), now) else { panic!("a node") };
        let beat = node.status.conditions[0].last_heartbeat_time.map(Timestamp::time);
        assert_eq!(beat, Some(Time::from_ms(607_000)));
        let Object::Lease(read) = as_read(&Object::Lease(Rc::new(lease("n", "u", None))), now) else {
            panic!("a lease")
        };
        assert_eq!(read.extra["spec"]["renewTime"], "2026-01-05T09:10:50.000000Z");
        let silent = Object::from(ready(Some(5)));
        assert!(as_read(&silent, now) == silent);
        assert_eq!(last_beat(Time::from_ms(3), Span::from_ms(10), Time::from_ms(43)).ms(), 43);
    }
}
