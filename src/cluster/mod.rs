//! The whole cluster: the API server, the processes beside it, the terminals, and the agenda that moves them.
//!
//! One [`Cluster::step`] takes one wakeup off the agenda and runs it to completion. What people do comes in
//! through [`Cluster::submit`] and is written down, so a run is its configuration and its inputs: played
//! again, they give the same event log.
//!
//! - [`config`]: nodes, latencies, seed. [`input`]: what people can do, and the log of it.
//! - [`process`]: a component with its cache. [`terminal`]: lines that were typed and what they printed.
//! - `turns`: one wakeup after the other.
//! - [`disturbance`]: what may happen to processes and to what is due, for explorations and tests.
//! - [`event_log`]: every change in order, as lines and as a running hash.
//! - `shell_host`, `commands`, `minikube`: what the terminals' shells stand on. `command_order`: one kubectl
//!   after another. `documents`: examples by URL. `inside`, `visit`: the inside of containers, and kubectl
//!   in there.
//! - [`explain`]: why an object is as it is. `evict`: the command. `fault`: what people break and mend.
//!   [`invariants`]: what must hold after every step.

pub mod config;
pub mod input;
pub mod process;
pub mod terminal;
pub mod disturbance;
pub mod event_log;
pub mod explain;
mod turns;
mod evict;
mod fault;
mod commands;
mod command_order;
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

use crate::api::{Object, ObjectKey};
use crate::apiserver::{ApiServer, Request};
use crate::collections::SortedMap;
use crate::containers::{self, Containers};
use crate::controllers::volume::VolumeFault;
use crate::controllers::{self, ControllerManager};
use crate::kubectl;
use crate::kubelet::{self, Kubelets};
use crate::scheduler::{self, Scheduler};
use crate::sim::{Agenda, Rng, Span, Time};
use process::Process;

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
    /// Changes of Services that were noted.
    services_noted: u64,
    inputs: Vec<InputEntry>,
    /// When a command has changed something last.
    wrote: Option<command_order::Wrote>,
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
            server: ApiServer::new(rng.fork("apiserver")).of_build(config.build()),
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
                Kubelets::new(config.timing.clone(), &config.nodes)
                    .with_programs(containers::missing_program),
                latency,
                process_rng("kubelet"),
            ),
            volume_faults: Vec::new(),
            session: kubectl::Session::default(),
            terminals: SortedMap::new(),
            containers: Containers::default(),
            containers_seen: 0,
            attended: 0,
            services_noted: 0,
            inputs: Vec::new(),
            wrote: None,
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
}
