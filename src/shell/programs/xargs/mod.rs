//! `xargs`: a command for the words of the input.
//!
//! `words`: which words these are.

mod words;

use super::Wrong;
use super::options::Options;
use super::running::run_line;
use crate::shell::escapes::{Place, unescaped};
use crate::shell::host::{Call, Program, Progress};
use crate::shell::io::{Io, Read};
use crate::shell::nested::Nested;
use crate::shell::standing::quoted;

#[derive(Clone)]
struct Xargs {
    call: Call,
    command: Vec<String>,
    most: usize,
    /// How many lines of the input one command gets.
    lines_of: Option<usize>,
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

const LONG: &[(&str, char)] = &[
    ("no-run-if-empty", 'r'),
    ("delimiter", 'd'),
    ("null", '0'),
    ("max-args", 'n'),
    ("max-lines", 'L'),
    ("max-procs", 'P'),
    ("replace", 'i'),
    ("verbose", 't'),
];

/// `xargs`: `-n`, `-I`, `-i`, `-t`, `-r`, `-L`, `-d`, `-0`; with `-P` commands come one after the other too.
pub(super) fn xargs(call: Call) -> Result<Box<dyn Program>, Wrong> {
    // What belongs to the command is none of xargs' flags.
    let options = Options::parse(&call, "+n:I:i?L:P:d:0rtx", LONG)?;
    let braces = || options.value('i').map(|place| if place.is_empty() { "{}" } else { place });
    let place = options.value('I').or_else(braces).map(str::to_owned);
    let delimiter = options.value('d').and_then(|text| unescaped(text, Place::Format).0.chars().next());
    let delimiter = delimiter.or(options.has('0').then_some('\0'));
    let most = options.number(&call, 'n', "number for -n option")?;
    let lines_of = options.number(&call, 'L', "number for -L option")?;
    Ok(Box::new(Xargs {
        command: if options.operands.is_empty() { vec!["echo".to_owned()] } else { options.operands.clone() },
        most: if place.is_some() { 1 } else { most.unwrap_or(usize::MAX).max(1) },
        lines_of: lines_of.filter(|_| most.is_none() && place.is_none()),
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
    /// The commands, as many as the input asks for.
    fn plan(&self) -> Result<Vec<Vec<String>>, &'static str> {
        let mut lines: Vec<Vec<String>> = if let Some(delimiter) = self.delimiter {
            let text = self.text.strip_suffix(delimiter).unwrap_or(&self.text);
            let pieces = text.split(delimiter).filter(|_| !self.text.is_empty());
            vec![pieces.map(str::to_owned).collect()]
        } else {
            words::parted(&self.text, self.place.is_some())?
        };
        lines.retain(|line| !line.is_empty());
        if lines.is_empty() {
            let skips = self.skips_empty || self.place.is_some();
            return Ok(if skips { Vec::new() } else { vec![self.command.clone()] });
        }
        let whole = |items: &[String]| match &self.place {
            Some(place) => self.command.iter().map(|word| word.replace(place, &items.concat())).collect(),
            None => self.command.iter().chain(items).cloned().collect(),
        };
        Ok(match self.lines_of {
            Some(count) => lines.chunks(count.max(1)).map(|lines| whole(&lines.concat())).collect(),
            None => lines.concat().chunks(self.most).map(whole).collect(),
        })
    }
}

impl Program for Xargs {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        while self.lines.is_none() {
            match io.read() {
                Read::Text(text) => self.text.push_str(&text),
                Read::Wait => return Progress::WAIT,
                Read::End => {
                    let mut lines = match self.plan() {
                        Ok(lines) => lines,
                        Err(quote) => {
                            io.err(&format!(
                                "xargs: unmatched {quote} quote; by default quotes are special to xargs unless \
                                 you use the -0 option\n"
                            ));
                            return Progress::Done(1);
                        }
                    };
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
                let traced: Vec<String> = words.iter().map(|word| words::traced(word)).collect();
                io.err(&format!("{}\n", traced.join(" ")));
            }
            match run_line(&self.call, &quoted(&words), Vec::new()) {
                Ok(nested) => self.nested = Some(nested),
                Err(Wrong(mistake, exit)) => {
                    mistake.tell(io);
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
