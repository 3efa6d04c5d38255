//! What may happen to the processes beside the API server, and to the order of what is due: for explorations
//! and tests.
//!
//! A process ends and starts again with an empty memory; its watches stall or break; it sees an older state
//! than before; two lead for a moment; what is due within a lag comes in another order. What goes wrong with
//! single requests is decided by a [`Interference`], with which a step is run.

use super::process::{View, Wrong};
use super::{Cluster, ProcessName, Wakeup};
use crate::api::{Kind, ObjectKey};
use crate::client::Interference;
use crate::controllers::volume::VolumeFault;
use crate::scheduler::Scheduler;
use crate::sim::{Span, Time};

/// How long until a process that ended starts again.
pub const RESTART: Span = Span::from_seconds(2);

impl Cluster {
    /// Runs the next wakeup while something goes wrong; `false` when there is none.
    pub fn step_with(&mut self, interference: &mut dyn Interference) -> bool {
        let has_run = self.run_next(Some(interference));
        for name in [ProcessName::ControllerManager, ProcessName::Scheduler] {
            let runs = match name {
                ProcessName::Scheduler => self.scheduler.runs,
                _ => self.controller_manager.runs,
            };
            if !runs && !self.agenda.any(|wakeup| matches!(wakeup, Wakeup::Start(n) if *n == name)) {
                self.end(name, RESTART);
            }
        }
        has_run
    }

    /// A process ends, and starts again with an empty memory after a while. The kubelets' machines do not
    /// end with them, so they have faults of their own.
    pub fn end(&mut self, name: ProcessName, back_after: Span) {
        match name {
            ProcessName::ControllerManager => {
                self.controller_manager.end();
                self.agenda.retain(|wakeup| !matches!(wakeup, Wakeup::Controllers(_)));
            }
            ProcessName::Scheduler => {
                self.scheduler.end();
                self.agenda.retain(|wakeup| !matches!(wakeup, Wakeup::Scheduler(_)));
            }
            ProcessName::FormerLeader => return self.end_former_leader(),
            ProcessName::Kubelets => return,
        }
        self.agenda.schedule(self.now() + back_after, Wakeup::Start(name));
    }

    /// A process starts anew at once, and sees a state of earlier for a while.
    pub fn restart_in_the_past(&mut self, name: ProcessName, past: View, held: Span) {
        self.end(name, Span::ZERO);
        self.agenda.retain(|wakeup| !matches!(wakeup, Wakeup::Start(n) if *n == name));
        self.start(name, Some(past), self.now() + held, None);
        self.after_change();
    }

    /// Starts a process that had ended, with an empty memory.
    pub(super) fn start(
        &mut self,
        name: ProcessName,
        past: Option<View>,
        held_until: Time,
        wrong: Wrong<'_>,
    ) {
        match name {
            ProcessName::ControllerManager => {
                self.controllers_started_at = self.agenda.now();
                let new = self.config.controller_manager();
                let timers = self.controller_manager.start(new, past, held_until, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Controllers);
                self.remind_of_volume_faults();
            }
            ProcessName::Scheduler => {
                let new = Scheduler::with_draws(&self.config.draws);
                let timers = self.scheduler.start(new, past, held_until, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Scheduler);
            }
            ProcessName::FormerLeader | ProcessName::Kubelets => {}
        }
    }

    /// The provisioner is a part of the process here, but what breaks it is not.
    fn remind_of_volume_faults(&mut self) {
        let faults: Vec<VolumeFault> = self.volume_faults.clone();
        for fault in faults {
            let timers =
                self.controller_manager.with_context(&mut self.server, None, |controllers, context| {
                    controllers.inject(&fault, context);
                });
            self.schedule(timers, Wakeup::Controllers);
        }
    }

    /// The controllers' process loses its lease and does not know it yet: it goes on for a while, beside the
    /// one that takes over with an empty memory.
    pub fn split_leadership(&mut self, lasts: Span) {
        self.end_former_leader();
        let mut former = Box::new(self.controller_manager.clone());
        let timers = former.with_context(&mut self.server, None, |controllers, context| {
            controllers.set_all_timers(context);
        });
        former.forget_delivery();
        self.former_leader = Some(former);
        self.schedule(timers, Wakeup::FormerLeader);
        self.agenda.schedule(self.now() + lasts, Wakeup::EndFormerLeader);
        self.end(ProcessName::ControllerManager, Span::ZERO);
        self.after_change();
    }

    pub(super) fn end_former_leader(&mut self) {
        if self.former_leader.take().is_some() {
            // What it did until now, the other one may not know.
            self.controllers_started_at = self.agenda.now();
        }
        self.agenda.retain(|wakeup| {
            !matches!(
                wakeup,
                Wakeup::FormerLeader(_)
                    | Wakeup::EndFormerLeader
                    | Wakeup::Deliver(ProcessName::FormerLeader)
            )
        });
    }

    /// Whether a process runs.
    pub fn is_running(&self, name: ProcessName) -> bool {
        match name {
            ProcessName::ControllerManager => self.controller_manager.runs,
            ProcessName::FormerLeader => self.former_leader.is_some(),
            ProcessName::Scheduler => self.scheduler.runs,
            ProcessName::Kubelets => self.kubelets.runs,
        }
    }

    /// What a process sees now; `None` when it does not run.
    pub fn view(&self, name: ProcessName) -> Option<View> {
        let view = match name {
            ProcessName::ControllerManager => self.controller_manager.view(),
            ProcessName::FormerLeader => self.former_leader.as_ref()?.view(),
            ProcessName::Scheduler => self.scheduler.view(),
            ProcessName::Kubelets => self.kubelets.view(),
        };
        self.is_running(name).then_some(view)
    }

    /// Nothing of one kind, or of all, reaches a process before `lasts` have passed.
    pub fn stall(&mut self, name: ProcessName, kind: Option<Kind>, lasts: Span) {
        let until = self.now() + lasts;
        match name {
            ProcessName::ControllerManager => self.controller_manager.hold(kind, until),
            ProcessName::FormerLeader => {
                if let Some(leader) = &mut self.former_leader {
                    leader.hold(kind, until);
                }
            }
            ProcessName::Scheduler => self.scheduler.hold(kind, until),
            ProcessName::Kubelets => self.kubelets.hold(kind, until),
        }
        self.after_change();
    }

    /// A process's watches of one kind, or of all, break: it misses what is under way, and lists anew.
    pub fn break_watches(&mut self, name: ProcessName, kind: Option<Kind>) {
        match name {
            ProcessName::ControllerManager => self.controller_manager.break_watches(kind),
            ProcessName::FormerLeader => {}
            ProcessName::Scheduler => self.scheduler.break_watches(kind),
            ProcessName::Kubelets => self.kubelets.break_watches(kind),
        }
        self.after_change();
    }

    /// When the controllers' process last started with an empty memory; now, as long as a former one goes on.
    pub fn controllers_started_at(&self) -> Time {
        if self.former_leader.is_some() { self.now() } else { self.controllers_started_at }
    }

    /// How far the controllers' view is behind what is stored.
    pub fn controllers_lag(&self) -> Span {
        let store = self.server.store();
        let former = self.former_leader.as_ref().and_then(|leader| leader.behind_since(store));
        let since = self.controller_manager.behind_since(store).into_iter().chain(former).min();
        since.map_or(Span::ZERO, |since| self.now() - since)
    }

    /// How far the scheduler's view is behind what is stored.
    pub fn scheduler_lag(&self) -> Span {
        let since = self.scheduler.behind_since(self.server.store());
        since.map_or(Span::ZERO, |since| self.now() - since)
    }

    /// An object that a process sees otherwise than it is stored; `None` when there is none.
    pub fn misseen(&self, name: ProcessName) -> Option<ObjectKey> {
        let store = self.server.store();
        match name {
            ProcessName::ControllerManager => self.controller_manager.misseen(store),
            ProcessName::FormerLeader => self.former_leader.as_ref()?.misseen(store),
            ProcessName::Scheduler => self.scheduler.misseen(store),
            ProcessName::Kubelets => self.kubelets.misseen(store),
        }
    }

    /// How many wakeups are due within a span from the next one on: any of them might come first, if what
    /// takes time takes a little more or less.
    pub fn due_within(&self, span: Span) -> usize {
        self.next_due().map_or(0, |next| self.agenda.due_until(next + span).count())
    }

    /// Lets one of those that are due soon come first; the others come late.
    pub fn bring_forward(&mut self, index: usize) {
        self.agenda.bring_forward(index);
    }
}
