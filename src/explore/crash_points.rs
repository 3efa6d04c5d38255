//! Ends a process after each single write of each of its steps, and compares what comes of it with the run
//! in which nothing went wrong.
//!
//! The oracle is Sieve's (OSDI 2022): the same end state, the same claims, and as many objects made and
//! removed. The process starts again with an empty memory.

use std::ops::AddAssign;

use super::normal::{self, SideEffects};
use super::script::{SETTLES_WITHIN, Script};
use crate::api::ObjectKey;
use crate::apiserver::Request;
use crate::client::{Fate, Interference};
use crate::cluster::invariants::{Checker, Violation};
use crate::cluster::{Actor, Cluster, ProcessName};
use crate::explore::fault_plan::key_of;
use crate::sim::Time;

/// Counts writes, and lets the one with a number be the last.
#[derive(Debug, Default)]
struct Crasher {
    writes: u64,
    last: Option<u64>,
    /// What the last write was about.
    about: Option<ObjectKey>,
}

impl Interference for Crasher {
    fn request(&mut self, request: &Request, _now: Time) -> Fate {
        self.writes += 1;
        if self.last == Some(self.writes) {
            self.about = Some(key_of(request));
            return Fate::LastWord;
        }
        Fate::Arrives
    }
}

/// A run of a script with its checker.
#[derive(Clone)]
struct Played {
    cluster: Cluster,
    checker: Checker,
    effects: SideEffects,
    /// The act that was begun last.
    act: usize,
}

impl Played {
    fn begin(script: &Script) -> Self {
        let mut played = Self {
            cluster: script.cluster(),
            checker: Checker::default(),
            effects: SideEffects::default(),
            act: 0,
        };
        // What was there before the first act is nothing to compare.
        drop(played.checker.check_step(&played.cluster));
        played
    }

    /// Looks at what a step changed.
    fn check(&mut self) -> Result<(), String> {
        let outcome = self.checker.check_step(&self.cluster);
        for event in self.checker.latest() {
            self.effects.note(event, self.cluster.server());
        }
        outcome.map_err(|Violation { id, sentence, what, at }| {
            format!("{id}: {sentence}; {what}, at {} ms", at.ms())
        })
    }

    /// Whether something is still to come before the next act.
    fn is_busy(&self, until: Time) -> bool {
        self.cluster.next_due().is_some_and(|due| due <= until)
    }

    /// Plays on to the end.
    fn play_on(&mut self, script: &Script) -> Result<(), String> {
        loop {
            let until = self.cluster.now() + SETTLES_WITHIN;
            while self.is_busy(until) {
                self.cluster.step();
                self.check()?;
            }
            if self.cluster.next_due().is_some() {
                return Err("it does not settle".to_owned());
            }
            let Some(lines) = script.acts.get(self.act) else {
                return Ok(());
            };
            self.begin_act(lines)?;
        }
    }

    fn begin_act(&mut self, lines: &[&str]) -> Result<(), String> {
        self.act += 1;
        Script::act(&mut self.cluster, lines);
        self.check()
    }
}

/// What looking at one script came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrashReport {
    /// How many points there were at which a process was ended.
    pub points: u64,
    /// How many steps were run for it.
    pub steps: u64,
}

impl AddAssign for CrashReport {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.steps += other.steps;
    }
}

/// Ends `process` after each of its writes in turn.
///
/// # Errors
/// At which point what is different.
pub fn try_all(script: &Script, process: ProcessName) -> Result<CrashReport, String> {
    let mut wanted = Played::begin(script);
    wanted.play_on(script).map_err(|what| format!("{}: without any fault: {what}", script.name))?;
    let mut report = CrashReport::default();
    let mut played = Played::begin(script);
    loop {
        let until = played.cluster.now() + SETTLES_WITHIN;
        if !played.is_busy(until) {
            let Some(lines) = script.acts.get(played.act) else {
                return Ok(report);
            };
            played.begin_act(lines)?;
            continue;
        }
        let is_its_turn = played.cluster.next_actor() == Some(Actor::Process(process));
        let before = is_its_turn.then(|| played.clone());
        let mut counter = Crasher::default();
        played.cluster.step_with(&mut counter);
        played.check()?;
        for last in 1..=counter.writes {
            let Some(mut crashed) = before.clone() else {
                break;
            };
            let mut ending = Crasher { last: Some(last), ..Crasher::default() };
            crashed.cluster.step_with(&mut ending);
            report.points += 1;
            let steps_before = crashed.cluster.steps();
            let outcome = crashed.check().and_then(|()| crashed.play_on(script));
            report.steps += crashed.cluster.steps() - steps_before;
            outcome.and_then(|()| compare(&wanted, &crashed)).map_err(|what| {
                let about = ending.about.map(|key| key.to_string()).unwrap_or_default();
                let (act, at) = (before.as_ref().map_or(0, |p| p.act), played.cluster.now().ms());
                format!(
                    "{}: act {act}, at {at} ms, ended after write {last} of {} of the step, which was about {about}: {what}",
                    script.name, counter.writes
                )
            })?;
        }
    }
}

fn compare(wanted: &Played, found: &Played) -> Result<(), String> {
    let states = [wanted, found].map(|played| normal::end_state(played.cluster.server()));
    if let Some(what) = normal::difference(&states[0], &states[1]) {
        return Err(format!("another end state: {what}"));
    }
    match wanted.effects.difference(&found.effects) {
        Some(what) => Err(format!("other side effects: {what}")),
        None => Ok(()),
    }
}
