//! Workloads whose pods are all alike: the `Deployment` and the `ReplicaSet`s it rolls between.
//!
//! Models `apps/v1`, staging/src/k8s.io/api/apps/v1/types.go, Kubernetes v1.36.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::intstr::IntOrString;
use super::labels::LabelSelector;
use super::meta::{Condition, is_zero};
use super::pod::PodTemplateSpec;
use super::{Extra, ObjectMeta};

/// Pods that are all alike, rolled from one template to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deployment {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What should be.
    pub spec: DeploymentSpec,
    /// What is, as its controller last saw it.
    pub status: DeploymentStatus,
}

/// What a `Deployment` should be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentSpec {
    /// Seconds a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_ready_seconds: i64,
    /// Whether a new template waits.
    #[serde(skip_serializing_if = "is_zero")]
    pub paused: bool,
    /// Seconds without progress before it is said to have failed; the server fills in 600.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress_deadline_seconds: Option<i64>,
    /// How many pods; the server fills in 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i64>,
    /// How many old `ReplicaSet`s are kept; the server fills in 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_history_limit: Option<i64>,
    /// Which `ReplicaSet`s it may own.
    pub selector: LabelSelector,
    /// How pods reach a new template.
    pub strategy: DeploymentStrategy,
    /// What its pods look like.
    pub template: PodTemplateSpec,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How pods reach a new template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentStrategy {
    /// `RollingUpdate` or `Recreate`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub type_: String,
    /// Parameters of `RollingUpdate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_update: Option<RollingUpdateDeployment>,
}

/// Parameters of a rolling update.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollingUpdateDeployment {
    /// How many pods there may be beyond `replicas`; the server fills in 25%.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<IntOrString>,
    /// How many of `replicas` may be away at a time; the server fills in 25%.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<IntOrString>,
}

/// What a `Deployment` is, as its controller last saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentStatus {
    /// Pods that have been ready for `minReadySeconds`.
    #[serde(skip_serializing_if = "is_zero")]
    pub available_replicas: i64,
    /// How often a `ReplicaSet`'s name was already taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
    /// `Available`, `Progressing`, `ReplicaFailure`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Generation of the spec that the controller has seen.
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    /// Pods that are ready.
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i64,
    /// Pods that exist and are not terminating.
    #[serde(skip_serializing_if = "is_zero")]
    pub replicas: i64,
    /// Pods that are terminating.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating_replicas: Option<i64>,
    /// Pods that are still wanted.
    #[serde(skip_serializing_if = "is_zero")]
    pub unavailable_replicas: i64,
    /// Pods of the newest template.
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_replicas: i64,
}

/// A number of pods of one template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplicaSet {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What should be.
    pub spec: ReplicaSetSpec,
    /// What is, as its controller last saw it.
    pub status: ReplicaSetStatus,
}

/// What a `ReplicaSet` should be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetSpec {
    /// Seconds a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_ready_seconds: i64,
    /// How many pods; the server fills in 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i64>,
    /// Which pods it may own.
    pub selector: LabelSelector,
    /// What its pods look like.
    pub template: PodTemplateSpec,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a `ReplicaSet` is, as its controller last saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetStatus {
    /// Pods that have been ready for `minReadySeconds`.
    #[serde(skip_serializing_if = "is_zero")]
    pub available_replicas: i64,
    /// `ReplicaFailure`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Pods whose labels are the template's.
    #[serde(skip_serializing_if = "is_zero")]
    pub fully_labeled_replicas: i64,
    /// Generation of the spec that the controller has seen.
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    /// Pods that are ready.
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i64,
    /// Pods that exist and are not terminating.
    pub replicas: i64,
    /// Pods that are terminating.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating_replicas: Option<i64>,
}

/// The label that keeps the pods of a Deployment's templates apart.
pub const POD_TEMPLATE_HASH: &str = "pod-template-hash";
/// The annotation with the number of a template, on its `ReplicaSet` and on a Deployment that has it.
pub const REVISION_ANNOTATION: &str = "deployment.kubernetes.io/revision";
/// Annotations that are not the same on a Deployment and on its `ReplicaSet`.
pub const ANNOTATIONS_NOT_COPIED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION_ANNOTATION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// The revision on a Deployment or `ReplicaSet`: 0 when there is none, `None` when it is no number.
pub fn revision_of(meta: &ObjectMeta) -> Option<i64> {
    meta.annotations.get(REVISION_ANNOTATION).map_or(Some(0), |text| text.parse().ok())
}

/// Whether two templates are the same but for the hash among their labels.
pub fn equal_ignore_hash(a: &PodTemplateSpec, b: &PodTemplateSpec) -> bool {
    let without_hash = |meta: &ObjectMeta| {
        let mut meta = meta.clone();
        meta.labels.remove(POD_TEMPLATE_HASH);
        meta
    };
    a.spec == b.spec && without_hash(&a.metadata) == without_hash(&b.metadata)
}

/// The `ReplicaSet`s of a Deployment: the oldest that has its template, and all others, oldest first.
pub fn new_and_old<'a>(
    deployment: &Deployment,
    sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>,
) -> (Option<&'a Rc<ReplicaSet>>, Vec<&'a Rc<ReplicaSet>>) {
    let mut old: Vec<&Rc<ReplicaSet>> = sets.into_iter().collect();
    old.sort_by(|a, b| {
        let age = |set: &ReplicaSet| set.metadata.creation_timestamp;
        (age(a), &a.metadata.name).cmp(&(age(b), &b.metadata.name))
    });
    let template = &deployment.spec.template;
    let new = old.iter().position(|set| equal_ignore_hash(&set.spec.template, template));
    (new.map(|index| old.remove(index)), old)
}
