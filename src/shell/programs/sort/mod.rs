//! `sort`: lines in their order.
//!
//! - `key`: which part of a line counts. `compare`: how two texts compare. `version`: `-V`.

mod compare;
mod key;
mod version;

use std::cmp::Ordering;

use super::Wrong;
use super::filter::{Filter, Filtering, Flow, Missing};
use super::options::{Options, wrong};
use crate::collections::sort_by;
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;
use compare::compare;
use key::Key;

/// Letters that say how texts compare.
const ORDERS: &str = "bdfghMnrV";

#[derive(Clone)]
struct Sort {
    call: Call,
    keys: Vec<Key>,
    is_reversed: bool,
    is_unique: bool,
    /// Lines that are alike so far are compared by all their letters.
    has_last_resort: bool,
    delimiter: Option<char>,
    lines: Vec<String>,
    /// It is only looked whether they are in order: in which file, and whether that is said.
    checks: Option<(String, bool)>,
    output: Option<String>,
}

const LONG: &[(&str, char)] = &[
    ("reverse", 'r'),
    ("numeric-sort", 'n'),
    ("general-numeric-sort", 'g'),
    ("human-numeric-sort", 'h'),
    ("month-sort", 'M'),
    ("version-sort", 'V'),
    ("dictionary-order", 'd'),
    ("ignore-case", 'f'),
    ("ignore-leading-blanks", 'b'),
    ("stable", 's'),
    ("unique", 'u'),
    ("key", 'k'),
    ("field-separator", 't'),
    ("check", 'c'),
    ("output", 'o'),
    ("buffer-size", 'S'),
    ("temporary-directory", 'T'),
];

/// `sort`: `-n`, `-g`, `-h`, `-M`, `-V`, `-d`, `-f`, `-b`, `-r`, `-u`, `-s`, `-k`, `-t`, `-o`; `-c` to look
/// only.
pub(super) fn sort_lines(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "nrufghdMVbscCk:t:o:S:T:", LONG)?;
    let flags: String = ORDERS.chars().filter(|letter| options.has(*letter)).collect();
    let mut keys = Vec::new();
    for text in options.values('k') {
        keys.push(Key::read(text, &flags).map_err(|why| wrong(&call, &why))?);
    }
    if keys.is_empty() {
        keys.push(Key::whole(&flags));
    }
    let delimiter = match options.value('t') {
        Some("\\0") => Some('\0'),
        Some(text) if text.chars().count() > 1 => {
            return Err(wrong(&call, &format!("multi-character tab '{text}'")));
        }
        Some("") => return Err(wrong(&call, "empty tab")),
        text => text.and_then(|text| text.chars().next()),
    };
    let checks = (options.has('c') || options.has('C')).then(|| ("-".to_owned(), options.has('c')));
    if let Some(extra) = options.operands.get(1).filter(|_| checks.is_some()) {
        return Err(wrong(&call, &format!("extra operand '{extra}' not allowed with -c")));
    }
    let is_unique = options.has('u');
    let filter = Sort {
        keys,
        is_reversed: options.has('r'),
        is_unique,
        has_last_resort: !is_unique && !options.has('s'),
        delimiter,
        lines: Vec::new(),
        checks,
        output: options.value('o').map(str::to_owned),
        call: call.clone(),
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Sort {
    fn by_keys(&self, a: &str, b: &str) -> Ordering {
        let orders = self.keys.iter().map(|key| {
            let order = compare(key.text(a, self.delimiter), key.text(b, self.delimiter), key.flags());
            if key.flags().contains('r') { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }

    /// In which order two lines come.
    fn order(&self, a: &str, b: &str) -> Ordering {
        let order = self.by_keys(a, b);
        match (self.has_last_resort, self.is_reversed) {
            (false, _) => order,
            (true, false) => order.then_with(|| a.cmp(b)),
            (true, true) => order.then_with(|| b.cmp(a)),
        }
    }

    /// Says which line is the first one that is not where it should be.
    fn check(&self, name: &str, says: bool, io: &mut Io<'_>) -> i32 {
        let mut pairs = self.lines.windows(2).enumerate();
        let found = pairs.find_map(|(index, pair)| match pair {
            [first, second] if self.is_unique => {
                self.by_keys(first, second).is_ge().then_some((index, second))
            }
            [first, second] => self.order(first, second).is_gt().then_some((index, second)),
            _ => None,
        });
        let Some((index, line)) = found else { return 0 };
        if says {
            io.err(&format!("sort: {name}:{}: disorder: {line}\n", index + 2));
        }
        1
    }
}

impl Filter for Sort {
    fn begin(&mut self, name: Option<&str>, _: &mut Io<'_>) -> Flow {
        if let (Some((known, _)), Some(name)) = (&mut self.checks, name) {
            name.clone_into(known);
        }
        Flow::More
    }

    fn line(&mut self, line: &str, _: bool, _: &mut Io<'_>) -> Flow {
        self.lines.push(line.to_owned());
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        if let Some((name, says)) = &self.checks {
            return self.check(name, *says, io);
        }
        let mut lines = std::mem::take(&mut self.lines);
        sort_by(&mut lines, |a, b| self.order(a, b));
        if self.is_unique {
            lines.dedup_by(|a, b| self.by_keys(a, b) == Ordering::Equal);
        }
        let mut text = lines.join("\n");
        if !lines.is_empty() {
            text.push('\n');
        }
        let Some(name) = &self.output else {
            io.out(&text);
            return 0;
        };
        let written = io.write_file(&self.call.path(name), &text);
        if let Err(error) = written {
            io.err(&format!("sort: open failed: {name}: {error}\n"));
        }
        if written.is_ok() { 0 } else { 2 }
    }

    fn failure(&self) -> i32 {
        2
    }

    fn missing(&self) -> Missing {
        Missing::Stop
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
