//! The time machine: any moment of a session can be looked at again, and gone on from.
//!
//! A run is its configuration and its inputs, so a past moment is made by playing on from a copy of the
//! cluster that was kept before it. What happened is also told as it happens, so that a timeline needs no
//! playing.
//!
//! - [`moment`]: places in a run, and playing on to them. [`stride`]: how far one step goes.
//! - [`checkpoints`]: copies of the cluster along the way. [`branch`]: one run with all that is kept of it.
//! - [`chronicle`]: what became of pods, workloads and budgets, and the marks of the scrubber.
//! - `travel`: looking at the past, and back. `undo`: taking commands back, and giving them again.

pub mod moment;
pub mod stride;
pub mod checkpoints;
pub mod branch;
pub mod chronicle;
mod travel;
mod undo;

pub use branch::Branch;
pub use chronicle::{Chronicle, Mark, MarkKind};
pub use moment::Moment;
pub use stride::Stride;

use std::rc::Rc;

use crate::cluster::{Cluster, Input, InputEntry, InputError};
use crate::sim::Time;

/// Branches that may be kept at once.
pub const BRANCHES_MAX: usize = 8;

/// The branches of a session. The cluster that is shown stands beside it, in the page's state: it is the
/// present of the current branch, or a moment of its past.
#[derive(Clone, Debug)]
pub struct TimeMachine {
    branches: Vec<Branch>,
    current: usize,
    /// The present, while a past moment is shown.
    present: Option<Box<Cluster>>,
    /// The past moment that was shown before: to take it apart is work for later, when what is shown has been
    /// drawn.
    left: Option<Rc<Cluster>>,
    /// Commands that were taken back, the last one last; each with what was stored for it.
    undone: Vec<Vec<InputEntry>>,
    /// How many inputs there were when the last one was taken back or given again.
    undone_at: usize,
}

impl TimeMachine {
    /// The time machine of a cluster that was just made.
    pub fn new(cluster: &mut Cluster) -> Self {
        let main = Branch::begin("main", cluster);
        Self { branches: vec![main], current: 0, present: None, left: None, undone: Vec::new(), undone_at: 0 }
    }

    /// The branch that is shown.
    pub fn branch(&self) -> &Branch {
        &self.branches[self.current]
    }

    fn branch_mut(&mut self) -> &mut Branch {
        &mut self.branches[self.current]
    }

    /// All branches in the order in which they were made.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Which of them is shown.
    pub fn current(&self) -> usize {
        self.current
    }

    /// Whether a past moment is shown.
    pub fn is_past(&self) -> bool {
        self.present.is_some()
    }

    /// The present of the branch that is shown.
    pub fn present<'a>(&'a self, shown: &'a Cluster) -> &'a Cluster {
        self.present.as_deref().unwrap_or(shown)
    }

    /// Whether there is something to take apart.
    pub fn is_untidy(&self) -> bool {
        self.left.is_some()
    }

    /// Takes apart what is not needed any more.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn tidy(&mut self) {
        self.left = None;
    }

    /// Takes note of what the last step did; to be called after each step of the present.
    pub fn tell(&mut self, cluster: &mut Cluster) {
        self.branch_mut().tell(cluster);
    }

    /// Keeps a copy of the present to come back to, when the last one lies far enough behind: to be called
    /// now and then, as that is work.
    pub fn keep_copy(&mut self, cluster: &Cluster) {
        self.branch_mut().keep_copy(cluster);
    }

    /// Runs the next wakeup of the present; `false` when there is none.
    pub fn step(&mut self, cluster: &mut Cluster) -> bool {
        let is_step = cluster.step();
        self.tell(cluster);
        self.keep_copy(cluster);
        is_step
    }

    /// Runs all that is due up to an instant of the present, and moves there.
    pub fn run_until(&mut self, cluster: &mut Cluster, until: Time) {
        while cluster.next_due().is_some_and(|due| due <= until) {
            self.step(cluster);
        }
        cluster.run_until(until);
    }

    /// Takes in what a person did in the present. What had been undone cannot be redone after a change.
    ///
    /// # Errors
    /// When the cluster does not take it.
    pub fn submit(&mut self, cluster: &mut Cluster, input: Input) -> Result<(), InputError> {
        self.take(cluster, input)
    }

    fn take(&mut self, cluster: &mut Cluster, input: Input) -> Result<(), InputError> {
        // An input comes after all that its instant holds: only so is it at the same place when it is
        // played again. A person waits for it, so that a copy that is due is left to the steps after it.
        while cluster.next_due().is_some_and(|due| due <= cluster.now()) {
            cluster.step();
            self.branch_mut().tell(cluster);
        }
        let result = cluster.submit(input);
        self.branch_mut().tell(cluster);
        result
    }

    /// Plays inputs at their times, and then up to `until`.
    ///
    /// # Errors
    /// When an input is not taken; the inputs before it have been played.
    pub fn play(
        &mut self,
        cluster: &mut Cluster,
        inputs: &[InputEntry],
        until: Time,
    ) -> Result<(), InputError> {
        for entry in inputs {
            self.run_until(cluster, entry.at);
            self.take(cluster, entry.input.clone())?;
        }
        self.run_until(cluster, until);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
