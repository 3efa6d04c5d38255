//! Nodes: capacity, taints and conditions.
//!
//! Models `v1.Node`, staging/src/k8s.io/api/core/v1/types.go, Kubernetes v1.36. Left out: images, attached
//! volumes and the runtime's features (kept, not interpreted).

use serde::{Deserialize, Serialize};

use super::meta::Condition;
use super::pod::ResourceList;
use super::scheduling::Taint;
use super::{Extra, ObjectMeta};

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What people decide about it.
    pub spec: NodeSpec,
    /// What its kubelet reports.
    pub status: NodeStatus,
}

/// What people decide about a node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSpec {
    /// What keeps pods away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<Taint>,
    /// Cordoned.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unschedulable: bool,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a node's kubelet reports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
    /// What pods may ask for in total.
    #[serde(skip_serializing_if = "ResourceList::is_empty")]
    pub allocatable: ResourceList,
    /// What the machine has.
    #[serde(skip_serializing_if = "ResourceList::is_empty")]
    pub capacity: ResourceList,
    /// `Ready` and the pressures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Node {
    /// Whether its `Ready` condition is true.
    pub fn is_ready(&self) -> bool {
        Condition::is_true(&self.status.conditions, "Ready")
    }
}
