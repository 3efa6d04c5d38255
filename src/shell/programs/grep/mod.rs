//! `grep`: lines that a pattern fits.
//!
//! Left out: colours, and of Perl's patterns what `regex` leaves out. `flags`: what they mean.

mod flags;

use std::collections::VecDeque;

use super::Wrong;
use super::filter::{Filter, Filtering, Flow, Missing};
use super::options::{Options, refused, wrong};
use crate::shell::glob;
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;
use crate::shell::mistake::Mistake;
use crate::shell::regex::{Bounds, Regex};
use flags::{LONG, bounds, pattern, recurses};

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Grep {
    call: Call,
    patterns: Vec<Regex>,
    /// Files of further patterns.
    unread: Vec<String>,
    has_failed: bool,
    flags: Options,
    before: usize,
    after: usize,
    most: Option<usize>,
    shows_name: bool,
    /// Names of files below folders, as patterns; none means all.
    includes: Vec<Vec<char>>,
    name: String,
    number: usize,
    picked: usize,
    has_picked: bool,
    held: VecDeque<(usize, String)>,
    owed: usize,
    last_printed: Option<usize>,
    has_printed: bool,
    has_begun: bool,
    is_single: bool,
    bounds: Bounds,
}

/// `grep`, `egrep` and `fgrep`.
pub(super) fn grep(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let mut flags = Options::parse(&call, "vicEFGPonqwxlLHhskrRIyaY:A:B:C:m:e:f:", LONG)?;
    let mut texts: Vec<String> =
        flags.values('e').flat_map(|text| text.split('\n')).map(str::to_owned).collect();
    if texts.is_empty() && !flags.has('f') {
        if flags.operands.is_empty() {
            return Err(wrong(&call, "usage: grep [OPTION]... PATTERNS [FILE]..."));
        }
        texts = flags.operands.remove(0).split('\n').map(str::to_owned).collect();
    }
    let mut patterns = Vec::new();
    for text in texts {
        patterns.push(pattern(&call, &flags, &text).map_err(|why| refused(&call, why))?);
    }
    let context = flags.number(&call, 'C', "context length argument")?.unwrap_or(0);
    let mut files = flags.operands.clone();
    if files.is_empty() && recurses(&flags) {
        files.push(String::new());
    }
    let filter = Grep {
        patterns,
        unread: flags.values('f').map(str::to_owned).collect(),
        call: call.clone(),
        before: flags.number(&call, 'B', "context length argument")?.unwrap_or(context),
        after: flags.number(&call, 'A', "context length argument")?.unwrap_or(context),
        includes: flags.values('Y').map(|pattern| pattern.chars().collect()).collect(),
        most: flags.number(&call, 'm', "max count")?,
        is_single: files.len() <= 1 && !recurses(&flags),
        bounds: bounds(&flags),
        shows_name: flags.has('H') || (files.len() > 1 && !flags.has('h')),
        flags,
        has_failed: false,
        name: String::new(),
        number: 0,
        picked: 0,
        has_picked: false,
        held: VecDeque::new(),
        owed: 0,
        last_printed: None,
        has_printed: false,
        has_begun: false,
    };
    Ok(Filtering::make(call, files, filter))
}

impl Grep {
    fn head(&self, number: usize, mark: char) -> String {
        let name = if self.shows_name { format!("{}{mark}", self.name) } else { String::new() };
        let number = if self.flags.has('n') { format!("{number}{mark}") } else { String::new() };
        format!("{name}{number}")
    }

    /// Prints a line; of those around finds `-o` leaves nothing but the marks between groups.
    fn print(&mut self, number: usize, line: &str, mark: char, io: &mut Io<'_>) {
        let has_context = ['A', 'B', 'C'].iter().any(|flag| self.flags.has(*flag));
        let is_apart = self.last_printed.is_none_or(|last| number > last + 1);
        if has_context && self.has_printed && is_apart {
            io.out("--\n");
        }
        self.last_printed = Some(number);
        self.has_printed = true;
        if !self.flags.has('o') {
            io.out(&format!("{}{line}\n", self.head(number, mark)));
        } else if (mark == ':') != self.flags.has('v') {
            self.print_parts(number, line, mark, io);
        }
    }

    fn print_parts(&self, number: usize, line: &str, mark: char, io: &mut Io<'_>) {
        let letters: Vec<char> = line.chars().collect();
        let mut from = 0;
        while from <= letters.len() {
            let found =
                self.patterns.iter().filter_map(|pattern| pattern.find_as(&letters, from, self.bounds));
            let spans = found.filter_map(|groups| Some(((*groups.first()?)?, (*groups.get(1)?)?)));
            let Some((begin, end)) = spans.min_by_key(|(begin, end)| (*begin, usize::MAX - end)) else {
                return;
            };
            if end > begin {
                let text: String = letters.get(begin..end).unwrap_or_default().iter().collect();
                io.out(&format!("{}{text}\n", self.head(number, mark)));
            }
            from = end.max(begin + 1);
        }
    }

    fn pick(&mut self, line: &str, io: &mut Io<'_>) {
        for (number, line) in std::mem::take(&mut self.held) {
            self.print(number, &line, '-', io);
        }
        self.print(self.number, line, ':', io);
        self.owed = self.after;
    }

    /// The patterns of files, a line each.
    fn read_patterns(&mut self, io: &mut Io<'_>) -> Result<(), Mistake> {
        for name in std::mem::take(&mut self.unread) {
            let text = io.read_file(&self.call.path(&name)).map_err(|error| format!("{name}: {error}"))?;
            for line in text.lines() {
                self.patterns.push(pattern(&self.call, &self.flags, line)?);
            }
        }
        Ok(())
    }

    /// A line after as many as are wanted: some that follow the last one are still printed.
    fn after_last(&mut self, line: &str, io: &mut Io<'_>) -> Flow {
        if self.owed > 0 {
            self.owed -= 1;
            self.print(self.number, line, '-', io);
        }
        if self.owed == 0 && self.is_single { Flow::Stop } else { Flow::More }
    }

    fn finish_file(&mut self, io: &mut Io<'_>) {
        if self.has_begun && self.flags.has('L') && self.picked == 0 && !self.flags.has('q') {
            io.out(&format!("{}\n", self.name));
        }
        if self.has_begun && self.flags.has('c') && !self.flags.has('q') {
            let name = if self.shows_name { format!("{}:", self.name) } else { String::new() };
            io.out(&format!("{name}{}\n", self.picked));
        }
    }
}

impl Filter for Grep {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        if let Err(why) = self.read_patterns(io) {
            why.of(self.call.name()).tell(io);
            self.has_failed = true;
            return Flow::Stop;
        }
        self.finish_file(io);
        self.has_begun = true;
        name.unwrap_or("(standard input)").clone_into(&mut self.name);
        (self.number, self.picked, self.owed, self.last_printed) = (0, 0, 0, None);
        self.held.clear();
        Flow::More
    }

    fn line(&mut self, line: &str, _: bool, io: &mut Io<'_>) -> Flow {
        self.number += 1;
        if self.most.is_some_and(|most| self.picked >= most) {
            return self.after_last(line, io);
        }
        let fits =
            self.patterns.iter().any(|pattern| pattern.fits_as(line, self.bounds)) != self.flags.has('v');
        if fits {
            self.picked += 1;
            self.has_picked = true;
            if self.flags.has('q') {
                return Flow::Stop;
            }
            if self.flags.has('l') && self.picked == 1 {
                io.out(&format!("{}\n", self.name));
            }
            if !['c', 'l', 'L'].iter().any(|flag| self.flags.has(*flag)) {
                self.pick(line, io);
            }
            if self.most == Some(self.picked) && self.owed == 0 && self.is_single {
                return Flow::Stop;
            }
        } else if self.owed > 0 {
            self.owed -= 1;
            self.print(self.number, line, '-', io);
        } else if self.before > 0 {
            self.held.push_back((self.number, line.to_owned()));
            if self.held.len() > self.before {
                self.held.pop_front();
            }
        }
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.finish_file(io);
        if self.has_failed { 2 } else { i32::from(!self.has_picked) }
    }

    fn enters(&mut self, _: &str) -> bool {
        let enters = recurses(&self.flags);
        self.shows_name |= enters && !self.flags.has('h');
        enters
    }

    fn wants(&self, name: &str) -> bool {
        let letters: Vec<char> = name.rsplit('/').next().unwrap_or_default().chars().collect();
        self.includes.is_empty() || self.includes.iter().any(|pattern| glob::matches(pattern, &letters))
    }

    fn failure(&self) -> i32 {
        2
    }

    fn missing(&self) -> Missing {
        if self.flags.has('s') { Missing::Hide } else { Missing::Tell }
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
