//! Looking at the past, going back to the present, and leaving the past on another branch.

use std::rc::Rc;

use super::branch::{Branch, BranchState};
use super::moment::{Moment, play_to_time, play_to_turn, turn};
use super::stride::{Counter, Stride};
use super::{BRANCHES_MAX, TimeMachine};
use crate::cluster::{Cluster, ClusterConfig, InputEntry};
use crate::sim::Time;

/// Wakeups that one step looks through for a change.
const STEP_TURNS_MAX: usize = 100_000;

impl TimeMachine {
    /// Shows an instant: a past one, or the present.
    pub fn go_to_time(&mut self, shown: &mut Cluster, at: Time) {
        if at >= self.present(shown).now() {
            return self.go_to_present(shown);
        }
        let from = self.branch().checkpoints.before_time(at);
        let turns = Moment::of(&from).turns();
        // What is shown may lie nearer to it.
        let is_near = self.is_past() && shown.now() <= at && Moment::of(shown).turns() >= turns;
        self.leave_present(shown, (!is_near).then_some(&*from));
        if let Some(present) = &self.present {
            play_to_time(shown, present.inputs(), at, Moment::of(present).turns());
        }
    }

    /// Shows the moment before an input.
    pub fn go_before_input(&mut self, shown: &mut Cluster, input: usize) {
        if let Some(turns) = self.branch().notes.get(input).map(|note| note.turns) {
            self.go_to_turn(shown, turns);
        }
    }

    fn go_to_turn(&mut self, shown: &mut Cluster, turns: u64) {
        if turns >= Moment::of(self.present(shown)).turns() {
            return self.go_to_present(shown);
        }
        let from = self.branch().checkpoints.before_turn(turns);
        self.leave_present(shown, Some(&*from));
        if let Some(present) = &self.present {
            play_to_turn(shown, present.inputs(), turns);
        }
    }

    /// Shows another cluster than the present one, which is put aside.
    fn leave_present(&mut self, shown: &mut Cluster, instead: Option<&Cluster>) {
        if let Some(instead) = instead {
            let mut copy = instead.clone();
            copy.gather_news(false);
            let left = std::mem::replace(shown, copy);
            if self.present.is_none() {
                self.present = Some(Box::new(left));
            } else {
                self.left = Some(Rc::new(left));
            }
        }
    }

    /// Shows the present.
    pub fn go_to_present(&mut self, shown: &mut Cluster) {
        if let Some(present) = self.present.take() {
            self.left = Some(Rc::new(std::mem::replace(shown, *present)));
        }
    }

    /// Shows the state before the last change of this kind; says whether there was one.
    pub fn step_back(&mut self, shown: &mut Cluster, stride: Stride) -> bool {
        let here = Moment::of(shown).turns();
        let inputs = self.present(shown).inputs().to_vec();
        for from in self.branch().checkpoints.back_from(here) {
            if let Some(turns) = last_stop(&from, &inputs, (here, stride), None) {
                self.go_to_turn(shown, turns);
                return true;
            }
        }
        let beginning = self.branch().checkpoints.beginning();
        let stop = last_stop(&beginning, &inputs, (here, stride), Some(Moment::of(&beginning).turns()));
        if let Some(turns) = stop {
            self.go_to_turn(shown, turns);
        }
        stop.is_some()
    }

    /// Shows the state after the next change of this kind; says whether there was one. In the past it is one
    /// that has happened already.
    pub fn step_on(&mut self, shown: &mut Cluster, stride: Stride) -> bool {
        if self.present.is_none() {
            return self.step_present(shown, stride);
        }
        let mut counter = Counter::new(stride, shown);
        let before = counter.count(shown);
        while self.play_on(shown, Time::from_ms(u64::MAX)) {
            if !self.is_past() {
                return true;
            }
            if counter.count(shown) != before {
                shown.gather_news(false);
                return true;
            }
        }
        false
    }

    fn step_present(&mut self, cluster: &mut Cluster, stride: Stride) -> bool {
        let count = |machine: &Self, cluster: &Cluster| match stride {
            Stride::Visible => {
                machine.branch().chronicle().map_or(0, |chronicle| chronicle.looks().changes())
            }
            Stride::Change | Stride::Command => cluster.event_log().count(),
        };
        let before = count(self, cluster);
        for _ in 0..STEP_TURNS_MAX {
            if !self.step(cluster) {
                return false;
            }
            if count(self, cluster) != before {
                return true;
            }
        }
        false
    }

    /// Takes the next turn of the past that is shown, unless it lies after an instant; says whether there was
    /// one. Where the past meets the present, the present is shown.
    pub fn play_on(&mut self, shown: &mut Cluster, until: Time) -> bool {
        let Some(present) = &self.present else { return false };
        let is_turn = turn(shown, present.inputs(), until.min(present.now()));
        if !is_turn || Moment::of(shown).turns() >= Moment::of(present).turns() {
            if until >= present.now() {
                self.go_to_present(shown);
            } else {
                shown.run_until(until);
            }
        }
        is_turn
    }

    /// Makes the past moment that is shown the present of a new branch; says whether there is room for one.
    pub fn go_on_from_here(&mut self, shown: &mut Cluster) -> bool {
        if self.branches.len() >= BRANCHES_MAX {
            return false;
        }
        let Some(present) = self.present.take() else { return false };
        let mut fork = self.branch().clone();
        fork.truncate(shown);
        fork.name = self.free_name();
        fork.origin = Some((self.branch().name.clone(), shown.now()));
        shown.gather_news(true);
        self.branch_mut().state = BranchState::Rests(present);
        self.branches.push(fork);
        self.current = self.branches.len() - 1;
        self.undone.clear();
        true
    }

    fn free_name(&self) -> String {
        let name = |number: usize| format!("branch {number}");
        let is_free = |name: &String| self.branches.iter().all(|branch| branch.name != *name);
        (1..=BRANCHES_MAX).map(name).find(is_free).unwrap_or_default()
    }

    /// Shows the present of another branch; says whether there is one of this number that can be played.
    pub fn switch(&mut self, shown: &mut Cluster, to: usize) -> bool {
        if to == self.current || to >= self.branches.len() {
            return false;
        }
        self.go_to_present(shown);
        let Some(next) = self.take_resting(to, shown.config().clone()) else { return false };
        let left = std::mem::replace(shown, next);
        self.branch_mut().state = BranchState::Rests(Box::new(left));
        self.current = to;
        self.branch_mut().state = BranchState::Shown;
        self.undone.clear();
        true
    }

    /// The present of a branch that is not shown; a stored one is played first.
    fn take_resting(&mut self, of: usize, config: ClusterConfig) -> Option<Cluster> {
        let branch = self.branches.get_mut(of)?;
        match std::mem::replace(&mut branch.state, BranchState::Shown) {
            BranchState::Rests(cluster) => Some(*cluster),
            BranchState::Shown => None,
            BranchState::Stored(inputs, now) => {
                let mut cluster = Cluster::new(config);
                let mut alone = Self::new(&mut cluster);
                if alone.play(&mut cluster, &inputs, now).is_err() {
                    branch.state = BranchState::Stored(inputs, now);
                    return None;
                }
                let played = alone.branches.pop()?;
                *branch = Branch { name: branch.name.clone(), origin: branch.origin.clone(), ..played };
                Some(cluster)
            }
        }
    }

    /// Forgets a branch that is not shown.
    pub fn forget_branch(&mut self, which: usize) -> Option<Branch> {
        if which == self.current || which >= self.branches.len() {
            return None;
        }
        self.current -= usize::from(which < self.current);
        Some(self.branches.remove(which))
    }

    /// Puts a branch back that was forgotten, to its place.
    pub fn remember_branch(&mut self, which: usize, branch: Branch) {
        let which = which.min(self.branches.len());
        self.branches.insert(which, branch);
        self.current += usize::from(which <= self.current);
    }

    /// Adds a branch that was stored: its name, where it came from, its inputs, and how far it had come.
    pub fn add_stored(
        &mut self,
        name: String,
        origin: Option<(String, Time)>,
        inputs: Vec<InputEntry>,
        now: Time,
    ) {
        if self.branches.len() < BRANCHES_MAX {
            let config = self.branch().checkpoints.config().clone();
            self.branches.push(Branch { origin, ..Branch::stored(name, config, inputs, now) });
        }
    }

    /// Gives the branch that is shown a name, and tells where it came from.
    pub fn name_current(&mut self, name: String, origin: Option<(String, Time)>) {
        let branch = self.branch_mut();
        branch.name = name;
        branch.origin = origin;
    }
}

/// The number of turns right after the last change but one before a number of turns, looked for from a
/// copy on. The `beginning` of the run, when the copy is that, counts as a change.
fn last_stop(
    from: &Cluster,
    inputs: &[InputEntry],
    (here, stride): (u64, Stride),
    beginning: Option<u64>,
) -> Option<u64> {
    let mut cluster = from.clone();
    let mut counter = Counter::new(stride, &mut cluster);
    let mut seen = counter.count(&mut cluster);
    let mut stops = (None, beginning);
    let mut changes = 0;
    while Moment::of(&cluster).turns() < here && turn(&mut cluster, inputs, Time::from_ms(u64::MAX)) {
        let count = counter.count(&mut cluster);
        if count != seen {
            seen = count;
            changes += 1;
            stops = (stops.1, Some(Moment::of(&cluster).turns()));
        }
    }
    match stride {
        _ if changes == 0 => None,
        // After a command more has happened: its own moment is a stop too.
        Stride::Command if stops.1.is_some_and(|last| last < here) => stops.1,
        // The last change led to what is shown.
        _ => stops.0,
    }
}
