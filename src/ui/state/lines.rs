//! Lines for the terminals: typed by a person, or run by a button.
//!
//! A button's line must not wait for a command that is still running: it goes to the first terminal that is
//! free, as a person would open a second window.

use super::State;
use crate::cluster::{Cluster, Input, Terminal};

/// The terminal that a person types into.
pub const TYPED: u32 = 0;
/// Terminals that buttons may use.
const TERMINALS: u32 = 8;

fn is_busy(cluster: &Cluster, id: u32) -> bool {
    cluster.terminal(id).is_some_and(Terminal::is_busy)
}

impl State {
    /// The terminals that have been used.
    pub fn terminals(&self) -> impl Iterator<Item = (u32, &Terminal)> {
        (0..TERMINALS).filter_map(|id| self.cluster.terminal(id).map(|terminal| (id, terminal)))
    }

    /// The newest terminal that still runs a command.
    pub fn busy_terminal(&self) -> Option<u32> {
        (0..TERMINALS).rev().find(|id| is_busy(&self.cluster, *id))
    }

    /// The terminal in which `kubectl edit` waits.
    pub fn editing_terminal(&self) -> Option<u32> {
        self.terminals().find(|(_, terminal)| terminal.pending_edit().is_some()).map(|(id, _)| id)
    }

    pub(super) fn run(&mut self, line: &str) {
        let free = (0..TERMINALS).find(|id| !is_busy(&self.cluster, *id)).unwrap_or(TYPED);
        self.run_in(free, line);
    }

    pub(super) fn enter(&mut self) {
        let line = std::mem::take(&mut self.prompt).text;
        match line.trim() {
            "" => {}
            "clear" => self.clear(),
            _ if is_busy(&self.cluster, TYPED) => self.run(&line),
            _ => self.run_in(TYPED, &line),
        }
    }

    fn run_in(&mut self, terminal: u32, line: &str) {
        self.flush_files();
        self.submit(Input::Line { terminal, line: line.trim().to_owned() });
        if self.editing_terminal().is_some() && self.files.edit.is_none() {
            self.files.shows_edit = true;
            self.files.loads += 1;
        }
    }

    pub(super) fn interrupt(&mut self) {
        if let Some(terminal) = self.busy_terminal() {
            self.submit(Input::Interrupt { terminal });
        }
        self.settle_edit();
    }

    pub(super) fn end_edit(&mut self, saves: bool) {
        if let Some(terminal) = self.editing_terminal() {
            let opened = self.cluster.terminal(terminal).and_then(Terminal::pending_edit);
            let text = saves.then(|| {
                let typed = self.files.edit.clone();
                typed.or_else(|| opened.map(|edit| edit.text.clone())).unwrap_or_default()
            });
            self.files.edit = None;
            self.submit(Input::Edited { terminal, text });
        }
        self.settle_edit();
    }

    /// Leaves the text of `kubectl edit` when it is no longer wanted; a refused one opens again.
    fn settle_edit(&mut self) {
        self.files.shows_edit = self.editing_terminal().is_some();
        self.files.edit = None;
        self.files.loads += 1;
    }

    pub(super) fn clear(&mut self) {
        self.cleared = self.terminals().map(|(id, terminal)| (id, terminal.lines())).collect();
    }
}
