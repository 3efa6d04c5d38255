//! A shell to which a person types, as a program: it prompts, reads a line, runs it, and prompts again.
//!
//! It is what `sh` is where standard input is a terminal. Left out: editing of the line, which the page has.

use super::host::{Program, Progress};
use super::io::{Io, Read, Stream};
use super::session::{Settings, Shell, State, Taken};
use crate::sim::Time;

/// A shell to which a person types.
#[derive(Clone, Debug)]
pub struct Interactive {
    shell: Shell,
    settings: Settings,
    /// What it prints before it reads a line; `\w` stands for the current folder.
    prompt: String,
    is_prompted: bool,
    rests_until: Option<Time>,
}

impl Interactive {
    /// A shell that is about to prompt; in its prompt `\w` stands for the current folder. Without a prompt it
    /// is one whose lines come from elsewhere than a terminal.
    pub fn new(settings: Settings, prompt: String) -> Self {
        let settings = Settings { is_terminal: !prompt.is_empty(), ..settings };
        let shell = Shell::new(settings.clone());
        Self { shell, settings, prompt, is_prompted: false, rests_until: None }
    }

    fn pass_output(&mut self, io: &mut Io<'_>) {
        // A terminal shows both streams as one.
        let is_terminal = self.settings.is_terminal;
        for (stream, text) in self.shell.take_output() {
            io.write(if is_terminal { Stream::Out } else { stream }, &text);
        }
        if let Some(hint) = self.shell.take_hint() {
            io.hint(hint);
        }
    }

    /// Runs the line until it ends or waits; `None` when it has ended.
    fn run_line(&mut self, io: &mut Io<'_>) -> Option<Progress> {
        if let Some(until) = self.rests_until.take_if(|until| *until > io.now()) {
            self.rests_until = Some(until);
            return Some(Progress::Wait { wake_at: Some(until) });
        }
        if self.shell.pending_edit().is_some()
            && let Some(text) = io.take_edited()
        {
            self.shell.finish_edit(text);
        }
        loop {
            let now = io.now();
            let state = self.shell.poll(io.host(), now);
            self.pass_output(io);
            let State::Waits { wake_at, is_spent, rests } = state else { return None };
            if let Some(request) = self.shell.pending_edit() {
                return Some(Progress::Edit(request.clone()));
            }
            if self.shell.wants_input() {
                match io.read_line() {
                    Read::Text(text) => {
                        self.shell.feed(&text);
                        continue;
                    }
                    Read::End => {
                        self.shell.end_input();
                        continue;
                    }
                    Read::Wait => {}
                }
            }
            if rests {
                io.rests();
            }
            self.rests_until = wake_at.filter(|_| is_spent);
            return Some(Progress::Wait { wake_at });
        }
    }

    fn show_prompt(&mut self, io: &mut Io<'_>) {
        if !self.is_prompted && self.settings.is_terminal {
            self.is_prompted = true;
            let is_open = self.shell.is_incomplete();
            io.out(&if is_open { "> ".to_owned() } else { self.prompt.replace("\\w", &self.folder()) });
        }
    }

    /// The current folder with `~` for the home folder.
    fn folder(&self) -> String {
        let folder = self.shell.folder();
        let home = self.settings.environment.get("HOME").filter(|home| home.len() > 1);
        match home.and_then(|home| folder.strip_prefix(home.as_str())) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => folder.to_owned(),
        }
    }

    fn farewell(&self) -> &'static str {
        if self.settings.name == "bash" && self.settings.is_terminal { "exit\n" } else { "" }
    }
}

impl Program for Interactive {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        loop {
            if self.shell.is_busy() {
                if let Some(waits) = self.run_line(io) {
                    return waits;
                }
                if self.shell.has_exited() {
                    return Progress::Done(self.shell.status());
                }
            }
            self.show_prompt(io);
            match io.read_line() {
                Read::Wait => return Progress::WAIT,
                Read::End => {
                    let is_bare = self.settings.is_terminal && self.farewell().is_empty();
                    io.out(if is_bare { "\n" } else { self.farewell() });
                    return Progress::Done(self.shell.status());
                }
                Read::Text(line) => {
                    self.is_prompted = false;
                    let taken = self.shell.submit(line.trim_end_matches('\n'));
                    if taken == Taken::Whole && self.shell.typed().trim() == "exit" {
                        io.out(self.farewell());
                    }
                    // What would not parse has said so.
                    self.pass_output(io);
                }
            }
        }
    }

    fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        let now = io.now();
        io.out("^C\n");
        let is_open = self.shell.is_busy() || self.shell.is_incomplete();
        if is_open && self.shell.press_interrupt(io.host(), now).is_none() {
            return true;
        }
        self.pass_output(io);
        self.is_prompted = false;
        io.goes_on();
        true
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        let now = io.now();
        let status = self.shell.interrupt(io.host(), now);
        self.pass_output(io);
        status
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.settings.name.clone()
    }
}
