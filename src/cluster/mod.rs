//! The whole cluster: the API server, the processes beside it, the terminals, and the agenda that moves them.
//!
//! One [`Cluster::step`] takes one wakeup off the agenda and runs it to completion. What people do comes in
//! through [`Cluster::submit`] and is written down, so a run is its configuration and its inputs: played
//! again, they give the same event log.
//!
//! - [`config`]: nodes, latencies, seed. [`input`]: what people can do, and the log of it.
//! - [`process`]: a component with its cache. [`terminal`]: lines that were typed and what they printed.
//! - [`disturbance`]: what may happen to processes and to what is due, for explorations and tests.
//! - [`event_log`]: every change in order, as lines and as a running hash.
//! - `shell_host`, `commands`, `minikube`: what the terminals' shells stand on. `documents`: examples by URL.
//!   `inside`, `visit`: the inside of containers, and kubectl in there.
//! - [`explain`]: why an object is as it is. `evict`: the command. `fault`: what people break and mend.
//!   [`invariants`]: what must hold after every step.

pub mod config;
pub mod input;
pub mod process;
pub mod terminal;
pub mod disturbance;
pub mod event_log;
pub mod explain;
mod evict;
mod fault;
mod commands;
mod minikube;
mod documents;
mod shell_host;
mod inside;
mod visit;
pub mod invariants;

pub use crate::controllers::{Decision, Verdict};
pub use crate::kubelet::Control;
pub use crate::scheduler::{Attempt, NodeVerdict, Plugin, Preemption, SCORE_WEIGHTS};
pub use config::ClusterConfig;
pub use event_log::{Change, EventLog};
pub use input::{Input, InputEntry, InputError};
pub use terminal::{Terminal, TerminalEntry};

use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, Request};
use crate::collections::SortedMap;
use crate::containers::Containers;
use crate::controllers::volume::VolumeFault;
use crate::controllers::{self, ControllerManager};
use crate::kubectl;
use crate::kubelet::{self, Kubelets};
use crate::scheduler::{self, Scheduler};
use crate::sim::{Agenda, Rng, Span, Time};
use process::{Process, Wrong};

/// A command's deadline that lies further ahead than this keeps no cluster from being settled.
const DEADLINE_IS_FAR: Span = Span::from_seconds(60);

/// Everything that can happen by itself.
#[derive(Clone, Debug)]
enum Wakeup {
    /// Changes arrive at a process.
    Deliver(ProcessName),
    /// A controller has a key to sync.
    Controllers(controllers::process::RunNext),
    /// A timer of the scheduler.
    Scheduler(scheduler::Timer),
    /// A timer of a kubelet.
    Kubelets(kubelet::Timer),
    /// A command that waits looks again.
    Terminal(u32),
    /// A process that had ended starts again.
    Start(ProcessName),
    /// What is left of a process that had lost its lease ends.
    EndFormerLeader,
    /// A controller of that process has a key to sync.
    FormerLeader(controllers::process::RunNext),
}

impl Wakeup {
    /// Whose it is.
    fn actor(&self) -> Actor {
        Actor::Process(match self {
            Self::Terminal(_) => return Actor::Person,
            Self::Deliver(name) | Self::Start(name) => *name,
            Self::Controllers(_) => ProcessName::ControllerManager,
            Self::Scheduler(_) => ProcessName::Scheduler,
            Self::Kubelets(_) => ProcessName::Kubelets,
            Self::FormerLeader(_) | Self::EndFormerLeader => ProcessName::FormerLeader,
        })
    }
}

/// The processes that follow the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProcessName {
    /// kube-controller-manager.
    ControllerManager,
    /// A second kube-controller-manager, which does not know yet that it no longer leads.
    FormerLeader,
    /// kube-scheduler.
    Scheduler,
    /// The kubelets of all nodes.
    Kubelets,
}

/// Who did what was done last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, with a command or a fault.
    Person,
    /// A process.
    Process(ProcessName),
}

/// A cluster in simulated time.
#[derive(Clone, Debug)]
pub struct Cluster {
    config: ClusterConfig,
    agenda: Agenda<Wakeup>,
    server: ApiServer,
    controller_manager: Process<ControllerManager>,
    former_leader: Option<Box<Process<ControllerManager>>>,
    controllers_started_at: Time,
    scheduler: Process<Scheduler>,
    kubelets: Process<Kubelets>,
    /// What is wrong with the making of volumes.
    volume_faults: Vec<VolumeFault>,
    session: kubectl::Session,
    terminals: SortedMap<u32, Terminal>,
    /// The containers that somebody has looked into.
    containers: Containers,
    /// How much of what they printed was told to the terminals.
    containers_seen: u64,
    /// Changes of pods of which their containers were told.
    attended: u64,
    inputs: Vec<InputEntry>,
    event_log: EventLog,
    steps: u64,
    last_actor: Actor,
}

impl Cluster {
    /// A cluster at its birth: nodes registered, namespaces and the storage class there, nothing running.
    pub fn new(config: ClusterConfig) -> Self {
        let rng = Rng::new(config.seed);
        let latency = Span::from_ms(config.watch_latency_ms);
        let process_rng = |name: &str| rng.fork(name);
        let mut cluster = Self {
            agenda: Agenda::default(),
            server: ApiServer::new(rng.fork("apiserver")),
            controller_manager: Process::new(
                config.controller_manager(),
                latency,
                process_rng("kube-controller-manager"),
            ),
            former_leader: None,
            controllers_started_at: Time::ZERO,
            scheduler: Process::new(
                Scheduler::with_draws(&config.draws),
                Span::from_ms(config.scheduling_latency_ms),
                process_rng("kube-scheduler"),
            ),
            kubelets: Process::new(
                Kubelets::new(config.timing.clone(), &config.nodes),
                latency,
                process_rng("kubelet"),
            ),
            volume_faults: Vec::new(),
            session: kubectl::Session::default(),
            terminals: SortedMap::new(),
            containers: Containers::default(),
            containers_seen: 0,
            attended: 0,
            inputs: Vec::new(),
            event_log: EventLog::new(config.log_detail),
            steps: 0,
            last_actor: Actor::Person,
            config,
        };
        cluster.create_first_objects();
        cluster.after_change();
        cluster
    }

    fn create_first_objects(&mut self) {
        let nodes: Vec<Object> =
            self.config.nodes.iter().map(|node| kubelet::node_object(node).into()).collect();
        for object in controllers::first_objects().into_iter().chain(nodes) {
            let made = self.server.handle(Request::create(object));
            debug_assert!(made.is_ok(), "a cluster's first objects are valid: {made:?}");
        }
    }

    /// How it was made.
    pub fn config(&self) -> &ClusterConfig {
        &self.config
    }

    /// The present instant.
    pub fn now(&self) -> Time {
        self.agenda.now()
    }

    /// The API server, to read from.
    pub fn server(&self) -> &ApiServer {
        &self.server
    }

    /// What people did, in order.
    pub fn inputs(&self) -> &[InputEntry] {
        &self.inputs
    }

    /// Every change so far.
    pub fn event_log(&self) -> &EventLog {
        &self.event_log
    }

    /// Begins to gather the changes of the store for [`Self::take_news`], or stops it.
    pub fn gather_news(&mut self, gathers: bool) {
        self.event_log.gather(gathers);
    }

    /// The changes of the store since the last call, in order; none unless they are gathered.
    pub fn take_news(&mut self) -> Vec<Change> {
        self.event_log.take_news()
    }

    /// How many wakeups have been run.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// A terminal, when something was typed there.
    pub fn terminal(&self, id: u32) -> Option<&Terminal> {
        self.terminals.get(&id)
    }

    /// The files of the session by name.
    pub fn files(&self) -> &SortedMap<String, String> {
        &self.session.files
    }

    /// kubectl's session, for completion.
    pub fn session(&self) -> &kubectl::Session {
        &self.session
    }

    /// The last decisions about an object, oldest first.
    pub fn decisions(&self, key: &ObjectKey) -> &[Decision] {
        self.controller_manager.component.decisions(key)
    }

    /// The controllers with their memory, to read from.
    pub fn controller_manager(&self) -> &ControllerManager {
        &self.controller_manager.component
    }

    /// The scheduler with its memory, to read from.
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler.component
    }

    /// The nodes' machines and what runs there: the truth, which the API server may not know.
    pub fn kubelets(&self) -> &Kubelets {
        &self.kubelets.component
    }

    /// Whether the last wakeup was that of a command, which may have sent a request of its person's.
    pub fn was_command(&self) -> bool {
        self.last_actor == Actor::Person
    }

    /// Who did what was done last.
    pub fn last_actor(&self) -> Actor {
        self.last_actor
    }

    /// When the next thing happens by itself; `None` when nothing will.
    pub fn next_due(&self) -> Option<Time> {
        self.agenda.next_due()
    }

    /// What is due next, in words for people who look for faults.
    pub fn next_wakeup(&self) -> String {
        match self.agenda.peek() {
            Some((_, Wakeup::Controllers(timer))) => self.controller_manager.component.next_work(*timer),
            Some((_, wakeup)) => format!("{wakeup:?}"),
            None => String::new(),
        }
    }

    /// Whose turn is next; `None` when nothing is due.
    pub fn next_actor(&self) -> Option<Actor> {
        self.agenda.peek().map(|(_, wakeup)| wakeup.actor())
    }

    /// Runs the next wakeup; `false` when there is none.
    pub fn step(&mut self) -> bool {
        self.run_next(None)
    }

    fn run_next(&mut self, wrong: Wrong<'_>) -> bool {
        let Some(wakeup) = self.agenda.pop() else {
            return false;
        };
        self.steps += 1;
        self.server.set_now(self.agenda.now());
        self.last_actor = wakeup.actor();
        self.run_wakeup(wakeup, wrong);
        self.after_change();
        true
    }

    fn run_wakeup(&mut self, wakeup: Wakeup, wrong: Wrong<'_>) {
        match wakeup {
            Wakeup::Deliver(name) => self.deliver(name, wrong),
            Wakeup::Controllers(timer) => {
                let timers = self.controller_manager.wake(timer, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Controllers);
            }
            Wakeup::Scheduler(timer) => {
                let timers = self.scheduler.wake(timer, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Scheduler);
            }
            Wakeup::Kubelets(timer) => {
                let timers = self.kubelets.wake(timer, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Kubelets);
            }
            Wakeup::Terminal(id) => self.poll_terminal(id),
            Wakeup::Start(name) => self.start(name, None, Time::ZERO, wrong),
            Wakeup::FormerLeader(timer) => {
                if let Some(leader) = &mut self.former_leader {
                    let timers = leader.wake(timer, &mut self.server, wrong);
                    self.schedule(timers, Wakeup::FormerLeader);
                }
            }
            Wakeup::EndFormerLeader => self.end_former_leader(),
        }
    }

    /// Runs everything that is due up to and including an instant, and moves the present there.
    pub fn run_until(&mut self, until: Time) {
        while self.next_due().is_some_and(|due| due <= until) {
            self.step();
        }
        if until > self.now() {
            self.agenda.advance(until);
            self.server.set_now(until);
        }
    }

    /// Whether no work is due any more. A command that lets time pass, or whose deadline is far, is none.
    pub fn is_settled(&self) -> bool {
        let is_far = |due| due - self.agenda.now() > DEADLINE_IS_FAR;
        self.agenda.due_until(Time::from_ms(u64::MAX)).all(|(due, wakeup)| match wakeup {
            Wakeup::Terminal(id) => is_far(due) || self.terminal(*id).is_some_and(Terminal::rests),
            _ => false,
        })
    }

    /// Runs until it is settled, at most until an instant; says whether it is.
    pub fn run_until_settled(&mut self, limit: Time) -> bool {
        while let Some(due) = self.next_due() {
            if self.is_settled() {
                return true;
            }
            if due > limit {
                self.run_until(limit);
                return false;
            }
            self.step();
        }
        true
    }

    fn deliver(&mut self, name: ProcessName, wrong: Wrong<'_>) {
        match name {
            ProcessName::ControllerManager => {
                let timers = self.controller_manager.deliver(&mut self.server, wrong);
                self.schedule(timers, Wakeup::Controllers);
            }
            ProcessName::FormerLeader => {
                if let Some(leader) = &mut self.former_leader {
                    let timers = leader.deliver(&mut self.server, wrong);
                    self.schedule(timers, Wakeup::FormerLeader);
                }
            }
            ProcessName::Scheduler => {
                let timers = self.scheduler.deliver(&mut self.server, wrong);
                self.schedule(timers, Wakeup::Scheduler);
            }
            ProcessName::Kubelets => {
                let timers = self.kubelets.deliver(&mut self.server, wrong);
                self.schedule(timers, Wakeup::Kubelets);
            }
        }
    }

    fn schedule<T>(&mut self, timers: Vec<(Time, T)>, wrap: impl Fn(T) -> Wakeup) {
        for (at, timer) in timers {
            self.agenda.schedule(at, wrap(timer));
        }
    }

    /// After anything that may have changed the store: the log is written, and whoever follows the changed
    /// kinds is put on the agenda for when the changes arrive.
    fn after_change(&mut self) {
        loop {
            let changed = self.server.take_changed_kinds();
            if changed.is_empty() {
                break;
            }
            self.event_log.append(self.server.store(), &changed);
            if changed.contains(&Kind::Pod) {
                // What containers do then is told to their kubelets at once.
                self.attend();
            }
            self.forget_delivered(&changed);
            for id in self.terminals.keys().copied().collect::<Vec<_>>() {
                let at = self.now() + Span::from_ms(self.config.watch_latency_ms);
                self.wake_terminal(id, at);
            }
        }
        self.wake_visitors();
        let store = self.server.store();
        let arrivals = [
            (ProcessName::ControllerManager, self.controller_manager.next_delivery(store)),
            (ProcessName::Scheduler, self.scheduler.next_delivery(store)),
            (ProcessName::Kubelets, self.kubelets.next_delivery(store)),
        ];
        let former = self.former_leader.as_mut().and_then(|leader| leader.next_delivery(store));
        for (name, at) in arrivals.into_iter().chain([(ProcessName::FormerLeader, former)]) {
            if let Some(at) = at {
                self.agenda.schedule(at, Wakeup::Deliver(name));
            }
        }
        self.drop_pointless_timers();
    }

    /// What comes next is something that will really happen: a controller's timer may have lost its point.
    fn drop_pointless_timers(&mut self) {
        while let Some((at, Wakeup::Controllers(timer))) = self.agenda.peek()
            && self.controller_manager.component.forgo(*timer, at)
        {
            self.agenda.drop_next();
        }
    }

    fn forget_delivered(&mut self, kinds: &crate::collections::SortedSet<Kind>) {
        for &kind in kinds {
            let needed = [
                self.controller_manager.position(kind),
                self.scheduler.position(kind),
                self.kubelets.position(kind),
                self.former_leader.as_ref().and_then(|leader| leader.position(kind)),
            ];
            let needed = match (needed.into_iter().flatten().min(), self.server.store().watch_log(kind)) {
                (Some(position), _) => position,
                // What no process follows is kept for kubectl alone.
                (None, Some(log)) => log.end(),
                (None, None) => continue,
            };
            self.server.forget_before(kind, needed.saturating_sub(self.config.watch_log_kept));
        }
    }
}
