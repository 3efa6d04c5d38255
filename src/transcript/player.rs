//! Plays the lines of a script on a cluster, and writes down what its terminals print.

use super::action::{Action, terminal};
use crate::cluster::{Cluster, Input, InputError, Terminal};
use crate::collections::SortedMap;
use crate::sim::Span;

/// How long a line may block before the script goes on.
const BLOCK_SECONDS: u64 = 600;
const SETTLE_SECONDS: u64 = 3_600;

/// How much of a terminal the script has told.
#[derive(Default)]
struct Shown {
    /// The entry that it told last.
    number: Option<u64>,
    /// What of it.
    text: String,
    /// Its end as well.
    is_ended: bool,
}

/// Plays a script line by line.
pub(super) struct Player<'a> {
    cluster: &'a mut Cluster,
    read: &'a dyn Fn(&str) -> Option<String>,
    shown: SortedMap<u32, Shown>,
    /// The script so far, with the output as it is now.
    pub(super) out: String,
}

impl<'a> Player<'a> {
    pub(super) fn new(cluster: &'a mut Cluster, read: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { cluster, read, shown: SortedMap::new(), out: String::new() }
    }

    pub(super) fn line(&mut self, line: &str) -> Result<(), InputError> {
        let (id, rest) = terminal(line);
        let goes_on = self.cluster.terminal(id).is_some_and(Terminal::is_incomplete);
        let continued = rest.strip_prefix('>').map(|typed| typed.strip_prefix(' ').unwrap_or(typed));
        let action = match continued.filter(|_| goes_on) {
            Some(typed) => Action::Type { typed, waits: true },
            None => match Action::of(line) {
                Some(action) => action,
                None => return Ok(()),
            },
        };
        // Output may lack the end of its last line; the next one stands alone all the same.
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(line);
        self.out.push('\n');
        match action {
            Action::Comment => return Ok(()),
            Action::Type { typed, waits } => self.type_line(id, typed, waits)?,
            Action::Pass(span) => {
                let until = self.cluster.now() + span;
                self.cluster.run_until(until);
            }
            Action::Settle => {
                let limit = self.cluster.now() + Span::from_seconds(SETTLE_SECONDS);
                self.cluster.run_until_settled(limit);
            }
            Action::Interrupt => {
                self.cluster.submit(Input::Interrupt { terminal: id })?;
                // How it ended is known: by Ctrl-C.
                self.shown.entry(id).or_default().is_ended = true;
            }
            Action::EndOfInput => self.cluster.submit(Input::EndOfInput { terminal: id })?,
            Action::Edit(old, new) => {
                let pending = self.cluster.terminal(id).and_then(Terminal::pending_edit);
                let text = pending.map(|edit| edit.text.replace(old, new));
                self.cluster.submit(Input::Edited { terminal: id, text })?;
                self.wait_for(id);
            }
            Action::Fault(fault) => match Input::fault(fault) {
                Some(input) => self.cluster.submit(input)?,
                None => self.out.push_str("unknown fault\n"),
            },
        }
        self.print(id);
        for other in (0..9).filter(|&other| other != id) {
            self.print(other);
        }
        Ok(())
    }

    fn type_line(&mut self, id: u32, typed: &str, waits: bool) -> Result<(), InputError> {
        self.add_files(typed)?;
        self.cluster.submit(Input::Line { terminal: id, line: typed.to_owned() })?;
        if waits {
            self.wait_for(id);
        }
        Ok(())
    }

    /// Lets time pass until a terminal is done or wants something of a person.
    fn wait_for(&mut self, id: u32) {
        let limit = self.cluster.now() + Span::from_seconds(BLOCK_SECONDS);
        let waits = |terminal: &Terminal| {
            terminal.is_busy() && !terminal.takes_input() && terminal.pending_edit().is_none()
        };
        while self.cluster.terminal(id).is_some_and(waits)
            && self.cluster.next_due().is_some_and(|due| due <= limit)
        {
            self.cluster.step();
        }
    }

    fn add_files(&mut self, typed: &str) -> Result<(), InputError> {
        for word in typed.split_whitespace() {
            let word = word.trim_start_matches("--filename=").trim_start_matches("-f=");
            let is_file = matches!(word.rsplit_once('.'), Some((_, "yaml" | "yml" | "json")));
            if is_file
                && !self.cluster.files().contains_key(word)
                && let Some(text) = (self.read)(word)
            {
                self.cluster.submit(Input::File { name: word.to_owned(), text })?;
            }
        }
        Ok(())
    }

    /// Writes what a terminal has printed and was not told yet.
    fn print(&mut self, id: u32) {
        let Some(terminal) = self.cluster.terminal(id) else { return };
        let shown = self.shown.entry(id).or_default();
        let mut fresh = String::new();
        let told = shown.number;
        for entry in terminal.entries().iter().filter(|entry| Some(entry.number) >= told) {
            if shown.number != Some(entry.number) {
                *shown = Shown { number: Some(entry.number), ..Shown::default() };
            }
            let text: String = entry.chunks.iter().map(|(_, text)| text.as_str()).collect();
            // A program that cleared the screen begins anew.
            fresh.push_str(text.strip_prefix(shown.text.as_str()).unwrap_or(&text));
            shown.text = text;
            if entry.exit.is_some() && !shown.is_ended {
                shown.is_ended = true;
                let code = entry.exit.filter(|&code| code != 0);
                for line in [
                    code.map(|code| format!("[exit {code}]\n")),
                    entry.hint.as_ref().map(|hint| format!("[hint] {hint}\n")),
                ] {
                    fresh.push_str(&line.unwrap_or_default());
                }
            }
        }
        // A file does not tell one end of a line from another.
        let fresh = fresh.replace("\r\n", "\n");
        for line in fresh.split_inclusive('\n') {
            let bar = id > 0 || Action::of(line.trim_end_matches('\n')).is_some();
            if bar {
                self.out.push_str(&format!("{}| ", id + 1));
            }
            self.out.push_str(line);
        }
        if !fresh.is_empty() && id > 0 && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }
}
