//! Workloads with ordinals: the `StatefulSet` and the revisions of its template.
//!
//! Models `apps/v1`, staging/src/k8s.io/api/apps/v1/types.go, Kubernetes v1.36. The other workloads are in
//! `daemonset` and `deployment` beside this file.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::intstr::IntOrString;
use super::labels::LabelSelector;
use super::meta::{Condition, is_zero};
use super::pod::PodTemplateSpec;
use super::storage::PersistentVolumeClaim;
use super::{Extra, ObjectMeta};

/// Pods with names, claims and an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatefulSet {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What should be.
    pub spec: StatefulSetSpec,
    /// What is, as its controller last saw it.
    pub status: StatefulSetStatus,
}

/// What a `StatefulSet` should be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetSpec {
    /// Seconds a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_ready_seconds: i64,
    /// Where the ordinals start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordinals: Option<StatefulSetOrdinals>,
    /// What becomes of the claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent_volume_claim_retention_policy: Option<ClaimRetentionPolicy>,
    /// `OrderedReady` or `Parallel`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pod_management_policy: String,
    /// How many pods; the server fills in 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i64>,
    /// How many old revisions are kept; the server fills in 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_history_limit: Option<i64>,
    /// Which pods it may own.
    pub selector: LabelSelector,
    /// The headless Service of its pods' DNS names.
    pub service_name: String,
    /// What its pods look like.
    pub template: PodTemplateSpec,
    /// How pods reach a new template.
    pub update_strategy: StatefulSetUpdateStrategy,
    /// One claim of each for every ordinal.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "with_type_meta")]
    pub volume_claim_templates: Vec<PersistentVolumeClaim>,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Claim templates are written as whole objects.
fn with_type_meta<S: Serializer>(claims: &[PersistentVolumeClaim], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Whole<'a> {
        api_version: &'static str,
        kind: &'static str,
        #[serde(flatten)]
        claim: &'a PersistentVolumeClaim,
    }
    serializer.collect_seq(claims.iter().map(|claim| Whole {
        api_version: "v1",
        kind: "PersistentVolumeClaim",
        claim,
    }))
}

/// Where the ordinals start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetOrdinals {
    /// The lowest ordinal.
    pub start: i64,
}

/// What becomes of the claims: `Retain` or `Delete`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimRetentionPolicy {
    /// When the set is deleted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub when_deleted: String,
    /// When the set is scaled down.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub when_scaled: String,
}

/// How pods reach a new template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetUpdateStrategy {
    /// `RollingUpdate` or `OnDelete`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub type_: String,
    /// Parameters of `RollingUpdate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_update: Option<RollingUpdateStatefulSetStrategy>,
}

/// Parameters of a rolling update.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollingUpdateStatefulSetStrategy {
    /// How many pods may be away at a time; 1 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<IntOrString>,
    /// Ordinals below it keep the old revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<i64>,
}

/// What a `StatefulSet` is, as its controller last saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetStatus {
    /// Pods that have been ready for `minReadySeconds`.
    pub available_replicas: i64,
    /// How often a revision's name was already taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
    /// None is ever set by the controller.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Pods of `current_revision`.
    #[serde(skip_serializing_if = "is_zero")]
    pub current_replicas: i64,
    /// The revision of pods below the partition.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub current_revision: String,
    /// Generation of the spec that the controller has seen.
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    /// Pods that are ready.
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i64,
    /// Pods that exist.
    pub replicas: i64,
    /// The revision that the update goes to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub update_revision: String,
    /// Pods of `update_revision`.
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_replicas: i64,
}

/// One remembered template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ControllerRevision {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// The patch that brings the template back; never changes.
    pub data: Value,
    /// Its place in the history; the newest has the highest.
    pub revision: i64,
}
