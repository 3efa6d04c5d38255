//! The terminals' tabs: each has a shell of its own, a line that is being typed, and lines that wait.
//!
//! Lines that are pasted run one after the other: what follows waits in the tab until the line before it has
//! ended. They come to the cluster when their turn has come, so that the log of inputs can be played again.

use std::collections::VecDeque;

use super::State;
use super::prompt::Prompt;
use crate::cluster::{Cluster, Input, Terminal};
use crate::collections::SortedMap;
use crate::ui::browser;

/// Terminals that may be open at once.
pub const TERMINALS_MAX: u32 = 8;
/// Lines that may wait in one tab.
const WAITING_MAX: usize = 2_000;
/// Real milliseconds that a line which was just entered spends on what comes before it.
pub(super) const LINE_BUDGET_MS: f64 = 3.0;

/// The tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tabs {
    /// The open terminals in the order of their tabs: at least one.
    pub open: Vec<u32>,
    /// The one that is shown.
    pub current: u32,
    /// What is being typed in the tabs that are not shown.
    prompts: SortedMap<u32, Prompt>,
    waiting: SortedMap<u32, VecDeque<Waiting>>,
    /// How much of each tab a person has seen.
    seen: SortedMap<u32, u64>,
}

/// A line that waits for the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiting {
    line: String,
    /// It was pasted with others that had prompts, and has none: output, unless a command goes on with it.
    is_bare: bool,
}

impl Default for Tabs {
    fn default() -> Self {
        Self::of(Vec::new(), 0)
    }
}

impl Tabs {
    /// These terminals, the second argument's shown.
    pub fn of(open: Vec<u32>, current: u32) -> Self {
        let open = if open.is_empty() { vec![0] } else { open };
        let current = open.iter().find(|id| **id == current).or(open.first()).copied().unwrap_or_default();
        let (prompts, waiting, seen) = (SortedMap::new(), SortedMap::new(), SortedMap::new());
        Self { open, current, prompts, waiting, seen }
    }

    /// The lines that wait in the tab that is shown.
    pub fn waiting(&self) -> Vec<String> {
        self.waiting.get(&self.current).into_iter().flatten().map(|waiting| waiting.line.clone()).collect()
    }

    fn waits(&self, id: u32) -> bool {
        self.waiting.get(&id).is_some_and(|lines| !lines.is_empty())
    }

    /// What people did is forgotten: the cluster is another one.
    pub(super) fn forget_cluster(&mut self) {
        self.waiting.clear();
        self.seen.clear();
    }

    /// Whether a tab that is not shown has printed something since.
    pub(super) fn has_news(&self, id: u32, terminal: Option<&Terminal>) -> bool {
        let seen = self.seen.get(&id).copied().unwrap_or_default();
        id != self.current && terminal.is_some_and(|terminal| terminal.changes() != seen)
    }

    /// Whatever was printed has been seen: the page is brought back.
    pub(crate) fn see_all(&mut self, cluster: &Cluster) {
        let changes = |id: &u32| (*id, cluster.terminal(*id).map_or(0, Terminal::changes));
        self.seen = self.open.iter().map(changes).collect();
    }

    /// What is shown has been seen.
    pub(super) fn see(&mut self, cluster: &Cluster) {
        let changes = cluster.terminal(self.current).map_or(0, Terminal::changes);
        self.seen.insert(self.current, changes);
    }

    fn free_id(&self) -> Option<u32> {
        (0..TERMINALS_MAX).find(|id| !self.open.contains(id))
    }
}

impl State {
    fn is_free(&self, id: u32) -> bool {
        let terminal = self.cluster.terminal(id);
        !self.tabs.waits(id)
            && terminal.is_none_or(|terminal| !terminal.is_busy() && !terminal.is_incomplete())
    }

    /// Opens a terminal and shows it.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn new_terminal(&mut self) {
        match self.tabs.free_id() {
            Some(id) => {
                self.tabs.open.push(id);
                self.show_terminal(id);
            }
            None => self.tell(format!("There are {TERMINALS_MAX} terminals already: close one.")),
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn show_terminal(&mut self, id: u32) {
        if id == self.tabs.current || !self.tabs.open.contains(&id) {
            return;
        }
        let shown = std::mem::take(&mut self.prompt);
        self.tabs.prompts.insert(self.tabs.current, shown);
        self.tabs.current = id;
        self.prompt = self.tabs.prompts.remove(&id).unwrap_or_default();
    }

    /// Closes a terminal with what runs in it; the last one stays.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn close_terminal(&mut self, id: u32) {
        let Some(place) = self.tabs.open.iter().position(|open| *open == id) else { return };
        if self.tabs.open.len() == 1 {
            return;
        }
        let neighbor = if place == 0 { 1 } else { place - 1 };
        if id == self.tabs.current
            && let Some(next) = self.tabs.open.get(neighbor).copied()
        {
            self.show_terminal(next);
        }
        if self.cluster.terminal(id).is_some() {
            self.submit(Input::Close { terminal: id });
        }
        self.tabs.open.remove(place);
        self.tabs.prompts.remove(&id);
        self.tabs.waiting.remove(&id);
        self.tabs.seen.remove(&id);
        self.cleared.remove(&id);
        self.views.forget_entries();
        self.offer_edit();
    }

    /// The terminal for a line that a button runs. It must not wait for a command that is still running: it
    /// goes to the first terminal that is free, as a person would open a second window.
    pub(super) fn free_terminal(&mut self) -> u32 {
        let current = self.tabs.current;
        let mut known = std::iter::once(current).chain(self.tabs.open.iter().copied());
        if let Some(id) = known.find(|id| self.is_free(*id)) {
            return id;
        }
        let Some(id) = self.tabs.free_id() else { return current };
        self.tabs.open.push(id);
        id
    }

    /// Takes typed or pasted lines for the tab that is shown.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn enter_lines(&mut self, text: &str) {
        let is_prompted = |line: &str| line.trim_start().starts_with("$ ");
        let is_command = |line: &&str| !matches!(line.trim_start().chars().next(), None | Some('#'));
        let has_prompts = text.lines().find(is_command).is_some_and(is_prompted);
        let lines = text.split('\n').map(|line| Waiting {
            line: line.trim_end_matches('\r').to_owned(),
            is_bare: has_prompts && is_command(&line) && !is_prompted(line),
        });
        let waiting = self.tabs.waiting.entry(self.tabs.current).or_default();
        waiting.extend(lines.take(WAITING_MAX.saturating_sub(waiting.len())));
        if waiting.len() >= WAITING_MAX {
            self.tell(format!("No more than {WAITING_MAX} lines can wait: the rest is left out."));
        }
        self.feed(LINE_BUDGET_MS);
    }

    /// Runs the lines whose turn has come, and before them what the present instant still holds: for so many
    /// real milliseconds, after which they wait for the next frame.
    pub(super) fn feed(&mut self, ms: f64) {
        if self.machine.is_past() || self.tabs.waiting.values().all(VecDeque::is_empty) {
            return;
        }
        let until = browser::now_ms() + ms;
        for id in self.tabs.open.clone() {
            let mut left_out = 0;
            while self.takes_line(id)
                && self.finish_instant(until)
                && !self.is_too_early()
                && let Some(Waiting { line, is_bare }) =
                    self.tabs.waiting.get_mut(&id).and_then(VecDeque::pop_front)
            {
                let begins = self
                    .cluster
                    .terminal(id)
                    .is_none_or(|terminal| !terminal.is_busy() && !terminal.is_incomplete());
                match line.trim() {
                    "" if begins => {}
                    _ if begins && is_bare => left_out += 1,
                    "clear" if begins => self.clear(id),
                    _ => self.run_in(id, &line),
                }
            }
            if left_out > 0 {
                self.tell(format!("Left out {left_out} pasted lines without a prompt: output, it seems."));
            }
        }
    }

    /// Whether a line that waits has to wait on, so that what the one before it did is seen first, as it
    /// would be while a person types: unless time stands still.
    fn is_too_early(&self) -> bool {
        !self.is_comparing() && self.is_ticking() && self.cluster.has_unseen_command()
    }

    /// Whether a terminal takes a line now: it is free, or what runs there reads.
    fn takes_line(&self, id: u32) -> bool {
        let terminal = self.cluster.terminal(id);
        terminal.is_none_or(|terminal| !terminal.is_busy() || terminal.takes_input())
    }

    /// Forgets the lines that wait in the tab that is shown.
    pub(super) fn forget_waiting(&mut self) {
        self.tabs.waiting.remove(&self.tabs.current);
    }

    /// Ctrl-D: no more input for what runs; a shell without a command ends, and so does its tab.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn end_input(&mut self) {
        let id = self.tabs.current;
        let terminal = self.cluster.terminal(id);
        if terminal.is_some_and(Terminal::takes_input) {
            self.submit(Input::EndOfInput { terminal: id });
        } else if terminal.is_some_and(Terminal::is_incomplete) {
            self.submit(Input::Interrupt { terminal: id });
        } else if self.is_free(id) {
            self.close_terminal(id);
        }
    }
}
