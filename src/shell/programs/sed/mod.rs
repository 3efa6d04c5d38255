//! `sed`: changes lines by a script.
//!
//! - `script`: from its text to commands; `addresses`, `delimited`, `texts`: addresses, patterns and texts
//!   within it. `tree`: what they mean. `cycle`: what is done with a line; `output`: where it goes.

mod addresses;
mod cycle;
mod delimited;
mod output;
mod script;
mod texts;
mod tree;

use std::rc::Rc;

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, refused, wrong};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;
use crate::shell::regex::{Dialect, Regex};
use output::Output;
use script::parse;
use tree::{Address, Command, Verb};

/// Where the range of a command with two addresses stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    Out,
    /// It has ended, and its first line was a number: that does not come again.
    Over,
    In,
    Until(usize),
}

/// A command that waits for the next line.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Waits {
    /// `N`: what there is stays.
    adds: bool,
    /// The command that comes after it.
    at: usize,
}

/// How the program was called.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Settings {
    dialect: Dialect,
    is_quiet: bool,
    /// Files are edited in place; the new name of the old text, when it is kept.
    in_place: bool,
    suffix: String,
    /// Each file has its own first and last line.
    is_separate: bool,
    looks_ahead: bool,
}

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Sed {
    settings: Settings,
    /// Scripts, or files of them, that are still to be read.
    unread: Vec<(bool, String)>,
    commands: Rc<[Command]>,
    ranges: Vec<Range>,
    output: Output,
    has_begun: bool,
    name: String,
    number: usize,
    is_last: bool,
    /// The line that may be the last one.
    held: Option<(String, bool)>,
    space: String,
    has_end: bool,
    hold: String,
    /// Whether the line that is held had an end.
    held_end: bool,
    waits: Option<Waits>,
    /// Whether `s` has replaced something since the line was read.
    has_replaced: bool,
    last_regex: Option<Rc<Regex>>,
    status: i32,
    is_over: bool,
}

const LONG: &[(&str, char)] = &[
    ("quiet", 'n'),
    ("silent", 'n'),
    ("expression", 'e'),
    ("file", 'f'),
    ("regexp-extended", 'E'),
    ("in-place", 'i'),
    ("separate", 's'),
    ("unbuffered", 'u'),
];

/// `sed`: `-n`, `-E`, `-e`, `-f`, `-i`, `-s`.
pub(super) fn sed(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let mut options = Options::parse(&call, "nEri?sue:f:", LONG)?;
    let mut unread: Vec<(bool, String)> = options.in_order("ef");
    if unread.is_empty() {
        if options.operands.is_empty() {
            return Err(wrong(&call, "no script specified"));
        }
        unread.push((false, options.operands.remove(0)));
    }
    let extended = options.has('E') || options.has('r');
    let mut filter = Sed {
        settings: Settings {
            dialect: if extended { Dialect::Extended } else { Dialect::Basic },
            is_quiet: options.has('n'),
            in_place: options.has('i'),
            suffix: options.value('i').unwrap_or_default().to_owned(),
            is_separate: options.has('i') || options.has('s'),
            looks_ahead: false,
        },
        unread,
        commands: Rc::new([]),
        ranges: Vec::new(),
        output: Output::new(call.clone()),
        has_begun: false,
        name: "-".to_owned(),
        number: 0,
        is_last: false,
        held: None,
        space: String::new(),
        has_end: true,
        hold: String::new(),
        held_end: true,
        waits: None,
        has_replaced: false,
        last_regex: None,
        status: 0,
        is_over: false,
    };
    // What is wrong with a script is said before any file is opened.
    if filter.unread.iter().all(|(is_file, _)| !is_file) {
        let scripts: Vec<String> = filter.unread.drain(..).map(|(_, script)| script).collect();
        filter.read(&scripts.join("\n")).map_err(|mistake| refused(&call, mistake))?;
    }
    Ok(Filtering::make(call, options.operands, filter))
}

impl Sed {
    /// Reads the script.
    fn read(&mut self, script: &str) -> Result<(), crate::shell::mistake::Mistake> {
        self.settings.is_quiet |= script.starts_with("#n\n");
        let commands = parse(script, self.settings.dialect)?;
        let is_last = |address: &Option<Address>| matches!(address, Some(Address::Last));
        self.settings.looks_ahead =
            commands.iter().any(|command| is_last(&command.first) || is_last(&command.last));
        self.commands = commands.into();
        self.reset_ranges();
        Ok(())
    }

    /// No range has begun, but for those that begin before the first line.
    fn reset_ranges(&mut self) {
        let begins = |command: &Command| matches!(command.first, Some(Address::Begin));
        let range = |command: &Command| if begins(command) { Range::In } else { Range::Out };
        self.ranges = self.commands.iter().map(range).collect();
    }

    /// Reads scripts that are in files, and makes the files that are written.
    fn prepare(&mut self, io: &mut Io<'_>) -> Flow {
        if std::mem::replace(&mut self.has_begun, true) {
            return Flow::More;
        }
        let mut scripts = Vec::new();
        for (is_file, script) in std::mem::take(&mut self.unread) {
            if !is_file {
                scripts.push(script);
                continue;
            }
            match io.read_file(&self.output.path(&script)) {
                Ok(text) => scripts.push(text.strip_suffix('\n').unwrap_or(&text).to_owned()),
                Err(error) => {
                    io.err(&format!("sed: couldn't open file {script}: {error}\n"));
                    return self.fail(1);
                }
            }
        }
        if !scripts.is_empty()
            && let Err(mistake) = self.read(&scripts.join("\n"))
        {
            mistake.of("sed").tell(io);
            return self.fail(1);
        }
        for command in self.commands.clone().iter() {
            let file = match &command.verb {
                Verb::Write(file) => Some(file),
                Verb::Substitute(substitution) => substitution.file.as_ref(),
                _ => None,
            };
            if let Some(file) = file
                && !self.output.create(file, io)
            {
                return self.fail(4);
            }
        }
        Flow::More
    }

    fn fail(&mut self, status: i32) -> Flow {
        self.status = status;
        self.is_over = true;
        Flow::Stop
    }

    /// A file has ended, or all of them.
    fn flush(&mut self, io: &mut Io<'_>) {
        if let Some((line, has_end)) = self.held.take() {
            self.take(&line, has_end, true, io);
        }
        if self.waits.take().is_some() {
            self.end_cycle(io);
        }
        self.output.close(&self.settings.suffix, io);
    }
}

impl Filter for Sed {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        if self.prepare(io) == Flow::Stop {
            return Flow::Stop;
        }
        if self.settings.is_separate {
            self.flush(io);
            self.number = 0;
            self.reset_ranges();
        }
        name.unwrap_or("-").clone_into(&mut self.name);
        if self.settings.in_place {
            self.output.open(name);
        }
        if self.is_over { Flow::Stop } else { Flow::More }
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        if !self.settings.looks_ahead {
            return self.take(line, has_end, false, io);
        }
        match self.held.replace((line.to_owned(), has_end)) {
            Some((before, ended)) => self.take(&before, ended, false, io),
            None => Flow::More,
        }
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        if self.is_over {
            self.held = None;
        }
        self.flush(io);
        self.status
    }

    fn failure(&self) -> i32 {
        2
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
