//! The workload with one pod for each node: the `DaemonSet`.
//!
//! Models `apps/v1`, staging/src/k8s.io/api/apps/v1/types.go, Kubernetes v1.36.

use serde::{Deserialize, Serialize};

use super::intstr::IntOrString;
use super::labels::LabelSelector;
use super::meta::{Condition, is_zero};
use super::pod::PodTemplateSpec;
use super::{Extra, ObjectMeta};

/// One pod on each node that suits it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DaemonSet {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What should be.
    pub spec: DaemonSetSpec,
    /// What is, as its controller last saw it.
    pub status: DaemonSetStatus,
}

/// What a `DaemonSet` should be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetSpec {
    /// Seconds a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_ready_seconds: i64,
    /// How many old revisions are kept; the server fills in 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_history_limit: Option<i64>,
    /// Which pods it may own.
    pub selector: LabelSelector,
    /// What its pods look like.
    pub template: PodTemplateSpec,
    /// How pods reach a new template.
    pub update_strategy: DaemonSetUpdateStrategy,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How pods reach a new template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetUpdateStrategy {
    /// `RollingUpdate` or `OnDelete`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub type_: String,
    /// Parameters of `RollingUpdate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_update: Option<RollingUpdateDaemonSet>,
}

/// Parameters of a rolling update: exactly one of them is not zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollingUpdateDaemonSet {
    /// On how many nodes a new pod may run beside an old one that is available.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<IntOrString>,
    /// On how many nodes the pod may be away at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<IntOrString>,
}

/// What a `DaemonSet` is, as its controller last saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetStatus {
    /// How often a revision's name was already taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
    /// None is ever set by the controller.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Nodes that should run a pod and do.
    pub current_number_scheduled: i64,
    /// Nodes that should run a pod.
    pub desired_number_scheduled: i64,
    /// Nodes whose pod has been ready for `minReadySeconds`.
    #[serde(skip_serializing_if = "is_zero")]
    pub number_available: i64,
    /// Nodes that run a pod and should not.
    pub number_misscheduled: i64,
    /// Nodes whose pod is ready.
    pub number_ready: i64,
    /// Nodes that should run a pod and have none that is available.
    #[serde(skip_serializing_if = "is_zero")]
    pub number_unavailable: i64,
    /// Generation of the spec that the controller has seen.
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    /// Nodes that run a pod of the newest revision.
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_number_scheduled: i64,
}
