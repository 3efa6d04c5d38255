//! Lines for the terminals: typed by a person, or run by a button.

use super::State;
use crate::cluster::{Input, Terminal};

impl State {
    /// The terminals that are open and have been used.
    pub fn terminals(&self) -> impl Iterator<Item = (u32, &Terminal)> {
        self.tabs.open.iter().filter_map(|id| self.cluster.terminal(*id).map(|terminal| (*id, terminal)))
    }

    /// The terminal that is shown, once something was typed there.
    pub fn terminal(&self) -> Option<&Terminal> {
        self.cluster.terminal(self.tabs.current)
    }

    /// The terminal in which `kubectl edit` waits.
    pub fn editing_terminal(&self) -> Option<u32> {
        self.terminals().find(|(_, terminal)| terminal.pending_edit().is_some()).map(|(id, _)| id)
    }

    pub(super) fn run(&mut self, line: &str) {
        let free = self.free_terminal();
        self.run_in(free, line.trim());
    }

    pub(super) fn enter(&mut self) {
        let text = std::mem::take(&mut self.prompt).text;
        self.enter_lines(&text);
    }

    /// Whole lines run; the last one goes on being typed.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn paste(&mut self, text: &str) {
        let Some((lines, rest)) = text.rsplit_once('\n') else {
            return self.type_text(text.to_owned());
        };
        self.type_text(rest.to_owned());
        self.prompt.renewed += 1;
        self.enter_lines(lines);
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn run_in(&mut self, terminal: u32, line: &str) {
        self.flush_files();
        self.submit(Input::Line { terminal, line: line.to_owned() });
        self.offer_edit();
    }

    /// Opens the text that a command wants edited, once.
    pub(super) fn offer_edit(&mut self) {
        let entry = |id: u32| self.cluster.terminal(id).map_or(0, Terminal::lines);
        let wanted = self.editing_terminal().map(|id| (id, entry(id)));
        if wanted != self.files.offered {
            self.files.offered = wanted;
            self.settle_edit();
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn interrupt(&mut self) {
        let terminal = self.tabs.current;
        self.prompt = super::prompt::Prompt::default();
        if self.terminal().is_some_and(|held| held.is_busy() || held.is_incomplete()) {
            self.submit(Input::Interrupt { terminal });
        }
        self.offer_edit();
    }

    /// Comes back to the text of `kubectl edit`, as it was left.
    pub(super) fn show_edit(&mut self) {
        self.files.shows_edit = self.editing_terminal().is_some();
        self.files.loads += 1;
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
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

    pub(super) fn clear(&mut self, terminal: u32) {
        let lines = self.cluster.terminal(terminal).map_or(0, Terminal::lines);
        self.cleared.insert(terminal, lines);
    }
}
