//! The interpreter: explicit frames, run step by step until a program has to be waited for.
//!
//! A machine runs one list in one process. `( … )`, `$(…)` and the members of a pipeline are machines of
//! their own with a copy of the variables; how deeply they nest is limited, and so is what one turn does.
//!
//! - `frames`: one step of lists, loops and branches. `command`: from words to a program. `redirects`:
//!   streams. `builtins`: commands that change the shell itself; `variables`, `read`. `options`: those that
//!   other shells have, and `set`. `job`: the programs of a pipeline.

mod frames;
mod command;
mod redirects;
mod builtins;
mod variables;
mod read;
mod options;
mod job;

use std::collections::VecDeque;
use std::rc::Rc;

use super::descriptors::{Descriptors, Sink};
use super::host::INTERRUPTED;
use super::io::Kernel;
use super::pipes::{Pipe, PipeId};
use super::scope::{Scope, Variable};
use super::syntax::{Command, CommandKind, List, Redirect, RedirectKind};
use job::Job;
use read::Wanted;

/// Machines within machines.
const DEPTH_MAX: u32 = 12;
/// Frames of one machine.
const FRAMES_MAX: usize = 500;
/// Steps that a machine takes before others get their turn.
const TURN: u32 = 256;

/// A process that runs commands.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) scope: Scope,
    pub(super) descriptors: Descriptors,
    frames: Vec<Frame>,
    waits: Option<Waits>,
    depth: u32,
    /// `$(< FILE)`: what it reads is what it prints.
    prints_input: bool,
}

/// What is left to do.
#[derive(Clone, Debug)]
enum Frame {
    /// The commands of a list from a place on.
    List { list: Rc<List>, at: usize },
    /// The pipelines of one member of a list.
    AndOr { list: Rc<List>, item: usize, at: usize },
    /// Turn success into failure.
    Not,
    /// The end of a file that was read by `.`.
    Sourced,
    /// A command whose words are being expanded.
    Command { command: Rc<Command>, outputs: Vec<String> },
    /// The next value of a `for`.
    For { name: String, values: VecDeque<String>, body: Rc<List> },
    /// A `while` before its condition, or after it.
    While { command: Rc<Command>, phase: Phase, last: i32 },
    /// An `if` at one of its branches.
    If { command: Rc<Command>, at: usize, phase: Phase },
    /// Variables as they were before a command with assignments of its own.
    Reset { variables: Vec<(String, Option<Variable>)> },
    /// Streams as they were before a redirection.
    Restore { descriptors: Descriptors, pipes: Vec<PipeId> },
}

/// Where a loop or a branch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its condition is still to be run.
    Before,
    /// Its condition has been run.
    Tested,
    /// Its body has been run.
    Ran,
}

/// What a machine waits for.
#[derive(Clone, Debug)]
enum Waits {
    /// Programs.
    Job(Job),
    /// The output of a command, which goes to the topmost command frame.
    Capture { machine: Box<Machine>, pipe: PipeId },
    /// Commands of its own process, as `( … )`.
    Subshell(Box<Machine>),
    /// A line for `read`.
    Read { wants: Wanted, descriptors: Descriptors },
}

impl Machine {
    pub(super) fn new(scope: Scope) -> Self {
        Self {
            scope,
            descriptors: Descriptors::default(),
            frames: Vec::new(),
            waits: None,
            depth: 0,
            prints_input: false,
        }
    }

    /// Begins a list.
    pub(super) fn begin(&mut self, list: Rc<List>) {
        self.frames = vec![Frame::List { list, at: 0 }];
        self.waits = None;
    }

    /// Whether something is still to be done.
    pub(super) fn is_busy(&self) -> bool {
        !self.frames.is_empty() || self.waits.is_some()
    }

    /// A process of its own for a list; `None` when they nest too deeply.
    fn child(&self, list: Rc<List>) -> Option<Box<Self>> {
        (self.depth < DEPTH_MAX).then(|| {
            Box::new(Self {
                scope: self.scope.clone(),
                descriptors: self.descriptors.clone(),
                frames: vec![Frame::List { list, at: 0 }],
                waits: None,
                depth: self.depth + 1,
                prints_input: false,
            })
        })
    }

    /// Runs for one turn; the exit code when all is done.
    pub(super) fn run(&mut self, kernel: &mut Kernel<'_>) -> Option<i32> {
        for _ in 0..TURN {
            if kernel.console.stop.is_some() {
                return None;
            }
            if let Some(waits) = self.waits.take() {
                self.waits = self.wait(waits, kernel);
                if self.waits.is_some() {
                    return None;
                }
                continue;
            }
            if self.frames.is_empty() {
                return Some(self.scope.status);
            }
            if !kernel.has_room(&self.descriptors.out) {
                return None;
            }
            kernel.steps = kernel.steps.saturating_sub(1);
            self.step(kernel);
            if self.frames.len() > FRAMES_MAX {
                self.fail(kernel, "the line is nested too deeply");
            }
        }
        kernel.moved = true;
        None
    }

    /// Looks at what is waited for; `None` when it is there.
    fn wait(&mut self, waits: Waits, kernel: &mut Kernel<'_>) -> Option<Waits> {
        match waits {
            Waits::Job(mut job) => match job.poll(kernel) {
                Some(status) => self.scope.status = status,
                None => return Some(Waits::Job(job)),
            },
            Waits::Subshell(mut machine) => match machine.run(kernel) {
                Some(status) => self.scope.status = status,
                None => return Some(Waits::Subshell(machine)),
            },
            Waits::Capture { mut machine, pipe } => match machine.run(kernel) {
                Some(status) => {
                    self.scope.status = status;
                    let mut text = kernel.pipes.remove(pipe).unwrap_or_default().text;
                    text.truncate(text.trim_end_matches('\n').len());
                    if let Some(Frame::Command { outputs, .. }) = self.frames.last_mut() {
                        outputs.push(text);
                    }
                }
                None => return Some(Waits::Capture { machine, pipe }),
            },
            Waits::Read { wants, descriptors } => {
                if !self.read(kernel, &wants, &descriptors) {
                    return Some(Waits::Read { wants, descriptors });
                }
            }
        }
        None
    }

    fn capture(&mut self, kernel: &mut Kernel<'_>, list: &Rc<List>) {
        let Some(mut machine) = self.child(list.clone()) else {
            self.fail(kernel, "commands are nested too deeply");
            return;
        };
        machine.prints_input = reads_file_alone(list);
        let pipe = kernel.pipes.make(Pipe { captures: true, ..Pipe::default() });
        machine.descriptors.out = Sink::Pipe(pipe);
        self.waits = Some(Waits::Capture { machine, pipe });
    }

    /// Ends everything with a message.
    fn fail(&mut self, kernel: &mut Kernel<'_>, why: &str) {
        self.complain(kernel, why);
        self.stop(1);
    }

    /// Ends everything.
    fn stop(&mut self, status: i32) {
        self.frames.clear();
        self.waits = None;
        self.descriptors = if self.depth == 0 { Descriptors::default() } else { self.descriptors.clone() };
        self.scope.status = status;
    }

    fn complain(&self, kernel: &mut Kernel<'_>, what: &str) {
        let text = format!("{}: {what}\n", self.scope.name);
        kernel.io(&self.descriptors).err(&text);
    }

    /// Whether a program that runs takes Ctrl-C itself.
    pub(super) fn takes_interrupt(&mut self, kernel: &mut Kernel<'_>) -> bool {
        match &mut self.waits {
            Some(Waits::Job(job)) => job.takes_interrupt(kernel),
            Some(Waits::Capture { machine, .. } | Waits::Subshell(machine)) => {
                machine.takes_interrupt(kernel)
            }
            Some(Waits::Read { .. }) | None => false,
        }
    }

    /// Ctrl-C: the programs are told, and nothing more is done.
    pub(super) fn interrupt(&mut self, kernel: &mut Kernel<'_>) -> i32 {
        let status = match self.waits.take() {
            Some(Waits::Job(mut job)) => job.interrupt(kernel),
            Some(Waits::Capture { mut machine, .. } | Waits::Subshell(mut machine)) => {
                machine.interrupt(kernel)
            }
            Some(Waits::Read { .. }) | None => INTERRUPTED,
        };
        self.stop(status);
        status
    }
}

/// Whether a list is `< FILE` without a command.
fn reads_file_alone(list: &List) -> bool {
    let [item] = list.0.as_slice() else { return false };
    let ([command], true) = (item.first.commands.as_slice(), item.rest.is_empty()) else { return false };
    let is_empty = match &command.kind {
        CommandKind::Simple { assignments, words } => assignments.is_empty() && words.is_empty(),
        _ => false,
    };
    is_empty && matches!(command.redirects.as_slice(), [Redirect { kind: RedirectKind::From(_), .. }])
}
