//! Commands that change the shell itself.

use std::rc::Rc;

use super::{Frame, Machine};
use crate::shell::arithmetic;
use crate::shell::files::resolve;
use crate::shell::host::{FileError, FileKind};
use crate::shell::io::{Descriptors, Kernel};
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
            "unset" => {
                for name in args.iter().filter(|arg| !arg.starts_with('-')) {
                    self.scope.variables.remove(name);
                }
            }
            "set" => status = self.set(kernel, args, descriptors),
            "shift" => {
                let count = args.first().and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                self.scope.arguments.drain(..count.min(self.scope.arguments.len()));
            }
            "alias" => self.alias(kernel, args, descriptors),
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
            "break" | "continue" => {
                let count = args.first().and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                self.leave_loops(kernel, count.max(1), name == "continue");
            }
            "exit" | "return" | "logout" => {
                let given = args.first().and_then(|status| status.parse::<i32>().ok());
                let status = given.unwrap_or(self.scope.status) & 255;
                self.exit(kernel, status);
                return true;
            }
            "eval" => return self.eval(kernel, &args.join(" ")),
            "." | "source" => return self.source(kernel, args),
            "read" => {
                self.begin_read(args, descriptors);
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
                self.scope.enter(path);
                return 0;
            }
            Some(FileKind::File) => FileError::NotFolder,
            None => FileError::NotFound,
        };
        let text = format!("{}: cd: {name}: {wrong}\n", self.scope.name);
        kernel.io(descriptors).err(&text);
        1
    }

    fn export(
        &mut self,
        kernel: &mut Kernel<'_>,
        command: &str,
        args: &[String],
        descriptors: &Descriptors,
    ) -> i32 {
        let mut status = 0;
        let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
        if names.is_empty() {
            for (name, value) in &self.scope.environment() {
                kernel.io(descriptors).out(&format!("declare -x {name}=\"{value}\"\n"));
            }
        }
        let exports = command == "export" || args.iter().any(|arg| arg == "-x");
        for arg in names {
            let (name, value) = arg
                .split_once('=')
                .map_or((arg.as_str(), None), |(name, value)| (name, Some(value.to_owned())));
            let (name, value) = match name.strip_suffix('+') {
                Some(name) => (name, value.map(|value| self.scope.get(name).unwrap_or_default() + &value)),
                None => (name, value),
            };
            if !syntax::is_name(name) {
                let text = format!("{}: {command}: `{arg}': not a valid identifier\n", self.scope.name);
                kernel.io(descriptors).err(&text);
                status = 1;
                continue;
            }
            if let Some(value) = value {
                self.scope.set(name, value);
            }
            if exports {
                self.scope.export(name);
            }
        }
        status
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
                let text = format!("{}: let: {why}\n", self.scope.name);
                kernel.io(descriptors).err(&text);
                1
            }
        }
    }

    fn alias(&mut self, kernel: &mut Kernel<'_>, args: &[String], descriptors: &Descriptors) {
        if args.is_empty() {
            for (name, text) in &self.scope.aliases {
                kernel.io(descriptors).out(&format!("alias {name}='{text}'\n"));
            }
        }
        for (name, text) in args.iter().filter_map(|arg| arg.split_once('=')) {
            self.scope.aliases.insert(name.to_owned(), text.to_owned());
        }
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
        match kernel.host.files().read(&resolve(&self.scope.folder, &name)) {
            Ok(text) => return self.eval(kernel, &text),
            Err(error) => self.complain(kernel, &format!("{name}: {error}")),
        }
        self.scope.status = 1;
        true
    }
}
