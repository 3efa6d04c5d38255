//! Nodes: capacity, taints and conditions.
//!
//! Models `v1.Node`, staging/src/k8s.io/api/core/v1/types.go, Kubernetes v1.36. Left out: images, attached
//! volumes and the runtime's features (kept, not interpreted).

use super::codec::api_struct;
use super::meta::Condition;
use super::pod::ResourceList;
use super::scheduling::Taint;
use super::{Extra, ObjectMeta};

api_struct! {
    /// A node.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Node {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What people decide about it.
        pub spec: NodeSpec,
        /// What its kubelet reports.
        pub status: NodeStatus,
    }

    /// What people decide about a node.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct NodeSpec {
        /// What keeps pods away.
        pub taints: Vec<Taint> [omitempty],
        /// Cordoned.
        pub unschedulable: bool [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// What a node's kubelet reports.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct NodeStatus {
        /// What pods may ask for in total.
        pub allocatable: ResourceList [omitempty],
        /// What the machine has.
        pub capacity: ResourceList [omitempty],
        /// `Ready` and the pressures.
        pub conditions: Vec<Condition> [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }
}

impl Node {
    /// Whether its `Ready` condition is true.
    pub fn is_ready(&self) -> bool {
        Condition::is_true(&self.status.conditions, "Ready")
    }
}
