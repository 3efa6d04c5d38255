//! All runs of a small scenario that differ from the usual one in at most so many places.
//!
//! At every step something else may be next: another wakeup that is due within the lag, or the same with a
//! fault in it. All choices are tried, as long as no more than the given number of them differ from the usual
//! one (delay-bounded search; Emmi, Qadeer, Rakamarić, POPL 2011). Every step is checked, and every run must
//! end in the state of the usual one.

use std::ops::AddAssign;

use super::liveness;
use super::normal;
use super::script::{SETTLES_WITHIN, Script};
use crate::apiserver::{Request, StatusError};
use crate::client::{Fate, Interference};
use crate::cluster::invariants::{Checker, Violation};
use crate::cluster::{Actor, Cluster, ProcessName};
use crate::collections::SortedSet;
use crate::explore::fault_plan::key_of;
use crate::explore::run::REORDERED_WITHIN;
use crate::sim::{Span, Time};

/// What may be done otherwise at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// The wakeup at this place of the order comes first.
    Order(usize),
    /// The step's first write fails, and is not carried out.
    WriteLost,
    /// The step's first write is carried out, and its sender is told otherwise.
    AnswerLost,
    /// The step's first update meets a conflict.
    Conflict,
    /// The process ends after the step's first write.
    LastWord,
    /// The controllers' process ends, and starts again with an empty memory.
    Restart,
    /// The controllers' watches break.
    Relist,
}

const FAULTS: &[Choice] = &[
    Choice::WriteLost,
    Choice::AnswerLost,
    Choice::Conflict,
    Choice::LastWord,
    Choice::Restart,
    Choice::Relist,
];

/// Lets the first write of a step go wrong.
#[derive(Debug)]
struct FirstWrite {
    choice: Choice,
    has_fired: bool,
}

impl Interference for FirstWrite {
    fn request(&mut self, request: &Request, _now: Time) -> Fate {
        if self.has_fired || (self.choice == Choice::Conflict && !matches!(request, Request::Update { .. })) {
            return Fate::Arrives;
        }
        self.has_fired = true;
        match self.choice {
            Choice::WriteLost => Fate::Refused(StatusError::internal("etcdserver: request timed out")),
            Choice::AnswerLost => Fate::AnswerLost(StatusError::timeout()),
            Choice::Conflict => {
                let key = key_of(request);
                Fate::Refused(StatusError::modified(key.kind, &key.name))
            }
            Choice::LastWord => Fate::LastWord,
            Choice::Order(_) | Choice::Restart | Choice::Relist => Fate::Arrives,
        }
    }
}

/// How far the search goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// In how many places a run may differ from the usual one.
    pub deviations: u32,
    /// Whether faults count among the choices, besides orders.
    pub with_faults: bool,
}

/// What the search came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScopeReport {
    /// Runs to the end.
    pub runs: u64,
    /// Steps.
    pub steps: u64,
    /// Different states of the store that were met.
    pub states: u64,
}

impl AddAssign for ScopeReport {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.steps += other.steps;
        self.states += other.states;
    }
}

/// A run that is not at its end, with how many places of it may still differ.
#[derive(Clone)]
struct Branch {
    cluster: Cluster,
    checker: Checker,
    act: usize,
    left: u32,
    /// What was done otherwise, and when.
    path: Vec<(u64, Choice)>,
}

impl Branch {
    fn check(&mut self) -> Result<(), String> {
        self.checker.check_step(&self.cluster).map_err(|Violation { id, sentence, what, at }| {
            format!("{id}: {sentence}; {what}, at {} ms", at.ms())
        })
    }

    /// What may be done otherwise now.
    fn choices(&self, with_faults: bool) -> Vec<Choice> {
        let due = self.cluster.due_within(REORDERED_WITHIN);
        let mut choices: Vec<Choice> = (1..due).map(Choice::Order).collect();
        if with_faults && matches!(self.cluster.next_actor(), Some(Actor::Process(_))) {
            choices.extend(FAULTS);
        }
        choices
    }

    /// Takes a step otherwise; `false` when it comes to the same as the usual one.
    fn step_otherwise(&mut self, choice: Choice) -> bool {
        self.path.push((self.cluster.steps(), choice));
        self.left -= 1;
        match choice {
            Choice::Order(index) => {
                self.cluster.bring_forward(index);
                self.cluster.step();
                true
            }
            Choice::Restart => {
                self.cluster.end(ProcessName::ControllerManager, Span::from_ms(50));
                true
            }
            Choice::Relist => {
                self.cluster.break_watches(ProcessName::ControllerManager, None);
                true
            }
            _ => {
                let kubelets = Some(Actor::Process(ProcessName::Kubelets));
                if choice == Choice::LastWord && self.cluster.next_actor() == kubelets {
                    return false;
                }
                let mut fault = FirstWrite { choice, has_fired: false };
                self.cluster.step_with(&mut fault);
                if choice == Choice::AnswerLost && fault.has_fired {
                    self.checker.note_lost_answer();
                }
                fault.has_fired
            }
        }
    }
}

/// The search.
struct Search<'a> {
    script: &'a Script,
    bounds: Bounds,
    /// The state in which the usual run ends.
    wanted: Vec<String>,
    seen: SortedSet<u64>,
    report: ScopeReport,
}

/// Tries all runs within the bounds.
///
/// # Errors
/// What does not hold, and in which run.
pub fn explore(script: &Script, bounds: Bounds) -> Result<ScopeReport, String> {
    let mut checker = Checker::default();
    let cluster = script.cluster();
    drop(checker.check_step(&cluster));
    let start = Branch { cluster, checker, act: 0, left: 0, path: Vec::new() };
    let mut search =
        Search { script, bounds, wanted: Vec::new(), seen: SortedSet::new(), report: ScopeReport::default() };
    let mut usual = start.clone();
    search.run(&mut usual)?;
    search.wanted = normal::end_state(usual.cluster.server());
    let mut first = Branch { left: bounds.deviations, ..start };
    search.run(&mut first)?;
    search.report.states = search.seen.len() as u64;
    Ok(search.report)
}

impl Search<'_> {
    /// Runs a branch as usual to its end, and on the way all that differ from it further on.
    fn run(&mut self, branch: &mut Branch) -> Result<(), String> {
        let outcome = self.run_to_end(branch).and_then(|()| self.compare(branch));
        // A branch further on has said already which run it is.
        let name = self.script.name;
        outcome.map_err(|what| {
            if what.starts_with(name) { what } else { format!("{name}: {:?}: {what}", branch.path) }
        })?;
        self.report.runs += 1;
        Ok(())
    }

    fn compare(&self, branch: &Branch) -> Result<(), String> {
        liveness::check(&branch.cluster).map_err(|(id, what)| format!("{id}: {what}"))?;
        if self.wanted.is_empty() {
            return Ok(());
        }
        let state = normal::end_state(branch.cluster.server());
        match normal::difference(&self.wanted, &state) {
            Some(what) => Err(format!("another end state: {what}")),
            None => Ok(()),
        }
    }

    fn run_to_end(&mut self, branch: &mut Branch) -> Result<(), String> {
        branch.check()?;
        let mut until = branch.cluster.now() + SETTLES_WITHIN;
        loop {
            if branch.cluster.next_due().is_none_or(|due| due > until) {
                let Some(lines) = self.script.acts.get(branch.act) else {
                    return Ok(());
                };
                branch.act += 1;
                Script::act(&mut branch.cluster, lines);
                branch.check()?;
                until = branch.cluster.now() + SETTLES_WITHIN;
                continue;
            }
            if branch.left > 0 {
                for choice in branch.choices(self.bounds.with_faults) {
                    let mut other = branch.clone();
                    if other.step_otherwise(choice) {
                        self.seen.insert(normal::fingerprint(&other.cluster));
                        self.run(&mut other)?;
                    }
                }
            }
            branch.cluster.step();
            self.report.steps += 1;
            branch.check()?;
        }
    }
}
