//! A shell to which a person types, as a program: it prompts, reads a line, runs it, and prompts again.
//!
//! It is what `sh` is where standard input is a terminal. Left out: editing of the line, which the page has.

use super::host::{Program, Progress};
use super::io::{Io, Read};
use super::nested::Nested;
use super::standing::{Settings, Taken};

/// A shell to which a person types.
#[derive(Clone, Debug)]
pub struct Interactive {
    nested: Nested,
    settings: Settings,
    /// What it prints before it reads a line; `\w` stands for the current folder.
    prompt: String,
    is_prompted: bool,
}

impl Interactive {
    /// A shell that is about to prompt; in its prompt `\w` stands for the current folder. Without a prompt it
    /// is one whose lines come from elsewhere than a terminal.
    pub fn new(settings: Settings, prompt: String) -> Self {
        let settings = Settings { is_terminal: !prompt.is_empty(), ..settings };
        Self { nested: Nested::of_lines(settings.clone()), settings, prompt, is_prompted: false }
    }

    fn show_prompt(&mut self, io: &mut Io<'_>) {
        if !self.is_prompted && self.settings.is_terminal {
            self.is_prompted = true;
            let is_open = self.nested.shell.is_incomplete();
            io.out(&if is_open { "> ".to_owned() } else { self.prompt.replace("\\w", &self.folder()) });
        }
    }

    /// The current folder with `~` for the home folder.
    fn folder(&self) -> String {
        let folder = self.nested.shell.folder();
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
            if self.nested.shell.is_busy() {
                match self.nested.poll(io) {
                    Progress::Done(_) => {}
                    waits => return waits,
                }
                if self.nested.shell.has_exited() {
                    return Progress::Done(self.nested.shell.status());
                }
            }
            self.show_prompt(io);
            match io.read_line() {
                Read::Wait => return Progress::WAIT,
                Read::End => {
                    let is_bare = self.settings.is_terminal && self.farewell().is_empty();
                    io.out(if is_bare { "\n" } else { self.farewell() });
                    return Progress::Done(self.nested.shell.status());
                }
                Read::Text(line) => {
                    self.is_prompted = false;
                    let taken = self.nested.shell.submit(line.trim_end_matches('\n'));
                    if taken == Taken::Whole && self.nested.shell.typed().trim() == "exit" {
                        io.out(self.farewell());
                    }
                    // What would not parse has said so.
                    self.nested.pass_output(io);
                }
            }
        }
    }

    fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        let now = io.now();
        // Whoever runs in it may take the key itself, as a shell does that was started here.
        if self.nested.shell.press_interrupt(io.host(), now).is_none() {
            return true;
        }
        io.out("^C\n");
        self.nested.pass_output(io);
        self.is_prompted = false;
        io.goes_on();
        true
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.nested.interrupt(io)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.settings.name.clone()
    }
}
