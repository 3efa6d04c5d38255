//! `sort`: `-n`, `-h`, `-r`, `-u`, `-k`, `-t`, `-V` by numbers within the text, `-c` to look only.

use std::cmp::Ordering;

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::numbers::decimal;
use super::options::{Options, wrong};
use crate::collections::sort_by;
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

/// Which part of a line counts, and how.
#[derive(Clone, Debug, Default)]
struct Key {
    /// First and last field, from 1; no last one means up to the line's end.
    fields: Option<(usize, Option<usize>)>,
    flags: String,
}

#[derive(Clone)]
struct Sort {
    keys: Vec<Key>,
    flags: String,
    delimiter: Option<char>,
    lines: Vec<String>,
    /// It is only looked whether they are in order: in which file, and whether that is said.
    checks: Option<(String, bool)>,
}

/// `sort`.
pub(super) fn sort_lines(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let long = [
        ("reverse", 'r'),
        ("numeric-sort", 'n'),
        ("human-numeric-sort", 'h'),
        ("unique", 'u'),
        ("key", 'k'),
        ("field-separator", 't'),
        ("version-sort", 'V'),
        ("ignore-case", 'f'),
        ("check", 'c'),
    ];
    let options = Options::parse(&call, "nrufhVbscCk:t:", &long)?;
    let flags: String = "nrufhV".chars().filter(|letter| options.has(*letter)).collect();
    let mut keys = Vec::new();
    for text in options.values('k') {
        keys.push(
            key(text).ok_or_else(|| wrong(&call, &format!("invalid number at field start: '{text}'")))?,
        );
    }
    let delimiter = options.value('t').and_then(|text| text.chars().next());
    let checks = (options.has('c') || options.has('C')).then(|| ("-".to_owned(), options.has('c')));
    if let Some(extra) = options.operands.get(1).filter(|_| checks.is_some()) {
        return Err(Wrong(format!("sort: extra operand '{extra}' not allowed with -c\n"), 2));
    }
    Ok(Filtering::make(call, options.operands, Sort { keys, flags, delimiter, lines: Vec::new(), checks }))
}

fn key(text: &str) -> Option<Key> {
    let (first, last) = text.split_once(',').map_or((text, None), |(first, last)| (first, Some(last)));
    let flags: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    let field = |text: &str| -> Option<usize> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|field| *field > 0)
    };
    let last = match last {
        Some(last) => Some(field(last)?),
        None => None,
    };
    Some(Key { fields: Some((field(first)?, last)), flags })
}

impl Sort {
    fn text<'a>(&self, line: &'a str, key: &Key) -> &'a str {
        let Some((first, last)) = key.fields else { return line };
        let bounds = self.bounds(line);
        let Some((begin, _)) = bounds.get(first - 1).copied() else { return "" };
        let end = last.and_then(|last| bounds.get(last - 1)).map_or(line.len(), |(_, end)| *end);
        line.get(begin..end).unwrap_or_default()
    }

    /// Where the fields begin and end; without a delimiter the blanks before a field belong to it.
    fn bounds(&self, line: &str) -> Vec<(usize, usize)> {
        let mut bounds = Vec::new();
        let mut begin = 0;
        let mut was_blank = true;
        for (at, letter) in line.char_indices() {
            let is_blank = matches!(letter, ' ' | '\t');
            match self.delimiter {
                Some(delimiter) if letter == delimiter => {
                    bounds.push((begin, at));
                    begin = at + letter.len_utf8();
                }
                None if is_blank && !was_blank => {
                    bounds.push((begin, at));
                    begin = at;
                }
                _ => {}
            }
            was_blank = is_blank;
        }
        bounds.push((begin, line.len()));
        bounds
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        let whole = Key::default();
        let keys = if self.keys.is_empty() { std::slice::from_ref(&whole) } else { &self.keys };
        for key in keys {
            let flags = if key.flags.is_empty() { &self.flags } else { &key.flags };
            let (x, y) = (self.text(a, key), self.text(b, key));
            let order = if flags.contains('h') {
                amount(x).partial_cmp(&amount(y)).unwrap_or(Ordering::Equal)
            } else if flags.contains('n') {
                decimal(x).0.partial_cmp(&decimal(y).0).unwrap_or(Ordering::Equal)
            } else if flags.contains('V') {
                version(x.trim_start(), y.trim_start())
            } else if flags.contains('f') {
                x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase())
            } else {
                x.cmp(y)
            };
            let order = if flags.contains('r') { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// An amount such as `4.0K`: what counts first is its sign with its suffix, then its number.
fn amount(text: &str) -> (i32, f64) {
    let (number, rest) = decimal(text);
    let suffix = rest.chars().next().map(|suffix| if suffix == 'k' { 'K' } else { suffix });
    let power = suffix.and_then(|suffix| "KMGTPEZY".find(suffix)).map_or(1, |at| at + 2);
    let power = i32::try_from(power).unwrap_or_default();
    let sign = if number < 0.0 { -1 } else { i32::from(number > 0.0) };
    (sign * power, number)
}

/// Compares texts with the numbers in them as numbers.
fn version(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a, b);
    loop {
        let digits = |text: &str| text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (left, right) = (digits(x), digits(y));
        if left > 0 && right > 0 {
            let read = |text: &str, end| text.get(..end).and_then(|digits| digits.parse::<u64>().ok());
            match read(x, left).cmp(&read(y, right)) {
                Ordering::Equal => {}
                order => return order,
            }
            (x, y) = (x.get(left..).unwrap_or_default(), y.get(right..).unwrap_or_default());
            continue;
        }
        let (mut xs, mut ys) = (x.chars(), y.chars());
        match (xs.next(), ys.next()) {
            (None, None) => return a.cmp(b),
            (first, second) if first == second => (x, y) = (xs.as_str(), ys.as_str()),
            (first, second) => return first.cmp(&second),
        }
    }
}

impl Sort {
    /// In which order two lines come; those that are alike so far, by all their letters.
    fn order(&self, a: &str, b: &str) -> Ordering {
        let is_reversed = self.flags.contains('r');
        self.compare(a, b).then_with(|| if is_reversed { b.cmp(a) } else { a.cmp(b) })
    }

    /// Says which line is the first one that is not where it should be.
    fn check(&self, name: &str, says: bool, io: &mut Io<'_>) -> i32 {
        let is_unique = self.flags.contains('u');
        let mut pairs = self.lines.windows(2).enumerate();
        let found = pairs.find_map(|(index, pair)| match pair {
            [first, second] if is_unique => self.compare(first, second).is_ge().then_some((index, second)),
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
        if self.flags.contains('u') {
            lines.dedup_by(|a, b| self.compare(a, b) == Ordering::Equal);
        }
        let mut text = lines.join("\n");
        if !lines.is_empty() {
            text.push('\n');
        }
        io.out(&text);
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
