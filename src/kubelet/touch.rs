//! What a fault does to a pod that runs: its containers end, or are no longer ready.
//!
//! Models no part of Kubernetes v1.36: it stands for what happens inside containers. Left out: pods that do
//! not run.

use std::rc::Rc;

use super::admission::Rejection;
use super::commands::behaviour;
use super::container::{ContainerRun, EndedBy, Role};
use super::container_words::{Place as At, Told};
use super::control::Control;
use super::faults::PodFaults;
use super::stopping::time_to_stop;
use super::worker::{Outcome, Plan, Worker, containers};
use super::{Ctx, Kubelets, Scene};
use crate::api::pod::Container;
use crate::client::EventType;
use crate::collections::SortedSet;
use crate::sim::{Span, Time};

impl Kubelets {
    /// Carries a fault of a pod out.
    pub(super) fn control_pod(&mut self, control: Control, context: &mut Ctx<'_>) -> Result<(), String> {
        match control {
            Control::CrashLoop { namespace, pod, after_ms, code } => {
                let after = Span::from_ms(after_ms);
                self.change_faults(
                    &(namespace, pod),
                    |faults| faults.crash_loop = Some((after, code)),
                    context,
                );
                Ok(())
            }
            Control::SlowStart { namespace, pod, by_ms } => {
                let by = Span::from_ms(by_ms);
                self.change_faults(&(namespace, pod), |faults| faults.slow_start = Some(by), context);
                Ok(())
            }
            Control::IgnoreTerm { namespace, pod } => {
                self.change_faults(&(namespace, pod), |faults| faults.ignores_term = true, context);
                Ok(())
            }
            Control::ClearPod { namespace, pod } => {
                let ready = Control::Ready { namespace: namespace.clone(), pod: pod.clone() };
                // A pod that does not run has not lost its readiness.
                drop(self.touch(&(namespace.clone(), pod.clone()), context, |touch| touch.carry_out(&ready)));
                self.change_faults(&(namespace, pod), |faults| *faults = PodFaults::default(), context);
                Ok(())
            }
            Control::Crash { ref namespace, ref pod }
            | Control::Exit { ref namespace, ref pod, .. }
            | Control::OutOfMemory { ref namespace, ref pod }
            | Control::FailLiveness { ref namespace, ref pod }
            | Control::Unready { ref namespace, ref pod }
            | Control::Ready { ref namespace, ref pod }
            | Control::Evict { ref namespace, ref pod } => {
                let place = (namespace.clone(), pod.clone());
                if self.timing.stand_in && matches!(control, Control::Unready { .. } | Control::Ready { .. })
                {
                    // The stand-ins remember it by name, whether the pod runs or not.
                    let unready = matches!(control, Control::Unready { .. });
                    self.faults.change_pod(&place, |faults| faults.unready = unready);
                    drop(self.touch(&place, context, |touch| touch.carry_out(&control)));
                    return Ok(());
                }
                self.touch(&place, context, |touch| touch.carry_out(&control))
            }
            other => Err(format!("{other:?} is no fault of a pod")),
        }
    }

    /// Changes the faults of a pod's name; a crash loop begins with the container that runs.
    fn change_faults(
        &mut self,
        place: &(String, String),
        change: impl FnOnce(&mut PodFaults),
        context: &mut Ctx<'_>,
    ) {
        let was = self.faults.of_pod(&place.0, &place.1).crash_loop;
        self.faults.change_pod(place, change);
        let is = self.faults.of_pod(&place.0, &place.1).crash_loop;
        if was == is {
            return;
        }
        // Where nothing runs yet, the next start finds the fault.
        drop(self.touch(place, context, |touch| {
            let ends = touch
                .first_app()
                .and_then(|container| is.or(behaviour(container, false, touch.scene.timing).ends));
            let exit = ends.map(|(after, code)| (touch.now + after, code));
            if let Some(run) = touch.worker.runs.iter_mut().find(|run| run.role == Role::App) {
                run.set_exit(exit, is.is_some());
            }
            Ok(Outcome::default())
        }));
    }

    /// Does something to the pod that has a name, where its kubelet works.
    pub(super) fn touch(
        &mut self,
        place: &(String, String),
        context: &mut Ctx<'_>,
        change: impl FnOnce(&mut Touch<'_>) -> Result<Outcome, String>,
    ) -> Result<(), String> {
        let not_running = || not_running(&place.1);
        let key = self.find(place).ok_or_else(not_running)?;
        let worker = self.workers.get_mut(&key).ok_or_else(not_running)?;
        let agent = self.agents.get_mut(&worker.pod.spec.node_name).ok_or_else(not_running)?;
        if worker.plan != Plan::Live || !agent.works() {
            return Err(not_running());
        }
        let scene =
            Scene { timing: &self.timing, runtime: self.runtime, faults: &self.faults, cache: context.cache };
        let outcome = change(&mut Touch { worker, images: &mut agent.images, scene, now: context.now() })?;
        self.carry_out(&key, outcome, context);
        Ok(())
    }
}

/// Why a node gave a pod up that it has no room for any more.
pub(super) const EVICTED: &str = "Evicted";

/// A pod to which something is done.
pub(super) struct Touch<'a> {
    pub(super) worker: &'a mut Worker,
    pub(super) images: &'a mut SortedSet<String>,
    pub(super) scene: Scene<'a>,
    pub(super) now: Time,
}

impl Touch<'_> {
    pub(super) fn first_app(&self) -> Option<&Container> {
        self.worker.pod.spec.containers.first()
    }

    pub(super) fn carry_out(&mut self, control: &Control) -> Result<Outcome, String> {
        match control {
            Control::Unready { .. } => Ok(self.hold_unready(true)),
            Control::Ready { .. } => Ok(self.hold_unready(false)),
            Control::Evict { .. } => Ok(self.evict()),
            Control::FailLiveness { .. } => self.fail_liveness(),
            Control::OutOfMemory { .. } => self.end_first(ContainerRun::run_out_of_memory),
            Control::Exit { code, .. } => self.end_first(|run, now, at| run.exit(*code, now, at)),
            _ => self.end_first(|run, now, at| run.exit(1, now, at)),
        }
    }

    fn hold_unready(&mut self, held: bool) -> Outcome {
        let pod = Rc::clone(&self.worker.pod);
        let mut outcome = Outcome { status: true, ..Outcome::default() };
        for (run, container) in self.worker.runs.iter_mut().zip(containers(&pod)) {
            let was_ready = run.ready;
            run.hold_unready(held);
            if was_ready && held && !self.scene.timing.stand_in && container.readiness_probe.is_some() {
                let message = "Readiness probe failed: the application says that it is not ready";
                outcome.told.push(unhealthy(&container.name, message));
            }
        }
        outcome
    }

    fn evict(&mut self) -> Outcome {
        let message = "The node was low on resource: memory. ".to_owned();
        let (type_, reason, field_path) = (EventType::Warning, EVICTED, String::new());
        let told = vec![Told { type_, reason, message: message.clone(), field_path }];
        self.worker.give_up(Rejection { reason: reason.to_owned(), message }, self.now);
        Outcome { status: true, told, ..Outcome::default() }
    }

    /// The first running container is told to end, as at a deletion.
    fn fail_liveness(&mut self) -> Result<Outcome, String> {
        let pod = Rc::clone(&self.worker.pod);
        let mut outcome = Outcome::default();
        let found = self.worker.runs.iter().zip(containers(&pod)).position(|(run, _)| run.is_running());
        let index = found.ok_or_else(|| not_running(&pod.metadata.name))?;
        let container = containers(&pod).nth(index).ok_or_else(|| not_running(&pod.metadata.name))?;
        if !self.scene.timing.stand_in {
            let message = "Liveness probe failed: the application does not answer";
            outcome.told.push(unhealthy(&container.name, message));
            let message = format!("Container {} failed liveness probe, will be restarted", container.name);
            outcome.told.push(Told { reason: "Killing", ..normal(&container.name, message) });
        }
        let (takes, code) = time_to_stop(&pod, container, Role::App, self.scene);
        if let Some(run) = self.worker.runs.get_mut(index) {
            run.set_exit(Some((self.now + takes, code)), true);
        }
        Ok(outcome)
    }

    fn end_first(
        &mut self,
        end: impl FnOnce(&mut ContainerRun, Time, &mut At<'_>),
    ) -> Result<Outcome, String> {
        let pod = Rc::clone(&self.worker.pod);
        let mut outcome = Outcome { status: true, ..Outcome::default() };
        let mut runs = self.worker.runs.iter_mut().zip(containers(&pod));
        let (run, container) =
            runs.find(|(run, _)| run.is_running()).ok_or_else(|| not_running(&pod.metadata.name))?;
        let (scene, told) = (self.scene, &mut outcome.told);
        run.ended_by = EndedBy::Fault;
        end(run, self.now, &mut At { scene, images: self.images, pod: &pod, container, told });
        Ok(outcome)
    }
}

fn not_running(pod: &str) -> String {
    format!("pod \"{pod}\" has no running container")
}

fn normal(container: &str, message: String) -> Told {
    Told {
        type_: EventType::Normal,
        reason: "",
        message,
        field_path: format!("spec.containers{{{container}}}"),
    }
}

fn unhealthy(container: &str, message: &str) -> Told {
    Told { type_: EventType::Warning, reason: "Unhealthy", ..normal(container, message.to_owned()) }
}
