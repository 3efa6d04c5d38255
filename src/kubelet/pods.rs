//! What makes the worker of a pod go on: changes of the pod, timers, and its end.
//!
//! Models `SyncPod`, `HandlePodAdditions` and their like, `pkg/kubelet/kubelet.go`, and
//! `pkg/kubelet/pod_workers.go`, Kubernetes v1.36. Left out: static pods.

use std::rc::Rc;

use super::agent::NodeAgent;
use super::conditions::unready_gates;
use super::container_words::Told;
use super::mounting::unbound_claims;
use super::pod_reports::is_readiness_taken;
use super::worker::{Outcome, Plan, Worker};
use super::{COMPONENT, Ctx, Kubelets, Place, PodId, Scene, Timer, admission};
use crate::api::Object;
use crate::api::pod::Pod;
use crate::client::{EventType, Telling};
use crate::sim::Span;

impl Kubelets {
    /// The newest worker of a pod's name; one whose pod still exists goes first.
    pub(super) fn find(&self, place: &Place) -> Option<Rc<PodId>> {
        let (namespace, name) = place.clone();
        let first = PodId { namespace, name, uid: String::new() };
        let named = self.workers.range(Rc::new(first)..).take_while(|(key, _)| key.place() == *place);
        named
            .max_by_key(|(_, worker)| (!worker.is_abandoned, worker.start_time))
            .map(|(key, _)| Rc::clone(key))
    }

    pub(super) fn pod_changed(&mut self, pod: &Rc<Pod>, context: &mut Ctx<'_>) {
        let Some(agent) = self.agents.get_mut(&pod.spec.node_name).filter(|agent| agent.is_connected())
        else {
            return;
        };
        let Some((key, _)) = self.workers.get_key_value(&PodId::of(pod)) else {
            if !pod.is_terminal() {
                self.take_on(pod, context);
            } else if pod.is_terminating() {
                self.remove(pod, context);
            }
            return;
        };
        let key = Rc::clone(key);
        let Some(worker) = self.workers.get_mut(&key) else {
            return;
        };
        let now = context.now();
        let old = std::mem::replace(&mut worker.pod, Rc::clone(pod));
        let mut outcome = Outcome::default();
        let scene =
            Scene { timing: &self.timing, runtime: self.runtime, faults: &self.faults, cache: context.cache };
        if old.metadata.generation != pod.metadata.generation {
            outcome = worker.take_new_images(&old, now, agent, scene);
        }
        let grace = |pod: &Pod| pod.metadata.deletion_grace_period_seconds;
        if pod.is_terminating() && (!old.is_terminating() || grace(&old) != grace(pod)) {
            outcome.told.extend(worker.terminate(now, scene).told);
        }
        // Somebody set a condition that the pod's readiness depends on (`NeedToReconcilePodReadiness`).
        outcome.status |= unready_gates(&old) != unready_gates(pod);
        // An echo of this kubelet's own write asks for nothing.
        let has_news = outcome.status || worker.due() != worker.wake_at;
        // Somebody else took its readiness away; the status manager mends that
        // (`needsReconcile`).
        if is_readiness_taken(pod) && !is_readiness_taken(&old) {
            self.report_later(&key, context);
        }
        if has_news {
            self.carry_out(&key, outcome, context);
        }
    }

    fn take_on(&mut self, pod: &Rc<Pod>, context: &mut Ctx<'_>) {
        let now = context.now();
        let Some(agent) = self.agents.get_mut(&pod.spec.node_name) else {
            return;
        };
        let mut worker = Worker::new(Rc::clone(pod), now);
        let key = Rc::new(PodId::of(pod));
        let mut outcome = Outcome { status: true, ..Outcome::default() };
        let scene =
            Scene { timing: &self.timing, runtime: self.runtime, faults: &self.faults, cache: context.cache };
        if self.faults.of_pod(&pod.metadata.namespace, &pod.metadata.name).unready {
            worker.runs.iter_mut().for_each(|run| run.hold_unready(true));
        }
        if pod.is_terminating() {
            outcome = worker.terminate(now, scene);
        } else if let Err(rejection) = admission::admit(pod, worker.requested, agent) {
            context.tell(&Telling {
                component: COMPONENT,
                host: &pod.spec.node_name,
                about: &Object::Pod(Rc::clone(pod)),
                field_path: "",
                type_: EventType::Warning,
                reason: &rejection.reason,
                message: &rejection.message,
            });
            worker.plan = Plan::GivenUp(rejection);
        } else {
            agent.reserve(worker.requested, pod);
            worker.reserved = true;
            outcome.told.extend(worker.mount(now, context.cache, &self.timing));
            let unbound = unbound_claims(pod, context.cache);
            if unbound.is_empty() && worker.mounts_at.is_none() {
                let turn = self.next_turn.max(now);
                self.next_turn = turn + Span::from_ms(self.timing.pod_gap_ms);
                let started = worker.volumes_are_bound(turn, agent, scene);
                outcome.told.extend(started.told);
            }
            self.await_claims(&key, unbound);
        }
        self.workers.insert(Rc::clone(&key), worker.into());
        self.carry_out(&key, outcome, context);
    }

    pub(super) fn advance(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        let Some(agent) = self.agents.get_mut(&worker.pod.spec.node_name).filter(|agent| agent.works())
        else {
            return;
        };
        if worker.plan == Plan::AwaitVolumes {
            return self.mount_again(key, context);
        }
        let scene =
            Scene { timing: &self.timing, runtime: self.runtime, faults: &self.faults, cache: context.cache };
        let outcome = worker.advance(context.now(), agent, scene);
        self.carry_out(key, outcome, context);
    }

    /// The object of a pod is gone: what still runs of it is stopped.
    pub(super) fn abandon(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        if !worker.has_process() {
            self.forget(key);
            return;
        }
        worker.is_abandoned = true;
        let scene =
            Scene { timing: &self.timing, runtime: self.runtime, faults: &self.faults, cache: context.cache };
        let outcome = worker.terminate(context.now(), scene);
        self.carry_out(key, outcome, context);
    }

    /// Writes, tells and sets timers as a step of a worker asks.
    pub(super) fn carry_out(&mut self, key: &Rc<PodId>, outcome: Outcome, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        let node = &worker.pod.spec.node_name;
        let is_heard = self.agents.get(node).is_some_and(NodeAgent::is_connected);
        if !outcome.told.is_empty() && is_heard {
            let about = Object::Pod(Rc::clone(&worker.pod));
            for Told { type_, reason, message, field_path } in outcome.told {
                context.tell(&Telling {
                    component: COMPONENT,
                    host: &worker.pod.spec.node_name,
                    about: &about,
                    field_path: &field_path,
                    type_,
                    reason,
                    message: &message,
                });
            }
        }
        if worker.reserved && !worker.holds_resources() {
            worker.reserved = false;
            if let Some(agent) = self.agents.get_mut(&worker.pod.spec.node_name) {
                agent.release(worker.requested, &worker.pod, &worker.address);
            }
        }
        match worker.due() {
            Some(due) if worker.wake_at != Some(due) => {
                worker.wake_at = Some(due);
                let at = due.max(context.now());
                worker.wake_at = Some(at);
                context.wake_after(at - context.now(), Timer::Pod { pod: Rc::clone(key), at });
            }
            Some(_) => {}
            None => worker.wake_at = None,
        }
        if outcome.remove && worker.is_abandoned {
            self.forget(key);
        } else if is_heard {
            if outcome.remove {
                let pod = Rc::clone(&worker.pod);
                self.remove(&pod, context);
            }
            if outcome.status {
                self.write_status(key, context);
            }
        }
    }

    pub(super) fn forget(&mut self, key: &Rc<PodId>) {
        let Some(worker) = self.workers.remove(key) else {
            return;
        };
        if let Some(agent) = self.agents.get_mut(&worker.pod.spec.node_name)
            && worker.reserved
        {
            agent.release(worker.requested, &worker.pod, &worker.address);
        }
        if worker.plan == Plan::AwaitVolumes {
            self.await_no_claims(key, &worker.pod);
        }
    }
}
