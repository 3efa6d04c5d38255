//! What a line of kubectl leads to: output, a command that waits, or a text to edit.
//!
//! Left out: colours and progress bars; kubectl has none.

use std::fmt;

use super::commands::edit::Edit;
use super::error::CommandError;
use super::inside::ContainerCall;
use crate::apiserver::ApiServer;
use crate::sim::Time;

/// Where a text was printed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What a command printed, in the order written, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Texts with their stream, in order.
    pub chunks: Vec<(Stream, String)>,
    /// The exit code.
    pub exit: i32,
    /// What the sandbox has to say beside kubectl's own words.
    pub hint: Option<String>,
}

impl Output {
    /// One text on one stream.
    pub fn text(stream: Stream, text: &str, exit: i32) -> Self {
        let mut output = Self { exit, ..Self::default() };
        output.write(stream, text);
        output
    }

    /// Nothing but an exit code and the sandbox's own words.
    pub fn hint(hint: impl Into<String>, exit: i32) -> Self {
        Self { exit, hint: Some(hint.into()), ..Self::default() }
    }

    /// Prints a warning of the server, each text once; whether it was printed.
    pub fn warn(&mut self, warning: &str) -> bool {
        let text = format!("Warning: {warning}\n");
        let is_news = !self.stderr().contains(&text);
        if is_news {
            self.err(&text);
        }
        is_news
    }

    /// Adds a text; texts of one stream that follow each other become one.
    pub fn write(&mut self, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.chunks.last_mut() {
            Some((last, written)) if *last == stream => written.push_str(text),
            _ => self.chunks.push((stream, text.to_owned())),
        }
    }

    /// Adds to standard output.
    pub fn out(&mut self, text: &str) {
        self.write(Stream::Out, text);
    }

    /// Adds to standard error.
    pub fn err(&mut self, text: &str) {
        self.write(Stream::Err, text);
    }

    /// Adds an error as kubectl prints it, and its exit code.
    pub fn fail(&mut self, error: &CommandError) {
        self.out(&error.stdout());
        self.err(&error.render());
        self.exit = error.exit();
        if let Some(hint) = error.hint() {
            self.hint = Some(hint.to_owned());
        }
    }

    /// All that went to standard output.
    pub fn stdout(&self) -> String {
        self.of(Stream::Out)
    }

    /// All that went to standard error.
    pub fn stderr(&self) -> String {
        self.of(Stream::Err)
    }

    fn of(&self, stream: Stream) -> String {
        self.chunks.iter().filter(|(s, _)| *s == stream).map(|(_, text)| text.as_str()).collect()
    }

    /// Takes what was written so far and leaves nothing.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// What a line leads to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The command ended.
    Done(Output),
    /// The command waits for something.
    Blocked {
        /// What it printed so far.
        so_far: Output,
        /// What it waits for.
        waiter: Box<dyn Waiter>,
    },
    /// The command wants a text edited.
    Edit(Edit),
    /// The command wants something of a container.
    Inside(Box<ContainerCall>),
}

/// A command that waits: polled after every change of the store and at the time it asked for.
pub trait Waiter {
    /// Looks again.
    fn poll(&mut self, api: &mut ApiServer) -> Poll;

    /// Ends it, as Ctrl-C does.
    fn interrupt(&mut self) -> Output;

    /// A copy of it.
    fn boxed_clone(&self) -> Box<dyn Waiter>;

    /// What it waits for, in a few words.
    fn title(&self) -> String;
}

/// Its title alone: printing every command that waits would be code that the page loads for nothing.
impl fmt::Debug for dyn Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

impl Clone for Box<dyn Waiter> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// What a look at the store gave.
#[derive(Clone, Debug)]
pub enum Poll {
    /// Not yet.
    Pending {
        /// What it printed meanwhile.
        output: Output,
        /// When to look again even if nothing changes.
        wake_at: Option<Time>,
    },
    /// The command ended.
    Done(Output),
    /// It has come to what it wants of a container.
    Inside(Box<ContainerCall>),
}
