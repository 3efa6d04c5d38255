//! Files and commands of awk: `print >`, `getline <`, `|`, `system`.
//!
//! A command runs to its end at once: what would have to wait for the world outside is refused.

use super::records::Text;
use super::values::count;
use super::{Leave, Result, Run, Value, bounded};
use crate::collections::SortedMap;
use crate::shell::io::Stream;
use crate::shell::mistake::Mistake;
use crate::shell::nested::Nested;
use crate::shell::programs::awk::tree::{Expression, From, Way};
use crate::shell::standing::State;

/// Steps that a command counts for.
const COMMAND_STEPS: u32 = 2_000;
/// How often a command is polled.
const POLLS_MAX: u32 = 1_000;

/// What a program has open.
#[derive(Clone, Debug, Default)]
pub(in crate::shell::programs::awk) struct Streams {
    /// What is left of files and outputs that are read.
    inputs: SortedMap<String, Text>,
    /// Files that are written.
    outputs: Vec<String>,
    /// What commands are to read once they are closed.
    pipes: SortedMap<String, String>,
}

impl Run<'_, '_> {
    /// Prints what was kept so far.
    pub(in crate::shell::programs::awk) fn flush(&mut self) {
        let printed = std::mem::take(&mut self.state.printed);
        self.io.out(&printed);
    }

    pub(super) fn print_to(&mut self, way: Way, name: &str, text: &str) -> Result<()> {
        match name {
            "/dev/stdout" | "-" if way != Way::Pipe => self.printed.push_str(text),
            "/dev/stderr" if way != Way::Pipe => {
                self.flush();
                self.io.err(text);
            }
            _ if way == Way::Pipe => {
                let kept = self.streams.pipes.entry(name.to_owned()).or_default();
                kept.push_str(text);
                *kept = bounded(std::mem::take(kept))?;
            }
            _ => {
                let path = self.call.path(name);
                let is_open = self.streams.outputs.iter().any(|known| known == name);
                let written = if is_open || way == Way::Append {
                    self.io.append_file(&path, text)
                } else {
                    self.io.write_file(&path, text)
                };
                written.map_err(|error| {
                    Leave::Wrong(format!("cannot open \"{name}\" for output ({error})").into())
                })?;
                if !is_open {
                    self.streams.outputs.push(name.to_owned());
                }
            }
        }
        Ok(())
    }

    /// Reads a record: 1, at the end 0, and -1 when the file cannot be read.
    pub(super) fn getline(&mut self, from: &From, target: Option<&Expression>) -> Result<Value> {
        let (record, counts) = match from {
            From::Input => (self.next_record(), false),
            From::File(name) => {
                let name = self.text(name)?;
                if !self.streams.inputs.contains_key(&name) {
                    if matches!(name.as_str(), "-" | "/dev/stdin") {
                        return Err(Leave::Wrong(Mistake::lacks("getline < \"-\"")));
                    }
                    let path = self.call.path(&name);
                    let Ok(text) = self.io.read_file(&path) else { return Ok(Value::Number(-1.0)) };
                    self.streams.inputs.insert(name.clone(), text.into());
                }
                (self.next_of(&name), false)
            }
            From::Command(line) => {
                let line = self.text(line)?;
                if !self.streams.inputs.contains_key(&line) {
                    let (output, _) = self.command(&line, "", true)?;
                    self.streams.inputs.insert(line.clone(), output.into());
                }
                (self.next_of(&line), true)
            }
        };
        let Some(record) = record else { return Ok(count(0)) };
        if counts {
            self.count_record();
        }
        match target {
            None => self.set_line(&record),
            Some(target) => self.assign(target, Value::Input(record))?,
        }
        Ok(count(1))
    }

    fn next_of(&mut self, name: &str) -> Option<String> {
        let separator = self.get("RS").text();
        self.streams.inputs.get_mut(name)?.cut(&separator)
    }

    /// Runs a command; its exit code.
    pub(super) fn system(&mut self, line: &str) -> Result<i32> {
        self.flush();
        Ok(self.command(line, "", false)?.1)
    }

    /// Closes what goes by a name: 0, and -1 when nothing does.
    pub(super) fn close(&mut self, name: &str) -> Result<f64> {
        if let Some(text) = self.streams.pipes.remove(name) {
            self.flush();
            return Ok(f64::from(self.command(name, &text, false)?.1));
        }
        let was_output = self.streams.outputs.iter().position(|known| known == name);
        if let Some(at) = was_output {
            self.streams.outputs.remove(at);
        }
        let was_input = self.streams.inputs.remove(name).is_some();
        Ok(if was_input || was_output.is_some() { 0.0 } else { -1.0 })
    }

    /// Closes all: commands get what was printed for them.
    pub(in crate::shell::programs::awk) fn close_all(&mut self) -> Result<()> {
        let pipes: Vec<String> = self.streams.pipes.keys().cloned().collect();
        pipes.iter().try_for_each(|name| self.close(name).map(drop))
    }

    /// Runs a command with its input; what it prints, where that is kept, and its exit code.
    fn command(&mut self, line: &str, input: &str, keeps: bool) -> Result<(String, i32)> {
        for _ in 0..COMMAND_STEPS {
            self.count_step()?;
        }
        let Some(mut nested) = Nested::new(self.call, "sh", Vec::new(), None) else {
            return Err(Leave::Wrong("shells are nested too deeply".into()));
        };
        let (shell, now) = (&mut nested.shell, self.io.now());
        shell.run(line);
        shell.feed(input);
        shell.end_input();
        let mut printed = String::new();
        for _ in 0..POLLS_MAX {
            let state = shell.poll(self.io.host(), now);
            for (stream, text) in shell.take_output() {
                match stream {
                    Stream::Out if keeps => printed.push_str(&text),
                    stream => self.io.write(stream, &text),
                }
            }
            if let Some(hint) = shell.take_hint() {
                self.io.hint(hint);
            }
            match state {
                State::Done(status) => return Ok((printed, status)),
                State::Waits { is_spent: true, .. } => {}
                State::Waits { .. } => break,
            }
        }
        shell.interrupt(self.io.host(), now);
        Err(Leave::Wrong(Mistake::lacks(format!("commands that have to wait: {line}"))))
    }
}
