//! Commands that change the shell itself.

use std::rc::Rc;

use super::{Frame, Machine};
use crate::shell::arithmetic;
use crate::shell::descriptors::Descriptors;
use crate::shell::files::resolve;
use crate::shell::host::{FileError, FileKind};
use crate::shell::io::{Kernel, NULL_FILE};
use crate::shell::syntax;

/// Commands that POSIX calls special.
const SPECIAL: &[&str] = &[
    ":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift",
    "source", "unset",
];
/// The shell's other commands.
const REGULAR: &[&str] = &[
    "alias", "cd", "declare", "history", "jobs", "let", "local", "logout", "read", "typeset", "unalias",
    "wait",
];

/// Whether a command is the shell's own.
fn is_own(name: &str) -> bool {
    (SPECIAL.contains(&name) && name != "exec") || REGULAR.contains(&name)
}

impl Machine {
    /// Runs a command that is the shell's own; `false` when it is not.
    pub(super) fn builtin(
        &mut self,
        kernel: &mut Kernel<'_>,
        words: &[String],
        assignments: &[(String, String)],
        descriptors: &Descriptors,
    ) -> bool {
        let Some((name, args)) = words.split_first().filter(|(name, _)| is_own(name)) else { return false };
        self.assign(name, assignments);
        let mut status = 0;
        match name.as_str() {
            // Nothing runs in the background.
            ":" | "wait" | "jobs" => {}
            "let" => status = self.let_(kernel, args, descriptors),
            "cd" => status = self.cd(kernel, args, descriptors),
            "export" | "readonly" | "local" | "declare" | "typeset" => {
                status = self.export(kernel, name, args, descriptors);
            }
            "unset" => status = self.unset(kernel, args, descriptors),
            "set" => status = self.set(kernel, args, descriptors),
            "shift" => {
                let count = args.first().and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                if count > self.scope.arguments.len() {
                    status = 1;
                } else {
                    self.scope.arguments.drain(..count);
                }
            }
            "alias" => status = self.alias(kernel, args, descriptors),
            "unalias" => {
                for name in args {
                    self.scope.aliases.remove(name);
                }
            }
            "history" => {
                let mut io = kernel.io(descriptors);
                let lines = io.history().to_vec();
                for (index, line) in lines.iter().enumerate() {
                    io.out(&format!("{:>5}  {line}\n", index + 1));
                }
            }
            "break" | "continue" if !self.is_in_loop() => {
                let text = format!("{name}: only meaningful in a `for', `while', or `until' loop");
                self.say(kernel, descriptors, &text);
            }
            "break" | "continue" => {
                let count = args.first().and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                self.leave_loops(kernel, count.max(1), name == "continue");
            }
            "return" if self.scope.name == "bash" => status = self.return_(kernel, args, descriptors),
            "exit" | "return" | "logout" => {
                let given = args.first().and_then(|status| status.parse::<i32>().ok());
                let status = given.unwrap_or(self.scope.status) & 255;
                self.exit(kernel, status);
                return true;
            }
            "eval" => return self.eval(kernel, &args.join(" ")),
            "." | "source" => return self.source(kernel, args),
            "read" => {
                self.begin_read(kernel, args, descriptors);
                return true;
            }
            _ => return false,
        }
        self.scope.status = status;
        true
    }

    /// The assignments before a command of the shell's own. They are for that command alone; in shells other
    /// than bash those before one that POSIX calls special stay.
    fn assign(&mut self, name: &str, assignments: &[(String, String)]) {
        let stays = SPECIAL.contains(&name) && self.scope.name != "bash";
        if !assignments.is_empty() && !stays {
            let before =
                |(name, _): &(String, String)| (name.clone(), self.scope.variables.get(name).cloned());
            self.frames.push(Frame::Reset { variables: assignments.iter().map(before).collect() });
        }
        for (name, value) in assignments {
            self.scope.set(name, value.clone());
        }
    }

    fn exit(&mut self, kernel: &mut Kernel<'_>, status: i32) {
        if self.depth == 0 {
            kernel.console.has_exited = true;
        }
        self.stop(status);
    }

    /// `return` leaves a file that `.` reads.
    fn return_(&mut self, kernel: &mut Kernel<'_>, args: &[String], descriptors: &Descriptors) -> i32 {
        if !self.frames.iter().any(|frame| matches!(frame, Frame::Sourced)) {
            self.say(kernel, descriptors, "return: can only `return' from a function or sourced script");
            return 2;
        }
        let given = args.first().and_then(|status| status.parse::<i32>().ok());
        let status = given.unwrap_or(self.scope.status) & 255;
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Sourced => break,
                Frame::Restore { .. } | Frame::Reset { .. } => {
                    self.frames.push(frame);
                    self.step(kernel);
                }
                _ => {}
            }
        }
        status
    }

    fn cd(&mut self, kernel: &mut Kernel<'_>, args: &[String], descriptors: &Descriptors) -> i32 {
        let name = match args.iter().find(|arg| arg.as_str() != "--").map(String::as_str) {
            None => self.scope.get("HOME").unwrap_or_else(|| "/".to_owned()),
            Some("-") => self.scope.get("OLDPWD").unwrap_or_else(|| self.scope.folder.clone()),
            Some(name) => name.to_owned(),
        };
        let path = resolve(&self.scope.folder, &name);
        let kind = kernel.host.files().kind(&path);
        let wrong = match kind {
            Some(FileKind::Folder) => {
                if args.first().is_some_and(|arg| arg == "-") {
                    kernel.io(descriptors).out(&format!("{path}\n"));
                }
                self.scope.enter(path);
                return 0;
            }
            Some(FileKind::File) => FileError::NotFolder,
            None => FileError::NotFound,
        };
        self.say(kernel, descriptors, &format!("cd: {name}: {wrong}"));
        1
    }

    /// `let EXPRESSION…`: fails when the last one comes to 0.
    fn let_(&mut self, kernel: &mut Kernel<'_>, args: &[String], descriptors: &Descriptors) -> i32 {
        let mut last = Err("expression expected".to_owned());
        for text in args {
            last = arithmetic::evaluate(text, &mut self.scope).map_err(|why| format!("{text}: {why}"));
            if last.is_err() {
                break;
            }
        }
        match last {
            Ok(number) => i32::from(number == 0),
            Err(why) => {
                self.say(kernel, descriptors, &format!("let: {why}"));
                1
            }
        }
    }

    /// Says something as the shell, to where a command's errors go.
    pub(super) fn say(&self, kernel: &mut Kernel<'_>, descriptors: &Descriptors, what: &str) {
        let text = format!("{}: {what}\n", self.scope.name);
        kernel.io(descriptors).err(&text);
    }

    fn eval(&mut self, kernel: &mut Kernel<'_>, text: &str) -> bool {
        match syntax::parse(text) {
            Ok(list) => {
                self.scope.status = 0;
                self.frames.push(Frame::List { list: Rc::new(list), at: 0 });
            }
            Err(error) => {
                self.complain(kernel, &error.to_string());
                self.scope.status = 2;
            }
        }
        true
    }

    fn source(&mut self, kernel: &mut Kernel<'_>, args: &[String]) -> bool {
        let name = args.first().cloned().unwrap_or_default();
        let path = resolve(&self.scope.folder, &name);
        let read = if path == NULL_FILE { Ok(String::new()) } else { kernel.host.files().read(&path) };
        match read {
            Ok(text) => {
                self.frames.push(Frame::Sourced);
                return self.eval(kernel, &text);
            }
            Err(error) => self.complain(kernel, &format!("{name}: {error}")),
        }
        self.scope.status = 1;
        true
    }
}
