//! `xargs`: a command for the words of the input.

use super::Wrong;
use super::format::escapes;
use super::options::Options;
use super::running::run_line;
use crate::shell::host::{Call, Program, Progress};
use crate::shell::io::{Io, Read};
use crate::shell::nested::Nested;
use crate::shell::standing::quoted;

#[derive(Clone)]
struct Xargs {
    call: Call,
    command: Vec<String>,
    most: usize,
    place: Option<String>,
    /// What parts the items, where it is not blanks.
    delimiter: Option<char>,
    traces: bool,
    skips_empty: bool,
    text: String,
    /// The lines that are still to be run, once all input is there.
    lines: Option<Vec<Vec<String>>>,
    nested: Option<Nested>,
    status: i32,
}

const LONG: [(&str, char); 3] = [("no-run-if-empty", 'r'), ("delimiter", 'd'), ("null", '0')];

/// `xargs`: `-n`, `-I`, `-t`, `-r`, `-L`, `-d`, `-0`.
pub(super) fn xargs(call: Call) -> Result<Box<dyn Program>, Wrong> {
    // What belongs to the command is none of xargs' flags.
    let mut own = 1;
    while let Some(arg) = call.argv.get(own).filter(|arg| arg.starts_with('-')) {
        own += if arg.len() == 2 && matches!(arg.as_str(), "-n" | "-I" | "-L" | "-P" | "-d") { 2 } else { 1 };
    }
    let command = call.argv.get(own..).unwrap_or_default().to_vec();
    let flags = Call { argv: call.argv.get(..own).unwrap_or(&call.argv).to_vec(), ..call.clone() };
    let options = Options::parse(&flags, "n:I:L:P:d:0rt", &LONG)?;
    let place = options.value('I').map(str::to_owned);
    let delimiter = options.value('d').and_then(|text| escapes(text).0.chars().next());
    let delimiter = delimiter.or(options.has('0').then_some('\0'));
    let most = options.number(&call, 'n', "number for -n option")?;
    let most = most.or(if options.has('L') { Some(1) } else { None }).unwrap_or(usize::MAX);
    Ok(Box::new(Xargs {
        command: if command.is_empty() { vec!["echo".to_owned()] } else { command },
        most: if place.is_some() { 1 } else { most.max(1) },
        place,
        delimiter,
        traces: options.has('t'),
        skips_empty: options.has('r'),
        text: String::new(),
        lines: None,
        nested: None,
        status: 0,
        call,
    }))
}

impl Xargs {
    fn plan(&self) -> Vec<Vec<String>> {
        let items: Vec<String> = if let Some(delimiter) = self.delimiter {
            let text = self.text.strip_suffix(delimiter).unwrap_or(&self.text);
            let pieces = text.split(delimiter).filter(|_| !self.text.is_empty());
            pieces.map(str::to_owned).collect()
        } else if self.place.is_some() {
            self.text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
        } else {
            self.text.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
        };
        if items.is_empty() {
            let skips = self.skips_empty || self.place.is_some();
            return if skips { Vec::new() } else { vec![self.command.clone()] };
        }
        let line = |items: &[String]| match &self.place {
            Some(place) => self.command.iter().map(|word| word.replace(place, &items.concat())).collect(),
            None => self.command.iter().chain(items).cloned().collect(),
        };
        items.chunks(self.most).map(line).collect()
    }
}

impl Program for Xargs {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        while self.lines.is_none() {
            match io.read() {
                Read::Text(text) => self.text.push_str(&text),
                Read::Wait => return Progress::WAIT,
                Read::End => {
                    let mut lines = self.plan();
                    lines.reverse();
                    self.lines = Some(lines);
                }
            }
        }
        loop {
            if let Some(nested) = &mut self.nested {
                match nested.poll(io) {
                    Progress::Done(0) => {}
                    Progress::Done(127) => return Progress::Done(127),
                    Progress::Done(_) => self.status = 123,
                    waits => return waits,
                }
                self.nested = None;
            }
            let Some(words) = self.lines.as_mut().and_then(Vec::pop) else {
                return Progress::Done(self.status);
            };
            if self.traces {
                io.err(&format!("{}\n", words.join(" ")));
            }
            match run_line(&self.call, &quoted(&words), Vec::new()) {
                Ok(nested) => self.nested = Some(nested),
                Err(Wrong(message, exit)) => {
                    io.err(&message);
                    return Progress::Done(exit);
                }
            }
        }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.nested.as_mut().map_or(crate::shell::INTERRUPTED, |nested| nested.interrupt(io))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "xargs".to_owned()
    }
}
