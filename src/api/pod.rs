//! Pods: what runs, where, and how far it has come.
//!
//! Models `v1.Pod`, staging/src/k8s.io/api/core/v1/types.go, and the predicates of pkg/api/v1/pod/util.go,
//! Kubernetes v1.36. Left out: ephemeral containers, resize.

use std::borrow::Cow;

use serde_json::Value;

use super::codec::api_struct;
use super::meta::Condition;
use super::scheduling::{Affinity, Toleration};
use super::shared::Shared;
use super::{Extra, LabelMap, ObjectMeta, Timestamp};
use crate::sim::Time;

api_struct! {
    /// A pod.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Pod {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What should run.
        pub spec: Shared<PodSpec>,
        /// What runs, as the kubelet reports it.
        pub status: PodStatus,
    }

    /// The pod that a controller makes from its template.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodTemplateSpec {
        /// Labels and annotations of the pods.
        pub metadata: ObjectMeta,
        /// What should run in them.
        pub spec: Shared<PodSpec>,
    }

    /// What should run in a pod.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodSpec {
        /// Where it may or should run.
        pub affinity: Option<Affinity> [omitempty],
        /// What runs, all at once.
        pub containers: Vec<Container>,
        /// What runs before, one after another.
        pub init_containers: Vec<Container> [omitempty],
        /// First part of its DNS name.
        pub hostname: String [omitempty],
        /// The node it was bound to; empty until then, never changed after.
        pub node_name: String [omitempty],
        /// Labels that its node must have.
        pub node_selector: LabelMap [omitempty],
        /// Precedence in the scheduling queue.
        pub priority: Option<i64> [omitempty],
        /// `Always`, `OnFailure` or `Never`.
        pub restart_policy: String [omitempty],
        /// Who places it.
        pub scheduler_name: String [omitempty],
        /// The headless Service of its DNS name.
        pub subdomain: String [omitempty],
        /// Seconds its containers get to stop.
        pub termination_grace_period_seconds: Option<i64> [omitempty],
        /// Taints that it puts up with.
        pub tolerations: Vec<Toleration> [omitempty],
        /// Its volumes.
        pub volumes: Vec<Volume> [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// A container.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Container {
        /// Unique in the pod.
        pub name: String,
        /// What is pulled and run.
        pub image: String [omitempty],
        /// Replaces the image's entry point.
        pub command: Vec<String> [omitempty],
        /// `Always`, `IfNotPresent` or `Never`.
        pub image_pull_policy: String [omitempty],
        /// Ports it listens on.
        pub ports: Vec<ContainerPort> [omitempty],
        /// What it asks for and may use at most.
        pub resources: ResourceRequirements,
        /// Whether it can serve.
        pub readiness_probe: Option<Probe> [omitempty],
        /// Whether it must be restarted.
        pub liveness_probe: Option<Probe> [omitempty],
        /// Whether it has come up; the others wait for it.
        pub startup_probe: Option<Probe> [omitempty],
        /// `Always` makes an init container a sidecar.
        pub restart_policy: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// A port of a container.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ContainerPort {
        /// The port.
        pub container_port: i64,
        /// The node's port that it takes; zero for none.
        pub host_port: i64 [omitempty],
        /// Name that Services may refer to.
        pub name: String [omitempty],
        /// `TCP`, `UDP` or `SCTP`.
        pub protocol: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }
}

/// The annotation by which a person may say which pods of a `ReplicaSet` are dear.
pub const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// The cost in that annotation: a plain number of 32 bits, without a plus sign or zeros at its beginning
/// (`GetDeletionCostFromPodAnnotations`, pkg/apis/core/helper/helpers.go).
pub fn parse_deletion_cost(text: &str) -> Option<i32> {
    let is_plain = text == "0" || text.starts_with(|c: char| c == '-' || ('1'..='9').contains(&c));
    text.parse().ok().filter(|_| is_plain)
}

/// Amounts by resource name, as written: `cpu: 500m`.
pub type ResourceList = LabelMap;

api_struct! {
    /// What a container asks for and may use at most.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ResourceRequirements {
        /// Upper bounds.
        pub limits: ResourceList [omitempty],
        /// What the scheduler sets aside.
        pub requests: ResourceList [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// A probe: when it starts, how often it runs, how many results count.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Probe {
        /// Failures in a row before it counts as failed.
        pub failure_threshold: Option<i64> [omitempty],
        /// Seconds before the first run.
        pub initial_delay_seconds: Option<i64> [omitempty],
        /// Seconds between runs.
        pub period_seconds: Option<i64> [omitempty],
        /// Successes in a row before it counts as passed.
        pub success_threshold: Option<i64> [omitempty],
        /// Fields that are kept, not interpreted: what is probed.
        pub extra: Extra [inline],
    }

    /// A volume of a pod.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Volume {
        /// What mounts refer to.
        pub name: String,
        /// The claim behind it.
        pub persistent_volume_claim: Option<ClaimVolume> [omitempty],
        /// Fields that are kept, not interpreted: every other source.
        pub extra: Extra [inline],
    }

    /// A volume that comes from a claim.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ClaimVolume {
        /// Name of the claim in the pod's namespace.
        pub claim_name: String,
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// What runs, as the kubelet reports it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodStatus {
        /// `PodScheduled`, `Initialized`, `ContainersReady`, `Ready` and others.
        pub conditions: Vec<Condition> [omitempty],
        /// One for each container.
        pub container_statuses: Vec<ContainerStatus> [omitempty],
        /// One for each init container.
        pub init_container_statuses: Vec<ContainerStatus> [omitempty],
        /// The node's address.
        pub host_ip: String ["hostIP", omitempty],
        /// Why the pod as a whole is as it is.
        pub message: String [omitempty],
        /// Generation of the spec that the kubelet has seen.
        pub observed_generation: i64 [omitempty],
        /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
        pub phase: String [omitempty],
        /// Its address.
        pub pod_ip: String ["podIP", omitempty],
        /// `Guaranteed`, `Burstable` or `BestEffort`.
        pub qos_class: String [omitempty],
        /// Why, in one word, such as `Evicted`.
        pub reason: String [omitempty],
        /// When the kubelet took it on.
        pub start_time: Option<Timestamp> [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// The state of one container.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ContainerStatus {
        /// The container's name.
        pub name: String,
        /// What runs.
        pub image: String,
        /// What the image's name stood for.
        pub image_id: String ["imageID"],
        /// Names this start of the container.
        pub container_id: String ["containerID", omitempty],
        /// Whether it passes its readiness probe.
        pub ready: bool,
        /// How often it was started again.
        pub restart_count: i64,
        /// Whether it passed its startup probe.
        pub started: Option<bool> [omitempty],
        /// What it does now.
        pub state: ContainerState,
        /// How it ended the last time.
        pub last_state: ContainerState,
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// Exactly one of the three, or none when nothing is known.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ContainerState {
        /// Not started.
        pub waiting: Option<Waiting> [omitempty],
        /// Runs.
        pub running: Option<Running> [omitempty],
        /// Ended.
        pub terminated: Option<Terminated> [omitempty],
    }

    /// Why a container has not started.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Waiting {
        /// In a sentence.
        pub message: String [omitempty],
        /// In one word, such as `ContainerCreating`.
        pub reason: String [omitempty],
    }

    /// A container that runs.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Running {
        /// Since when.
        pub started_at: Option<Timestamp>,
    }

    /// A container that ended.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Terminated {
        /// Which start of it.
        pub container_id: String ["containerID", omitempty],
        /// What the process returned; 137 when it was killed.
        pub exit_code: i64,
        /// When it ended.
        pub finished_at: Option<Timestamp>,
        /// What it left as its last words.
        pub message: String [omitempty],
        /// `Completed`, `Error`, `OOMKilled`.
        pub reason: String [omitempty],
        /// When it started.
        pub started_at: Option<Timestamp>,
    }
}

impl Container {
    /// The words after its command, or after its image's entry point.
    pub fn args(&self) -> impl Iterator<Item = &str> + Clone {
        self.extra.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

impl Pod {
    /// Whether deletion was asked for.
    pub fn is_terminating(&self) -> bool {
        self.metadata.is_terminating()
    }

    /// Whether it is bound to a node.
    pub fn is_bound(&self) -> bool {
        !self.spec.node_name.is_empty()
    }

    /// Whether a container of it is started again after an end with this code (`ShouldContainerBeRestarted`);
    /// a sidecar is an init container that is to run on.
    pub fn restarts(&self, is_init: bool, is_sidecar: bool, exit_code: i64) -> bool {
        match self.spec.restart_policy.as_str() {
            _ if is_sidecar => true,
            "Never" => false,
            "OnFailure" => exit_code != 0,
            _ => !is_init || exit_code != 0,
        }
    }

    /// What the security context of a container says of a field, or else its pod's
    /// (`DetermineEffectiveSecurityContext`).
    pub fn security<'a>(&'a self, container: &'a Container, field: &str) -> Option<&'a Value> {
        let contexts = [&container.extra, &self.spec.extra].map(|extra| extra.get("securityContext"));
        contexts.into_iter().flatten().find_map(|context| context.get(field))
    }

    /// Whether its phase is final (`IsPodTerminal`).
    pub fn is_terminal(&self) -> bool {
        matches!(self.status.phase.as_str(), "Succeeded" | "Failed")
    }

    /// Whether its `Ready` condition is true (`IsPodReady`).
    pub fn is_ready(&self) -> bool {
        Condition::is_true(&self.status.conditions, "Ready")
    }

    /// Whether it is in phase `Running` and ready.
    pub fn is_running_and_ready(&self) -> bool {
        self.status.phase == "Running" && self.is_ready()
    }

    /// Whether it has been ready for `min_ready_seconds` (`IsPodAvailable`).
    pub fn is_available(&self, min_ready_seconds: i64, now: Time) -> bool {
        let Some(ready) = Condition::find(&self.status.conditions, "Ready") else {
            return false;
        };
        if ready.status != "True" {
            return false;
        }
        if min_ready_seconds == 0 {
            return true;
        }
        ready.last_transition_time.is_some_and(|since| {
            let wait_ms = u64::try_from(min_ready_seconds).unwrap_or_default().saturating_mul(1000);
            (now - since.time()).ms() >= wait_ms
        })
    }

    /// Names of the claims that its volumes use; those of ephemeral volumes are made of both names.
    pub fn claim_names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.spec.volumes.iter().filter_map(|volume| match &volume.persistent_volume_claim {
            Some(claim) => Some(Cow::Borrowed(claim.claim_name.as_str())),
            None => self.ephemeral_claim_name(volume).map(Cow::Owned),
        })
    }

    /// The name of the claim that is made for an ephemeral volume (`ephemeral.VolumeClaimName`); `None` for
    /// others.
    pub fn ephemeral_claim_name(&self, volume: &Volume) -> Option<String> {
        volume.extra.contains_key("ephemeral").then(|| format!("{}-{}", self.metadata.name, volume.name))
    }
}
