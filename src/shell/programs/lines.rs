//! Small filters: head, tail, uniq, wc.

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
    let options = Options::parse(call, "n:c:qfv", &[("lines", 'n'), ("bytes", 'c'), ("follow", 'f')])?;
    let bytes = options.has('c');
    let text = options.value(if bytes { 'c' } else { 'n' }).unwrap_or("10");
    let turn = if call.name() == "head" { '-' } else { '+' };
    let digits = text.trim_start_matches(['-', '+']);
    let Ok(number) = digits.parse() else {
        let what = if bytes { "bytes" } else { "lines" };
        return Err(wrong(call, &format!("invalid number of {what}: '{text}'")));
    };
    Ok((Count { number, is_turned: text.starts_with(turn), bytes }, options.operands))
}

/// Prints `==> FILE <==` between several files.
fn title(name: Option<&str>, begun: &mut usize, of: usize, io: &mut Io<'_>) {
    if of > 1 {
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
    files: usize,
    begun: usize,
}

/// `head`.
pub(super) fn head(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    let (count, files) = count(&mut call)?;
    let filter = Head { count, seen: 0, held: VecDeque::new(), files: files.len(), begun: 0 };
    Ok(Filtering::make(call, files, filter))
}

impl Filter for Head {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        title(name, &mut self.begun, self.files, io);
        self.seen = 0;
        self.held.clear();
        if self.count.number == 0 && !self.count.is_turned && self.files < 2 {
            Flow::Stop
        } else {
            Flow::More
        }
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let text = format!("{line}{}", if has_end { "\n" } else { "" });
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
    held: VecDeque<String>,
    files: usize,
    begun: usize,
}

/// `tail`.
pub(super) fn tail(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    let (count, files) = count(&mut call)?;
    let filter = Tail { count, seen: 0, held: VecDeque::new(), files: files.len(), begun: 0 };
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
        title(name, &mut self.begun, self.files, io);
        self.seen = 0;
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let text = format!("{line}{}", if has_end { "\n" } else { "" });
        self.seen += 1;
        if self.count.is_turned {
            if self.seen >= self.count.number {
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

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Uniq {
    counts: bool,
    repeated: bool,
    single: bool,
    folds_case: bool,
    last: Option<(String, usize)>,
}

/// `uniq`: `-c` counts, `-d` and `-u` pick, `-i` takes no notice of case.
pub(super) fn uniq(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "cdui", &[("count", 'c'), ("repeated", 'd'), ("unique", 'u')])?;
    let filter = Uniq {
        counts: options.has('c'),
        repeated: options.has('d'),
        single: options.has('u'),
        folds_case: options.has('i'),
        last: None,
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Uniq {
    fn flush(&mut self, io: &mut Io<'_>) {
        let Some((line, count)) = self.last.take() else { return };
        if (self.repeated && count < 2) || (self.single && count > 1) {
            return;
        }
        let head = if self.counts { format!("{count:>7} ") } else { String::new() };
        io.out(&format!("{head}{line}\n"));
    }
}

impl Filter for Uniq {
    fn line(&mut self, line: &str, _: bool, io: &mut Io<'_>) -> Flow {
        match &mut self.last {
            Some((last, count)) if last == line || (self.folds_case && last.eq_ignore_ascii_case(line)) => {
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

#[derive(Clone)]
struct Wc {
    shows: [bool; 3],
    counts: [usize; 3],
    total: [usize; 3],
    name: Option<String>,
    has_begun: bool,
    files: usize,
}

/// `wc`: `-l`, `-w`, `-c`.
pub(super) fn wc(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "lwcm", &[("lines", 'l'), ("words", 'w'), ("bytes", 'c')])?;
    let mut shows = [options.has('l'), options.has('w'), options.has('c') || options.has('m')];
    if shows == [false; 3] {
        shows = [true; 3];
    }
    let filter = Wc {
        shows,
        counts: [0; 3],
        total: [0; 3],
        name: None,
        has_begun: false,
        files: options.operands.len(),
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Wc {
    fn print(&self, counts: [usize; 3], name: Option<&str>, io: &mut Io<'_>) {
        let shown: Vec<usize> =
            counts.iter().zip(self.shows).filter(|(_, shows)| *shows).map(|(count, _)| *count).collect();
        let width = match (shown.len(), self.files) {
            (1, 0 | 1) => 1,
            (_, 0) => 7,
            _ => self.total.iter().chain(&counts).max().map_or(1, |most| most.to_string().len()),
        };
        let mut texts: Vec<String> = shown.iter().map(|count| format!("{count:>width$}")).collect();
        texts.extend(name.map(str::to_owned));
        io.out(&format!("{}\n", texts.join(" ")));
    }

    fn flush(&mut self, io: &mut Io<'_>) {
        if self.has_begun {
            for (total, count) in self.total.iter_mut().zip(self.counts) {
                *total += count;
            }
            self.print(self.counts, self.name.as_deref(), io);
        }
        self.counts = [0; 3];
    }
}

impl Filter for Wc {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        self.flush(io);
        self.has_begun = true;
        self.name = name.map(str::to_owned);
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, _: &mut Io<'_>) -> Flow {
        self.counts[0] += usize::from(has_end);
        self.counts[1] += line.split_whitespace().count();
        self.counts[2] += line.len() + usize::from(has_end);
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.flush(io);
        if self.files > 1 {
            self.print(self.total, Some("total"), io);
        }
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
