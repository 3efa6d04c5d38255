//! What a terminal's tab and screen show, made anew only where something was printed.

use std::rc::Rc;

use super::State;
use super::views::keep;
use crate::cluster::{Terminal, TerminalEntry};
use crate::collections::SortedMap;
use crate::kubectl::Stream;

/// Entries on the terminal's screen.
const ENTRIES_SHOWN: usize = 200;
/// Bytes of one entry on the screen: the last ones of what it printed.
const BYTES_SHOWN: usize = 100_000;

/// One line of a terminal and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// Which terminal, and which of its lines.
    pub id: (u32, u64),
    /// The line.
    pub line: String,
    /// What it printed; `true` marks standard error.
    pub chunks: Vec<(bool, String)>,
    /// How much it printed in all.
    pub bytes: usize,
    /// Its exit code.
    pub exit: Option<i32>,
    /// The sandbox's own words.
    pub hint: Option<String>,
    /// More is to be typed for it.
    pub is_open: bool,
}

/// The tab of a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabView {
    /// Which terminal.
    pub id: u32,
    /// The line that runs there.
    pub running: Option<String>,
    /// It has printed something that was not seen yet.
    pub has_news: bool,
}

impl State {
    /// Brings the terminals up to date; says whether one has something new to show.
    pub(super) fn refresh_entries(&mut self) -> bool {
        self.tabs.see(&self.cluster);
        let tabs = self.tabs.open.iter().map(|id| self.tab_view(*id)).collect();
        let old_tabs = Rc::clone(&self.views.terminals);
        keep(&mut self.views.terminals, tabs);
        let mut known: SortedMap<(u32, u64), Rc<EntryView>> =
            self.views.entries.iter().map(|entry| (entry.id, Rc::clone(entry))).collect();
        let id = self.tabs.current;
        let from = self.cleared.get(&id).copied().unwrap_or_default();
        let held = self.terminal().map_or(&[][..], Terminal::entries);
        let is_open = self.terminal().is_some_and(Terminal::is_incomplete);
        let skipped = held.len().saturating_sub(ENTRIES_SHOWN);
        let entries: Vec<Rc<EntryView>> = (held.iter().skip(skipped))
            .filter(|entry| entry.number >= from)
            .map(|entry| {
                let id = (id, entry.number);
                let view = known.remove(&id).filter(|view| is_as_shown(view, entry, is_open));
                view.unwrap_or_else(|| Rc::new(entry_view(id, entry, is_open)))
            })
            .chain(self.views.asides.iter().filter(|aside| aside.id.0 == id).cloned())
            .collect();
        let is_same = entries.len() == self.views.entries.len()
            && entries.iter().zip(self.views.entries.iter()).all(|(a, b)| Rc::ptr_eq(a, b));
        if !is_same {
            self.views.entries = Rc::new(entries);
        }
        !is_same || !Rc::ptr_eq(&old_tabs, &self.views.terminals)
    }

    fn tab_view(&self, id: u32) -> TabView {
        let terminal = self.cluster.terminal(id);
        let last = terminal.filter(|held| held.is_busy()).and_then(|held| held.entries().last());
        let line = |entry: &Rc<TerminalEntry>| entry.line.lines().next().unwrap_or_default().to_owned();
        TabView { id, running: last.map(line), has_news: self.tabs.has_news(id, terminal) }
    }
}

fn is_as_shown(view: &EntryView, entry: &TerminalEntry, is_open: bool) -> bool {
    let ends_alike = match (view.chunks.last(), entry.chunks.last()) {
        (Some((_, shown)), Some((_, text))) => text.ends_with(shown.as_str()),
        (shown, text) => shown.is_none() == text.is_none(),
    };
    // What has ended changes no more; a screen that is replaced may keep its length.
    (entry.exit.is_some() || (view.line == entry.line && ends_alike))
        && view.exit == entry.exit
        && view.is_open == (is_open && entry.exit.is_none())
        && view.hint.is_some() == entry.hint.is_some()
        && view.bytes == bytes(entry)
}

fn bytes(entry: &TerminalEntry) -> usize {
    entry.chunks.iter().map(|(_, text)| text.len()).sum()
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub(super) fn entry_view(id: (u32, u64), entry: &TerminalEntry, is_open: bool) -> EntryView {
    let mut room = BYTES_SHOWN;
    let mut chunks: Vec<(bool, String)> = Vec::new();
    for (stream, text) in entry.chunks.iter().rev() {
        let from = text.len().saturating_sub(room);
        // From a whole line on.
        let from =
            match text.as_bytes().get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
                Some(end) if from > 0 => from + end + 1,
                _ => (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or_default(),
            };
        if let Some(shown) = text.get(from..).filter(|shown| !shown.is_empty()) {
            chunks.push((*stream == Stream::Err, shown.to_owned()));
        }
        room = room.saturating_sub(text.len());
    }
    chunks.reverse();
    EntryView {
        id,
        line: entry.line.clone(),
        chunks,
        bytes: bytes(entry),
        exit: entry.exit,
        hint: entry.hint.clone(),
        is_open: is_open && entry.exit.is_none(),
    }
}
