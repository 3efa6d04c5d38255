//! From a command of the syntax to what runs.

use std::rc::Rc;

use super::job::Job;
use super::options;
use super::redirects::{self, Target};
use super::{Frame, Machine, Phase, Waits};
use crate::shell::arithmetic;
use crate::shell::descriptors::Descriptors;
use crate::shell::expand::{Expansion, Lack};
use crate::shell::glob;
use crate::shell::host::{Call, Dialect, NotFound};
use crate::shell::io::{Kernel, Read};
use crate::shell::pipes::PipeId;
use crate::shell::syntax::{Command, CommandKind, List};

/// Steps that starting a program counts for.
const START_STEPS: u32 = 80;

/// What the words of a command came to.
struct Expanded {
    words: Vec<String>,
    assignments: Vec<(String, String)>,
    targets: Vec<Target>,
    /// What `${NAME:=…}` assigned.
    assigned: Vec<(String, String)>,
    /// The arm of a `case` that is taken.
    arm: Option<Rc<List>>,
    /// What `(( … ))` comes to.
    number: Result<i64, String>,
}

impl Machine {
    pub(super) fn command(&mut self, kernel: &mut Kernel<'_>, command: Rc<Command>, outputs: Vec<String>) {
        let had_output = !outputs.is_empty();
        let mut expansion = Expansion {
            scope: &self.scope,
            files: kernel.host.files(),
            outputs: &outputs,
            used: 0,
            assigned: Vec::new(),
        };
        let expanded = match expand(&mut expansion, &command) {
            Ok(expanded) => expanded,
            Err(Lack::Output(list)) => {
                self.frames.push(Frame::Command { command, outputs });
                return self.capture(kernel, &list);
            }
            Err(Lack::Failed(why)) => return self.fail(kernel, &why),
        };
        for (name, value) in &expanded.assigned {
            self.scope.set(name, value.clone());
        }
        let (descriptors, pipes) = match self.redirected(kernel, &expanded.targets) {
            Ok(redirected) => redirected,
            Err(why) => {
                self.complain(kernel, &why);
                self.scope.status = 1;
                return;
            }
        };
        match &command.kind {
            CommandKind::Simple { .. } => {
                if !had_output {
                    // Assignments alone succeed; with `$(…)` they have its exit code.
                    self.scope.status = if expanded.words.is_empty() { 0 } else { self.scope.status };
                }
                return self.simple(kernel, expanded, descriptors, pipes);
            }
            _ if !pipes.is_empty() || descriptors != self.descriptors => {
                let before = std::mem::replace(&mut self.descriptors, descriptors);
                self.frames.push(Frame::Restore { descriptors: before, pipes });
            }
            _ => {}
        }
        self.compound(kernel, &command, expanded);
    }

    fn compound(&mut self, kernel: &mut Kernel<'_>, command: &Rc<Command>, expanded: Expanded) {
        match &command.kind {
            CommandKind::Simple { .. } => {}
            CommandKind::Group(list) => self.frames.push(Frame::List { list: list.clone(), at: 0 }),
            CommandKind::Subshell(list) => match self.child(list.clone()) {
                Some(machine) => self.waits = Some(Waits::Subshell(machine)),
                None => self.fail(kernel, "commands are nested too deeply"),
            },
            CommandKind::For { name, body, .. } => {
                self.scope.status = if expanded.words.is_empty() { 0 } else { self.scope.status };
                self.frames.push(Frame::For {
                    name: name.clone(),
                    values: expanded.words.into(),
                    body: body.clone(),
                });
            }
            CommandKind::While { .. } => {
                self.frames.push(Frame::While { command: command.clone(), phase: Phase::Before, last: 0 });
            }
            CommandKind::Arithmetic { is_head, .. } => match expanded.number {
                Ok(number) => self.scope.status = i32::from(number == 0),
                Err(why) if *is_head => self.fail(kernel, &why),
                Err(why) => {
                    self.complain(kernel, &why);
                    self.scope.status = 1;
                }
            },
            CommandKind::If { .. } => {
                self.frames.push(Frame::If { command: command.clone(), at: 0, phase: Phase::Before });
            }
            CommandKind::Case { .. } => match expanded.arm {
                Some(list) if !list.0.is_empty() => self.frames.push(Frame::List { list, at: 0 }),
                _ => self.scope.status = 0,
            },
        }
    }

    fn simple(
        &mut self,
        kernel: &mut Kernel<'_>,
        expanded: Expanded,
        descriptors: Descriptors,
        pipes: Vec<PipeId>,
    ) {
        if expanded.words.is_empty() {
            self.assign_alone(kernel, expanded.assignments, &descriptors);
            return release(kernel, pipes);
        }
        let mut words = self.without_alias(expanded.words);
        if words.len() > 1 && words.first().is_some_and(|word| word == "exec") {
            // The program takes the shell's place: nothing comes after it.
            words.remove(0);
            self.frames.clear();
        }
        if self.builtin(kernel, &words, &expanded.assignments, &descriptors) {
            // `read` waits with the pipe in hand.
            if self.waits.is_none() {
                release(kernel, pipes);
            } else if !pipes.is_empty() {
                self.frames.push(Frame::Restore { descriptors: self.descriptors.clone(), pipes });
            }
            return;
        }
        kernel.steps = kernel.steps.saturating_sub(START_STEPS);
        let mut environment = self.scope.environment();
        for (name, value) in expanded.assignments {
            environment.insert(name, value);
        }
        let folder = self.scope.folder.clone();
        let call = Call { argv: words, environment, folder, level: self.scope.level };
        match kernel.host.start(&call) {
            Ok(program) => self.waits = Some(Waits::Job(Job::of_program(program, descriptors, pipes))),
            Err(missing) => {
                let name = call.argv.first().map(String::as_str).unwrap_or_default();
                self.scope.status = self.not_found(kernel, name, missing, &descriptors);
                release(kernel, pipes);
            }
        }
    }

    /// Assignments without a command, and redirections without one.
    fn assign_alone(
        &mut self,
        kernel: &mut Kernel<'_>,
        assignments: Vec<(String, String)>,
        descriptors: &Descriptors,
    ) {
        for (name, value) in assignments {
            if self.scope.is_readonly(&name) {
                return self.fail(kernel, &format!("{name}: readonly variable"));
            }
            self.scope.set(&name, value);
        }
        if self.prints_input {
            let mut io = kernel.io(descriptors);
            if let Read::Text(text) = io.read() {
                io.out(&text);
            }
        }
    }

    /// Says that there is no such program, in the words of the shell that this is; with the exit code.
    fn not_found(
        &self,
        kernel: &mut Kernel<'_>,
        name: &str,
        missing: NotFound,
        descriptors: &Descriptors,
    ) -> i32 {
        let is_bash = self.scope.name == "bash";
        if let Some((hint, status)) = options::without(name, is_bash) {
            kernel.io(descriptors).hint(hint);
            return status;
        }
        let what = match name.contains('/') {
            true if kernel.host.dialect() != Dialect::Gnu && !is_bash => "not found",
            true => "No such file or directory",
            false if is_bash => "command not found",
            false => "not found",
        };
        let counts_lines = kernel.host.dialect() == Dialect::Dash && self.scope.name == "sh";
        let shell = if counts_lines { "sh: 1" } else { &self.scope.name };
        let mut io = kernel.io(descriptors);
        io.err(&format!("{shell}: {name}: {what}\n"));
        if let Some(hint) = missing.hint {
            io.hint(hint);
        }
        127
    }

    /// The first word may stand for others.
    fn without_alias(&self, mut words: Vec<String>) -> Vec<String> {
        if let Some(text) = words.first().and_then(|first| self.scope.aliases.get(first)) {
            let meant: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            words.splice(0..1, meant);
        }
        words
    }
}

fn release(kernel: &mut Kernel<'_>, pipes: Vec<PipeId>) {
    for pipe in pipes {
        kernel.pipes.remove(pipe);
    }
}

fn expand(expansion: &mut Expansion<'_>, command: &Command) -> Result<Expanded, Lack> {
    let mut expanded = Expanded {
        words: Vec::new(),
        assignments: Vec::new(),
        targets: Vec::new(),
        assigned: Vec::new(),
        arm: None,
        number: Ok(0),
    };
    match &command.kind {
        CommandKind::Simple { assignments, words } => {
            expanded.words = expansion.words(words)?;
            let mut own = Vec::new();
            for (name, word) in assignments {
                let value = expansion.text(word)?;
                own.push(expansion.assigned.len());
                expansion.assigned.push((name.clone(), value.clone()));
                expanded.assignments.push((name.clone(), value));
            }
            for at in own.into_iter().rev() {
                expansion.assigned.remove(at);
            }
        }
        CommandKind::For { words: Some(words), .. } => expanded.words = expansion.words(words)?,
        CommandKind::For { words: None, .. } => expanded.words.clone_from(&expansion.scope.arguments),
        CommandKind::Case { word, arms } => {
            let letters: Vec<char> = expansion.text(word)?.chars().collect();
            'arms: for (patterns, body) in arms {
                for pattern in patterns {
                    if glob::matches(&expansion.pattern(pattern)?, &letters) {
                        expanded.arm = Some(body.clone());
                        break 'arms;
                    }
                }
            }
        }
        CommandKind::Arithmetic { text, .. } => {
            let text = expansion.text(text)?;
            let number = arithmetic::evaluate(&text, expansion);
            expanded.number = number.map_err(|why| format!("((: {text}: {why}"));
        }
        CommandKind::Group(_)
        | CommandKind::Subshell(_)
        | CommandKind::While { .. }
        | CommandKind::If { .. } => {}
    }
    expanded.targets = redirects::targets(expansion, &command.redirects)?;
    expanded.assigned = std::mem::take(&mut expansion.assigned);
    Ok(expanded)
}
