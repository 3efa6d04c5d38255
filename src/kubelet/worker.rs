//! One pod on its node: what it waits for, what runs, how it stops.
//!
//! Models `SyncPod`, `SyncTerminatingPod` and `SyncTerminatedPod`, pkg/kubelet/kubelet.go and
//! `pod_workers.go`, Kubernetes v1.36. All containers of a pod start at once, init containers one after
//! another. Left out: static pods, cgroups, the order in which sidecars stop.

use std::rc::Rc;

use serde_json::Value;

use super::Scene;
use super::admission::Rejection;
use super::agent::{Amounts, NodeAgent};
use super::container::{ContainerRun, Role};
use super::container_words::{Place, Told};
use super::lifecycle::Stage;
use super::timing::Timing;
use crate::api::Timestamp;
use crate::api::pod::{Container, Pod};
use crate::client::EventType;
use crate::sim::{Span, Time};

/// What is to become of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Its claims are not bound yet, or a volume could not be mounted.
    AwaitVolumes,
    /// Its containers run, or are on their way.
    Live,
    /// All its containers have ended for good.
    Finished,
    /// The node did not take it on, or gave it up: reason and message.
    GivenUp(Rejection),
    /// Its containers are told to stop; they have until then.
    Stop { until: Time },
    /// Its containers have stopped; it is removed then.
    Remove { at: Time },
    /// Nothing is left to do.
    Gone,
}

/// A pod as its kubelet knows it.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) pod: Rc<Pod>,
    pub(super) plan: Plan,
    /// Init containers first, then the others.
    pub(super) runs: Vec<ContainerRun>,
    pub(super) start_time: Timestamp,
    /// When its kubelet took it on.
    taken_on: Time,
    /// When its running time is over.
    deadline: Option<Time>,
    /// Its address; empty until its network is there.
    pub(super) address: String,
    pub(super) requested: Amounts,
    /// Whether its requests are set aside.
    pub(super) reserved: bool,
    /// How often its volumes could not be mounted, and when that is tried again.
    pub(super) mount_failures: u32,
    pub(super) mounts_at: Option<Time>,
    /// When its next timer comes.
    pub(super) wake_at: Option<Time>,
    /// Its object is gone, and it ends without anybody being told.
    pub(super) is_abandoned: bool,
}

/// What a step of a worker asks of its kubelet.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The status has changed and must be written.
    pub(super) status: bool,
    /// The object must be removed.
    pub(super) remove: bool,
    /// What is to be told.
    pub(super) told: Vec<Told>,
}

impl Worker {
    /// A pod that was just bound to the node.
    pub(super) fn new(pod: Rc<Pod>, now: Time) -> Self {
        let init = pod.spec.init_containers.iter().map(|container| match container.restart_policy.as_str() {
            "Always" => Role::Sidecar,
            _ => Role::Init,
        });
        let roles = init.chain(pod.spec.containers.iter().map(|_| Role::App));
        let runs = roles.enumerate().map(|(index, role)| ContainerRun::new(role, index, now)).collect();
        let deadline = pod.spec.extra.get("activeDeadlineSeconds").and_then(Value::as_u64);
        let mut worker = Self {
            plan: Plan::AwaitVolumes,
            runs,
            start_time: Timestamp::at(now),
            taken_on: now,
            deadline: deadline.map(|seconds| now + Span::from_seconds(seconds)),
            address: String::new(),
            requested: Amounts::requested(&pod.spec),
            reserved: false,
            mount_failures: 0,
            mounts_at: None,
            wake_at: None,
            is_abandoned: false,
            pod,
        };
        worker.recall();
        worker
    }

    /// Takes over what is reported of containers that ran before this kubelet knew of them.
    fn recall(&mut self) {
        let status = &self.pod.status;
        for (run, container) in self.runs.iter_mut().zip(containers(&self.pod)) {
            let mut known = status.init_container_statuses.iter().chain(&status.container_statuses);
            if let Some(known) = known.find(|known| known.name == container.name) {
                run.recall(known);
            }
        }
    }

    /// When it has something to do next.
    pub(super) fn due(&self) -> Option<Time> {
        match &self.plan {
            Plan::Live => self.runs.iter().filter_map(ContainerRun::due).chain(self.deadline).min(),
            Plan::Stop { until } => Some(*until),
            Plan::Remove { at } => Some(*at),
            Plan::AwaitVolumes => self.mounts_at,
            Plan::Finished | Plan::GivenUp(_) | Plan::Gone => None,
        }
    }

    /// Since when its containers are made, and when the last of them runs if nothing goes wrong.
    pub(super) fn making(&self, timing: &Timing) -> Option<(Time, Time)> {
        let until = self.runs.iter().filter_map(|run| run.runs_at(timing)).max()?;
        (self.plan == Plan::Live).then_some((self.taken_on, until))
    }

    /// Starts it once its claims are bound.
    pub(super) fn volumes_are_bound(
        &mut self,
        now: Time,
        agent: &mut NodeAgent,
        scene: Scene<'_>,
    ) -> Outcome {
        if self.plan != Plan::AwaitVolumes {
            return Outcome::default();
        }
        self.plan = Plan::Live;
        self.address = agent.address_for(&self.pod);
        self.advance(now, agent, scene)
    }

    /// Does all that is due.
    pub(super) fn advance(&mut self, now: Time, agent: &mut NodeAgent, scene: Scene<'_>) -> Outcome {
        let timing = scene.timing;
        let mut outcome = Outcome::default();
        match self.plan {
            Plan::Live if self.deadline.is_some_and(|deadline| deadline <= now) => {
                let message = "Pod was active on the node longer than the specified deadline".to_owned();
                if !timing.stand_in {
                    let (type_, reason) = (EventType::Normal, "DeadlineExceeded");
                    let message = message.clone();
                    outcome.told.push(Told { type_, reason, message, field_path: String::new() });
                }
                self.give_up(Rejection { reason: "DeadlineExceeded".to_owned(), message }, now);
                outcome.status = true;
            }
            Plan::Live => self.run_containers(now, agent, scene, &mut outcome),
            Plan::Stop { until } if until <= now => {
                outcome.status = self.end_containers(now, scene);
                self.plan = Plan::Remove { at: now + Span::from_ms(timing.remove_ms) };
            }
            Plan::Remove { at } if at <= now => {
                self.plan = Plan::Gone;
                outcome.remove = true;
            }
            _ => {}
        }
        outcome
    }

    fn run_containers(&mut self, now: Time, agent: &mut NodeAgent, scene: Scene<'_>, outcome: &mut Outcome) {
        let pod = Rc::clone(&self.pod);
        loop {
            for (run, container) in self.runs.iter_mut().zip(containers(&pod)) {
                let told = &mut outcome.told;
                let mut place = Place { scene, images: &mut agent.images, pod: &pod, container, told };
                outcome.status |= run.run(now, &mut place);
            }
            if !self.create_next(now, agent, scene, outcome) {
                break;
            }
        }
        self.finish_if_done(now);
    }

    /// A pod whose containers have all ended for good is finished.
    pub(super) fn finish_if_done(&mut self, now: Time) {
        if self.is_finished() {
            let pod = Rc::clone(&self.pod);
            for run in &mut self.runs {
                run.stop(0, now, &pod);
            }
            self.plan = Plan::Finished;
        }
    }

    /// Lets the containers start whose turn it is; says whether there were any.
    fn create_next(
        &mut self,
        now: Time,
        agent: &mut NodeAgent,
        scene: Scene<'_>,
        outcome: &mut Outcome,
    ) -> bool {
        let pod = Rc::clone(&self.pod);
        let mut created = false;
        for (run, container) in self.runs.iter_mut().zip(containers(&pod)) {
            if run.stage == Stage::Queued {
                let told = &mut outcome.told;
                let mut place = Place { scene, images: &mut agent.images, pod: &pod, container, told };
                run.create(now, &mut place);
                created = true;
            }
            let lets_others_start = match run.role {
                Role::Init => run.is_done() && run.exit_code() == Some(0),
                // Once up, a sidecar that restarts does not hold the others up.
                Role::Sidecar => run.started || run.starts > 1,
                // They are started one after another, and a start is over with its hook.
                Role::App => !run.holds_others_up(container),
            };
            if !lets_others_start {
                break;
            }
        }
        created
    }

    fn is_finished(&self) -> bool {
        let init_failed = self.runs.iter().any(|run| {
            run.role == Role::Init && run.is_done() && run.exit_code().is_some_and(|code| code != 0)
        });
        init_failed || self.runs.iter().filter(|run| run.role == Role::App).all(ContainerRun::is_done)
    }

    /// Whether a process of it runs, as long as its machine has power.
    pub(super) fn has_process(&self) -> bool {
        self.runs.iter().any(ContainerRun::is_running)
    }

    /// Its machine was off: what ran has ended, and starts anew if it may.
    pub(super) fn reboot(&mut self, now: Time, agent: &mut NodeAgent) {
        let pod = Rc::clone(&self.pod);
        for run in &mut self.runs {
            run.lose(now, &pod);
        }
        match self.plan {
            Plan::Live => {
                agent.give_back(&self.address);
                self.address = agent.address_for(&pod);
                for run in &mut self.runs {
                    run.begin_anew(now, &pod);
                }
            }
            Plan::Stop { .. } => self.plan = Plan::Remove { at: now },
            _ => {}
        }
    }

    /// Its containers' images were changed: those that run are started anew.
    pub(super) fn take_new_images(
        &mut self,
        old: &Pod,
        now: Time,
        agent: &mut NodeAgent,
        scene: Scene<'_>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        if self.plan != Plan::Live {
            return outcome;
        }
        let pod = Rc::clone(&self.pod);
        let changed = containers(old).map(|container| &container.image).zip(containers(&pod));
        for (run, (image, container)) in self.runs.iter_mut().zip(changed) {
            if *image == container.image || run.stage == Stage::Queued || run.is_done() {
                continue;
            }
            let told = &mut outcome.told;
            let mut place = Place { scene, images: &mut agent.images, pod: &pod, container, told };
            if run.is_running() {
                run.exit(0, now, &mut place);
                let message = format!("Container {} definition changed, will be restarted", container.name);
                outcome.told.push(Told {
                    type_: EventType::Normal,
                    reason: "Killing",
                    message,
                    field_path: format!("spec.containers{{{}}}", container.name),
                });
            } else {
                run.create(now, &mut place);
            }
            outcome.status = true;
        }
        outcome
    }

    /// Whether its containers have all run, and ended.
    pub(super) fn apps_have_ended(&self) -> bool {
        let mut apps = self.runs.iter().filter(|run| run.role == Role::App);
        apps.all(|run| run.ended.is_some() && !run.is_running())
    }

    /// Whether it holds resources of its node: no longer than its phase tells the scheduler so, and its
    /// object is there (`filterOutInactivePods`).
    pub(super) fn holds_resources(&self) -> bool {
        let has_ended = match self.plan {
            Plan::Finished | Plan::GivenUp(_) | Plan::Gone => true,
            Plan::Remove { .. } => self.apps_have_ended(),
            Plan::AwaitVolumes | Plan::Live | Plan::Stop { .. } => false,
        };
        !has_ended && !self.is_abandoned
    }
}

/// The containers of a pod, in the order of a worker's runs.
pub(super) fn containers(pod: &Pod) -> impl Iterator<Item = &Container> {
    pod.spec.init_containers.iter().chain(&pod.spec.containers)
}
