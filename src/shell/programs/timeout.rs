//! `timeout`: a program, and its end after a while of virtual time.
//!
//! The program gets this one's streams, and Ctrl-C. Signals differ in the exit code alone: all end what runs.

use super::Wrong;
use super::options::{Options, wrong};
use super::sleep::milliseconds;
use crate::shell::host::{Call, Dialect, Program, Progress};
use crate::shell::io::Io;
use crate::sim::{Span, Time};

/// Programs that end programs that end programs.
const LEVEL_MAX: u32 = 8;
/// The exit code of what was ended by this program.
const ENDED: i32 = 124;
/// The exit code of this program's own mistakes.
const MISTAKEN: i32 = 125;
/// What is added to a signal's number for the exit code of what it ended.
const BY_SIGNAL: i32 = 128;
const TERM: i32 = 15;
const KILL: i32 = 9;

/// Signals by name, as far as one ends programs with them.
const SIGNALS: &[(&str, i32)] =
    &[("HUP", 1), ("INT", 2), ("QUIT", 3), ("KILL", KILL), ("USR1", 10), ("USR2", 12), ("TERM", TERM)];

#[derive(Clone)]
struct Timeout {
    /// What it runs.
    call: Call,
    span: Span,
    signal: i32,
    preserves: bool,
    tells: bool,
    running: Option<(Box<dyn Program>, Option<Time>)>,
}

/// `timeout SECONDS COMMAND…`: `-s`, `-k`, `-v`, `--preserve-status`, `--foreground`.
#[expect(clippy::needless_pass_by_value, reason = "all programs are made alike")]
pub(super) fn timeout(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let mistake = |what: &str| Wrong(wrong(&call, what).0, MISTAKEN);
    let long = [
        ("kill-after", 'k'),
        ("signal", 's'),
        ("verbose", 'v'),
        ("preserve-status", 'p'),
        ("foreground", 'f'),
    ];
    let options = Options::parse(&call, "+k:s:vpf", &long).map_err(|Wrong(text, _)| Wrong(text, MISTAKEN))?;
    let [text, argv @ ..] = options.operands.as_slice() else { return Err(mistake("missing operand")) };
    if argv.is_empty() {
        return Err(mistake("missing operand"));
    }
    let interval =
        |text: &str| milliseconds(text).ok_or_else(|| mistake(&format!("invalid time interval '{text}'")));
    options.value('k').map(interval).transpose()?;
    let span = Span::from_ms(interval(text)?);
    let signal = options.value('s').map_or(Some(TERM), signal);
    let Some(signal) = signal else {
        return Err(mistake(&format!("'{}': invalid signal", options.value('s').unwrap_or_default())));
    };
    if call.level >= LEVEL_MAX {
        return Err(mistake("programs are nested too deeply"));
    }
    let inner = Call { argv: argv.to_vec(), level: call.level + 1, ..call.clone() };
    let (preserves, tells) = (options.has('p'), options.has('v'));
    Ok(Box::new(Timeout { call: inner, span, signal, preserves, tells, running: None }))
}

/// A signal by its name or number.
fn signal(text: &str) -> Option<i32> {
    let name = text.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    let known = SIGNALS.iter().find(|(known, number)| *known == name || number.to_string() == text);
    known.map(|(_, number)| *number)
}

impl Timeout {
    /// Time is up.
    fn end(&self, program: &mut dyn Program, io: &mut Io<'_>) -> i32 {
        if self.tells {
            let known = SIGNALS.iter().find(|(_, number)| *number == self.signal);
            let (name, what) = (known.map_or("TERM", |(name, _)| name), self.call.argv.first());
            let what = what.map(String::as_str).unwrap_or_default();
            io.err(&format!("timeout: sending signal {name} to command '{what}'\n"));
        }
        program.interrupt(io);
        // BusyBox's runs the program in its own place: what ends it is the signal.
        let is_busy_box = io.host().dialect() == Dialect::BusyBox;
        if is_busy_box && self.signal == TERM {
            io.err("Terminated\n");
        }
        if self.preserves || is_busy_box || self.signal == KILL { BY_SIGNAL + self.signal } else { ENDED }
    }

    fn start(&mut self, io: &mut Io<'_>) -> Result<(Box<dyn Program>, Option<Time>), i32> {
        let until = (self.span > Span::from_ms(0)).then(|| io.now() + self.span);
        match io.host().start(&self.call) {
            Ok(program) => Ok((program, until)),
            Err(missing) => {
                let name = self.call.argv.first().map(String::as_str).unwrap_or_default();
                io.err(&format!("timeout: failed to run command '{name}': No such file or directory\n"));
                if let Some(hint) = missing.hint {
                    io.hint(hint);
                }
                Err(127)
            }
        }
    }
}

impl Program for Timeout {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let (mut program, until) = match self.running.take() {
            Some(running) => running,
            None => match self.start(io) {
                Ok(running) => running,
                Err(exit) => return Progress::Done(exit),
            },
        };
        if until.is_some_and(|until| io.now() >= until) {
            return Progress::Done(self.end(&mut *program, io));
        }
        let progress = match (program.poll(io), until) {
            (Progress::Wait { wake_at }, Some(until)) => {
                Progress::Wait { wake_at: Some(wake_at.map_or(until, |at| at.min(until))) }
            }
            (progress, _) => progress,
        };
        self.running = Some((program, until));
        progress
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.running.as_mut().map_or(crate::shell::INTERRUPTED, |(program, _)| program.interrupt(io))
    }

    fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        self.running.as_mut().is_some_and(|(program, _)| program.takes_interrupt(io))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "timeout".to_owned()
    }
}
