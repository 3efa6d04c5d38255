//! The end of a run: all faults are taken back, what only a person can mend is mended by hand, and the
//! cluster must converge and then rest.

use super::fault_kind::FaultKind;
use super::liveness::{self, is_stray};
use super::run::Run;
use super::workloads::{DAEMON_SET, DEPLOYMENT, ORDINALS, STATEFUL_SET, TIER};
use crate::api::apps::StatefulSet;
use crate::api::deployment::Deployment;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::ProcessName;
use crate::sim::Span;

/// The longest that a queue holds a key back after failures (1000 s), and a look of the scheduler at pods
/// that nothing could help (330 s).
const CONVERGES_WITHIN: Span = Span::from_seconds(1_400);
/// Without a write, as long as nobody asks for anything.
const RESTS_FOR: Span = Span::from_seconds(600);

impl Run {
    /// Heals everything, and looks whether the cluster converges and rests.
    pub(super) fn heal(&mut self) {
        self.note("everything heals");
        self.take_faults_back();
        self.pass(Span::from_seconds(150));
        self.delete_strays();
        self.ask_for_everything();
        self.pass(Span::from_seconds(400));
        self.unstick_by_hand();
        self.converge();
        self.rest();
    }

    fn take_faults_back(&mut self) {
        self.plan.heal();
        self.cluster.end(ProcessName::FormerLeader, Span::ZERO);
        for process in [ProcessName::ControllerManager, ProcessName::Scheduler, ProcessName::Kubelets] {
            self.cluster.stall(process, None, Span::ZERO);
        }
        if self.plan.fired.count(FaultKind::LostWork) > 0 {
            // No queue loses work, so nothing has to make up for it but a start from nothing.
            self.cluster.end(ProcessName::ControllerManager, Span::ZERO);
        }
        self.line("fault clear --all");
        let nodes: Vec<String> = self.cluster.config().nodes.iter().map(|node| node.name.clone()).collect();
        for node in nodes {
            if self.cluster.kubelets().machines().any(|(name, _)| name == node) {
                // A machine that runs while its node was deleted registers when it is started.
                self.line(&format!("fault start node/{node}"));
            } else {
                self.line(&format!("fault add node/{node}"));
            }
            self.line(&format!("fault resize node/{node} --cpu=4"));
            self.line(&format!("kubectl uncordon {node}"));
            self.line(&format!("kubectl taint nodes {node} dedicated-"));
            self.line(&format!("kubectl label node {node} {TIER}=edge --overwrite"));
        }
        for pod in self.pod_names(|_| true) {
            self.line(&format!("fault ready pod/{pod}"));
        }
        for pod in self.pod_names(|pod| !pod.metadata.finalizers.is_empty()) {
            self.line(&format!(
                "kubectl patch pod {pod} --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'"
            ));
        }
    }

    fn pod_names(&self, is_wanted: impl Fn(&Pod) -> bool) -> Vec<String> {
        let pods = self.cluster.server().list(Kind::Pod, Some("default")).filter_map(Pod::of);
        pods.filter(|pod| is_wanted(pod)).map(|pod| pod.metadata.name.clone()).collect()
    }

    /// Deletes what belongs to nobody: it may hold a name or a claim.
    fn delete_strays(&mut self) {
        for kind in [Kind::ReplicaSet, Kind::Pod] {
            let objects = self.cluster.server().list(kind, Some("default"));
            let strays: Vec<String> =
                objects.filter(|o| is_stray(o)).map(|o| o.meta().name.clone()).collect();
            for name in strays {
                let resource = kind.resource().singular;
                self.line(&format!("kubectl delete {resource} {name} --wait=false"));
            }
        }
        self.line("kubectl delete controllerrevision -l planted=yes --wait=false");
    }

    /// Applies the manifest until everything in it is there to stay.
    fn ask_for_everything(&mut self) {
        let wanted = [
            (Kind::StatefulSet, STATEFUL_SET),
            (Kind::DaemonSet, DAEMON_SET),
            (Kind::Deployment, DEPLOYMENT),
        ];
        for _ in 0..8 {
            self.line("kubectl apply -f all.yaml");
            let stays = |(kind, name): (Kind, &str)| {
                let found = self.cluster.server().get(&ObjectKey::new(kind, "default", name));
                found.is_ok_and(|object| !object.meta().is_terminating())
            };
            if self.is_over() || wanted.into_iter().all(stays) {
                return;
            }
            self.pass(Span::from_seconds(60));
        }
        self.fail("L-14", "a deleted workload is never gone".to_owned());
    }

    /// A `StatefulSet` does not get over a broken pod by itself, nor over a volume that no node reaches: the
    /// documentation has people delete them.
    fn unstick_by_hand(&mut self) {
        for _ in 0..ORDINALS {
            let key = ObjectKey::new(Kind::StatefulSet, "default", STATEFUL_SET);
            let set = match self.cluster.server().get(&key) {
                Ok(Object::StatefulSet(set)) => (**set).clone(),
                _ => return,
            };
            // A claim that is in deletion is gone once its pod is.
            let has_claim_in_deletion = |pod: &Pod| {
                pod.claim_names().any(|claim| {
                    let key = ObjectKey::new(Kind::PersistentVolumeClaim, "default", claim);
                    self.cluster.server().get(&key).is_ok_and(|claim| claim.meta().is_terminating())
                })
            };
            let stuck = self.pod_names(|pod| {
                pod.metadata.is_controlled_by(&set.metadata.uid)
                    && !pod.is_terminating()
                    && (!pod.is_ready() || has_claim_in_deletion(pod))
            });
            if stuck.is_empty() || self.is_over() {
                return;
            }
            self.note("unstick");
            for pod in stuck {
                for claim in claims(&set, &pod) {
                    self.line(&format!("kubectl delete pvc {claim} --wait=false"));
                }
                self.line(&format!("kubectl delete pod {pod} --wait=false"));
            }
            self.pass(Span::from_seconds(120));
        }
    }

    /// Waits until all properties hold.
    pub(super) fn converge(&mut self) {
        let deadline = self.cluster.now() + CONVERGES_WITHIN;
        // Each node may need one anew.
        let mut may_restart = true;
        let mut nudges = 2 * self.cluster.config().nodes.len();
        self.rescale();
        while !self.is_over()
            && let Err((id, _)) = liveness::check(&self.cluster)
        {
            if ["L-02", "L-07"].contains(&id) && nudges > 0 && self.nudge() {
                nudges -= 1;
            }
            if id == "L-11" && nudges > 0 && self.let_a_pod_go {
                self.nudge_budgets();
                nudges -= 1;
            }
            if may_restart && self.has_missed_the_end_of_an_owner() {
                self.note("the garbage collector starts anew");
                self.cluster.end(ProcessName::ControllerManager, Span::ZERO);
                may_restart = false;
            }
            if self.cluster.now() >= deadline {
                if let Err((id, what)) = liveness::check(&self.cluster) {
                    self.fail(id, what);
                }
                return;
            }
            let until = (self.cluster.now() + Span::from_seconds(10)).min(deadline);
            self.pass_until(until);
        }
    }

    /// Changes sets through which their controller would sleep, as upstream's does; says whether there was
    /// one.
    fn nudge(&mut self) -> bool {
        let asleep = liveness::sleepers(&self.cluster);
        for set in &asleep {
            let (resource, now) = (set.kind.resource().singular, self.cluster.now().ms());
            self.line(&format!("kubectl annotate {resource} {} nudged-at={now} --overwrite", set.name));
        }
        let failed = liveness::failed_daemon_pods_that_queue(&self.cluster);
        for pod in &failed {
            self.line(&format!("kubectl delete pod {pod} --wait=false"));
        }
        !asleep.is_empty() || !failed.is_empty()
    }

    /// Changes all budgets: the one that a pod has left by its labels is not told, as `updatePod` of
    /// pkg/controller/disruption/disruption.go looks for the budget of the pod as it is now.
    fn nudge_budgets(&mut self) {
        let now = self.cluster.now().ms();
        self.line(&format!("kubectl annotate pdb --all nudged-at={now} --overwrite"));
    }

    /// Frees a Deployment from the trap that its verdict tells of (`WaitingFor::NotedSize`) as that says.
    fn rescale(&mut self) {
        let key = ObjectKey::new(Kind::Deployment, "default", DEPLOYMENT);
        let found = self.cluster.server().get(&key).ok().and_then(Deployment::of).cloned();
        let Some(deployment) = found.filter(|found| liveness::is_stuck_upstream(&self.cluster, found)) else {
            return;
        };
        let more = deployment.spec.replicas.unwrap_or(1) + 1;
        self.line(&format!("kubectl scale deploy {DEPLOYMENT} --replicas={more}"));
        self.pass(Span::from_seconds(120));
        self.line("kubectl apply -f all.yaml");
        self.pass(Span::from_seconds(120));
    }

    fn has_missed_the_end_of_an_owner(&self) -> bool {
        let mut objects = Kind::ALL.iter().flat_map(|&kind| self.cluster.server().list(kind, None));
        let missing = [FaultKind::MissedStates, FaultKind::MissedDeletion, FaultKind::TimeTravel];
        missing.iter().any(|kind| self.plan.fired.count(*kind) > 0)
            && objects.any(|object| liveness::is_left_of_a_namesake(&self.cluster, object))
    }

    /// Waits, and sees that nothing is written and all still holds.
    pub(super) fn rest(&mut self) {
        // What was put off is done now; then nothing more.
        self.pass(Span::from_seconds(1_000));
        let writes = self.writes;
        self.pass(RESTS_FOR);
        if self.is_over() {
            return;
        }
        // Upstream goes on counting some Events, as of a claim that waits for its first pod.
        if self.writes != writes {
            let log: Vec<&str> = self.cluster.event_log().lines().collect();
            let last = log.last().copied().unwrap_or_default().to_owned();
            self.fail("S-61", format!("a cluster at rest writes: {last}"));
        }
        if let Err((id, what)) = liveness::check(&self.cluster) {
            self.fail("L-01", format!("what was reached is not kept: {id}: {what}"));
        }
    }
}

/// The claims of a set's pod.
fn claims(set: &StatefulSet, pod: &str) -> Vec<String> {
    let templates = set.spec.volume_claim_templates.iter();
    templates.map(|template| format!("{}-{pod}", template.metadata.name)).collect()
}
