//! One step of lists, loops and branches.

use std::rc::Rc;

use super::job::Job;
use super::{Frame, Machine, Phase, Waits};
use crate::shell::io::Kernel;
use crate::shell::syntax::{AndOr, Command, CommandKind, Connector, List, Pipeline};

impl Machine {
    /// Does the next thing.
    pub(super) fn step(&mut self, kernel: &mut Kernel<'_>) {
        let Some(frame) = self.frames.pop() else { return };
        match frame {
            Frame::List { list, at } => {
                if at < list.0.len() {
                    // What comes last needs no frame to return to: long chains stay flat.
                    if at + 1 < list.0.len() {
                        self.frames.push(Frame::List { list: list.clone(), at: at + 1 });
                    }
                    self.frames.push(Frame::AndOr { list, item: at, at: 0 });
                }
            }
            Frame::AndOr { list, item, at } => self.and_or(kernel, &list, item, at),
            Frame::Sourced => {}
            Frame::Not => self.scope.status = i32::from(self.scope.status == 0),
            Frame::Command { command, outputs } => self.command(kernel, command, outputs),
            Frame::For { name, mut values, body } => {
                if let Some(value) = values.pop_front() {
                    self.scope.set(&name, value);
                    self.frames.push(Frame::For { name, values, body: body.clone() });
                    self.frames.push(Frame::List { list: body, at: 0 });
                }
            }
            Frame::While { command, phase, last } => self.while_loop(command, phase, last),
            Frame::If { command, at, phase } => self.branch(command, at, phase),
            Frame::Reset { variables } => {
                for (name, before) in variables {
                    match before {
                        Some(variable) => drop(self.scope.variables.insert(name, variable)),
                        None => drop(self.scope.variables.remove(&name)),
                    }
                }
            }
            Frame::Restore { descriptors, pipes } => {
                self.descriptors = descriptors;
                for pipe in pipes {
                    kernel.pipes.remove(pipe);
                }
            }
        }
    }

    fn and_or(&mut self, kernel: &mut Kernel<'_>, list: &Rc<List>, item: usize, at: usize) {
        let Some(AndOr { first, rest }) = list.0.get(item) else { return };
        if at < rest.len() {
            self.frames.push(Frame::AndOr { list: list.clone(), item, at: at + 1 });
        }
        let runs = match at.checked_sub(1).and_then(|index| rest.get(index)) {
            None => Some(first),
            Some((Connector::And, pipeline)) => (self.scope.status == 0).then_some(pipeline),
            Some((Connector::Or, pipeline)) => (self.scope.status != 0).then_some(pipeline),
        };
        if let Some(pipeline) = runs {
            self.pipeline(kernel, pipeline);
        }
    }

    fn pipeline(&mut self, kernel: &mut Kernel<'_>, pipeline: &Pipeline) {
        if pipeline.is_negated {
            self.frames.push(Frame::Not);
        }
        if let [command] = pipeline.commands.as_slice() {
            self.frames.push(Frame::Command { command: command.clone(), outputs: Vec::new() });
            return;
        }
        let mut machines = Vec::new();
        for command in &pipeline.commands {
            let list = List(vec![AndOr {
                first: Pipeline { is_negated: false, commands: vec![command.clone()] },
                rest: Vec::new(),
            }]);
            let Some(machine) = self.child(Rc::new(list)) else {
                return self.fail(kernel, "commands are nested too deeply");
            };
            machines.push(*machine);
        }
        self.waits = Some(Waits::Job(Job::of_machines(kernel, machines, self.scope.pipefail)));
    }

    fn while_loop(&mut self, command: Rc<Command>, phase: Phase, last: i32) {
        let CommandKind::While { is_until, condition, again, body } = &command.kind else { return };
        let (commands, next, status) = match phase {
            Phase::Before => (condition.clone(), Phase::Tested, last),
            Phase::Tested if (self.scope.status == 0) == *is_until => {
                self.scope.status = last;
                return;
            }
            Phase::Tested => (body.clone(), Phase::Ran, last),
            Phase::Ran => (again.clone(), Phase::Tested, self.scope.status),
        };
        self.frames.push(Frame::While { command, phase: next, last: status });
        self.frames.push(Frame::List { list: commands, at: 0 });
    }

    fn branch(&mut self, command: Rc<Command>, at: usize, phase: Phase) {
        let CommandKind::If { branches, otherwise } = &command.kind else { return };
        let Some((test, body)) = branches.get(at) else {
            match otherwise {
                Some(list) => self.frames.push(Frame::List { list: list.clone(), at: 0 }),
                None => self.scope.status = 0,
            }
            return;
        };
        let list = match phase {
            Phase::Tested if self.scope.status == 0 => {
                self.frames.push(Frame::List { list: body.clone(), at: 0 });
                return;
            }
            Phase::Tested | Phase::Ran => {
                self.frames.push(Frame::If { command: command.clone(), at: at + 1, phase: Phase::Before });
                return;
            }
            Phase::Before => test.clone(),
        };
        self.frames.push(Frame::If { command, at, phase: Phase::Tested });
        self.frames.push(Frame::List { list, at: 0 });
    }

    /// Whether a loop is under way.
    pub(super) fn is_in_loop(&self) -> bool {
        self.frames.iter().any(|frame| matches!(frame, Frame::For { .. } | Frame::While { .. }))
    }

    /// Leaves loops, as `break` and `continue` do.
    pub(super) fn leave_loops(&mut self, kernel: &mut Kernel<'_>, count: usize, continues: bool) {
        let is_loop = |frame: &Frame| matches!(frame, Frame::For { .. } | Frame::While { .. });
        let loops = self.frames.iter().filter(|frame| is_loop(frame)).count();
        let mut left = count.min(loops);
        while left > 0 {
            let Some(frame) = self.frames.pop() else { return };
            if is_loop(&frame) {
                left -= 1;
                if left == 0 && continues {
                    self.frames.push(frame);
                }
            } else if matches!(frame, Frame::Restore { .. } | Frame::Reset { .. }) {
                self.frames.push(frame);
                self.step(kernel);
            }
        }
    }
}
