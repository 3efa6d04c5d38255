//! The timeline: lanes of bars by phase, marks, and counts below, for a window of the session.
//!
//! - [`window`]: which part of the session is drawn. [`lanes`]: bars. [`counts`]: lines below them.

pub mod window;
pub mod lanes;
pub mod counts;

pub use counts::CountsView;
pub use lanes::{BarView, LaneView};
pub use window::Window;

use std::cmp::Reverse;
use std::rc::Rc;

use super::revisions::Letters;
use super::summary::clock;
use crate::api::{Kind, ObjectKey};
use crate::cluster::Cluster;
use crate::sim::Time;
use crate::ui::time_machine::chronicle::{Life, PodLook};
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
    pub(super) told: Story,
}

/// What was told when a timeline was made: the branch, the changes of its present and of what is shown, and
/// what people did.
pub(super) type Story = (usize, u64, u64, usize);

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
        let present = machine.present(shown);
        let changes = |cluster: &Cluster| cluster.event_log().count();
        let told = (machine.current(), changes(present), changes(shown), present.inputs().len());
        let is_same = |old: &&Self| old.told == told && old.window == window && old.choice == *choice;
        if let Some(old) = old.filter(is_same) {
            // Only time has passed.
            return Some(Self { now, at: shown.now(), ..old.clone() });
        }
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
        let counts = CountsView::of(&lives, chronicle, present, choice);
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
            told,
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

/// A pod, and its phase; none when it is gone.
type Told<'a> = (&'a Rc<Life>, Option<&'a PodLook>);

/// The newest phases in words. What is not told is not put into words either: there may be thousands.
fn rows(lives: &[&Rc<Life>], letters: &Letters) -> Vec<PhaseRow> {
    // The newest first; at one instant as the pods were born, and what a pod was before that it is gone.
    let mut told: Vec<(Reverse<Time>, usize, Told<'_>)> = Vec::new();
    let mut oldest = None;
    for (born, &life) in lives.iter().enumerate().rev() {
        // What is older than all that will be told is not looked at.
        let is_new = |at: Reverse<Time>| oldest.is_none_or(|oldest| at <= oldest);
        let gone = life.gone.map(|(at, _)| (Reverse(at), born, (life, None)));
        let phases = life.phases.all().iter().rev().take(ROWS_MAX);
        let phases = phases.map(|phase| (Reverse(phase.at), born, (life, Some(&phase.value))));
        told.extend(phases.chain(gone).filter(|(at, ..)| is_new(*at)));
        // Now and then, as sorting takes longer than looking.
        if told.len() >= 4 * ROWS_MAX {
            keep_newest(&mut told);
            oldest = told.last().map(|(at, ..)| *at);
        }
    }
    keep_newest(&mut told);
    told.into_iter().map(|(Reverse(at), _, told)| row(at, told, letters)).collect()
}

fn keep_newest(told: &mut Vec<(Reverse<Time>, usize, Told<'_>)>) {
    crate::collections::sort_by_key(told, |(at, born, _)| (*at, *born));
    told.truncate(ROWS_MAX);
}

fn row(at: Time, (life, phase): Told<'_>, letters: &Letters) -> PhaseRow {
    let state = match phase {
        None => "gone",
        Some(look) if look.shape == super::status::Shape::NotReady && look.status == "Running" => {
            "Running, not ready"
        }
        Some(look) => look.status.as_str(),
    };
    PhaseRow {
        at,
        pod: life.key.name.clone(),
        node: phase.map(|look| look.node.clone()).unwrap_or_default(),
        state: state.to_owned(),
        revision: lanes::mark(life, letters).map(|mark| mark.letter).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
