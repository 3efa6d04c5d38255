//! A shell within a program: what `sh -c`, `watch` and `xargs` run, and `kubectl exec` in a container.

use super::host::{Call, Host, Progress};
use super::io::{Io, Read, Stream};
use super::session::Shell;
use super::standing::{Settings, State};
use crate::sim::Time;

/// Shells within shells.
const LEVEL_MAX: u32 = 4;

/// A shell whose streams are those of a program.
#[derive(Clone, Debug)]
pub struct Nested {
    /// The shell.
    pub shell: Shell,
    /// Whether it takes one line of input at a time: what follows is for whoever reads next.
    reads_lines: bool,
    /// Whether what it prints is one stream, as on a terminal.
    joins_streams: bool,
    rests_until: Option<Time>,
}

impl Nested {
    /// A shell for a program, and the script that it runs; `None` when shells nest too deeply.
    pub fn new(call: &Call, name: &str, arguments: Vec<String>, script: Option<String>) -> Option<Self> {
        let settings = Settings {
            name: name.to_owned(),
            folder: call.folder.clone(),
            environment: call.environment.clone(),
            arguments,
            script,
            is_terminal: false,
            level: call.level + 1,
        };
        Self::with(settings)
    }

    /// A shell of other settings; `None` when shells nest too deeply.
    pub fn with(settings: Settings) -> Option<Self> {
        let is_allowed = settings.level <= LEVEL_MAX;
        is_allowed.then(|| Self {
            shell: Shell::new(settings),
            reads_lines: false,
            joins_streams: false,
            rests_until: None,
        })
    }

    /// A shell whose lines somebody hands to it, with input for the programs that it runs.
    pub(super) fn of_lines(settings: Settings) -> Self {
        let joins_streams = settings.is_terminal;
        Self { shell: Shell::new(settings), reads_lines: true, joins_streams, rests_until: None }
    }

    /// Lets it run on the program's own host.
    pub fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        self.drive(io, |shell, io| {
            let now = io.now();
            shell.poll(io.host(), now)
        })
    }

    /// Lets it run on another host, which is made of the program's.
    pub fn poll_on(
        &mut self,
        io: &mut Io<'_>,
        mut with_host: impl FnMut(&mut Io<'_>, &mut dyn FnMut(&mut dyn Host)),
    ) -> Progress {
        self.drive(io, |shell, io| {
            let now = io.now();
            let mut state = State::Done(1);
            with_host(io, &mut |host| state = shell.poll(host, now));
            state
        })
    }

    fn drive(&mut self, io: &mut Io<'_>, mut poll: impl FnMut(&mut Shell, &mut Io<'_>) -> State) -> Progress {
        if let Some(until) = self.rests_until.take_if(|until| *until > io.now()) {
            self.rests_until = Some(until);
            return Progress::Wait { wake_at: Some(until) };
        }
        if self.shell.pending_edit().is_some()
            && let Some(text) = io.take_edited()
        {
            self.shell.finish_edit(text);
        }
        loop {
            let state = poll(&mut self.shell, io);
            self.pass_output(io);
            let (wake_at, is_spent, rests) = match state {
                State::Done(status) => return Progress::Done(status),
                State::Waits { wake_at, is_spent, rests } => (wake_at, is_spent, rests),
            };
            if let Some(request) = self.shell.pending_edit() {
                return Progress::Edit(request.clone());
            }
            if self.shell.wants_input() {
                match if self.reads_lines { io.read_line() } else { io.read() } {
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
            return Progress::Wait { wake_at };
        }
    }

    /// Gives on what the shell has printed.
    pub fn pass_output(&mut self, io: &mut Io<'_>) {
        for (stream, text) in self.shell.take_output() {
            io.write(if self.joins_streams { Stream::Out } else { stream }, &text);
        }
        if let Some(hint) = self.shell.take_hint() {
            io.hint(hint);
        }
    }

    /// Ctrl-C on another host, which is made of the program's: the exit code, unless a program took the key.
    pub fn press_interrupt_on(
        &mut self,
        io: &mut Io<'_>,
        with_host: impl FnOnce(&mut Io<'_>, &mut dyn FnMut(&mut dyn Host)),
    ) -> Option<i32> {
        let now = io.now();
        let mut status = None;
        let shell = &mut self.shell;
        with_host(io, &mut |host| status = shell.press_interrupt(host, now));
        self.pass_output(io);
        status
    }

    /// Ends what it runs.
    pub fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        let now = io.now();
        let status = self.shell.interrupt(io.host(), now);
        self.pass_output(io);
        status
    }
}
