//! One run from its seed: people and faults for a while, then everything is healed and must converge.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::epilogue::EPILOGUES;
use super::fault_kind::{FaultKind, Fired};
use super::fault_plan::FaultPlan;
use super::workloads::Workloads;
use crate::api::Kind;
use crate::cluster::invariants::{Checker, Violation};
use crate::cluster::process::View;
use crate::cluster::{Cluster, ClusterConfig, ProcessName};
use crate::sim::{Rng, Span, Time};

/// What people and faults do before everything is healed, at most.
const ACTS: u64 = 45;
/// Wakeups that are due within this span may come in any order.
pub(super) const REORDERED_WITHIN: Span = Span::from_ms(12);
/// One view in so many steps is kept, for a process to start with.
const PAST_EVERY: u64 = 37;
/// So many steps in so short a time without a single change are a loop.
const LOOP_STEPS: u64 = 1_500;
const LOOP_WITHIN: Span = Span::from_seconds(60);
/// The last steps of a run that is to be shown are all in the trace.
const TRACED_STEPS: u64 = 60;
/// Lines of the trace that are kept.
const TRACE_MAX: usize = 400;

/// What went wrong in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The step after which it was seen.
    pub step: u64,
    /// The number of the rule or property.
    pub id: &'static str,
    /// Both in words.
    pub what: String,
}

impl fmt::Display for Failure {
    /// One line, which begins with what has to be typed to see it again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, id, what } = self;
        write!(f, "explore --seed {seed} --steps {step}  # {id}: {what}")
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Steps that were run, each checked.
    pub steps: u64,
    /// Changes that were checked.
    pub changes: u64,
    /// How often each kind of fault fired.
    pub fired: Fired,
}

/// Why a run is over before its end.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// A rule or property does not hold.
    Failed(Failure),
    /// As many steps were run as were asked for.
    Asked,
}

/// A run.
#[derive(Debug)]
pub struct Run {
    pub(super) cluster: Cluster,
    pub(super) checker: Checker,
    pub(super) plan: FaultPlan,
    pub(super) rng: Rng,
    pub(super) workloads: Workloads,
    /// How many changes there were of anything but Events.
    pub(super) writes: u64,
    /// Whether somebody took a pod out of its budget's selection.
    pub(super) let_a_pod_go: bool,
    /// What the controllers saw some time ago.
    pub(super) past: Option<View>,
    seed: u64,
    steps: u64,
    steps_max: u64,
    /// The last revision that was seen, with the step and the time at which it was.
    last_change: (u64, u64, Time),
    stop: Option<Stop>,
    trace: VecDeque<String>,
}

impl Run {
    /// Begins the run of a seed, which is to end after so many steps.
    pub fn new(seed: u64, steps_max: u64) -> Self {
        let root = Rng::new(seed).fork("explore");
        let mut rng = root.fork("run");
        let nodes = usize::try_from(2 + rng.below(4)).unwrap_or(2);
        // Some runs have the recordings' nodes, the others the page's.
        let recorded = rng.below(3) == 0;
        let config = if recorded { ClusterConfig::recorded(nodes) } else { ClusterConfig::with_nodes(nodes) };
        let config = ClusterConfig { seed, local_volumes: rng.below(4) == 0, ..config };
        let mut run = Self {
            cluster: Cluster::new(config),
            checker: Checker::default(),
            plan: FaultPlan::new(root.fork("faults")),
            workloads: Workloads::drawn(&mut root.fork("workloads")),
            rng,
            writes: 0,
            let_a_pod_go: false,
            past: None,
            seed,
            steps: 0,
            steps_max,
            last_change: (0, 0, Time::ZERO),
            stop: None,
            trace: VecDeque::new(),
        };
        run.check();
        run
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// What does not hold.
    pub fn run(&mut self) -> Result<Summary, Failure> {
        self.set_up();
        for _ in 0..ACTS {
            if self.stop.is_some() {
                break;
            }
            // Some follow so closely that not everybody has seen the one before.
            let longest = match self.rng.below(6) {
                0..=1 => 60,
                2..=4 => 4_000,
                _ => 60_000,
            };
            let ms = self.rng.below(longest);
            self.pass(Span::from_ms(ms));
            if self.rng.below(2) == 0 {
                self.person_acts();
            } else {
                self.something_breaks();
            }
        }
        self.heal();
        if let Some(epilogue) = self.rng.choose(EPILOGUES).filter(|_| self.stop.is_none()) {
            self.play_epilogue(epilogue);
        }
        self.summary()
    }

    /// Runs to the end, and takes a panic for what it is: a failure.
    ///
    /// # Errors
    /// What does not hold.
    pub fn run_guarded(&mut self) -> Result<Summary, Failure> {
        self.guard(Self::run)
    }

    pub(super) fn guard(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<Summary, Failure>,
    ) -> Result<Summary, Failure> {
        let outcome = catch_unwind(AssertUnwindSafe(|| run(self)));
        outcome.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
            let what = format!("no input and no fault makes it panic; {text}");
            Err(Failure { seed: self.seed, step: self.steps + 1, id: "S-59", what })
        })
    }

    /// What the run has come to.
    ///
    /// # Errors
    /// What does not hold.
    pub fn summary(&self) -> Result<Summary, Failure> {
        match &self.stop {
            Some(Stop::Failed(failure)) => Err(failure.clone()),
            Some(Stop::Asked) | None => Ok(Summary {
                steps: self.steps,
                changes: self.checker.checked(),
                fired: self.plan.fired.clone(),
            }),
        }
    }

    /// What was done, and what the cluster did last.
    pub fn trace(&self) -> impl Iterator<Item = &str> {
        self.trace.iter().map(String::as_str)
    }

    /// The cluster as it stands.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Adds a line to the trace.
    pub(super) fn note(&mut self, what: &str) {
        if self.trace.len() >= TRACE_MAX {
            self.trace.pop_front();
        }
        let now = self.cluster.now().ms();
        self.trace.push_back(format!("{:>9} ms, step {:>6}: {what}", now, self.steps));
    }

    /// Lets time pass, step by step.
    pub(super) fn pass(&mut self, span: Span) {
        self.pass_until(self.cluster.now() + span);
    }

    pub(super) fn pass_until(&mut self, until: Time) {
        while self.stop.is_none() && self.cluster.next_due().is_some_and(|due| due <= until) {
            self.step();
        }
        if self.stop.is_none() {
            self.cluster.run_until(until);
        }
    }

    fn step(&mut self) {
        if self.plan.wants_reordering() {
            let due = self.cluster.due_within(REORDERED_WITHIN);
            if due > 1 {
                let index = 1 + usize::try_from(self.rng.below(due as u64 - 1)).unwrap_or_default();
                self.cluster.bring_forward(index);
                self.plan.fired.note(FaultKind::ReorderedWork);
            }
        }
        self.plan.turn(self.cluster.next_actor());
        if self.steps + TRACED_STEPS > self.steps_max {
            let wakeup = self.cluster.next_wakeup();
            self.note(&wakeup);
        }
        let lost_before = self.plan.fired.count(FaultKind::AnswerLost);
        self.cluster.step_with(&mut self.plan);
        if self.plan.fired.count(FaultKind::AnswerLost) > lost_before {
            self.checker.note_lost_answer();
        }
        for pod in std::mem::take(&mut self.plan.lost_bindings) {
            self.checker.note_lost_binding(pod, self.cluster.now());
        }
        self.steps += 1;
        self.look_for_a_loop();
        if self.steps.is_multiple_of(PAST_EVERY) && self.rng.below(3) == 0 {
            self.past = self.cluster.view(ProcessName::ControllerManager);
        }
        self.check();
        if self.steps >= self.steps_max && self.stop.is_none() {
            self.stop = Some(Stop::Asked);
        }
    }

    fn look_for_a_loop(&mut self) {
        let (revision, now) = (self.cluster.server().store().revision(), self.cluster.now());
        let (seen, step, since) = self.last_change;
        if revision != seen {
            self.last_change = (revision, self.steps, now);
        } else if self.steps - step > LOOP_STEPS {
            if now - since < LOOP_WITHIN {
                let what = format!("{LOOP_STEPS} steps within {} ms change nothing", (now - since).ms());
                self.fail("S-61", format!("{what}; next is {}", self.cluster.next_wakeup()));
            }
            self.last_change = (revision, self.steps, now);
        }
    }

    /// Holds what is new against the rules.
    pub(super) fn check(&mut self) {
        if self.stop.is_some() {
            return;
        }
        let outcome = self.checker.check_step(&self.cluster);
        let changes = self.checker.latest().iter();
        self.writes += changes.filter(|change| change.object.kind() != Kind::Event).count() as u64;
        if let Err(Violation { id, sentence, what, at }) = outcome {
            self.fail(id, format!("{sentence}; {what}, at {} ms", at.ms()));
        }
    }

    /// Notes what does not hold; the first such thing ends the run.
    pub(super) fn fail(&mut self, id: &'static str, what: String) {
        if self.stop.is_none() {
            let failure = Failure { seed: self.seed, step: self.steps, id, what };
            self.note(&failure.to_string());
            self.stop = Some(Stop::Failed(failure));
        }
    }

    /// Whether the run is over.
    pub(super) fn is_over(&self) -> bool {
        self.stop.is_some()
    }
}
