//! Going back and forth in the session, other branches, and taking commands back.

use super::{Lasts, Notice, State, Undo};
use crate::sim::Time;
use crate::ui::time_machine::BRANCHES_MAX;

impl State {
    /// Shows an instant, and pauses.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn seek(&mut self, at: Time) {
        self.clock.is_playing = false;
        self.clock.settles_until = None;
        self.machine.go_to_time(&mut self.cluster, at);
        self.views.forget_entries();
    }

    /// Shows the present.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn show_present(&mut self) {
        if self.machine.is_past() {
            self.machine.go_to_present(&mut self.cluster);
            self.views.forget_entries();
        }
    }

    /// Makes the past moment that is shown the present of a new branch.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn go_on_from_here(&mut self) {
        if !self.machine.is_past() {
            return;
        }
        if self.machine.go_on_from_here(&mut self.cluster) {
            let name = self.machine.branch().name.clone();
            self.meet_cluster();
            self.tell(format!("This is {name}: what happened before stays in the list of branches."));
        } else {
            self.tell(format!("There are {BRANCHES_MAX} branches already: forget one first."));
        }
    }

    /// Shows the present of another branch.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn switch_branch(&mut self, which: usize) {
        if which == self.machine.current() {
            return self.show_present();
        }
        if self.machine.switch(&mut self.cluster, which) {
            self.clock.is_playing = false;
            self.meet_cluster();
        } else {
            self.tell("This branch cannot be played.");
        }
    }

    /// Forgets a branch that is not shown.
    pub(super) fn forget_branch(&mut self, which: usize) {
        if let Some(branch) = self.machine.forget_branch(which) {
            let text = format!("{} is forgotten.", branch.name);
            let undo = Some(Undo::Forget(Box::new(branch), which));
            self.notice = Some(Notice { text, undo, lasts: Lasts::ForGood });
        }
        self.views.forget_entries();
    }

    /// Takes the last command back that has changed something.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn undo_command(&mut self) {
        self.clock.settles_until = None;
        let line = self.machine.undo_line(&self.cluster);
        if self.machine.undo(&mut self.cluster) {
            self.meet_cluster();
            self.tell_while(Lasts::UntilLine, format!("Taken back: {}", line.unwrap_or_default()));
        } else {
            self.tell("There is no command to take back.");
        }
    }

    /// Gives the command again that was taken back last.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn redo_command(&mut self) {
        self.clock.settles_until = None;
        let line = self.machine.redo_line();
        if self.machine.redo(&mut self.cluster) {
            self.meet_cluster();
            self.tell_while(Lasts::UntilLine, format!("Done again: {}", line.unwrap_or_default()));
        } else {
            self.tell("There is no command to do again.");
        }
    }

    /// The cluster is at another place of the session: texts that were typed stay, lines that wait do not.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn meet_cluster(&mut self) {
        self.drain = None;
        self.question = None;
        self.diff = None;
        self.tabs.forget_cluster();
        self.tabs.see_all(&self.cluster);
        for (terminal, below) in &mut self.cleared {
            let lines = self.cluster.terminal(*terminal).map_or(0, crate::cluster::Terminal::lines);
            *below = lines.min(*below);
        }
        self.files.keep_around(&self.cluster);
        self.files.offered = None;
        self.files.shows_edit = false;
        self.offer_edit();
        self.views.forget_entries();
    }
}
