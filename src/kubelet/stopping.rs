//! How a pod stops: what its containers are told, and how long they take.
//!
//! Models `killContainer`, `pkg/kubelet/kuberuntime/kuberuntime_container.go`, and the terminating half of
//! `pkg/kubelet/pod_workers.go`, Kubernetes v1.36. Left out: the order in which sidecars stop.

use std::rc::Rc;

use super::Scene;
use super::admission::Rejection;
use super::commands::behaviour;
use super::container::Role;
use super::container_words::Told;
use super::hooks::pre_stop;
use super::worker::{Outcome, Plan, Worker, containers};
use crate::api::pod::{Container, Pod};
use crate::client::EventType;
use crate::sim::{Span, Time};

impl Worker {
    /// Ends all that runs, because the node gives the pod up.
    pub(super) fn give_up(&mut self, rejection: Rejection, now: Time) {
        let pod = Rc::clone(&self.pod);
        for run in &mut self.runs {
            run.stop(137, now, &pod);
        }
        self.plan = Plan::GivenUp(rejection);
    }

    /// Its deletion was asked for: its containers are told to stop.
    pub(super) fn terminate(&mut self, now: Time, scene: Scene<'_>) -> Outcome {
        let timing = scene.timing;
        let mut outcome = Outcome::default();
        let grace = grace(&self.pod);
        match self.plan {
            Plan::AwaitVolumes | Plan::Live => {
                let pod = Rc::clone(&self.pod);
                let mut takes = Span::from_ms(timing.stop_ms);
                for (run, container) in
                    self.runs.iter().zip(containers(&pod)).filter(|(run, _)| run.is_running())
                {
                    takes = takes.max(stop_time(&pod, container, run.role, grace, scene));
                    let message = format!("Stopping container {}", container.name);
                    if !timing.stand_in {
                        let field_path = format!("spec.containers{{{}}}", container.name);
                        let told = Told { type_: EventType::Normal, reason: "Killing", message, field_path };
                        outcome.told.push(told);
                    }
                }
                self.plan = Plan::Stop { until: now + takes.min(grace) };
            }
            // Deleted again with less time.
            Plan::Stop { until } => self.plan = Plan::Stop { until: until.min(now + grace) },
            Plan::Finished | Plan::GivenUp(_) => self.plan = Plan::Remove { at: now },
            Plan::Remove { .. } | Plan::Gone => {}
        }
        outcome
    }

    /// Ends the containers of a pod that is deleted; says whether any of them ran.
    pub(super) fn end_containers(&mut self, now: Time, scene: Scene<'_>) -> bool {
        let pod = Rc::clone(&self.pod);
        let grace = grace(&self.pod);
        let killed: Vec<bool> = self
            .runs
            .iter()
            .zip(containers(&pod))
            .map(|(run, container)| {
                ignores_term(&pod, container, run.role, scene)
                    || stop_time(&pod, container, run.role, grace, scene) > grace
            })
            .collect();
        let mut any = false;
        for (run, killed) in self.runs.iter_mut().zip(killed) {
            any |= run.starts > 0;
            run.stop(if killed { 137 } else { 0 }, now, &pod);
        }
        any
    }
}

/// How long a container takes to end when it is told to although its pod stays, and its code then.
pub(super) fn time_to_stop(pod: &Pod, container: &Container, role: Role, scene: Scene<'_>) -> (Span, i64) {
    let grace = grace(pod);
    let takes = stop_time(pod, container, role, grace, scene).min(grace);
    (takes, if ignores_term(pod, container, role, scene) { 137 } else { 0 })
}

/// How long a pod's containers get to stop: never less than a second.
fn grace(pod: &Pod) -> Span {
    let grace = pod.metadata.deletion_grace_period_seconds.or(pod.spec.termination_grace_period_seconds);
    Span::from_seconds(u64::try_from(grace.unwrap_or(30)).unwrap_or_default().max(1))
}

fn ignores_term(pod: &Pod, container: &Container, role: Role, scene: Scene<'_>) -> bool {
    let meta = &pod.metadata;
    scene.faults.of_pod(&meta.namespace, &meta.name).ignores_term
        || behaviour(container, role == Role::Init, scene.timing).ignores_term
}

/// How long a container takes to stop.
fn stop_time(pod: &Pod, container: &Container, role: Role, grace: Span, scene: Scene<'_>) -> Span {
    let meta = &pod.metadata;
    let stop = Span::from_ms(scene.timing.stop_ms);
    if scene.faults.of_pod(&meta.namespace, &meta.name).ignores_term {
        return grace;
    }
    if scene.timing.stand_in {
        return stop;
    }
    if ignores_term(pod, container, role, scene) {
        return grace;
    }
    stop + pre_stop(container).unwrap_or(grace)
}
