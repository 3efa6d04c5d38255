//! `paste`: the lines of several files side by side.

use std::collections::VecDeque;

use super::Wrong;
use super::options::Options;
use crate::shell::host::{Call, Program, Progress};
use crate::shell::io::{Io, Read};

#[derive(Clone)]
struct Paste {
    call: Call,
    files: Vec<String>,
    delimiters: Vec<String>,
    /// Each file becomes a line.
    is_serial: bool,
    input: String,
}

/// `paste`: `-d` what stands between, `-s` one file after the other. `-` is standard input, a line each time.
pub(super) fn paste(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "d:s", &[("delimiters", 'd'), ("serial", 's')])?;
    let files = if options.operands.is_empty() { vec!["-".to_owned()] } else { options.operands.clone() };
    let delimiters = delimiters(options.value('d').unwrap_or("\t"));
    let is_serial = options.has('s');
    Ok(Box::new(Paste { call, files, delimiters, is_serial, input: String::new() }))
}

/// The delimiters, which are used in turn: `\0` is none.
fn delimiters(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let meant = match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('0') => {
                    found.push(String::new());
                    continue;
                }
                other => other.unwrap_or('\\'),
            },
            letter => letter,
        };
        found.push(meant.to_string());
    }
    if found.is_empty() { vec![String::new()] } else { found }
}

impl Paste {
    /// Texts with the delimiters between them.
    fn join(&self, texts: impl Iterator<Item = String>) -> String {
        let mut line = String::new();
        let mut delimiters = self.delimiters.iter().cycle();
        for (index, text) in texts.enumerate() {
            if index > 0 {
                line.push_str(delimiters.next().map(String::as_str).unwrap_or_default());
            }
            line.push_str(&text);
        }
        line + "\n"
    }

    fn text(&mut self, io: &mut Io<'_>) -> Result<String, String> {
        let mut input: VecDeque<String> = self.input.lines().map(str::to_owned).collect();
        let mut files: Vec<Option<VecDeque<String>>> = Vec::new();
        for name in &self.files {
            files.push(if name == "-" {
                None
            } else {
                let read = io.read_file(&self.call.path(name));
                let text = read.map_err(|error| format!("paste: {name}: {error}\n"))?;
                Some(text.lines().map(str::to_owned).collect())
            });
        }
        let mut text = String::new();
        if self.is_serial {
            for file in files {
                let lines = file.unwrap_or_else(|| std::mem::take(&mut input));
                text.push_str(&self.join(lines.into_iter()));
            }
            return Ok(text);
        }
        loop {
            let mut next =
                |file: &mut Option<VecDeque<String>>| file.as_mut().unwrap_or(&mut input).pop_front();
            let row: Vec<Option<String>> = files.iter_mut().map(&mut next).collect();
            if row.iter().all(Option::is_none) {
                return Ok(text);
            }
            text.push_str(&self.join(row.into_iter().map(Option::unwrap_or_default)));
        }
    }
}

impl Program for Paste {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        while self.files.iter().any(|name| name == "-") {
            match io.read() {
                Read::Text(text) => self.input.push_str(&text),
                Read::Wait => return Progress::WAIT,
                Read::End => break,
            }
        }
        match self.text(io) {
            Ok(text) => {
                io.out(&text);
                Progress::Done(0)
            }
            Err(why) => {
                io.err(&why);
                Progress::Done(1)
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "paste".to_owned()
    }
}
