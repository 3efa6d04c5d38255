//! Programs that run others: sh, env, sudo.

use super::Wrong;
use super::brief::Brief;
use super::options::{Options, wrong};
use super::text;
use crate::shell::host::{Call, FileError, Program, Progress};
use crate::shell::io::{Io, Read};
use crate::shell::nested::Nested;
use crate::shell::standing::quoted;

/// A program that is a shell.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) nested: Nested,
}

impl Program for Running {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        self.nested.poll(io)
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.nested.interrupt(io)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "sh".to_owned()
    }
}

/// A program that runs one line.
pub(super) fn run_line(call: &Call, line: &str, arguments: Vec<String>) -> Result<Nested, Wrong> {
    run_script(call, line, arguments, None)
}

/// A program that runs a script, of which `$0` is the name.
fn run_script(
    call: &Call,
    line: &str,
    arguments: Vec<String>,
    script: Option<String>,
) -> Result<Nested, Wrong> {
    let name = if call.name() == "bash" { "bash" } else { "sh" };
    let mut nested = Nested::new(call, name, arguments, script)
        .ok_or_else(|| wrong(call, "shells are nested too deeply"))?;
    nested.shell.run(line);
    Ok(nested)
}

/// `sh -c LINE`, `sh FILE`, and `sh` with lines from standard input.
pub(super) fn sh(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let args = call.args();
    let first = args.iter().position(|arg| !arg.starts_with('-') || arg == "-").unwrap_or(args.len());
    let flags: String = args.get(..first).unwrap_or_default().concat();
    let Some(word) = args.get(first).cloned() else {
        return Ok(Box::new(Script {
            call,
            arguments: Vec::new(),
            text: String::new(),
            file: None,
            nested: None,
        }));
    };
    if !flags.contains('c') {
        let arguments = args.get(first + 1..).unwrap_or_default().to_vec();
        return Ok(Box::new(Script { call, arguments, text: String::new(), file: Some(word), nested: None }));
    }
    // The first word after the line is `$0`.
    let arguments = args.get(first + 2..).unwrap_or_default().to_vec();
    let name = args.get(first + 1).cloned();
    Ok(Box::new(Running { nested: run_script(&call, &word, arguments, name)? }))
}

/// A shell whose script is still to be read.
#[derive(Clone)]
struct Script {
    call: Call,
    arguments: Vec<String>,
    text: String,
    file: Option<String>,
    nested: Option<Nested>,
}

impl Script {
    fn read(&mut self, io: &mut Io<'_>) -> Result<bool, FileError> {
        if let Some(file) = &self.file {
            self.text = io.read_file(&self.call.path(file))?;
            return Ok(true);
        }
        loop {
            match io.read() {
                Read::Text(text) => self.text.push_str(&text),
                Read::Wait => return Ok(false),
                Read::End => return Ok(true),
            }
        }
    }
}

impl Program for Script {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        if let Some(nested) = &mut self.nested {
            return nested.poll(io);
        }
        if self.file.is_none() && io.reads_terminal() {
            io.hint("this is a shell already; for one in a container: kubectl exec -it POD -- sh");
            return Progress::Done(0);
        }
        match self.read(io) {
            Ok(false) => Progress::WAIT,
            Err(error) => {
                let file = self.file.as_deref().unwrap_or_default();
                io.err(&format!("{}: {file}: {error}\n", self.call.name()));
                Progress::Done(127)
            }
            Ok(true) => match run_script(&self.call, &self.text, self.arguments.clone(), self.file.clone()) {
                Err(Wrong(mistake, exit)) => {
                    mistake.tell(io);
                    Progress::Done(exit)
                }
                Ok(nested) => self.nested.insert(nested).poll(io),
            },
        }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.nested.as_mut().map_or(crate::shell::INTERRUPTED, |nested| nested.interrupt(io))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "sh".to_owned()
    }
}

/// `sudo COMMAND` and `time COMMAND`: the command alone.
pub(super) fn sudo(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    call.argv.remove(0);
    let line = quoted(&call.argv);
    Ok(Box::new(Running { nested: run_line(&call, &line, Vec::new())? }))
}

/// `env [-i] [-u NAME] [NAME=VALUE…] [COMMAND]`.
pub(super) fn env(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    while let Some(flag) = call.args().first().filter(|arg| arg.starts_with('-')).cloned() {
        call.argv.remove(1);
        let name = flag.strip_prefix("--unset=").or(flag.strip_prefix("-u").filter(|name| !name.is_empty()));
        match (flag.as_str(), name) {
            ("--", _) => break,
            ("-" | "-i" | "--ignore-environment", _) => call.environment.clear(),
            (_, Some(name)) => drop(call.environment.remove(name)),
            ("-u", None) if !call.args().is_empty() => drop(call.environment.remove(&call.argv.remove(1))),
            ("-u", None) => return Err(wrong(&call, "option requires an argument -- 'u'")),
            _ => drop(Options::parse(&Call { argv: vec!["env".to_owned(), flag], ..call.clone() }, "", &[])?),
        }
    }
    while let Some((name, value)) = call.args().first().and_then(|arg| arg.split_once('=')) {
        call.environment.insert(name.to_owned(), value.to_owned());
        call.argv.remove(1);
    }
    if call.args().is_empty() {
        return Ok(Box::new(Brief { call, run: text::environment }));
    }
    sudo(call)
}
