//! What a person is told, how long it is true, and what of it can be taken back.

use super::State;
use super::files::Files;
use super::views::Views;
use crate::cluster::Cluster;
use crate::ui::time_machine::{Branch, TimeMachine};

/// Something to tell a person, and how to take it back.
#[derive(Debug)]
pub struct Notice {
    /// One sentence.
    pub text: String,
    /// What is taken back.
    pub undo: Option<Undo>,
    /// How long it is true.
    pub lasts: Lasts,
}

/// How long what a notice says is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lasts {
    /// For good: it is shown until another one comes or a person hides it.
    #[default]
    ForGood,
    /// While the past is shown.
    InThePast,
    /// While the cluster is not settled.
    Unsettled,
    /// Until another line runs.
    UntilLine,
}

/// What can be taken back.
#[derive(Debug)]
pub enum Undo {
    /// A new cluster was made: the old one with its past, and its tabs.
    Reset(Box<(Cluster, TimeMachine)>, Files),
    /// A file was removed: its name, its text, and its place.
    Close(String, String, usize),
    /// A branch was forgotten: the branch and its place.
    Forget(Box<Branch>, usize),
}

impl State {
    /// Tells a person something.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.tell_while(Lasts::ForGood, text);
    }

    /// Tells a person something that is true for so long.
    pub(super) fn tell_while(&mut self, lasts: Lasts, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), undo: None, lasts });
    }

    /// Takes a notice away that is not true any more; says whether there was one. `is_line`: a line ran.
    pub(super) fn end_notice(&mut self, is_line: bool) -> bool {
        let is_over = self.notice.as_ref().is_some_and(|notice| match notice.lasts {
            Lasts::ForGood => false,
            Lasts::UntilLine => is_line,
            Lasts::InThePast => !self.machine.is_past(),
            Lasts::Unsettled => self.cluster.is_settled(),
        });
        if is_over {
            self.notice = None;
        }
        is_over
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn reset(&mut self) {
        let mut fresh = Cluster::new(self.cluster.config().clone());
        let machine = TimeMachine::new(&mut fresh);
        self.machine.go_to_present(&mut self.cluster);
        let old = std::mem::replace(&mut self.cluster, fresh);
        let old_machine = std::mem::replace(&mut self.machine, machine);
        let old_files = self.files.clone();
        self.files.forget_stored();
        self.flush_files();
        self.forget_cluster();
        let text = "A new cluster; your manifests are still here.".to_owned();
        let undo = Some(Undo::Reset(Box::new((old, old_machine)), old_files));
        self.notice = Some(Notice { text, undo, lasts: Lasts::ForGood });
    }

    fn forget_cluster(&mut self) {
        self.selected = None;
        self.question = None;
        self.drain = None;
        self.diff = None;
        self.cleared.clear();
        self.tabs.forget_cluster();
        self.files.offered = None;
        self.views = Views::default();
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn undo(&mut self) {
        match self.notice.take().and_then(|notice| notice.undo) {
            Some(Undo::Reset(old, files)) => {
                (self.cluster, self.machine) = *old;
                self.files = files;
                self.forget_cluster();
            }
            Some(Undo::Close(name, text, place)) => self.reopen_tab(&name, &text, place),
            Some(Undo::Forget(branch, place)) => {
                self.machine.remember_branch(place, *branch);
                self.views.forget_entries();
            }
            None => {}
        }
    }
}
