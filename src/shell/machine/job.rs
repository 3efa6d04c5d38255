//! The processes of a pipeline: they run side by side, and text goes from one to the next as it is written.

use super::Machine;
use crate::shell::descriptors::{Descriptors, Sink, Source};
use crate::shell::host::{INTERRUPTED, Program, Progress};
use crate::shell::io::Kernel;
use crate::shell::pipes::{Pipe, PipeId};

/// The exit code of a program that wrote to a pipe that nobody reads.
const BROKEN_PIPE: i32 = 141;

/// Processes that run side by side.
#[derive(Clone, Debug)]
pub(super) struct Job {
    stages: Vec<Stage>,
    /// The pipe behind each stage but the last.
    pipes: Vec<PipeId>,
    /// Pipes of redirections, which end with the job.
    texts: Vec<PipeId>,
    /// It fails when one of its stages does, not only the last one (`set -o pipefail`).
    fails_with_any: bool,
}

#[derive(Clone, Debug)]
struct Stage {
    process: Process,
    exit: Option<i32>,
}

#[derive(Clone, Debug)]
enum Process {
    Program { program: Box<dyn Program>, descriptors: Descriptors },
    Machine(Box<Machine>),
}

impl Job {
    pub(super) fn of_program(
        program: Box<dyn Program>,
        descriptors: Descriptors,
        texts: Vec<PipeId>,
    ) -> Self {
        let stage = Stage { process: Process::Program { program, descriptors }, exit: None };
        Self { stages: vec![stage], pipes: Vec::new(), texts, fails_with_any: false }
    }

    pub(super) fn of_machines(kernel: &mut Kernel<'_>, machines: Vec<Machine>, fails_with_any: bool) -> Self {
        let mut pipes: Vec<PipeId> = Vec::new();
        let mut stages = Vec::new();
        let count = machines.len();
        for (index, mut machine) in machines.into_iter().enumerate() {
            if let Some(before) = pipes.last() {
                machine.descriptors.input = Source::Pipe(*before);
            }
            if index + 1 < count {
                let pipe = kernel.pipes.make(Pipe::default());
                machine.descriptors.out = Sink::Pipe(pipe);
                pipes.push(pipe);
            }
            stages.push(Stage { process: Process::Machine(Box::new(machine)), exit: None });
        }
        Self { stages, pipes, texts: Vec::new(), fails_with_any }
    }

    /// Lets each process run; the exit code of the last one, or of the last that failed, when all have ended.
    pub(super) fn poll(&mut self, kernel: &mut Kernel<'_>) -> Option<i32> {
        for index in 0..self.stages.len() {
            let Some(stage) = self.stages.get_mut(index).filter(|stage| stage.exit.is_none()) else {
                continue;
            };
            let mut exit = match &mut stage.process {
                Process::Machine(machine) => machine.run(kernel),
                Process::Program { program, descriptors } => {
                    let progress = program.poll(&mut kernel.io(descriptors));
                    match progress {
                        Progress::Done(status) => Some(status),
                        Progress::Wait { wake_at } => {
                            kernel.wake(wake_at);
                            None
                        }
                        Progress::Edit(request) => {
                            kernel.console.edit = Some(request);
                            None
                        }
                    }
                }
            };
            if exit.is_none() && self.writes_to_nobody(kernel, index) {
                exit = Some(BROKEN_PIPE);
            }
            if exit.is_some() {
                self.end(kernel, index, exit);
            }
        }
        let last = self.stages.last().and_then(|stage| stage.exit)?;
        if self.stages.iter().any(|stage| stage.exit.is_none()) {
            return None;
        }
        self.release(kernel);
        let mut failed = self.stages.iter().rev().filter_map(|stage| stage.exit.filter(|exit| *exit != 0));
        Some(failed.next().filter(|_| self.fails_with_any).unwrap_or(last))
    }

    fn writes_to_nobody(&self, kernel: &mut Kernel<'_>, index: usize) -> bool {
        let own = match self.stages.get(index).map(|stage| &stage.process) {
            Some(Process::Program { descriptors: Descriptors { out: Sink::Pipe(id), .. }, .. }) => Some(*id),
            _ => None,
        };
        let pipe = self.pipes.get(index).copied().or(own);
        pipe.and_then(|id| kernel.pipes.get_mut(id)).is_some_and(|pipe| pipe.is_broken)
    }

    fn end(&mut self, kernel: &mut Kernel<'_>, index: usize, exit: Option<i32>) {
        kernel.moved = true;
        if let Some(stage) = self.stages.get_mut(index) {
            stage.exit = exit;
        }
        if let Some(pipe) = self.pipes.get(index).and_then(|id| kernel.pipes.get_mut(*id)) {
            pipe.is_closed = true;
        }
        let before = index.checked_sub(1).and_then(|before| self.pipes.get(before));
        if let Some(pipe) = before.and_then(|id| kernel.pipes.get_mut(*id)) {
            pipe.has_no_reader = true;
            pipe.text.clear();
        }
    }

    fn release(&mut self, kernel: &mut Kernel<'_>) {
        for id in self.pipes.drain(..).chain(self.texts.drain(..)) {
            kernel.pipes.remove(id);
        }
    }

    /// Whether one of those that run takes Ctrl-C itself.
    pub(super) fn takes_interrupt(&mut self, kernel: &mut Kernel<'_>) -> bool {
        self.stages.iter_mut().filter(|stage| stage.exit.is_none()).any(|stage| match &mut stage.process {
            Process::Machine(machine) => machine.takes_interrupt(kernel),
            Process::Program { program, descriptors } => program.takes_interrupt(&mut kernel.io(descriptors)),
        })
    }

    /// Ends all; the exit code of the last one.
    pub(super) fn interrupt(&mut self, kernel: &mut Kernel<'_>) -> i32 {
        let mut status = INTERRUPTED;
        for stage in &mut self.stages {
            status = match (stage.exit, &mut stage.process) {
                (Some(exit), _) => exit,
                (None, Process::Machine(machine)) => machine.interrupt(kernel),
                (None, Process::Program { program, descriptors }) => {
                    program.interrupt(&mut kernel.io(descriptors))
                }
            };
        }
        self.release(kernel);
        status
    }
}
