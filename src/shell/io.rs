//! The streams of a running program, and the way to its host.

use super::console::{Console, OUTPUT_MAX};
pub use super::descriptors::Stream;
use super::descriptors::{Descriptors, Sink, Source};
use super::host::{FileError, Files, Host};
use super::pipes::{CAPTURE_MAX, Pipes, piece};
use crate::sim::Time;

/// What reading gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// Text: never empty.
    Text(String),
    /// Nothing yet.
    Wait,
    /// There is no more.
    End,
}

/// What all processes of a shell share while they are polled.
pub(super) struct Kernel<'a> {
    pub(super) now: Time,
    pub(super) host: &'a mut dyn Host,
    pub(super) pipes: &'a mut Pipes,
    pub(super) console: &'a mut Console,
    /// Steps that may still be taken before the shell lets the rest of the world go on.
    pub(super) steps: u32,
    /// Something went on since this was last set to `false`.
    pub(super) moved: bool,
    /// The earliest instant that someone waits for.
    pub(super) wake_at: Option<Time>,
    /// Someone lets time pass and does nothing else.
    pub(super) rests: bool,
}

impl Kernel<'_> {
    pub(super) fn wake(&mut self, at: Option<Time>) {
        self.wake_at = match (self.wake_at, at) {
            (Some(known), Some(at)) => Some(known.min(at)),
            (known, at) => known.or(at),
        };
    }

    /// The streams for one of the processes.
    pub(super) fn io<'b>(&'b mut self, descriptors: &'b Descriptors) -> Io<'b> {
        Io {
            now: self.now,
            host: &mut *self.host,
            pipes: self.pipes,
            console: self.console,
            moved: &mut self.moved,
            rests: &mut self.rests,
            descriptors,
        }
    }

    /// Whether a sink takes more.
    pub(super) fn has_room(&self, sink: &Sink) -> bool {
        !matches!(sink, Sink::Pipe(id) if !self.pipes.has_room(*id))
    }
}

/// What a program is given when it is polled.
pub struct Io<'a> {
    now: Time,
    host: &'a mut dyn Host,
    pipes: &'a mut Pipes,
    console: &'a mut Console,
    moved: &'a mut bool,
    rests: &'a mut bool,
    descriptors: &'a Descriptors,
}

impl std::fmt::Debug for Io<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Io").field("now", &self.now).field("descriptors", &self.descriptors).finish()
    }
}

impl Io<'_> {
    /// The present instant.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The host.
    pub fn host(&mut self) -> &mut dyn Host {
        &mut *self.host
    }

    /// The host's files.
    pub fn files(&mut self) -> &mut dyn Files {
        self.host.files()
    }

    /// What the host's programs act on; `None` when it is of another type.
    pub fn world<T: 'static>(&mut self) -> Option<&mut T> {
        self.host.world().downcast_mut()
    }

    /// Reads all that has come to standard input.
    pub fn read(&mut self) -> Read {
        self.read_up_to(usize::MAX)
    }

    /// Reads one line with its end; a last line may have none.
    pub fn read_line(&mut self) -> Read {
        self.read_until('\n', None)
    }

    /// Reads up to a letter, with it, or so many letters; what comes last may be less.
    pub(super) fn read_until(&mut self, delimiter: char, most: Option<usize>) -> Read {
        match self.descriptors.input {
            Source::Null => Read::End,
            Source::Console => self.console.read_until(delimiter, most),
            Source::Pipe(id) => {
                let Some(pipe) = self.pipes.get_mut(id) else { return Read::End };
                match piece(&pipe.text, delimiter, most).or(pipe.is_closed.then_some(pipe.text.len())) {
                    Some(end) => self.read_up_to(end),
                    None => Read::Wait,
                }
            }
        }
    }

    fn read_up_to(&mut self, end: usize) -> Read {
        let read = match self.descriptors.input {
            Source::Null => Read::End,
            Source::Console => self.console.read(),
            Source::Pipe(id) => match self.pipes.get_mut(id) {
                Some(pipe) if !pipe.text.is_empty() => {
                    let rest = pipe.text.split_off(end.min(pipe.text.len()));
                    Read::Text(std::mem::replace(&mut pipe.text, rest))
                }
                Some(pipe) if !pipe.is_closed => Read::Wait,
                _ => Read::End,
            },
        };
        if matches!(read, Read::Text(_)) {
            *self.moved = true;
        }
        read
    }

    /// Whether standard output takes more; a program that makes much output asks before it goes on.
    pub fn has_room(&self) -> bool {
        !matches!(&self.descriptors.out, Sink::Pipe(id) if !self.pipes.has_room(*id))
    }

    /// Writes to standard output.
    pub fn out(&mut self, text: &str) {
        self.write_to(&self.descriptors.out, text);
    }

    /// Writes a text that was left off once it was longer than one line may print.
    pub(super) fn out_limited(&mut self, text: &str) {
        self.out(text);
        if text.len() > OUTPUT_MAX {
            self.console.overflow();
        }
    }

    /// Writes to standard error.
    pub fn err(&mut self, text: &str) {
        self.write_to(&self.descriptors.err, text);
    }

    /// Writes to one of the two.
    pub fn write(&mut self, stream: Stream, text: &str) {
        match stream {
            Stream::Out => self.out(text),
            Stream::Err => self.err(text),
        }
    }

    /// Whether standard input is a terminal's.
    pub fn reads_terminal(&self) -> bool {
        self.descriptors.input == Source::Console && self.console.is_terminal
    }

    /// Whether standard output is a terminal's.
    pub fn writes_terminal(&self) -> bool {
        matches!(self.descriptors.out, Sink::Console(_)) && self.console.is_terminal
    }

    /// Asks to be polled again in this very instant.
    pub fn goes_on(&mut self) {
        *self.moved = true;
    }

    /// Says that it waits for nothing but time: whoever waits for all work to be done need not wait for it.
    pub fn rests(&mut self) {
        *self.rests = true;
    }

    /// What the sandbox has to say beside the program's own words.
    pub fn hint(&mut self, hint: impl Into<String>) {
        self.console.hint = Some(hint.into());
    }

    /// The lines that were typed into this shell.
    pub fn history(&self) -> &[String] {
        &self.console.history
    }

    /// The edited text that [`super::Progress::Edit`] asked for, once it is there; `Some(None)` when the
    /// editor was closed without saving.
    pub fn take_edited(&mut self) -> Option<Option<String>> {
        self.console.edited.take()
    }

    /// Reads a file; `/dev/null` is empty.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_file(&mut self, path: &str) -> Result<String, FileError> {
        if path == NULL_FILE { Ok(String::new()) } else { self.files().read(path) }
    }

    /// Writes a file; what goes to `/dev/null` is gone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_file(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        *self.moved = true;
        if path == NULL_FILE { Ok(()) } else { self.files().write(path, text) }
    }

    /// Writes at the end of a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append_file(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        *self.moved = true;
        if path == NULL_FILE { Ok(()) } else { self.files().append(path, text) }
    }

    /// Opens a file to write at its end; what it holds stays when it is to be kept.
    pub(super) fn write_file_or_keep(&mut self, path: &str, keeps: bool) -> Result<(), FileError> {
        if keeps { self.append_file(path, "") } else { self.write_file(path, "") }
    }

    pub(super) fn write_to(&mut self, sink: &Sink, text: &str) {
        if text.is_empty() {
            return;
        }
        *self.moved = true;
        match sink {
            Sink::Null => {}
            Sink::Console(stream) => self.console.write(*stream, text),
            Sink::Pipe(id) => {
                let Some(pipe) = self.pipes.get_mut(*id) else { return };
                if pipe.has_no_reader {
                    pipe.is_broken = true;
                    return;
                }
                pipe.text.push_str(text);
                self.console.count_piped(text.len());
                if pipe.text.len() > CAPTURE_MAX {
                    self.console.overflow();
                }
            }
            Sink::File(path) => {
                if let Err(error) = self.host.files().append(path, text) {
                    self.console.stop = Some(format!("the line was stopped: {path}: {error}"));
                }
            }
        }
    }
}

/// The file that is nothing.
pub(super) const NULL_FILE: &str = "/dev/null";
