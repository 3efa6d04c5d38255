//! The workload with one pod for each node: the `DaemonSet`.
//!
//! Models `apps/v1`, staging/src/k8s.io/api/apps/v1/types.go, Kubernetes v1.36.

use super::codec::api_struct;
use super::intstr::IntOrString;
use super::labels::LabelSelector;
use super::meta::Condition;
use super::pod::PodTemplateSpec;
use super::{Extra, ObjectMeta};

api_struct! {
    /// One pod on each node that suits it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DaemonSet {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What should be.
        pub spec: DaemonSetSpec,
        /// What is, as its controller last saw it.
        pub status: DaemonSetStatus,
    }

    /// What a `DaemonSet` should be.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DaemonSetSpec {
        /// Seconds a pod must be ready to count as available.
        pub min_ready_seconds: i64 [omitempty],
        /// How many old revisions are kept; the server fills in 10.
        pub revision_history_limit: Option<i64> [omitempty],
        /// Which pods it may own.
        pub selector: LabelSelector,
        /// What its pods look like.
        pub template: PodTemplateSpec,
        /// How pods reach a new template.
        pub update_strategy: DaemonSetUpdateStrategy,
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// How pods reach a new template.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DaemonSetUpdateStrategy {
        /// `RollingUpdate` or `OnDelete`.
        pub type_: String [omitempty],
        /// Parameters of `RollingUpdate`.
        pub rolling_update: Option<RollingUpdateDaemonSet> [omitempty],
    }

    /// Parameters of a rolling update: exactly one of them is not zero.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct RollingUpdateDaemonSet {
        /// On how many nodes a new pod may run beside an old one that is available.
        pub max_surge: Option<IntOrString> [omitempty],
        /// On how many nodes the pod may be away at a time.
        pub max_unavailable: Option<IntOrString> [omitempty],
    }

    /// What a `DaemonSet` is, as its controller last saw it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DaemonSetStatus {
        /// How often a revision's name was already taken.
        pub collision_count: Option<i64> [omitempty],
        /// None is ever set by the controller.
        pub conditions: Vec<Condition> [omitempty],
        /// Nodes that should run a pod and do.
        pub current_number_scheduled: i64,
        /// Nodes that should run a pod.
        pub desired_number_scheduled: i64,
        /// Nodes whose pod has been ready for `minReadySeconds`.
        pub number_available: i64 [omitempty],
        /// Nodes that run a pod and should not.
        pub number_misscheduled: i64,
        /// Nodes whose pod is ready.
        pub number_ready: i64,
        /// Nodes that should run a pod and have none that is available.
        pub number_unavailable: i64 [omitempty],
        /// Generation of the spec that the controller has seen.
        pub observed_generation: i64 [omitempty],
        /// Nodes that run a pod of the newest revision.
        pub updated_number_scheduled: i64 [omitempty],
    }
}
