//! `cut` and `tr`.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, wrong};
use crate::shell::escapes::{Place, unescaped};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

#[derive(Clone)]
struct Cut {
    ranges: Vec<(usize, usize)>,
    by_letters: bool,
    delimiter: char,
    output: String,
    only_delimited: bool,
    is_complement: bool,
}

/// `cut -d X -f LIST` and `cut -c LIST`.
pub(super) fn cut(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let long = [
        ("delimiter", 'd'),
        ("fields", 'f'),
        ("characters", 'c'),
        ("output-delimiter", 'o'),
        ("only-delimited", 's'),
        ("complement", 'C'),
        ("bytes", 'b'),
    ];
    let options = Options::parse(&call, "d:f:c:b:o:snC", &long)?;
    let letters = options.value('c').or_else(|| options.value('b'));
    let Some(list) = options.value('f').or(letters) else {
        return Err(wrong(&call, "you must specify a list of bytes, characters, or fields"));
    };
    let ranges = ranges(list).ok_or_else(|| wrong(&call, "invalid field range"))?;
    let delimiter = options.value('d').unwrap_or("\t");
    let mut delimiters = delimiter.chars();
    let (first, None) = (delimiters.next().unwrap_or('\0'), delimiters.next()) else {
        return Err(wrong(&call, "the delimiter must be a single character"));
    };
    let filter = Cut {
        ranges,
        by_letters: letters.is_some(),
        delimiter: first,
        output: options.value('o').unwrap_or(delimiter).to_owned(),
        only_delimited: options.has('s'),
        is_complement: options.has('C'),
    };
    Ok(Filtering::make(call, options.operands, filter))
}

fn ranges(fields: &str) -> Option<Vec<(usize, usize)>> {
    let range = |text: &str| {
        let read = |digits: &str| digits.parse::<usize>().ok();
        let (first, last) = match text.split_once('-') {
            None => (read(text)?, read(text)?),
            Some(("", end)) => (1, read(end)?),
            Some((begin, "")) => (read(begin)?, usize::MAX),
            Some((begin, end)) => (read(begin)?, read(end)?),
        };
        (first > 0 && first <= last).then_some((first, last))
    };
    fields.split(',').map(range).collect()
}

impl Cut {
    fn picks(&self, index: usize) -> bool {
        let is_listed = self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&(index + 1)));
        is_listed != self.is_complement
    }
}

impl Filter for Cut {
    fn line(&mut self, line: &str, _: bool, io: &mut Io<'_>) -> Flow {
        let text = if self.by_letters {
            line.chars()
                .enumerate()
                .filter(|(index, _)| self.picks(*index))
                .map(|(_, letter)| letter)
                .collect()
        } else if line.contains(self.delimiter) {
            let fields = line.split(self.delimiter).enumerate().filter(|(index, _)| self.picks(*index));
            fields.map(|(_, field)| field).collect::<Vec<_>>().join(&self.output)
        } else if self.only_delimited {
            return Flow::More;
        } else {
            line.to_owned()
        };
        io.out(&format!("{text}\n"));
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Tr {
    from: Vec<char>,
    to: Vec<char>,
    is_complement: bool,
    deletes: bool,
    squeezes: bool,
    last: Option<char>,
}

/// `tr SET SET`, `tr -d SET`, `tr -s SET`.
pub(super) fn tr(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options =
        Options::parse(&call, "cCds", &[("delete", 'd'), ("squeeze-repeats", 's'), ("complement", 'c')])?;
    let mut sets = options.operands.iter().map(|set| letters(set));
    let Some(from) = sets.next() else {
        return Err(wrong(&call, "missing operand"));
    };
    let to = sets.next().unwrap_or_default();
    let deletes = options.has('d');
    if to.is_empty() && !deletes && !options.has('s') {
        let first = options.operands.first().map(String::as_str).unwrap_or_default();
        return Err(wrong(&call, &format!("missing operand after '{first}'")));
    }
    let is_complement = options.has('c') || options.has('C');
    let filter = Tr { from, to, is_complement, deletes, squeezes: options.has('s'), last: None };
    Ok(Filtering::make(call, Vec::new(), filter))
}

fn letters(set: &str) -> Vec<char> {
    let classes = [
        ("[:upper:]", "A-Z"),
        ("[:lower:]", "a-z"),
        ("[:digit:]", "0-9"),
        ("[:alpha:]", "A-Za-z"),
        ("[:alnum:]", "A-Za-z0-9"),
        ("[:space:]", " \t\n\r"),
        ("[:blank:]", " \t"),
    ];
    let mut set = set.to_owned();
    for (name, meaning) in classes {
        set = set.replace(name, meaning);
    }
    let set: Vec<char> = unescaped(&set, Place::Format).0.chars().collect();
    let mut letters = Vec::new();
    let mut at = 0;
    while let Some(first) = set.get(at) {
        match (set.get(at + 1), set.get(at + 2)) {
            (Some('-'), Some(last)) if first <= last && letters.len() < 10_000 => {
                letters.extend(*first..=*last);
                at += 3;
            }
            _ => {
                letters.push(*first);
                at += 1;
            }
        }
    }
    letters
}

impl Tr {
    fn turned(&self, letter: char) -> Option<char> {
        let place = self.from.iter().position(|known| *known == letter);
        match (place, self.is_complement, self.deletes) {
            (Some(_), false, true) | (None, true, true) => None,
            (Some(place), false, false) => self.to.get(place).or(self.to.last()).copied().or(Some(letter)),
            (None, true, false) => self.to.last().copied().or(Some(letter)),
            _ => Some(letter),
        }
    }

    fn squeezed(&self, letter: char) -> bool {
        let set = if self.to.is_empty() { &self.from } else { &self.to };
        self.squeezes && self.last == Some(letter) && set.contains(&letter)
    }
}

impl Filter for Tr {
    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let mut text = String::new();
        for letter in line.chars().chain(has_end.then_some('\n')) {
            let Some(letter) = self.turned(letter) else { continue };
            if !self.squeezed(letter) {
                text.push(letter);
            }
            self.last = Some(letter);
        }
        io.out(&text);
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
