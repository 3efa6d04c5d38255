//! `sed`: changes lines by a script.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, wrong};
use super::sed_script::{Address, Command, Piece, Verb, parse};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;
use crate::shell::regex::{Dialect, Groups, Regex};

#[derive(Clone)]
struct Sed {
    call: Call,
    commands: Vec<Command>,
    /// For each command with two addresses: the line where its range ends, once it has begun.
    ranges: Vec<Range>,
    is_quiet: bool,
    in_place: bool,
    /// The file that is written in place, and its new text.
    file: Option<(String, String)>,
    number: usize,
    /// The line that may be the last one.
    held: Option<(String, bool)>,
    looks_ahead: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    Out,
    In,
    Until(usize),
}

/// `sed`.
pub(super) fn sed(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let long =
        [("quiet", 'n'), ("silent", 'n'), ("expression", 'e'), ("regexp-extended", 'E'), ("in-place", 'i')];
    let mut options = Options::parse(&call, "nEriusze:f:", &long)?;
    let mut scripts: Vec<String> = options.values('e').map(str::to_owned).collect();
    if scripts.is_empty() {
        if options.operands.is_empty() {
            return Err(wrong(&call, "no script specified"));
        }
        scripts.push(options.operands.remove(0));
    }
    let dialect = if options.has('E') || options.has('r') { Dialect::Extended } else { Dialect::Basic };
    let commands = parse(&scripts.join("\n"), dialect).map_err(|why| wrong(&call, &why))?;
    let is_last = |address: &Option<Address>| matches!(address, Some(Address::Last));
    let filter = Sed {
        ranges: vec![Range::Out; commands.len()],
        looks_ahead: commands.iter().any(|command| is_last(&command.first) || is_last(&command.last)),
        commands,
        is_quiet: options.has('n'),
        in_place: options.has('i'),
        call: call.clone(),
        file: None,
        number: 0,
        held: None,
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Sed {
    fn print(&mut self, text: &str, io: &mut Io<'_>) {
        match &mut self.file {
            Some((_, written)) => written.push_str(text),
            None => io.out(text),
        }
    }

    fn picks(&mut self, index: usize, line: &str, is_last: bool) -> bool {
        let Some(command) = self.commands.get(index) else { return false };
        let fits = |address: &Address| match address {
            Address::Line(number) => *number == self.number,
            Address::Last => is_last,
            Address::Fits(regex) => regex.fits(line),
            Address::After(_) => false,
        };
        let picks = match (&command.first, &command.last, self.ranges[index]) {
            (None, ..) => true,
            (Some(first), None, _) => fits(first),
            (Some(first), Some(last), Range::Out) => {
                let begins = fits(first);
                if begins {
                    self.ranges[index] = match last {
                        Address::Line(end) if *end <= self.number => Range::Out,
                        Address::Line(end) => Range::Until(*end),
                        Address::After(count) => Range::Until(self.number.saturating_add(*count)),
                        _ => Range::In,
                    };
                    if self.ranges[index] == Range::Until(self.number) {
                        self.ranges[index] = Range::Out;
                    }
                }
                begins
            }
            (Some(_), Some(last), Range::In) => {
                if fits(last) {
                    self.ranges[index] = Range::Out;
                }
                true
            }
            (Some(_), Some(_), Range::Until(end)) => {
                if self.number >= end {
                    self.ranges[index] = Range::Out;
                }
                self.number <= end
            }
        };
        picks != command.is_negated
    }

    fn edit(&mut self, line: &str, has_end: bool, is_last: bool, io: &mut Io<'_>) -> Flow {
        self.number += 1;
        let mut text = line.to_owned();
        let mut after = String::new();
        let mut flow = Flow::More;
        let mut is_deleted = false;
        for index in 0..self.commands.len() {
            if !self.picks(index, &text, is_last) {
                continue;
            }
            let Some(command) = self.commands.get(index).cloned() else { break };
            match command.verb {
                Verb::Substitute { regex, with, all, nth, prints } => {
                    if let Some((changed, _)) = substitute(&text, &regex, &with, all, nth) {
                        text = changed;
                        if prints {
                            self.print(&format!("{text}\n"), io);
                        }
                    }
                }
                Verb::Transliterate(from, to) => {
                    let turn = |letter: char| {
                        let place = from.iter().position(|known| *known == letter);
                        place.and_then(|place| to.get(place)).copied().unwrap_or(letter)
                    };
                    text = text.chars().map(turn).collect();
                }
                Verb::Print => self.print(&format!("{text}\n"), io),
                Verb::Number => self.print(&format!("{}\n", self.number), io),
                Verb::Append(more) => after.push_str(&more),
                Verb::Insert(more) => self.print(&more, io),
                Verb::Change(more) => {
                    if self.ranges[index] == Range::Out {
                        self.print(&more, io);
                    }
                    is_deleted = true;
                }
                Verb::Delete => is_deleted = true,
                Verb::Quit => flow = Flow::Stop,
            }
            if is_deleted || flow == Flow::Stop {
                break;
            }
        }
        if !is_deleted && !self.is_quiet {
            let end = if has_end || !after.is_empty() { "\n" } else { "" };
            self.print(&format!("{text}{end}"), io);
        }
        self.print(&after, io);
        flow
    }

    fn flush(&mut self, io: &mut Io<'_>) {
        if let Some((line, has_end)) = self.held.take() {
            self.edit(&line, has_end, true, io);
        }
        if let Some((name, text)) = self.file.take()
            && let Err(error) = io.write_file(&self.call.path(&name), &text)
        {
            io.err(&format!("sed: couldn't open file {name}: {error}\n"));
        }
    }
}

impl Filter for Sed {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        if self.in_place {
            self.flush(io);
            self.number = 0;
            self.file = name.map(|name| (name.to_owned(), String::new()));
        }
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        if !self.looks_ahead {
            return self.edit(line, has_end, false, io);
        }
        match self.held.replace((line.to_owned(), has_end)) {
            Some((before, ended)) => {
                let flow = self.edit(&before, ended, false, io);
                if flow == Flow::Stop {
                    self.held = None;
                }
                flow
            }
            None => Flow::More,
        }
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.flush(io);
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

/// The text with finds replaced; `None` when there is none.
pub(super) fn substitute(
    text: &str,
    regex: &Regex,
    with: &[Piece],
    all: bool,
    nth: usize,
) -> Option<(String, usize)> {
    let letters: Vec<char> = text.chars().collect();
    let mut result = String::new();
    let (mut from, mut copied, mut count) = (0, 0, 0);
    let mut changes = 0;
    while from <= letters.len() {
        let Some(groups) = regex.find(&letters, from) else { break };
        let (Some(Some(begin)), Some(Some(end))) = (groups.first().copied(), groups.get(1).copied()) else {
            break;
        };
        count += 1;
        if count >= nth {
            changes += 1;
            result.extend(letters.get(copied..begin).unwrap_or_default());
            for piece in with {
                match piece {
                    Piece::Text(text) => result.push_str(text),
                    Piece::Group(number) => result.extend(group(&letters, &groups, *number)),
                }
            }
            copied = end;
            if !all {
                break;
            }
        }
        from = if end > begin { end } else { end + 1 };
    }
    result.extend(letters.get(copied..).unwrap_or_default());
    (changes > 0).then_some((result, changes))
}

fn group<'a>(letters: &'a [char], groups: &Groups, number: usize) -> &'a [char] {
    match (groups.get(number * 2).copied().flatten(), groups.get(number * 2 + 1).copied().flatten()) {
        (Some(begin), Some(end)) => letters.get(begin..end).unwrap_or_default(),
        _ => &[],
    }
}
