//! Lines that are asked in the past: they read, are answered as of that moment, and are no part of the
//! session.
//!
//! A line runs in a copy of the cluster that is shown, which is then dropped. What would change something,
//! or takes time, is refused: for that a person goes on from there. Nothing of it is upstream's.

use std::rc::Rc;

use super::screen::entry_view;
use super::{Lasts, State};
use crate::cluster::{Cluster, Input, Terminal};
use crate::sim::Span;

/// Simulated time that a line of several commands may take.
const LASTS_AT_MOST: Span = Span::from_seconds(1);
/// The sandbox's own commands that change things beside the store.
const CHANGING: [&str; 2] = ["fault", "evict"];
/// Numbers of such lines begin here, above those of a session.
const FIRST_NUMBER: u64 = 1 << 40;

/// Why a line is not answered in the past.
enum Refusal {
    Changes,
    TakesTime,
    Unfinished,
}

impl Refusal {
    fn words(&self) -> String {
        match self {
            Self::Changes => refused("The past stays as it was: this line changes something."),
            Self::TakesTime => refused("Time stands still in the past, and this line does not end at once."),
            Self::Unfinished => "In the past a line is whole or is not run.".to_owned(),
        }
    }
}

/// Why something is not done in the past, and where it is.
pub(super) fn refused(why: &str) -> String {
    format!("{why} Go on from here, or go back to the present, first.")
}

impl State {
    /// Answers what was typed, or leaves it in the field.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn ask_typed(&mut self) {
        let line = self.prompt.text.trim().to_owned();
        if self.ask_past(&line) {
            self.prompt = super::prompt::Prompt::default();
        }
        // The field was emptied by the browser: it shows what is left.
        self.prompt.renewed += 1;
    }

    /// Answers a line as of the moment that is shown; says whether it did.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn ask_past(&mut self, line: &str) -> bool {
        if line.is_empty() {
            return true;
        }
        let mut copy = self.cluster.clone();
        // One that waits for something in that moment cannot take a line.
        let is_free =
            copy.terminal(self.tabs.current).is_none_or(|held| !held.is_busy() && !held.is_incomplete());
        let terminal = if is_free { self.tabs.current } else { Terminal::OF_NOBODY };
        if let Err(refusal) = answer(&mut copy, terminal, line) {
            self.tell_while(Lasts::InThePast, refusal.words());
            return false;
        }
        let Some(entry) = copy.terminal(terminal).and_then(|held| held.entries().last()) else { return true };
        self.notice.take_if(|notice| notice.lasts == Lasts::InThePast);
        let asides = &mut self.views.asides;
        let number = FIRST_NUMBER + u64::try_from(asides.len()).unwrap_or_default();
        let mut view = entry_view((self.tabs.current, number), entry, false);
        let note = "Answered as of the moment that is shown. It is no part of the session.";
        let hint = view.hint.take();
        view.hint = Some(hint.map_or_else(|| note.to_owned(), |hint| format!("{hint}\n{note}")));
        asides.push(Rc::new(view));
        true
    }
}

/// Lets a copy answer a line.
fn answer(copy: &mut Cluster, terminal: u32, line: &str) -> Result<(), Refusal> {
    let mut words = line.split(|letter: char| letter.is_whitespace() || ";|&()".contains(letter));
    if words.any(|word| CHANGING.contains(&word)) {
        return Err(Refusal::Changes);
    }
    let until = copy.now() + LASTS_AT_MOST;
    if copy.submit(Input::Line { terminal, line: line.to_owned() }).is_err() {
        return Err(Refusal::Unfinished);
    }
    let is_busy = |copy: &Cluster| copy.terminal(terminal).is_some_and(Terminal::is_busy);
    while is_busy(copy) && copy.next_due().is_some_and(|due| due <= until) {
        copy.step();
    }
    if copy.command_wrote() {
        return Err(Refusal::Changes);
    }
    match copy.terminal(terminal) {
        Some(held) if held.is_incomplete() => Err(Refusal::Unfinished),
        Some(held) if held.is_busy() || held.pending_edit().is_some() => Err(Refusal::TakesTime),
        _ => Ok(()),
    }
}
