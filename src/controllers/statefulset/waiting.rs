//! Why a StatefulSet stands as it stands: what its controller waits for, and what it does.
//!
//! Models the log lines "StatefulSet is waiting for Pod …" of
//! `pkg/controller/statefulset/stateful_set_control.go`, Kubernetes v1.36. Left out: log levels.

use crate::api::apps::StatefulSet;
use crate::api::{Kind, ObjectKey};
use crate::sim::Time;

pub(crate) use crate::controllers::pod_state::{is_stuck, pod_state};

/// What the wait holds back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The creation of this pod.
    Create(String),
    /// The deletion of this pod, because the set is scaled down.
    Delete(String),
    /// The deletion of this pod, so that it comes back with the new template.
    Update(String),
    /// Nothing.
    Nothing,
}

impl Then {
    fn clause(&self) -> String {
        match self {
            Self::Create(pod) => format!(" before {pod} is created"),
            Self::Delete(pod) => format!(" before {pod} is deleted for the scale-down"),
            Self::Update(pod) => format!(" before {pod} is updated"),
            Self::Nothing => String::new(),
        }
    }
}

/// What must happen before the controller goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitingFor {
    /// `OrderedReady`: a pod must run and be ready.
    PodReady {
        /// Which pod.
        pod: String,
        /// How it stands.
        state: String,
        /// What is held back.
        then: Then,
    },
    /// `OrderedReady`: a pod is ready and must stay so for `minReadySeconds`.
    PodAvailable {
        /// Which pod.
        pod: String,
        /// How long it must stay ready.
        min_ready_seconds: i64,
        /// When it has been.
        until: Time,
        /// What is held back.
        then: Then,
    },
    /// A pod must be gone before its name can be used again, or before others are touched.
    PodTermination {
        /// Which pod.
        pod: String,
        /// What is held back.
        then: Then,
    },
    /// `Parallel`: nothing is held back, but pods are still on their way.
    PodsReady {
        /// How many.
        count: i64,
        /// The first of them.
        first: String,
    },
    /// A claim of a pod that was scaled away must be gone before a pod of the same name is created.
    StaleClaim {
        /// Which pod.
        pod: String,
        /// Which claim.
        claim: String,
    },
    /// A pod that was scaled away must be gone before the next one is deleted.
    ScaleDownTermination {
        /// Which pod.
        pod: String,
        /// The next one.
        then: Then,
    },
    /// A pod is not scaled away while another one with a lower ordinal is not ready.
    ScaleDownReady {
        /// The pod that is to go.
        pod: String,
        /// The one that must be ready.
        unhealthy: String,
    },
    /// A pod is not scaled away while another one with a lower ordinal is not available.
    ScaleDownAvailable {
        /// The pod that is to go.
        pod: String,
        /// The one that must be available.
        unhealthy: String,
    },
    /// An updated pod must be available before the next one is deleted.
    UpdatedPod {
        /// Which pod.
        pod: String,
        /// How it stands.
        state: String,
        /// The next one.
        then: Then,
    },
    /// As many pods are away as `maxUnavailable` allows.
    MaxUnavailable {
        /// How many are away.
        unavailable: i64,
        /// How many may be.
        max_unavailable: i64,
    },
    /// `OnDelete`: a person must delete the pods that are to be updated.
    OnDelete {
        /// How many.
        count: usize,
        /// The highest of them.
        pod: String,
    },
    /// The partition holds pods back.
    Partition {
        /// The partition, which counts from the lowest ordinal.
        partition: i64,
        /// The lowest ordinal that an update reaches.
        from: i64,
        /// How many pods are held back.
        count: usize,
    },
    /// `OrderedReady`: a pod of a template that was given up never becomes ready, and only a person can mend
    /// it.
    BrokenRollout {
        /// Which pod.
        pod: String,
        /// Its revision.
        revision: String,
        /// The revision that it should have.
        update_revision: String,
        /// How it stands.
        state: String,
    },
    /// The set is being deleted.
    SetDeletion,
    /// The controller's copy of the objects has not yet seen its own writes.
    CacheCatchUp {
        /// The kind that lags.
        kind: Kind,
    },
}

impl WaitingFor {
    /// The variant's name.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::PodReady { .. } => "PodReady",
            Self::PodAvailable { .. } => "PodAvailable",
            Self::PodTermination { .. } => "PodTermination",
            Self::PodsReady { .. } => "PodsReady",
            Self::StaleClaim { .. } => "StaleClaim",
            Self::ScaleDownTermination { .. } => "ScaleDownTermination",
            Self::ScaleDownReady { .. } => "ScaleDownReady",
            Self::ScaleDownAvailable { .. } => "ScaleDownAvailable",
            Self::UpdatedPod { .. } => "UpdatedPod",
            Self::MaxUnavailable { .. } => "MaxUnavailable",
            Self::OnDelete { .. } => "OnDelete",
            Self::Partition { .. } => "Partition",
            Self::BrokenRollout { .. } => "BrokenRollout",
            Self::SetDeletion => "SetDeletion",
            Self::CacheCatchUp { .. } => "CacheCatchUp",
        }
    }

    /// The sentence for people.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::PodReady { pod, state, then } => format!(
                "waiting for Pod {pod} to be Running and Ready{} (OrderedReady); it is {state}",
                then.clause()
            ),
            Self::PodAvailable { pod, min_ready_seconds, then, .. } => format!(
                "waiting for Pod {pod} to be Available{} (minReadySeconds {min_ready_seconds})",
                then.clause()
            ),
            Self::PodTermination { pod, then } => {
                format!("waiting for Pod {pod} to terminate{}", then.clause())
            }
            Self::PodsReady { count: 1, first } => format!("waiting for Pod {first} to become ready"),
            Self::PodsReady { count, first } => {
                format!("waiting for {count} Pods to become ready, the first of them {first}")
            }
            Self::StaleClaim { pod, claim } => format!(
                "waiting for PersistentVolumeClaim {claim} to be gone before {pod} is created: it belongs \
                 to an \
                 earlier {pod} that was scaled away (whenScaled Delete)"
            ),
            Self::ScaleDownTermination { pod, then } => format!(
                "waiting for Pod {pod} to terminate{} (one at a time, highest ordinal first)",
                then.clause()
            ),
            Self::ScaleDownReady { pod, unhealthy } => format!(
                "waiting for Pod {unhealthy} to be Running and Ready before {pod} is deleted for the \
                 scale-down \
                 (OrderedReady)"
            ),
            Self::ScaleDownAvailable { pod, unhealthy } => format!(
                "waiting for Pod {unhealthy} to be Available before {pod} is deleted for the scale-down \
                 (OrderedReady)"
            ),
            Self::UpdatedPod { pod, state, then } => format!(
                "rolling update: waiting for Pod {pod} to be Available{}; it is {state}",
                then.clause()
            ),
            Self::MaxUnavailable { unavailable, max_unavailable } => format!(
                "rolling update: {unavailable} Pods are unavailable and maxUnavailable allows \
                 {max_unavailable}"
            ),
            Self::OnDelete { count: 1, pod } => {
                format!("waiting for a person to delete Pod {pod}: OnDelete updates no Pod by itself")
            }
            Self::OnDelete { count, pod } => format!(
                "waiting for a person to delete {count} Pods, such as {pod}: OnDelete updates no Pod by \
                 itself"
            ),
            Self::Partition { partition, from, count } => format!(
                "{} revision: the partition {partition} updates only ordinals from {from} on",
                if *count == 1 { "1 Pod keeps its".to_owned() } else { format!("{count} Pods keep their") }
            ),
            Self::BrokenRollout { pod, revision, update_revision, state } => format!(
                "Pod {pod} is {state} with revision {revision}, and OrderedReady waits until it is Ready \
                 before it replaces it with {update_revision}: taking the template back does not mend it"
            ),
            Self::SetDeletion => {
                "the StatefulSet is being deleted: its Pods are left to the garbage collector".into()
            }
            Self::CacheCatchUp { kind } => {
                format!(
                    "waiting for the controller's cache to show its own writes ({})",
                    kind.resource().plural
                )
            }
        }
    }

    /// When time alone ends it.
    pub(super) fn until(&self) -> Option<Time> {
        if let Self::PodAvailable { until, .. } = self { Some(*until) } else { None }
    }

    /// The pod or claim that is waited for.
    pub(super) fn object(&self, namespace: &str) -> Option<ObjectKey> {
        let (kind, name) = match self {
            Self::PodReady { pod, .. }
            | Self::PodAvailable { pod, .. }
            | Self::PodTermination { pod, .. }
            | Self::ScaleDownTermination { pod, .. }
            | Self::UpdatedPod { pod, .. }
            | Self::OnDelete { pod, .. }
            | Self::BrokenRollout { pod, .. }
            | Self::PodsReady { first: pod, .. }
            | Self::ScaleDownReady { unhealthy: pod, .. }
            | Self::ScaleDownAvailable { unhealthy: pod, .. } => (Kind::Pod, pod),
            Self::StaleClaim { claim, .. } => (Kind::PersistentVolumeClaim, claim),
            Self::MaxUnavailable { .. }
            | Self::Partition { .. }
            | Self::SetDeletion
            | Self::CacheCatchUp { .. } => return None,
        };
        Some(ObjectKey::new(kind, namespace, name.clone()))
    }

    /// The fields behind the wait, with their values.
    pub(super) fn facts(&self, set: &StatefulSet) -> Vec<(String, String)> {
        let spec = &set.spec;
        let policy = || ("podManagementPolicy".to_owned(), spec.pod_management_policy.clone());
        let strategy = || ("updateStrategy.type".to_owned(), spec.update_strategy.type_.clone());
        let fact = |name: &str, value: &dyn std::fmt::Display| (name.to_owned(), value.to_string());
        match self {
            Self::PodReady { state, .. } | Self::UpdatedPod { state, .. } => {
                vec![policy(), fact("pod", state)]
            }
            Self::PodAvailable { min_ready_seconds, .. } => {
                vec![policy(), fact("minReadySeconds", min_ready_seconds)]
            }
            Self::PodTermination { .. }
            | Self::PodsReady { .. }
            | Self::ScaleDownTermination { .. }
            | Self::ScaleDownReady { .. }
            | Self::ScaleDownAvailable { .. } => {
                vec![policy(), fact("replicas", &spec.replicas.unwrap_or(1))]
            }
            Self::StaleClaim { claim, .. } => {
                vec![fact("persistentVolumeClaimRetentionPolicy.whenScaled", &"Delete"), fact("claim", claim)]
            }
            Self::MaxUnavailable { unavailable, max_unavailable } => {
                vec![strategy(), fact("maxUnavailable", max_unavailable), fact("unavailable", unavailable)]
            }
            Self::OnDelete { count, .. } => vec![strategy(), fact("outdatedPods", count)],
            Self::Partition { partition, count, .. } => {
                vec![strategy(), fact("partition", partition), fact("heldBack", count)]
            }
            Self::BrokenRollout { revision, update_revision, state, .. } => vec![
                policy(),
                fact("pod", state),
                fact("podRevision", revision),
                fact("updateRevision", update_revision),
            ],
            Self::SetDeletion => Vec::new(),
            Self::CacheCatchUp { kind } => vec![fact("kind", kind)],
        }
    }
}
