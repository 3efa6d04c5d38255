//! The timeline: lanes of bars by phase, marks, and counts below, for a window of the session.
//!
//! - [`window`]: which part of the session is drawn. [`lanes`]: bars. [`counts`]: lines below them.
//!   [`rows`]: the same in words. [`session`]: what does not depend on the window; it is made once for what
//!   was told, so that zooming and moving cost little.

pub mod window;
pub mod lanes;
pub mod counts;
pub mod rows;
pub mod session;

pub use counts::CountsView;
pub use lanes::{BarView, LaneView};
pub use rows::PhaseRow;
pub use session::SessionView;
pub use window::Window;

use std::rc::Rc;

use super::revisions::Letters;
use super::summary::clock;
use crate::api::ObjectKey;
use crate::cluster::Cluster;
use crate::sim::Time;
use crate::ui::time_machine::chronicle::Life;
use crate::ui::time_machine::{Chronicle, MarkKind, TimeMachine};

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
    /// Whether the table is wanted as well.
    pub has_table: bool,
}

impl TimelineChoice {
    /// Whether another one is of the same pods in the same lanes.
    fn is_of_same(&self, other: &Self) -> bool {
        self.by == other.by && self.workload == other.workload
    }

    /// Whether a pod is one of them.
    fn holds(&self, life: &Life) -> bool {
        self.workload.is_none() || life.owner == self.workload
    }

    /// The pods that it is about.
    fn lives<'a>(&self, chronicle: &'a Chronicle) -> Vec<&'a Rc<Life>> {
        let all = chronicle.lives().all().iter();
        all.filter(|life| self.holds(life)).collect()
    }
}

/// The timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineView {
    /// What a person wants to see.
    pub choice: TimelineChoice,
    /// The part of the session that is drawn.
    pub window: Window,
    /// The present: nothing is drawn beyond it.
    pub now: Time,
    /// Where the page looks.
    pub at: Time,
    /// The whole session.
    pub session: Rc<SessionView>,
    /// The lanes in the window.
    pub lanes: Vec<Rc<LaneView>>,
    /// Lanes for which there is no room.
    pub hidden: usize,
    /// Marks in the window.
    pub marks: Rc<Vec<(Time, MarkKind, String)>>,
    /// The same as a table, newest first, if it is wanted.
    pub rows: Rc<Vec<PhaseRow>>,
}

/// What was told when a timeline was made: the branch, the changes of its present and of what is shown, and
/// what people did.
type Story = (usize, u64, u64, usize);

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
        let present = machine.present(shown);
        let (now, at) = (present.now(), shown.now());
        let window = choice.window.unwrap_or_else(|| Window::whole(now));
        let changes = |cluster: &Cluster| cluster.event_log().count();
        let told = (machine.current(), changes(present), changes(shown), present.inputs().len());
        let is_known = |old: &&Self| old.session.told == told && old.choice.is_of_same(choice);
        let session = match old.filter(is_known) {
            Some(old) if old.window == window && old.choice == *choice => {
                // Only time has passed.
                return Some(Self { now, at, ..old.clone() });
            }
            Some(old) => Rc::clone(&old.session),
            None => {
                let old = old.filter(|old| old.choice.is_of_same(choice)).map(|old| &*old.session);
                Rc::new(SessionView::of((chronicle, present), letters, (choice, told), old))
            }
        };
        let (lanes, hidden) = session.lanes.within(window);
        let rows = || rows::rows(&choice.lives(chronicle), letters, window);
        let rows = if choice.has_table { rows() } else { Vec::new() };
        Some(Self {
            choice: choice.clone(),
            window,
            now,
            at,
            session,
            lanes,
            hidden,
            marks: share(old.map(|old| &old.marks), marks(chronicle, window)),
            rows: share(old.map(|old| &old.rows), rows),
        })
    }

    /// The names of the lanes; none where the lane above has it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let above = std::iter::once(None).chain(self.lanes.iter().map(Some));
        self.lanes.iter().zip(above).map(|(lane, above)| {
            let is_named = above.is_none_or(|above| !lane.is_beside(above));
            if is_named { lane.name.as_str() } else { "" }
        })
    }

    /// The timeline in one sentence.
    pub fn summary(&self) -> String {
        let ready = self.session.counts.ready_at(self.at);
        let when = if self.at < self.now { format!("at {}", clock(self.at)) } else { "now".to_owned() };
        // A node has as many lanes as it had pods at once.
        let (number, word) = match self.choice.by {
            LaneBy::Node => (self.names().filter(|name| !name.is_empty()).count(), "nodes"),
            LaneBy::Pod => (self.lanes.len(), "lanes"),
        };
        format!(
            "{number} {word} from {} to {}, {when} {ready} ready and not ending",
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

fn marks(chronicle: &Chronicle, window: Window) -> Vec<(Time, MarkKind, String)> {
    let all = chronicle.marks().all().iter().filter(|mark| window.holds(mark.at));
    let mut marks: Vec<_> = all.rev().take(MARKS_MAX).collect();
    marks.reverse();
    marks.into_iter().map(|mark| (mark.at, mark.kind, mark.text.clone())).collect()
}

#[cfg(test)]
mod tests;
