//! Where the streams of a process come from and go to.

use super::pipes::PipeId;

/// Which of the two outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Where input comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Source {
    /// What is typed, or what the shell's owner feeds.
    #[default]
    Console,
    /// Nothing.
    Null,
    /// A pipe, a file's text or a here-document.
    Pipe(PipeId),
}

/// Where output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    /// The shell's own output.
    Console(Stream),
    /// Nowhere.
    Null,
    /// A pipe.
    Pipe(PipeId),
    /// The end of a file.
    File(String),
}

/// The three streams of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Descriptors {
    pub(super) input: Source,
    pub(super) out: Sink,
    pub(super) err: Sink,
}

impl Default for Descriptors {
    fn default() -> Self {
        Self { input: Source::Console, out: Sink::Console(Stream::Out), err: Sink::Console(Stream::Err) }
    }
}
