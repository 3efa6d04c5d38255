//! The timeline: lanes of bars by phase, marks, and counts below, for a window of the session.
//!
//! - [`window`]: which part of the session is drawn. [`lanes`]: bars. [`counts`]: lines below them.

pub mod window;
pub mod lanes;
pub mod counts;

pub use counts::CountsView;
pub use lanes::{BarView, LaneView};
pub use window::Window;

use std::rc::Rc;

use super::revisions::Letters;
use super::summary::clock;
use crate::api::{Kind, ObjectKey};
use crate::cluster::Cluster;
use crate::sim::Time;
use crate::ui::time_machine::{Chronicle, MarkKind, TimeMachine};

/// Rows of the table that says the same.
const ROWS_MAX: usize = 80;
/// Marks that are drawn: the newest in the window.
const MARKS_MAX: usize = 80;

/// What makes a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LaneBy {
    /// A pod of a set, by its ordinal or its node; for a Deployment a place that pods take in turn.
    #[default]
    Pod,
    /// A node.
    Node,
}

/// What a person wants to see of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineChoice {
    /// What makes a lane.
    pub by: LaneBy,
    /// Whose pods; all of them without one.
    pub workload: Option<ObjectKey>,
    /// Which part of the session; all of it without one.
    pub window: Option<Window>,
}

/// The timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineView {
    /// What a person wants to see.
    pub choice: TimelineChoice,
    /// The workloads on offer.
    pub workloads: Vec<ObjectKey>,
    /// The part of the session that is drawn.
    pub window: Window,
    /// The present: nothing is drawn beyond it.
    pub now: Time,
    /// Where the page looks.
    pub at: Time,
    /// The lanes.
    pub lanes: Vec<Rc<LaneView>>,
    /// Lanes for which there is no room.
    pub hidden: usize,
    /// Marks in the window.
    pub marks: Rc<Vec<(Time, MarkKind, String)>>,
    /// Counts.
    pub counts: Rc<CountsView>,
    /// The same as a table, newest first.
    pub rows: Rc<Vec<PhaseRow>>,
}

/// One phase of one pod in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseRow {
    /// From when on.
    pub at: Time,
    /// The pod.
    pub pod: String,
    /// Its node.
    pub node: String,
    /// How it was.
    pub state: String,
    /// The letter of its revision.
    pub revision: String,
}

impl TimelineView {
    /// The timeline of a session of which `shown` is looked at; what has not changed since `old` is shared
    /// with it.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn of(
        machine: &TimeMachine,
        shown: &Cluster,
        letters: &Letters,
        choice: &TimelineChoice,
        old: Option<&Self>,
    ) -> Option<Self> {
        let chronicle = machine.branch().chronicle()?;
        let now = machine.present(shown).now();
        let window = choice.window.unwrap_or_else(|| Window::whole(now));
        let lives: Vec<_> = (chronicle.lives().all().iter())
            .filter(|life| choice.workload.is_none() || life.owner == choice.workload)
            .filter(|life| life.begin() <= window.to && life.gone.is_none_or(|(gone, _)| gone >= window.from))
            .collect();
        let (fresh, hidden) = lanes::lanes(&lives, letters, choice.by, window);
        let known = |index: usize| old.and_then(|old| old.lanes.get(index));
        let shared = |(index, lane): (usize, LaneView)| match known(index) {
            Some(known) if **known == lane => Rc::clone(known),
            _ => Rc::new(lane),
        };
        let counts = CountsView::of(&lives, chronicle, machine.present(shown), choice);
        let (marks, rows) = (marks(chronicle, window), rows(&lives, letters));
        Some(Self {
            choice: choice.clone(),
            workloads: workloads(chronicle),
            window,
            now,
            at: shown.now(),
            lanes: fresh.into_iter().enumerate().map(shared).collect(),
            hidden,
            marks: share(old.map(|old| &old.marks), marks),
            counts: share(old.map(|old| &old.counts), counts),
            rows: share(old.map(|old| &old.rows), rows),
        })
    }

    /// The timeline in one sentence.
    pub fn summary(&self) -> String {
        let ready = self.counts.ready.last().map_or(0, |(_, ready)| *ready);
        format!(
            "{} lanes from {} to {}, now {ready} pods ready",
            self.lanes.len(),
            clock(self.window.from),
            clock(self.window.to.min(self.now)),
        )
    }
}

/// A value, in the memory of an equal older one.
fn share<T: PartialEq>(old: Option<&Rc<T>>, new: T) -> Rc<T> {
    match old {
        Some(old) if **old == new => Rc::clone(old),
        _ => Rc::new(new),
    }
}

/// Every workload whose pods are remembered.
fn workloads(chronicle: &Chronicle) -> Vec<ObjectKey> {
    let mut keys: Vec<ObjectKey> = Vec::new();
    for life in chronicle.lives().all() {
        if let Some(owner) = &life.owner
            && matches!(owner.kind, Kind::StatefulSet | Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet)
            && !keys.contains(owner)
        {
            keys.push(owner.clone());
        }
    }
    keys
}

fn marks(chronicle: &Chronicle, window: Window) -> Vec<(Time, MarkKind, String)> {
    let all = chronicle.marks().all().iter().filter(|mark| window.holds(mark.at));
    let mut marks: Vec<_> = all.rev().take(MARKS_MAX).collect();
    marks.reverse();
    marks.into_iter().map(|mark| (mark.at, mark.kind, mark.text.clone())).collect()
}

fn rows(lives: &[&Rc<crate::ui::time_machine::chronicle::Life>], letters: &Letters) -> Vec<PhaseRow> {
    let mut rows: Vec<PhaseRow> = Vec::new();
    for life in lives {
        let letter = lanes::mark(life, letters).map(|mark| mark.letter).unwrap_or_default();
        let row = |at, node: &str, state: &str| PhaseRow {
            at,
            pod: life.key.name.clone(),
            node: node.to_owned(),
            state: state.to_owned(),
            revision: letter.clone(),
        };
        for phase in life.phases.all().iter().rev().take(ROWS_MAX) {
            let look = &phase.value;
            let is_unready = look.shape == super::status::Shape::NotReady && look.status == "Running";
            let state = if is_unready { "Running, not ready" } else { look.status.as_str() };
            rows.push(row(phase.at, &look.node, state));
        }
        rows.extend(life.gone.map(|(at, _)| row(at, "", "gone")));
    }
    crate::collections::sort_by_key(&mut rows, |row| std::cmp::Reverse(row.at));
    rows.truncate(ROWS_MAX);
    rows
}

#[cfg(test)]
mod tests;
