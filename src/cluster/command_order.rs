//! When a kubectl may begin that follows another one.
//!
//! A real kubectl takes a moment to start, in which the controllers see what the command before it did. Here
//! one that follows another in the same line gives them that moment; a line of its own runs at once, so that
//! one can type while time stands still.

use super::Cluster;
use crate::kubectl::command::START;
use crate::sim::Time;

/// When a command has changed something last, and how many inputs there were.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrote {
    at: Time,
    inputs: usize,
}

impl Cluster {
    /// Whether those who act upon changes have yet to see what a command has just changed.
    pub fn has_unseen_command(&self) -> bool {
        let seen_at = self.wrote.map_or(Time::ZERO, |wrote| wrote.at + START);
        self.next_due().is_some_and(|due| due < seen_at)
    }

    /// Whether the line that was taken last has changed something.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn command_wrote(&self) -> bool {
        self.wrote.is_some_and(|wrote| wrote.inputs == self.inputs.len())
    }

    /// Lets a command act, and takes note when it changes something.
    pub(super) fn noting_writes<R>(&mut self, act: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.server.store().revision();
        let result = act(self);
        if self.server.store().revision() != before {
            self.wrote = Some(Wrote { at: self.now(), inputs: self.inputs.len() });
        }
        result
    }

    /// When a command may begin that follows another one in its line; `None` when it may now.
    pub(super) fn next_command_at(&self) -> Option<Time> {
        let wrote = self.wrote.filter(|wrote| wrote.inputs == self.inputs.len())?;
        Some(wrote.at + START).filter(|at| self.now() < *at)
    }
}
