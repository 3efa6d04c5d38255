//! The first and the last lines: head, tail.

use std::collections::VecDeque;

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, wrong};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

/// What `head` or `tail` counts.
#[derive(Clone, Copy)]
struct Count {
    number: usize,
    /// Files have a title: always, never, or where there are several.
    titles: Option<bool>,
    /// `head -n -5` leaves the last out, `tail -n +5` begins there.
    is_turned: bool,
    bytes: bool,
}

fn count(call: &mut Call) -> Result<(Count, Vec<String>), Wrong> {
    // `-5` is `-n 5`, unless it is the number of a flag.
    let mut is_value = false;
    for arg in call.argv.iter_mut().skip(1) {
        let digits = arg.strip_prefix('-').unwrap_or_default();
        let takes_value = matches!(arg.as_str(), "-n" | "-c" | "--lines" | "--bytes");
        if !is_value && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            *arg = format!("-n{digits}");
        }
        is_value = takes_value && !is_value;
    }
    let long =
        [("lines", 'n'), ("bytes", 'c'), ("follow", 'f'), ("quiet", 'q'), ("silent", 'q'), ("verbose", 'v')];
    let options = Options::parse(call, if call.name() == "head" { "n:c:qv" } else { "n:c:qfv" }, &long)?;
    let bytes = options.has('c');
    let text = options.value(if bytes { 'c' } else { 'n' }).unwrap_or("10");
    let turn = if call.name() == "head" { '-' } else { '+' };
    let digits = text.trim_start_matches(['-', '+']);
    let Ok(number) = digits.parse() else {
        let what = if bytes { "bytes" } else { "lines" };
        return Err(wrong(call, &format!("invalid number of {what}: '{text}'")));
    };
    let titles = options.has('v').then_some(true).or(options.has('q').then_some(false));
    Ok((Count { number, titles, is_turned: text.starts_with(turn), bytes }, options.operands))
}

/// Prints `==> FILE <==` between several files.
fn title(name: Option<&str>, begun: &mut usize, of: usize, count: Count, io: &mut Io<'_>) {
    if count.titles.unwrap_or(of > 1) {
        let gap = if *begun > 0 { "\n" } else { "" };
        io.out(&format!("{gap}==> {} <==\n", name.unwrap_or("standard input")));
    }
    *begun += 1;
}

#[derive(Clone)]
struct Head {
    count: Count,
    seen: usize,
    held: VecDeque<String>,
    /// The last letters, when these are not wanted.
    tail: String,
    files: usize,
    begun: usize,
}

/// `head`.
pub(super) fn head(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    let (count, files) = count(&mut call)?;
    let filter =
        Head { count, seen: 0, held: VecDeque::new(), tail: String::new(), files: files.len(), begun: 0 };
    Ok(Filtering::make(call, files, filter))
}

impl Filter for Head {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        title(name, &mut self.begun, self.files, self.count, io);
        self.seen = 0;
        self.held.clear();
        self.tail.clear();
        if self.count.number == 0 && !self.count.is_turned && self.files < 2 {
            Flow::Stop
        } else {
            Flow::More
        }
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let text = format!("{line}{}", if has_end { "\n" } else { "" });
        if self.count.is_turned && self.count.bytes {
            self.tail.push_str(&text);
            let end = self.tail.len().saturating_sub(self.count.number);
            let end = (0..=end).rev().find(|end| self.tail.is_char_boundary(*end)).unwrap_or(0);
            let rest = self.tail.split_off(end);
            io.out(&std::mem::replace(&mut self.tail, rest));
            return Flow::More;
        }
        if self.count.is_turned {
            self.held.push_back(text);
            if self.held.len() > self.count.number {
                io.out(&self.held.pop_front().unwrap_or_default());
            }
            return Flow::More;
        }
        let number = self.count.number;
        if self.count.bytes {
            let left = number.saturating_sub(self.seen);
            let end = (0..=left.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            io.out(text.get(..end.unwrap_or(0)).unwrap_or_default());
            self.seen += text.len();
        } else {
            if self.seen < number {
                io.out(&text);
            }
            self.seen += 1;
        }
        if self.seen >= number && self.files < 2 { Flow::Stop } else { Flow::More }
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Tail {
    count: Count,
    seen: usize,
    bytes: usize,
    held: VecDeque<String>,
    files: usize,
    begun: usize,
}

/// `tail`.
pub(super) fn tail(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    let (count, files) = count(&mut call)?;
    let filter = Tail { count, seen: 0, bytes: 0, held: VecDeque::new(), files: files.len(), begun: 0 };
    Ok(Filtering::make(call, files, filter))
}

impl Tail {
    fn flush(&mut self, io: &mut Io<'_>) {
        let mut text: String = self.held.drain(..).collect();
        if self.count.bytes && !self.count.is_turned {
            let from = text.len().saturating_sub(self.count.number);
            let from = (from..=text.len()).find(|from| text.is_char_boundary(*from)).unwrap_or(0);
            text.drain(..from);
        }
        io.out(&text);
    }
}

impl Filter for Tail {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        self.flush(io);
        title(name, &mut self.begun, self.files, self.count, io);
        self.seen = 0;
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let text = format!("{line}{}", if has_end { "\n" } else { "" });
        self.seen += 1;
        if self.count.is_turned {
            if self.count.bytes {
                // `+N` begins at byte N.
                let from = self.count.number.saturating_sub(self.bytes).saturating_sub(1).min(text.len());
                let from = (from..=text.len()).find(|from| text.is_char_boundary(*from)).unwrap_or(0);
                io.out(text.get(from..).unwrap_or_default());
                self.bytes += text.len();
            } else if self.seen >= self.count.number {
                io.out(&text);
            }
            return Flow::More;
        }
        self.held.push_back(text);
        if self.held.len() > self.count.number && !self.count.bytes {
            self.held.pop_front();
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
