//! Programs that read lines, of files or of standard input, and write as they go.

use std::collections::VecDeque;

use crate::shell::host::{Call, Dialect, FileKind, Program, Progress};
use crate::shell::io::{Io, Read};

/// Lines that are read before others get their turn.
const TURN: usize = 500;

/// Whether more lines are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    More,
    Stop,
}

/// What is done about a file that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Tell,
    /// Nothing is said.
    Hide,
    /// It is said, and nothing else is done.
    Stop,
}

/// What a program does with its lines.
pub(super) trait Filter {
    /// A file begins; standard input has no name.
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        let _ = (name, io);
        Flow::More
    }

    /// A line without its end; the very last one may have had none.
    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow;

    /// All has been read; the exit code.
    fn end(&mut self, io: &mut Io<'_>) -> i32;

    /// A file is a folder; whether what is in it is to be read.
    fn enters(&mut self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Whether a file that was found in a folder is to be read.
    fn wants(&self, name: &str) -> bool {
        let _ = name;
        true
    }

    /// What is to be done about a file that could not be read.
    fn missing(&self) -> Missing {
        Missing::Tell
    }

    /// Takes an operand that is no file but an assignment; whether it was one.
    fn assigns(&mut self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// The exit code when a file could not be read.
    fn failure(&self) -> i32 {
        1
    }

    fn boxed_clone(&self) -> Box<dyn Filter>;
}

impl Clone for Box<dyn Filter> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// A program that reads lines.
#[derive(Clone)]
pub(super) struct Filtering {
    call: Call,
    filter: Box<dyn Filter>,
    files: VecDeque<String>,
    current: Option<Current>,
    has_failed: bool,
    /// Nothing more is done.
    is_over: bool,
}

#[derive(Clone)]
struct Current {
    reads_input: bool,
    text: String,
    at: usize,
}

impl Filtering {
    /// A program that reads these files; standard input when there are none.
    pub(super) fn make(call: Call, files: Vec<String>, filter: impl Filter + 'static) -> Box<dyn Program> {
        let mut files: VecDeque<String> = files.into();
        if files.is_empty() {
            files.push_back("-".to_owned());
        }
        Box::new(Self {
            call,
            filter: Box::new(filter),
            files,
            current: None,
            has_failed: false,
            is_over: false,
        })
    }

    fn open(&mut self, io: &mut Io<'_>) -> Option<Flow> {
        let name = self.files.pop_front()?;
        if name == "-" {
            self.current = Some(Current { reads_input: true, text: String::new(), at: 0 });
            return Some(self.filter.begin(None, io));
        }
        if self.filter.assigns(&name) {
            return Some(Flow::More);
        }
        let path = self.call.path(&name);
        if io.files().kind(&path) == Some(FileKind::Folder) && self.filter.enters(&name) {
            self.enter(&name, &path, io);
            return Some(Flow::More);
        }
        match io.read_file(&path) {
            Ok(text) => {
                self.current = Some(Current { reads_input: false, text, at: 0 });
                Some(self.filter.begin(Some(&name), io))
            }
            Err(error) => {
                self.has_failed = true;
                let missing = self.filter.missing();
                self.is_over = missing == Missing::Stop;
                if missing == Missing::Hide {
                    return Some(Flow::More);
                }
                let what = match self.call.name() {
                    "head" | "tail" => format!("cannot open '{name}' for reading"),
                    "tac" => format!("failed to open '{name}' for reading"),
                    "rev" | "awk" | "gawk" => format!("cannot open {name}"),
                    "sed" => format!("can't read {name}"),
                    "sort" => format!("cannot read: {name}"),
                    _ => name,
                };
                let what = match io.host().dialect() {
                    Dialect::BusyBox if self.call.name() == "cat" => format!("can't open '{what}'"),
                    _ => what,
                };
                io.err(&format!("{}: {what}: {error}\n", self.call.name()));
                Some(Flow::More)
            }
        }
    }

    /// What is in a folder comes next, by name.
    fn enter(&mut self, name: &str, path: &str, io: &mut Io<'_>) {
        let folder =
            if name.is_empty() || name.ends_with('/') { name.to_owned() } else { format!("{name}/") };
        for entry in io.files().list(path).unwrap_or_default().into_iter().rev() {
            let name = format!("{folder}{}", entry.name);
            if entry.kind == FileKind::Folder || self.filter.wants(&name) {
                self.files.push_front(name);
            }
        }
    }

    fn end(&mut self, io: &mut Io<'_>) -> Progress {
        if self.is_over {
            return Progress::Done(self.filter.failure());
        }
        let status = self.filter.end(io);
        Progress::Done(if self.has_failed { self.filter.failure().max(status) } else { status })
    }
}

impl Current {
    /// The next line that is whole, with whether it had an end.
    fn next_line(&mut self, is_last: bool) -> Option<(String, bool)> {
        let rest = self.text.get(self.at..)?;
        if let Some(length) = rest.find('\n') {
            let line = rest.get(..length)?.to_owned();
            self.at += length + 1;
            return Some((line, true));
        }
        if !is_last || rest.is_empty() {
            return None;
        }
        let line = rest.to_owned();
        self.at = self.text.len();
        Some((line, false))
    }

    /// Takes in what has come; `None` when nothing has yet, else whether it is the last.
    fn fill(&mut self, io: &mut Io<'_>) -> Option<bool> {
        if !self.reads_input {
            return Some(true);
        }
        match io.read() {
            Read::Wait => None,
            Read::End => Some(true),
            Read::Text(text) => {
                self.text.drain(..self.at);
                self.at = 0;
                self.text.push_str(&text);
                Some(false)
            }
        }
    }
}

impl Program for Filtering {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        for _ in 0..TURN {
            if !io.has_room() {
                return Progress::WAIT;
            }
            let Some(current) = &mut self.current else {
                match self.open(io) {
                    _ if self.is_over => return self.end(io),
                    None | Some(Flow::Stop) => return self.end(io),
                    Some(Flow::More) => continue,
                }
            };
            let mut line = current.next_line(false);
            if line.is_none() {
                match current.fill(io) {
                    None => return Progress::WAIT,
                    Some(false) => continue,
                    Some(true) => line = current.next_line(true),
                }
            }
            match line {
                Some((line, has_end)) => {
                    if self.filter.line(&line, has_end, io) == Flow::Stop {
                        return self.end(io);
                    }
                }
                None => self.current = None,
            }
        }
        io.goes_on();
        Progress::WAIT
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.call.name().to_owned()
    }
}
