//! Terminals: lines that were typed, what they printed, and what still runs.
//!
//! A terminal has a shell. What blocks in it is polled after every change and at the time it asks for, and
//! Ctrl-C ends it. Left out: job control; several terminals take its place.

use std::rc::Rc;

use super::{Cluster, Wakeup};
use crate::kubectl::Stream;
use crate::kubectl::session::HOME;
use crate::shell::{self, CLEAR_SCREEN, EditRequest, Settings, Shell, State, Taken};
use crate::sim::Time;
use crate::sim::agenda::WakeupId;

/// Entries that a terminal keeps.
const ENTRIES_MAX: usize = 1_000;

/// One line and what it printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalEntry {
    /// Its number in the terminal, from 0.
    pub number: u64,
    /// When it was typed.
    pub at: Time,
    /// The line; several when one went on with the next.
    pub line: String,
    /// What it printed, in order.
    pub chunks: Vec<(Stream, String)>,
    /// Its exit code; `None` while it runs.
    pub exit: Option<i32>,
    /// What the sandbox has to say beside the programs' own words.
    pub hint: Option<String>,
}

impl TerminalEntry {
    /// What it printed to one stream.
    pub fn text(&self, stream: Stream) -> String {
        self.chunks.iter().filter(|(s, _)| *s == stream).map(|(_, text)| text.as_str()).collect()
    }

    /// Adds what was printed; texts of one stream that follow each other become one.
    fn add(&mut self, stream: Stream, text: &str) {
        let mut text = text;
        if let Some((_, after)) = text.rsplit_once(CLEAR_SCREEN) {
            self.chunks.clear();
            text = after;
        }
        match self.chunks.last_mut() {
            Some((last, written)) if *last == stream => written.push_str(text),
            _ if text.is_empty() => {}
            _ => self.chunks.push((stream, text.to_owned())),
        }
    }
}

/// A text that a program wants edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingEdit {
    /// The line that asked for it.
    pub line: String,
    /// Name for the editor's tab.
    pub name: String,
    /// What the editor opens with.
    pub text: String,
}

/// A terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Shared by all copies of a cluster: what was printed long ago changes no more.
    entries: Vec<Rc<TerminalEntry>>,
    lines: u64,
    changes: u64,
    shell: Shell,
    poll: Option<(Time, WakeupId)>,
    /// What runs lets time pass and does nothing else.
    rests: bool,
}

impl Default for Terminal {
    fn default() -> Self {
        let environment = [
            ("HOME", HOME),
            ("USER", "learner"),
            ("HOSTNAME", "sandbox"),
            ("SHELL", "/bin/bash"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
        ];
        let shell = Shell::new(Settings {
            name: "bash".to_owned(),
            folder: HOME.to_owned(),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            is_terminal: true,
            ..Settings::default()
        });
        Self { entries: Vec::new(), lines: 0, changes: 0, shell, poll: None, rests: false }
    }
}

impl Terminal {
    /// The number of a terminal that nobody sees: for lines that are only tried, in a copy of the cluster.
    pub const OF_NOBODY: u32 = u32::MAX;

    /// What was typed and printed, oldest first.
    pub fn entries(&self) -> &[Rc<TerminalEntry>] {
        &self.entries
    }

    /// How many lines were typed in all.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Grows with everything that it shows.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether a line still runs.
    pub fn is_busy(&self) -> bool {
        self.shell.is_busy()
    }

    /// Whether what runs only lets time pass, as `sleep` and `watch` do.
    pub fn rests(&self) -> bool {
        self.rests
    }

    /// Whether a program that runs takes what is typed.
    pub fn takes_input(&self) -> bool {
        self.is_busy() && self.shell.wants_input()
    }

    /// Whether the line that was begun goes on with the next.
    pub fn is_incomplete(&self) -> bool {
        self.shell.is_incomplete()
    }

    /// The current folder, as a prompt shows it.
    pub fn folder(&self) -> String {
        match self.shell.folder().strip_prefix(HOME) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => self.shell.folder().to_owned(),
        }
    }

    /// The text that a program wants edited.
    pub fn pending_edit(&self) -> Option<PendingEdit> {
        let EditRequest { name, text } = self.shell.pending_edit().filter(|_| self.is_busy())?.clone();
        let line = self.entries.last().map(|entry| entry.line.clone()).unwrap_or_default();
        Some(PendingEdit { line, name, text })
    }

    fn begin(&mut self, at: Time) {
        self.changes += 1;
        if self.is_incomplete() {
            return;
        }
        if self.entries.len() >= ENTRIES_MAX {
            self.entries.remove(0);
        }
        self.entries.push(Rc::new(TerminalEntry { number: self.lines, at, ..TerminalEntry::default() }));
        self.lines += 1;
    }

    /// Takes over what the shell has printed.
    fn take_output(&mut self) {
        let output = self.shell.take_output();
        let hint = self.shell.take_hint();
        self.changes += u64::from(!output.is_empty() || hint.is_some());
        let Some(entry) = self.entries.last_mut().map(Rc::make_mut) else { return };
        for (stream, text) in output {
            let stream = match stream {
                shell::Stream::Out => Stream::Out,
                shell::Stream::Err => Stream::Err,
            };
            entry.add(stream, &text);
        }
        if hint.is_some() {
            entry.hint = hint;
        }
    }

    fn finish(&mut self, exit: i32) {
        self.changes += 1;
        if self.shell.has_exited() {
            self.shell.reopen();
        }
        if let Some(entry) = self.entries.last_mut().map(Rc::make_mut) {
            entry.exit = Some(exit);
        }
    }
}

impl Cluster {
    pub(super) fn run_line(&mut self, id: u32, line: &str) {
        let now = self.now();
        let terminal = self.terminals.entry(id).or_default();
        if terminal.is_busy() {
            // A terminal shows what is typed, whoever reads it.
            if let Some(entry) = terminal.entries.last_mut().map(Rc::make_mut) {
                entry.add(Stream::Out, &format!("{line}\n"));
            }
            terminal.shell.feed(&format!("{line}\n"));
        } else {
            terminal.begin(now);
            let taken = terminal.shell.submit(line);
            // What was typed only grows while it is not complete.
            let typed = terminal.shell.typed();
            if let Some(entry) = terminal.entries.last_mut().map(Rc::make_mut)
                && let Some(more) = typed.get(entry.line.len()..)
            {
                entry.line.push_str(more);
            }
            if taken == Taken::Incomplete {
                return;
            }
        }
        self.run_terminal(id);
    }

    /// Lets a terminal's shell run until it waits.
    fn run_terminal(&mut self, id: u32) {
        let now = self.now();
        let Some(mut terminal) = self.terminals.remove(&id) else { return };
        let state = terminal.shell.poll(self, now);
        terminal.take_output();
        terminal.rests = matches!(state, State::Waits { rests: true, .. });
        if let State::Done(exit) = state {
            terminal.finish(exit);
        }
        self.terminals.insert(id, terminal);
        match state {
            State::Waits { wake_at: Some(at), .. } => self.wake_terminal(id, at),
            State::Waits { wake_at: None, .. } => {}
            State::Done(_) => self.forget_poll(id),
        }
    }

    /// Puts a waiting command on the agenda, unless it will be polled earlier anyway.
    pub(super) fn wake_terminal(&mut self, id: u32, at: Time) {
        let Some(terminal) = self.terminals.get_mut(&id) else {
            return;
        };
        let waits = terminal.is_busy() && terminal.shell.pending_edit().is_none();
        if waits && terminal.poll.is_none_or(|(set, _)| at < set) {
            if let Some((_, late)) = terminal.poll {
                drop(self.agenda.cancel(late));
            }
            terminal.poll = Some((at, self.agenda.schedule(at, Wakeup::Terminal(id))));
        }
    }

    pub(super) fn poll_terminal(&mut self, id: u32) {
        if let Some(terminal) = self.terminals.get_mut(&id) {
            terminal.poll = None;
            if terminal.is_busy() {
                self.run_terminal(id);
            }
        }
    }

    /// A command that has ended is not polled any more: nothing is due on its account.
    fn forget_poll(&mut self, id: u32) {
        if let Some((_, wakeup)) = self.terminals.get_mut(&id).and_then(|terminal| terminal.poll.take()) {
            drop(self.agenda.cancel(wakeup));
        }
    }

    /// What runs is ended.
    pub(super) fn interrupt(&mut self, id: u32) {
        let now = self.now();
        let Some(mut terminal) = self.terminals.remove(&id) else { return };
        if terminal.is_busy() || terminal.is_incomplete() {
            let exit = terminal.shell.interrupt(self, now);
            terminal.take_output();
            terminal.finish(exit);
        }
        self.terminals.insert(id, terminal);
        self.forget_poll(id);
    }

    /// Ctrl-C: what runs ends, unless it takes the key itself, as a container's shell does.
    pub(super) fn press_interrupt(&mut self, id: u32) {
        let now = self.now();
        let Some(mut terminal) = self.terminals.remove(&id) else { return };
        let is_open = terminal.is_busy() || terminal.is_incomplete();
        let exit = if is_open { terminal.shell.press_interrupt(self, now) } else { None };
        terminal.take_output();
        if let Some(exit) = exit {
            terminal.finish(exit);
        }
        let goes_on = is_open && exit.is_none();
        self.terminals.insert(id, terminal);
        if goes_on {
            self.run_terminal(id);
        } else {
            self.forget_poll(id);
        }
    }

    /// No more is typed for the programs that read it.
    pub(super) fn end_input(&mut self, id: u32) {
        if let Some(terminal) = self.terminals.get_mut(&id).filter(|terminal| terminal.takes_input()) {
            terminal.shell.end_input();
            self.run_terminal(id);
        }
    }

    pub(super) fn finish_edit(&mut self, id: u32, text: Option<&str>) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        if terminal.pending_edit().is_some() {
            terminal.shell.finish_edit(text.map(str::to_owned));
            self.run_terminal(id);
        }
    }
}
