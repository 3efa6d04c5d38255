//! Workloads whose pods are all alike: the `Deployment` and the `ReplicaSet`s it rolls between.
//!
//! Models `apps/v1`, staging/src/k8s.io/api/apps/v1/types.go, Kubernetes v1.36.

use std::rc::Rc;

use super::codec::api_struct;
use super::intstr::IntOrString;
use super::labels::LabelSelector;
use super::meta::Condition;
use super::pod::PodTemplateSpec;
use super::{Extra, ObjectMeta};
use crate::collections;

api_struct! {
    /// Pods that are all alike, rolled from one template to the next.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Deployment {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What should be.
        pub spec: DeploymentSpec,
        /// What is, as its controller last saw it.
        pub status: DeploymentStatus,
    }

    /// What a `Deployment` should be.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DeploymentSpec {
        /// Seconds a pod must be ready to count as available.
        pub min_ready_seconds: i64 [omitempty],
        /// Whether a new template waits.
        pub paused: bool [omitempty],
        /// Seconds without progress before it is said to have failed; the server fills in 600.
        pub progress_deadline_seconds: Option<i64> [omitempty],
        /// How many pods; the server fills in 1.
        pub replicas: Option<i64> [omitempty],
        /// How many old `ReplicaSet`s are kept; the server fills in 10.
        pub revision_history_limit: Option<i64> [omitempty],
        /// Which `ReplicaSet`s it may own.
        pub selector: LabelSelector,
        /// How pods reach a new template.
        pub strategy: DeploymentStrategy,
        /// What its pods look like.
        pub template: PodTemplateSpec,
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// How pods reach a new template.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DeploymentStrategy {
        /// `RollingUpdate` or `Recreate`.
        pub type_: String [omitempty],
        /// Parameters of `RollingUpdate`.
        pub rolling_update: Option<RollingUpdateDeployment> [omitempty],
    }

    /// Parameters of a rolling update.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct RollingUpdateDeployment {
        /// How many pods there may be beyond `replicas`; the server fills in 25%.
        pub max_surge: Option<IntOrString> [omitempty],
        /// How many of `replicas` may be away at a time; the server fills in 25%.
        pub max_unavailable: Option<IntOrString> [omitempty],
    }

    /// What a `Deployment` is, as its controller last saw it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DeploymentStatus {
        /// Pods that have been ready for `minReadySeconds`.
        pub available_replicas: i64 [omitempty],
        /// How often a `ReplicaSet`'s name was already taken.
        pub collision_count: Option<i64> [omitempty],
        /// `Available`, `Progressing`, `ReplicaFailure`.
        pub conditions: Vec<Condition> [omitempty],
        /// Generation of the spec that the controller has seen.
        pub observed_generation: i64 [omitempty],
        /// Pods that are ready.
        pub ready_replicas: i64 [omitempty],
        /// Pods that exist and are not terminating.
        pub replicas: i64 [omitempty],
        /// Pods that are terminating.
        pub terminating_replicas: Option<i64> [omitempty],
        /// Pods that are still wanted.
        pub unavailable_replicas: i64 [omitempty],
        /// Pods of the newest template.
        pub updated_replicas: i64 [omitempty],
    }

    /// A number of pods of one template.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ReplicaSet {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What should be.
        pub spec: ReplicaSetSpec,
        /// What is, as its controller last saw it.
        pub status: ReplicaSetStatus,
    }

    /// What a `ReplicaSet` should be.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ReplicaSetSpec {
        /// Seconds a pod must be ready to count as available.
        pub min_ready_seconds: i64 [omitempty],
        /// How many pods; the server fills in 1.
        pub replicas: Option<i64> [omitempty],
        /// Which pods it may own.
        pub selector: LabelSelector,
        /// What its pods look like.
        pub template: PodTemplateSpec,
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// What a `ReplicaSet` is, as its controller last saw it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ReplicaSetStatus {
        /// Pods that have been ready for `minReadySeconds`.
        pub available_replicas: i64 [omitempty],
        /// `ReplicaFailure`.
        pub conditions: Vec<Condition> [omitempty],
        /// Pods whose labels are the template's.
        pub fully_labeled_replicas: i64 [omitempty],
        /// Generation of the spec that the controller has seen.
        pub observed_generation: i64 [omitempty],
        /// Pods that are ready.
        pub ready_replicas: i64 [omitempty],
        /// Pods that exist and are not terminating.
        pub replicas: i64,
        /// Pods that are terminating.
        pub terminating_replicas: Option<i64> [omitempty],
    }
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
    collections::sort_by(&mut old, |a, b| {
        let age = |set: &ReplicaSet| set.metadata.creation_timestamp;
        (age(a), &a.metadata.name).cmp(&(age(b), &b.metadata.name))
    });
    let template = &deployment.spec.template;
    let new = old.iter().position(|set| equal_ignore_hash(&set.spec.template, template));
    (new.map(|index| old.remove(index)), old)
}
