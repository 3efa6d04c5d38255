//! Lines that are alike, and how much there is: uniq, wc.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, refused, wrong};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;
use crate::shell::mistake::Mistake;

#[derive(Clone)]
struct Uniq {
    flags: Options,
    fields: usize,
    letters: usize,
    most: usize,
    /// The first of the lines that are alike, and how many there are.
    last: Option<(String, usize)>,
}

const UNIQ: &[(&str, char)] = &[
    ("count", 'c'),
    ("repeated", 'd'),
    ("unique", 'u'),
    ("ignore-case", 'i'),
    ("skip-fields", 'f'),
    ("skip-chars", 's'),
    ("check-chars", 'w'),
];

/// `uniq`: `-c` counts, `-d`, `-D` and `-u` pick, `-i`, `-f`, `-s` and `-w` say what of a line counts.
pub(super) fn uniq(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "cdDuif:s:w:", UNIQ)?;
    match options.operands.as_slice() {
        [] | [_] => {}
        [_, _] => return Err(refused(&call, Mistake::lacks("an output file"))),
        [_, _, extra, ..] => return Err(wrong(&call, &format!("extra operand '{extra}'"))),
    }
    let filter = Uniq {
        fields: options.number(&call, 'f', "number of fields to skip")?.unwrap_or(0),
        letters: options.number(&call, 's', "number of bytes to skip")?.unwrap_or(0),
        most: options.number(&call, 'w', "number of bytes to compare")?.unwrap_or(usize::MAX),
        last: None,
        flags: options.clone(),
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Uniq {
    /// What of a line is compared.
    fn key(&self, line: &str) -> String {
        let mut rest = line;
        for _ in 0..self.fields {
            let word = rest.trim_start_matches([' ', '\t']);
            rest = word.get(word.find([' ', '\t']).unwrap_or(word.len())..).unwrap_or_default();
        }
        let key: String = rest.chars().skip(self.letters).take(self.most).collect();
        if self.flags.has('i') { key.to_ascii_lowercase() } else { key }
    }

    fn flush(&mut self, io: &mut Io<'_>) {
        let Some((line, count)) = self.last.take() else { return };
        let is_shown = match count {
            1 => !self.flags.has('d') && !self.flags.has('D'),
            _ => !self.flags.has('u'),
        };
        if is_shown && !(self.flags.has('D') && count > 1) {
            let head = if self.flags.has('c') { format!("{count:>7} ") } else { String::new() };
            io.out(&format!("{head}{line}\n"));
        }
    }
}

impl Filter for Uniq {
    fn line(&mut self, line: &str, _: bool, io: &mut Io<'_>) -> Flow {
        let key = self.key(line);
        let is_same = self.last.as_ref().is_some_and(|(last, _)| self.key(last) == key);
        let shows_all = self.flags.has('D');
        match &mut self.last {
            Some((last, count)) if is_same => {
                if shows_all {
                    let first = if *count == 1 { format!("{last}\n") } else { String::new() };
                    io.out(&format!("{first}{line}\n"));
                }
                *count += 1;
            }
            _ => {
                self.flush(io);
                self.last = Some((line.to_owned(), 1));
            }
        }
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.flush(io);
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

/// Lines, words, letters, bytes, the width of the widest line.
const COUNTS: &str = "lwmcL";

#[derive(Clone)]
struct Wc {
    call: Call,
    shows: [bool; 5],
    counts: [usize; 5],
    total: [usize; 5],
    name: Option<String>,
    has_begun: bool,
    files: Vec<String>,
    width: usize,
}

const WC: &[(&str, char)] =
    &[("lines", 'l'), ("words", 'w'), ("bytes", 'c'), ("chars", 'm'), ("max-line-length", 'L')];

/// `wc`: `-l`, `-w`, `-c`, `-m`, `-L`.
pub(super) fn wc(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, COUNTS, WC)?;
    let mut shows = [false; 5];
    for (shows, letter) in shows.iter_mut().zip(COUNTS.chars()) {
        *shows = options.has(letter);
    }
    if shows == [false; 5] {
        shows = [true, true, false, true, false];
    }
    let filter = Wc {
        call: call.clone(),
        shows,
        counts: [0; 5],
        total: [0; 5],
        name: None,
        has_begun: false,
        files: options.operands.clone(),
        width: 0,
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Wc {
    /// How wide a number is: as wide as the bytes of all files together need.
    fn width(&self, io: &mut Io<'_>) -> usize {
        let is_alone = self.shows.iter().filter(|shows| **shows).count() == 1;
        if is_alone && self.files.len() < 2 {
            return 1;
        }
        if self.files.is_empty() || self.files.iter().any(|name| name == "-") {
            return 7;
        }
        let size = |name: &String| io.read_file(&self.call.path(name)).map_or(0, |text| text.len());
        self.files.iter().map(size).sum::<usize>().to_string().len()
    }

    fn print(&self, counts: [usize; 5], name: Option<&str>, io: &mut Io<'_>) {
        let width = self.width;
        let shown = counts.iter().zip(self.shows).filter(|(_, shows)| *shows);
        let mut texts: Vec<String> = shown.map(|(count, _)| format!("{count:>width$}")).collect();
        texts.extend(name.map(str::to_owned));
        io.out(&format!("{}\n", texts.join(" ")));
    }

    fn flush(&mut self, io: &mut Io<'_>) {
        if self.has_begun {
            let longest = self.total[4].max(self.counts[4]);
            for (total, count) in self.total.iter_mut().zip(self.counts) {
                *total += count;
            }
            self.total[4] = longest;
            self.print(self.counts, self.name.as_deref(), io);
        }
        self.counts = [0; 5];
    }
}

impl Filter for Wc {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        self.flush(io);
        if !std::mem::replace(&mut self.has_begun, true) {
            self.width = self.width(io);
        }
        self.name = name.or(self.files.first().map(|_| "-")).map(str::to_owned);
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, _: &mut Io<'_>) -> Flow {
        let end = usize::from(has_end);
        let letters = line.chars().count();
        let seen = |column: usize, letter| if letter == '\t' { (column / 8 + 1) * 8 } else { column + 1 };
        self.counts[0] += end;
        self.counts[1] += line.split_whitespace().count();
        self.counts[2] += letters + end;
        self.counts[3] += line.len() + end;
        self.counts[4] = self.counts[4].max(line.chars().fold(0, seen));
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.flush(io);
        if self.files.len() > 1 {
            self.print(self.total, Some("total"), io);
        }
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
