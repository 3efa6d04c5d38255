//! Terminals: lines that were typed, what they printed, and the command that still runs.
//!
//! A command that blocks is a client with a watch: it is polled after every change and at the time it asks
//! for, and Ctrl-C ends it. Left out: job control, several commands at once in one terminal.

use super::{Cluster, Wakeup, evict, explain, fault};
use crate::kubectl::{self, Outcome, Output, Poll, Stream, Waiter};
use crate::sim::agenda::WakeupId;
use crate::sim::{Span, Time};

/// Entries that a terminal keeps.
const ENTRIES_MAX: usize = 1_000;
/// Bytes of output that one entry keeps.
const ENTRY_BYTES_MAX: usize = 1 << 20;

/// One line and what it printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalEntry {
    /// Its number in the terminal, from 0.
    pub number: u64,
    /// When it was typed.
    pub at: Time,
    /// The line.
    pub line: String,
    /// What it printed, in order.
    pub chunks: Vec<(Stream, String)>,
    /// Its exit code; `None` while it runs.
    pub exit: Option<i32>,
    /// What the sandbox has to say beside kubectl's own words.
    pub hint: Option<String>,
}

impl TerminalEntry {
    /// What it printed to one stream.
    pub fn text(&self, stream: Stream) -> String {
        self.chunks.iter().filter(|(s, _)| *s == stream).map(|(_, text)| text.as_str()).collect()
    }

    fn add(&mut self, output: Output) {
        let kept: usize = self.chunks.iter().map(|(_, text)| text.len()).sum();
        if kept < ENTRY_BYTES_MAX {
            self.chunks.extend(output.chunks);
        }
        if output.hint.is_some() {
            self.hint = output.hint;
        }
    }
}

/// A text that `kubectl edit` wants edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingEdit {
    /// The line that asked for it.
    pub line: String,
    /// Name for the editor's tab.
    pub name: String,
    /// What the editor opens with.
    pub text: String,
}

/// What the terminal does just now.
#[derive(Clone, Debug, Default)]
enum Running {
    /// Nothing: it takes a line.
    #[default]
    Nothing,
    /// A command waits.
    Waiting(Box<dyn Waiter>),
    /// The editor is open.
    Editing(PendingEdit, kubectl::Edit),
}

/// A terminal.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    entries: Vec<TerminalEntry>,
    lines: u64,
    running: Running,
    poll: Option<(Time, WakeupId)>,
}

impl Terminal {
    /// What was typed and printed, oldest first.
    pub fn entries(&self) -> &[TerminalEntry] {
        &self.entries
    }

    /// How many lines were typed in all.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether a command still runs.
    pub fn is_busy(&self) -> bool {
        !matches!(self.running, Running::Nothing)
    }

    /// The text that `kubectl edit` wants edited.
    pub fn pending_edit(&self) -> Option<&PendingEdit> {
        match &self.running {
            Running::Editing(edit, _) => Some(edit),
            Running::Nothing | Running::Waiting(_) => None,
        }
    }

    fn begin(&mut self, at: Time, line: &str) {
        if self.entries.len() >= ENTRIES_MAX {
            self.entries.remove(0);
        }
        self.entries.push(TerminalEntry {
            number: self.lines,
            at,
            line: line.to_owned(),
            ..TerminalEntry::default()
        });
        self.lines += 1;
    }

    fn print(&mut self, output: Output) {
        if let Some(entry) = self.entries.last_mut() {
            entry.add(output);
        }
    }

    fn finish(&mut self, output: Output) {
        let exit = output.exit;
        self.print(output);
        if let Some(entry) = self.entries.last_mut() {
            entry.exit = Some(exit);
        }
        self.running = Running::Nothing;
    }
}

impl Cluster {
    pub(super) fn run_line(&mut self, id: u32, line: &str) {
        let now = self.now();
        self.terminals.entry(id).or_default().begin(now, line);
        let outcome = if let Some(arguments) = explain::why_line(line) {
            Outcome::Done(self.why(arguments))
        } else if let Some(arguments) = fault::fault_line(line) {
            Outcome::Done(self.fault(arguments))
        } else if let Some(arguments) = evict::evict_line(line) {
            Outcome::Done(self.evict(arguments))
        } else {
            kubectl::run(line, &mut self.session, &mut self.server)
        };
        self.take_outcome(id, line, outcome);
    }

    fn take_outcome(&mut self, id: u32, line: &str, outcome: Outcome) {
        let terminal = self.terminals.entry(id).or_default();
        match outcome {
            Outcome::Done(output) => terminal.finish(output),
            Outcome::Blocked { so_far, waiter } => {
                terminal.print(so_far);
                terminal.running = Running::Waiting(waiter);
                self.wake_terminal(id, self.now());
            }
            Outcome::Edit(edit) => {
                let pending =
                    PendingEdit { line: line.to_owned(), name: edit.name.clone(), text: edit.text.clone() };
                terminal.running = Running::Editing(pending, edit);
            }
        }
    }

    /// Puts a waiting command on the agenda, unless it will be polled earlier anyway.
    pub(super) fn wake_terminal(&mut self, id: u32, at: Time) {
        let Some(terminal) = self.terminals.get_mut(&id) else {
            return;
        };
        let waits = matches!(terminal.running, Running::Waiting(_));
        if waits && terminal.poll.is_none_or(|(set, _)| at < set) {
            if let Some((_, late)) = terminal.poll {
                drop(self.agenda.cancel(late));
            }
            terminal.poll = Some((at, self.agenda.schedule(at, Wakeup::Terminal(id))));
        }
    }

    pub(super) fn poll_terminal(&mut self, id: u32) {
        let now = self.now();
        let Some(terminal) = self.terminals.get_mut(&id) else {
            return;
        };
        terminal.poll = None;
        let Running::Waiting(waiter) = &mut terminal.running else {
            return;
        };
        match waiter.poll(&mut self.server) {
            Poll::Done(output) => terminal.finish(output),
            Poll::Pending { output, wake_at } => {
                terminal.print(output);
                if let Some(at) = wake_at {
                    self.wake_terminal(id, at.max(now + Span::from_ms(1)));
                }
            }
        }
    }

    /// A command that has ended is not polled any more: nothing is due on its account.
    fn forget_poll(&mut self, id: u32) {
        if let Some((_, wakeup)) = self.terminals.get_mut(&id).and_then(|terminal| terminal.poll.take()) {
            drop(self.agenda.cancel(wakeup));
        }
    }

    pub(super) fn interrupt(&mut self, id: u32) {
        let Some(terminal) = self.terminals.get_mut(&id) else {
            return;
        };
        match std::mem::take(&mut terminal.running) {
            Running::Nothing => return,
            Running::Waiting(mut waiter) => terminal.finish(waiter.interrupt()),
            Running::Editing(..) => {
                terminal.finish(Output::text(Stream::Err, "Edit cancelled, no changes made.\n", 0));
            }
        }
        self.forget_poll(id);
    }

    pub(super) fn finish_edit(&mut self, id: u32, text: Option<&str>) {
        let Some(terminal) = self.terminals.get_mut(&id) else {
            return;
        };
        let Running::Editing(pending, edit) = std::mem::take(&mut terminal.running) else {
            return;
        };
        let outcome = edit.finish(text, &mut self.session, &mut self.server);
        self.take_outcome(id, &pending.line, outcome);
    }
}
