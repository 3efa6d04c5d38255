//! What breaks while an exploration runs, by kind of fault; what is broken ends by itself or when all is
//! healed.

use super::fault_kind::FaultKind;
use super::run::Run;
use super::workloads::{IMAGE, STATEFUL_SET, TIER};
use crate::api::object::Typed as _;
use crate::api::apps::ControllerRevision;
use crate::api::{Kind, Object};
use crate::cluster::ProcessName;
use crate::sim::Span;

const PROCESSES: &[ProcessName] =
    &[ProcessName::ControllerManager, ProcessName::ControllerManager, ProcessName::Scheduler, ProcessName::Kubelets];
/// Kinds whose changes may come late.
const LATE_KINDS: &[Kind] = &[
    Kind::Pod,
    Kind::Pod,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::ReplicaSet,
    Kind::Deployment,
    Kind::ControllerRevision,
    Kind::PersistentVolumeClaim,
    Kind::PodDisruptionBudget,
    Kind::Node,
];

impl Run {
    /// Something breaks, or ends being broken.
    pub(super) fn something_breaks(&mut self) {
        let Some(kind) = self.rng.choose(FaultKind::ALL).copied() else {
            return;
        };
        self.note(&format!("fault {kind}"));
        match kind {
            FaultKind::StaleCaches
            | FaultKind::UnevenCaches
            | FaultKind::TimeTravel
            | FaultKind::MissedStates
            | FaultKind::MissedDeletion => self.disturb_a_view(kind),
            FaultKind::Restart | FaultKind::TwoLeaders => self.disturb_a_process(kind),
            FaultKind::Quota | FaultKind::Unavailable | FaultKind::SkewedClock => self.disturb_requests(kind),
            FaultKind::KubeletStopped
            | FaultKind::PowerLoss
            | FaultKind::Partition
            | FaultKind::NodeDeleted
            | FaultKind::NodeChanged => self.disturb_a_node(kind),
            FaultKind::BadImage
            | FaultKind::Crash
            | FaultKind::LostReadiness
            | FaultKind::SlowTermination
            | FaultKind::Volumes => self.disturb_a_pod(kind),
            FaultKind::PlantedRevision => self.plant_a_revision(),
            FaultKind::EvictionStorm => self.storm(),
            // The plan decides on these, request by request.
            FaultKind::LostWork
            | FaultKind::ReorderedWork
            | FaultKind::CrashBetweenWrites
            | FaultKind::Conflict
            | FaultKind::WriteLost
            | FaultKind::AnswerLost
            | FaultKind::Interference => {}
        }
    }

    fn drawn_span(&mut self, most_ms: u64) -> Span {
        Span::from_ms(50 + self.rng.below(most_ms))
    }

    fn disturb_a_view(&mut self, kind: FaultKind) {
        let process = self.rng.choose(PROCESSES).copied().unwrap_or(ProcessName::ControllerManager);
        let late = self.rng.choose(LATE_KINDS).copied();
        let lasts = self.drawn_span(8_000);
        match kind {
            FaultKind::StaleCaches => self.cluster.stall(process, None, lasts),
            FaultKind::UnevenCaches => self.cluster.stall(process, late, lasts),
            FaultKind::TimeTravel => {
                let Some(past) = self.past.clone() else {
                    return;
                };
                self.cluster.restart_in_the_past(ProcessName::ControllerManager, past, lasts);
            }
            FaultKind::MissedDeletion => {
                // What is deleted now is only missed when it is listed again.
                self.cluster.stall(process, Some(Kind::Pod), lasts);
                self.cluster.break_watches(process, Some(Kind::Pod));
                let Some(pod) = self.any_pod() else {
                    return;
                };
                self.line(&format!("kubectl delete pod {pod} --force --grace-period=0"));
            }
            _ => {
                let late = if self.rng.below(2) == 0 { None } else { late };
                self.cluster.stall(process, late, lasts);
                self.cluster.break_watches(process, late);
            }
        }
        self.plan.fired.note(kind);
    }

    fn disturb_a_process(&mut self, kind: FaultKind) {
        if !self.cluster.is_running(ProcessName::ControllerManager) {
            return;
        }
        let lasts = self.drawn_span(5_000);
        if kind == FaultKind::TwoLeaders {
            self.cluster.split_leadership(lasts);
            let late = self.drawn_span(2_000);
            let slow = match self.rng.below(2) {
                0 => ProcessName::FormerLeader,
                _ => ProcessName::ControllerManager,
            };
            self.cluster.stall(slow, None, late);
        } else {
            let process = match self.rng.below(3) {
                0 => ProcessName::Scheduler,
                _ => ProcessName::ControllerManager,
            };
            self.cluster.end(process, lasts);
        }
        self.plan.fired.note(kind);
    }

    fn disturb_requests(&mut self, kind: FaultKind) {
        let lasts = self.drawn_span(20_000);
        let until = self.cluster.now() + lasts;
        match kind {
            FaultKind::Quota => self.plan.refuse_pods_until(until),
            FaultKind::SkewedClock => {
                let is_ahead = self.rng.below(2) == 0;
                self.plan.skew_until(until, is_ahead);
            }
            _ => {
                self.plan.cut_until(until);
                for process in
                    [ProcessName::ControllerManager, ProcessName::Scheduler, ProcessName::Kubelets]
                {
                    self.cluster.stall(process, None, lasts);
                }
            }
        }
    }

    fn disturb_a_node(&mut self, kind: FaultKind) {
        let node = self.any_node();
        let is_over = self.rng.below(2) == 0;
        let line = match kind {
            _ if is_over => format!("fault start node/{node}"),
            FaultKind::KubeletStopped => format!("fault stop-kubelet node/{node}"),
            FaultKind::PowerLoss if self.rng.below(3) == 0 => format!("fault restart node/{node}"),
            FaultKind::PowerLoss => format!("fault stop node/{node}"),
            FaultKind::Partition => format!("fault partition node/{node}"),
            FaultKind::NodeDeleted => {
                self.line(&format!("fault remove node/{node}"));
                format!("kubectl delete node {node} --wait=false")
            }
            _ => self.change_of_node(&node),
        };
        self.line(&line);
        if kind == FaultKind::NodeDeleted && is_over {
            self.line(&format!("fault add node/{node}"));
        }
        if !is_over {
            self.plan.fired.note(kind);
        }
    }

    fn change_of_node(&mut self, node: &str) -> String {
        match self.rng.below(12) {
            0 => format!("kubectl taint nodes {node} dedicated=db:NoSchedule --overwrite"),
            1 => format!("kubectl taint nodes {node} dedicated=db:NoExecute --overwrite"),
            2 => format!("kubectl taint nodes {node} dedicated-"),
            3 => format!("kubectl label node {node} {TIER}=core --overwrite"),
            4 => format!("kubectl label node {node} {TIER}=edge --overwrite"),
            5 => format!("kubectl label node {node} {TIER}-"),
            6 => format!("fault pressure node/{node} --of=memory"),
            7 => format!("fault clear node/{node}"),
            8 => format!("fault resize node/{node} --cpu=1"),
            9 => format!("fault resize node/{node} --cpu=4"),
            10 => format!("kubectl cordon {node}"),
            _ => format!("kubectl uncordon {node}"),
        }
    }

    fn disturb_a_pod(&mut self, kind: FaultKind) {
        let pod = self.any_pod().unwrap_or_else(|| "web-0".to_owned());
        let (tag, ordinal) = (self.rng.below(6), self.rng.below(5));
        let choice = self.rng.below(6);
        let line = match (kind, choice) {
            (FaultKind::BadImage, 0..=2) => format!("fault no-image image/{IMAGE}:{tag}"),
            (FaultKind::BadImage, 3..=4) => format!("fault slow-pull image/{IMAGE}:{tag} --by=30s"),
            (FaultKind::BadImage, _) => format!("fault clear image/{IMAGE}:{tag}"),
            (FaultKind::Crash, 0) => format!("fault crash-loop pod/{pod} --code=1"),
            (FaultKind::Crash, 1) => format!("fault oom pod/{pod}"),
            (FaultKind::Crash, 2) => format!("fault liveness pod/{pod}"),
            (FaultKind::Crash, 3) => format!("fault evict pod/{pod}"),
            (FaultKind::Crash, _) => format!("fault crash pod/{pod} --code={}", ordinal * 100),
            (FaultKind::LostReadiness, 0..=2) => format!("fault unready pod/{pod}"),
            (FaultKind::LostReadiness, 3..=4) => format!("fault ready pod/{pod}"),
            (FaultKind::LostReadiness, _) => format!("fault slow-start pod/web-{ordinal} --by=20s"),
            (FaultKind::SlowTermination, 0..=3) => format!("fault ignore-sigterm pod/{pod}"),
            (FaultKind::SlowTermination, _) => hold(&pod),
            (_, 0..=1) => "fault no-volume sc/standard".to_owned(),
            (_, 2) => "fault clear sc/standard".to_owned(),
            _ => format!("kubectl delete pvc www-{STATEFUL_SET}-{ordinal} --wait=false"),
        };
        self.line(&line);
        self.plan.fired.note(kind);
    }

    /// Deletes a revision that is not in use and takes its name for other data, so that going back to its
    /// template meets a stranger.
    fn plant_a_revision(&mut self) {
        let revisions: Vec<ControllerRevision> = self
            .cluster
            .server()
            .list(Kind::ControllerRevision, Some("default"))
            .filter_map(ControllerRevision::of)
            .map(|revision| (**revision).clone())
            .collect();
        let used: Vec<String> =
            self.cluster.server().list(Kind::Pod, None).filter_map(revision_label).collect();
        let free: Vec<&ControllerRevision> = revisions
            .iter()
            .filter(|revision| !used.iter().any(|hash| revision.metadata.name.ends_with(hash.as_str())))
            .collect();
        let Some(revision) = self.rng.choose(&free).map(|revision| (**revision).clone()) else {
            return;
        };
        let name = &revision.metadata.name;
        self.line(&format!("kubectl delete controllerrevision {name} --wait=false"));
        let mut data = revision.data.clone();
        if let Some(spec) = data.pointer_mut("/spec/template/spec") {
            spec["terminationGracePeriodSeconds"] = 7.into();
        }
        let planted = serde_json::json!({
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {"name": name, "labels": {"planted": "yes"}},
            "data": data,
            "revision": revision.revision,
        });
        self.file("planted.yaml", planted.to_string());
        self.line("kubectl create -f planted.yaml");
        self.plan.fired.note(FaultKind::PlantedRevision);
    }

    fn storm(&mut self) {
        let (first, second) = (self.any_node(), self.any_node());
        for (terminal, node) in [(1, first), (2, second)] {
            let line = format!("kubectl drain {node} --ignore-daemonsets --force --timeout=60s");
            self.line_in(terminal, &line);
        }
        for _ in 0..3 {
            if let Some(pod) = self.any_pod() {
                self.line(&format!("evict pod/{pod}"));
            }
        }
        self.plan.fired.note(FaultKind::EvictionStorm);
    }
}

/// Holds a pod by a finalizer of its own.
fn hold(pod: &str) -> String {
    format!("kubectl patch pod {pod} --type=merge -p '{{\"metadata\":{{\"finalizers\":[\"example.com/hold\"]}}}}'")
}

fn revision_label(object: &Object) -> Option<String> {
    object.meta().labels.get("controller-revision-hash").cloned()
}
