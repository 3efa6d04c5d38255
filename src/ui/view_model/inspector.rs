//! The object that a person chose: why it is as it is, its conditions, its events and its YAML.

use super::events::{EVENTS_LISTED, EventRow, events};
use super::why::ReasonsView;
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::scheduling::Taint;
use crate::api::yaml::emit;
use crate::api::{LabelMap, Object, ObjectKey};
use crate::cluster::Cluster;

/// The object that a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each decides about buttons of its own")]
pub struct InspectorView {
    /// The object.
    pub key: ObjectKey,
    /// Whether it is there.
    pub exists: bool,
    /// What a node has besides.
    pub node: Option<NodeView>,
    /// Whether it is a node that is ready.
    pub is_ready: bool,
    /// Whether it is a cordoned node.
    pub is_cordoned: bool,
    /// Whether it is a pod whose containers run.
    pub is_running: bool,
    /// Why it is as it is; `None` when it is not there.
    pub reasons: Option<ReasonsView>,
    /// Type, status, and the reason with its message.
    pub conditions: Vec<(String, String, String)>,
    /// Its events.
    pub events: Vec<EventRow>,
    /// Its YAML.
    pub yaml: String,
}

/// What can be edited of a node, and how big it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// Its taints as they are written, and as they are taken away.
    pub taints: Vec<(String, String)>,
    /// What pods may use of it.
    pub capacity: Vec<(String, String)>,
}

impl NodeView {
    fn of(node: &Node) -> Self {
        let pairs = |map: &LabelMap| map.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let taint = |taint: &Taint| {
            let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
            (format!("{}{value}:{}", taint.key, taint.effect), format!("{}:{}", taint.key, taint.effect))
        };
        Self {
            labels: pairs(&node.metadata.labels),
            taints: node.spec.taints.iter().map(taint).collect(),
            capacity: pairs(&node.status.allocatable),
        }
    }
}

impl InspectorView {
    /// The object of a key, as it stands.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn of(cluster: &Cluster, key: &ObjectKey) -> Self {
        let object = cluster.server().get(key).ok();
        let conditions = object.map(conditions_of).unwrap_or_default();
        Self {
            exists: object.is_some(),
            node: object.and_then(|object| match object {
                Object::Node(node) => Some(NodeView::of(node)),
                _ => None,
            }),
            is_ready: matches!(object, Some(Object::Node(node)) if node.is_ready()),
            is_cordoned: matches!(object, Some(Object::Node(node)) if node.spec.unschedulable),
            is_running: matches!(object, Some(Object::Pod(pod)) if pod.status.phase == "Running"),
            reasons: object.map(|_| ReasonsView::of(cluster, key)),
            conditions: conditions.iter().map(condition).collect(),
            events: events(cluster, Some(key), EVENTS_LISTED).rows,
            yaml: object.map(|object| emit(&object.to_value())).unwrap_or_default(),
            key: key.clone(),
        }
    }
}

fn conditions_of(object: &Object) -> &[Condition] {
    match object {
        Object::Pod(pod) => &pod.status.conditions,
        Object::Node(node) => &node.status.conditions,
        Object::StatefulSet(set) => &set.status.conditions,
        Object::DaemonSet(set) => &set.status.conditions,
        Object::Deployment(deployment) => &deployment.status.conditions,
        Object::ReplicaSet(set) => &set.status.conditions,
        Object::PodDisruptionBudget(budget) => &budget.status.conditions,
        _ => &[],
    }
}

fn condition(condition: &Condition) -> (String, String, String) {
    let because = match (condition.reason.as_str(), condition.message.as_str()) {
        (reason, "") => reason.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    };
    (condition.type_.clone(), condition.status.clone(), because)
}
