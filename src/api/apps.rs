//! Workloads with ordinals: the `StatefulSet` and the revisions of its template.
//!
//! Models `apps/v1`, staging/src/k8s.io/api/apps/v1/types.go, Kubernetes v1.36. The other workloads are in
//! `daemonset` and `deployment` beside this file.

use serde_json::Value;

use super::codec::{api_struct, to_value};
use super::intstr::IntOrString;
use super::labels::LabelSelector;
use super::meta::Condition;
use super::pod::PodTemplateSpec;
use super::storage::PersistentVolumeClaim;
use super::{Extra, ObjectMeta};

/// The label that says of which revision a `StatefulSet`'s or a `DaemonSet`'s pod is: the one's name, or its
/// hash.
pub const CONTROLLER_REVISION_HASH: &str = "controller-revision-hash";

api_struct! {
    /// Pods with names, claims and an order.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct StatefulSet {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What should be.
        pub spec: StatefulSetSpec,
        /// What is, as its controller last saw it.
        pub status: StatefulSetStatus,
    }

    /// What a `StatefulSet` should be.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct StatefulSetSpec {
        /// Seconds a pod must be ready to count as available.
        pub min_ready_seconds: i64 [omitempty],
        /// Where the ordinals start.
        pub ordinals: Option<StatefulSetOrdinals> [omitempty],
        /// What becomes of the claims.
        pub persistent_volume_claim_retention_policy: Option<ClaimRetentionPolicy> [omitempty],
        /// `OrderedReady` or `Parallel`.
        pub pod_management_policy: String [omitempty],
        /// How many pods; the server fills in 1.
        pub replicas: Option<i64> [omitempty],
        /// How many old revisions are kept; the server fills in 10.
        pub revision_history_limit: Option<i64> [omitempty],
        /// Which pods it may own.
        pub selector: LabelSelector,
        /// The headless Service of its pods' DNS names.
        pub service_name: String,
        /// What its pods look like.
        pub template: PodTemplateSpec,
        /// How pods reach a new template.
        pub update_strategy: StatefulSetUpdateStrategy,
        /// One claim of each for every ordinal.
        pub volume_claim_templates: Vec<PersistentVolumeClaim> [omitempty, written_by with_type_meta],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }
}

impl StatefulSet {
    /// The lowest ordinal.
    pub fn start_ordinal(&self) -> i64 {
        self.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start)
    }
}

/// Claim templates are written as whole objects.
fn with_type_meta(claims: &[PersistentVolumeClaim]) -> Value {
    let whole = |claim: &PersistentVolumeClaim| {
        let mut value = to_value(claim);
        value["apiVersion"] = "v1".into();
        value["kind"] = "PersistentVolumeClaim".into();
        value
    };
    claims.iter().map(whole).collect()
}

api_struct! {
    /// Where the ordinals start.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct StatefulSetOrdinals {
        /// The lowest ordinal.
        pub start: i64,
    }

    /// What becomes of the claims: `Retain` or `Delete`.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ClaimRetentionPolicy {
        /// When the set is deleted.
        pub when_deleted: String [omitempty],
        /// When the set is scaled down.
        pub when_scaled: String [omitempty],
    }

    /// How pods reach a new template.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct StatefulSetUpdateStrategy {
        /// `RollingUpdate` or `OnDelete`.
        pub type_: String [omitempty],
        /// Parameters of `RollingUpdate`.
        pub rolling_update: Option<RollingUpdateStatefulSetStrategy> [omitempty],
    }

    /// Parameters of a rolling update.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct RollingUpdateStatefulSetStrategy {
        /// How many pods may be away at a time; 1 when absent.
        pub max_unavailable: Option<IntOrString> [omitempty],
        /// Ordinals below it keep the old revision.
        pub partition: Option<i64> [omitempty],
    }

    /// What a `StatefulSet` is, as its controller last saw it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct StatefulSetStatus {
        /// Pods that have been ready for `minReadySeconds`.
        pub available_replicas: i64,
        /// How often a revision's name was already taken.
        pub collision_count: Option<i64> [omitempty],
        /// None is ever set by the controller.
        pub conditions: Vec<Condition> [omitempty],
        /// Pods of `current_revision`.
        pub current_replicas: i64 [omitempty],
        /// The revision of pods below the partition.
        pub current_revision: String [omitempty],
        /// Generation of the spec that the controller has seen.
        pub observed_generation: i64 [omitempty],
        /// Pods that are ready.
        pub ready_replicas: i64 [omitempty],
        /// Pods that exist.
        pub replicas: i64,
        /// The revision that the update goes to.
        pub update_revision: String [omitempty],
        /// Pods of `update_revision`.
        pub updated_replicas: i64 [omitempty],
    }

    /// One remembered template.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ControllerRevision {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// The patch that brings the template back; never changes.
        pub data: Value,
        /// Its place in the history; the newest has the highest.
        pub revision: i64,
    }
}
