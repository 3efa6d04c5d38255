//! What a shell and its owner have between them: output, typed input, and a text that is to be edited.

use super::host::EditRequest;
use super::io::{Read, Stream};
use super::pipes::piece;

/// Bytes that one line may print.
pub(super) const OUTPUT_MAX: usize = 1 << 20;
/// Bytes that may go through the pipes of one line.
const PIPED_MAX: usize = 64 << 20;
/// Lines that the history keeps.
const HISTORY_MAX: usize = 1_000;

/// The owner's side of a shell.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Console {
    output: Vec<(Stream, String)>,
    written: usize,
    piped: usize,
    /// Why the line must be stopped.
    pub(super) stop: Option<String>,
    input: String,
    pub(super) input_has_ended: bool,
    /// A program waits for more input.
    pub(super) wants_input: bool,
    /// Whether a person sits there.
    pub(super) is_terminal: bool,
    pub(super) hint: Option<String>,
    pub(super) edit: Option<EditRequest>,
    #[expect(clippy::option_option, reason = "no answer yet, and an answer without a text")]
    pub(super) edited: Option<Option<String>>,
    pub(super) history: Vec<String>,
    /// `exit` was run.
    pub(super) has_exited: bool,
}

/// What a terminal is sent to show nothing but what follows.
pub const CLEAR_SCREEN: &str = "\u{1b}[H\u{1b}[2J";

impl Console {
    pub(super) fn new(is_terminal: bool) -> Self {
        Self { is_terminal, input_has_ended: false, ..Self::default() }
    }

    pub(super) fn write(&mut self, stream: Stream, text: &str) {
        // A screen that is replaced does not pile up.
        if text.contains(CLEAR_SCREEN) {
            self.written = 0;
        }
        self.written = self.written.saturating_add(text.len());
        if self.written > OUTPUT_MAX {
            self.overflow();
            return;
        }
        match self.output.last_mut() {
            Some((last, written)) if *last == stream => written.push_str(text),
            _ => self.output.push((stream, text.to_owned())),
        }
    }

    /// Counts what goes through a pipe.
    pub(super) fn count_piped(&mut self, bytes: usize) {
        self.piped = self.piped.saturating_add(bytes);
        if self.piped > PIPED_MAX {
            let most = PIPED_MAX >> 20;
            self.stop = Some(format!("the line was stopped: more than {most} MB went through its pipes"));
        }
    }

    /// More was printed than one line may print.
    pub(super) fn overflow(&mut self) {
        self.stop = Some(format!("the line was stopped: it printed more than {} kB", OUTPUT_MAX >> 10));
    }

    pub(super) fn take_output(&mut self) -> Vec<(Stream, String)> {
        std::mem::take(&mut self.output)
    }

    /// Before a new line: it may print as much as any.
    pub(super) fn begin(&mut self) {
        self.written = 0;
        self.piped = 0;
        self.stop = None;
        self.wants_input = false;
        self.edit = None;
        self.edited = None;
        if self.is_terminal {
            self.input_has_ended = false;
        }
    }

    pub(super) fn remember(&mut self, line: &str) {
        if !line.trim().is_empty() {
            if self.history.len() >= HISTORY_MAX {
                self.history.remove(0);
            }
            self.history.push(line.trim_end().to_owned());
        }
    }

    pub(super) fn feed(&mut self, text: &str) {
        self.input.push_str(text);
        self.wants_input = false;
    }

    pub(super) fn read(&mut self) -> Read {
        if !self.input.is_empty() {
            return Read::Text(std::mem::take(&mut self.input));
        }
        self.nothing()
    }

    pub(super) fn read_until(&mut self, delimiter: char, most: Option<usize>) -> Read {
        match piece(&self.input, delimiter, most) {
            Some(end) => {
                let rest = self.input.split_off(end);
                Read::Text(std::mem::replace(&mut self.input, rest))
            }
            None if self.input_has_ended => self.read(),
            None => self.nothing(),
        }
    }

    /// What was typed and nobody read is gone with the line.
    pub(super) fn drop_input(&mut self) {
        self.input.clear();
    }

    fn nothing(&mut self) -> Read {
        if self.input_has_ended {
            return Read::End;
        }
        self.wants_input = true;
        Read::Wait
    }
}
