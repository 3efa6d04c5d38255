//! What sed does with a line: the commands one after the other, until one waits for the next line.

use std::rc::Rc;

use super::output::After;
use super::texts::listed;
use super::tree::{Address, Command, Substitution, Verb, When};
use super::{Range, Sed, Waits};
use crate::shell::io::Io;
use crate::shell::programs::filter::Flow;
use crate::shell::programs::substitute::substitute;
use crate::shell::regex::Regex;

/// Commands that one line may cost.
const STEPS_MAX: usize = 100_000;
/// Bytes of a line that count as one more command.
const STEP_BYTES: usize = 100;
/// Bytes of what sed keeps.
const SPACE_MAX: usize = 1 << 20;

/// Where to go on.
enum Next {
    /// With the next command.
    On,
    Jump(usize),
    /// The line is done with; whether it is printed.
    End {
        prints: bool,
    },
    /// From the first command on, without reading.
    Again,
    Wait,
    Quit {
        prints: bool,
    },
}

impl Sed {
    /// Takes a line in, and goes on with the commands.
    pub(super) fn take(&mut self, line: &str, has_end: bool, is_last: bool, io: &mut Io<'_>) -> Flow {
        self.number += 1;
        (self.is_last, self.has_end) = (is_last, has_end);
        let at = match self.waits.take() {
            None => {
                line.clone_into(&mut self.space);
                self.has_replaced = false;
                0
            }
            Some(Waits { adds: true, at }) => {
                self.output.catch_up(io);
                self.space.push('\n');
                self.space.push_str(line);
                at
            }
            Some(Waits { adds: false, at }) => {
                self.print_and_catch_up(io, true);
                line.clone_into(&mut self.space);
                at
            }
        };
        self.run(at, io)
    }

    /// The line is printed, unless only what is asked for is, and what was to come after it.
    pub(super) fn end_cycle(&mut self, io: &mut Io<'_>) {
        let has_end = self.has_end;
        self.print_and_catch_up(io, has_end);
    }

    fn print_and_catch_up(&mut self, io: &mut Io<'_>, has_end: bool) {
        if !self.settings.is_quiet {
            self.output.line(&self.space, has_end, io);
        }
        self.output.catch_up(io);
    }

    fn run(&mut self, from: usize, io: &mut Io<'_>) -> Flow {
        let commands = self.commands.clone();
        let mut at = from;
        let mut steps = 0;
        while steps < STEPS_MAX {
            // A long line costs more.
            steps += 1 + self.space.len() / STEP_BYTES;
            let next = match commands.get(at) {
                None => Next::End { prints: true },
                Some(command) if self.picks(at, command) => self.carry_out(at, command, io),
                Some(Command { verb: Verb::Block(end), .. }) => Next::Jump(*end),
                Some(_) => Next::On,
            };
            if self.space.len() + self.hold.len() > SPACE_MAX {
                io.hint("the sandbox's sed keeps no more than 1 MB");
                return self.fail(4);
            }
            match next {
                Next::On => at += 1,
                Next::Jump(to) => at = to,
                Next::Wait => {
                    return Flow::More;
                }
                Next::Again => {
                    self.output.catch_up(io);
                    at = 0;
                }
                Next::End { prints } => {
                    if prints {
                        self.end_cycle(io);
                    } else {
                        self.output.catch_up(io);
                    }
                    return Flow::More;
                }
                Next::Quit { prints } => {
                    if prints {
                        self.end_cycle(io);
                    }
                    self.is_over = true;
                    return Flow::Stop;
                }
            }
        }
        io.hint("the script of sed goes round and round: the sandbox has stopped it");
        self.fail(4)
    }

    fn carry_out(&mut self, at: usize, command: &Command, io: &mut Io<'_>) -> Next {
        match &command.verb {
            Verb::Substitute(substitution) => self.substitute(substitution, io),
            Verb::Transliterate(letters) => {
                let (from, to) = letters.as_ref();
                let turn = |letter: char| {
                    let place = from.iter().position(|known| *known == letter);
                    place.and_then(|place| to.get(place)).copied().unwrap_or(letter)
                };
                self.space = self.space.chars().map(turn).collect();
            }
            Verb::Print { first: false } => self.output.line(&self.space, self.has_end, io),
            Verb::Print { first: true } => self.output.line(first_line(&self.space).0, true, io),
            Verb::Delete { first: true } => {
                if let (_, Some(rest)) = first_line(&self.space) {
                    self.space = rest.to_owned();
                    return Next::Again;
                }
                return Next::End { prints: false };
            }
            Verb::Delete { first: false } => return Next::End { prints: false },
            Verb::Next { adds } => {
                self.waits = Some(Waits { adds: *adds, at: at + 1 });
                return Next::Wait;
            }
            Verb::Hold { adds } => self.keep(*adds),
            Verb::Get { adds } => self.take_back(*adds),
            Verb::Exchange => {
                std::mem::swap(&mut self.space, &mut self.hold);
                std::mem::swap(&mut self.has_end, &mut self.held_end);
            }
            Verb::Block(_) | Verb::Nothing => {}
            Verb::Branch(when, to) => {
                let is_taken = match when {
                    When::Always => true,
                    When::Replaced => std::mem::take(&mut self.has_replaced),
                    When::NotReplaced => !std::mem::take(&mut self.has_replaced),
                };
                if is_taken {
                    return Next::Jump(*to);
                }
            }
            Verb::Quit { prints, status } => {
                self.status = *status;
                return Next::Quit { prints: *prints };
            }
            Verb::Number => self.output.text(&format!("{}\n", self.number), io),
            Verb::Append(text) => self.output.later(After::Text(text.to_string())),
            Verb::Insert(text) => self.output.text(text, io),
            Verb::Change(text) => {
                if command.is_negated || !matches!(self.ranges.get(at), Some(Range::In | Range::Until(_))) {
                    self.output.text(text, io);
                }
                return Next::End { prints: false };
            }
            Verb::Read(name) => self.output.later(After::File(name.to_string())),
            Verb::Write(name) => self.output.line_to(name, &self.space, io),
            Verb::List(width) => self.output.text(&listed(&self.space, *width), io),
            Verb::Empty => self.space.clear(),
            Verb::FileName => self.output.text(&format!("{}\n", self.name), io),
        }
        Next::On
    }

    /// `h` and `H`.
    fn keep(&mut self, adds: bool) {
        if adds {
            self.hold.push('\n');
            self.hold.push_str(&self.space);
        } else {
            self.hold.clone_from(&self.space);
            self.held_end = self.has_end;
        }
    }

    /// `g` and `G`.
    fn take_back(&mut self, adds: bool) {
        if adds {
            self.space.push('\n');
            self.space.push_str(&self.hold);
        } else {
            self.space.clone_from(&self.hold);
        }
        self.has_end = self.held_end;
    }

    fn substitute(&mut self, what: &Substitution, io: &mut Io<'_>) {
        let Some(regex) = self.regex(what.regex.as_ref()) else { return };
        let Some((changed, _)) = substitute(&self.space, &regex, &what.with, what.all, what.nth) else {
            return;
        };
        self.space = changed;
        self.has_replaced = true;
        if self.space.len() > SPACE_MAX {
            return;
        }
        if what.prints {
            self.output.line(&self.space, self.has_end, io);
        }
        if let Some(file) = &what.file {
            self.output.line_to(file, &self.space, io);
        }
    }

    /// The pattern that is meant, which is now the one that was used last.
    fn regex(&mut self, given: Option<&Rc<Regex>>) -> Option<Rc<Regex>> {
        if let Some(regex) = given {
            self.last_regex = Some(regex.clone());
        }
        self.last_regex.clone()
    }

    fn fits(&mut self, address: &Address) -> bool {
        match address {
            Address::Line(number) => *number == self.number,
            Address::Last => self.is_last,
            Address::Fits(regex) => {
                let regex = self.regex(regex.as_ref());
                regex.is_some_and(|regex| regex.fits(&self.space))
            }
            Address::Step(first, 0) => *first == self.number,
            Address::Step(first, step) => {
                self.number.checked_sub(*first).is_some_and(|beyond| beyond % step == 0)
            }
            Address::Begin | Address::After(_) | Address::Multiple(_) => false,
        }
    }

    /// Whether a command is for this line.
    fn picks(&mut self, at: usize, command: &Command) -> bool {
        let known = self.ranges.get(at).copied().unwrap_or(Range::Out);
        let (picks, range) = match (&command.first, &command.last, known) {
            (None, ..) => (true, known),
            (Some(first), None, _) | (Some(first), Some(_), Range::Over) => (self.fits(first), known),
            (Some(first), Some(last), Range::Out) => match (first, last) {
                // `N` and `n` may have gone past the first line.
                (Address::Line(begin), Address::Line(end)) if self.number > (*begin).max(*end) => {
                    (false, Range::Over)
                }
                (Address::Line(begin), _) if self.number >= *begin => (true, self.begun(last)),
                _ if self.fits(first) => (true, self.begun(last)),
                _ => (false, known),
            },
            (Some(_), Some(last), Range::In) => (true, if self.fits(last) { Range::Out } else { known }),
            (Some(_), Some(last), Range::Until(end)) => {
                // Where the end was counted, the line behind one that `n` went past is in it.
                let picks = self.number <= end || !matches!(last, Address::Line(_));
                (picks, if self.number >= end { Range::Out } else { known })
            }
        };
        let is_numbered = matches!(command.first, Some(Address::Line(_)));
        let has_ended = range == Range::Out && (picks || known != Range::Out);
        let range = if is_numbered && has_ended { Range::Over } else { range };
        if let Some(place) = self.ranges.get_mut(at) {
            *place = range;
        }
        picks != command.is_negated
    }

    /// How a range stands whose first line is this one.
    fn begun(&self, last: &Address) -> Range {
        let end = match last {
            Address::Line(end) => *end,
            Address::After(count) => self.number.saturating_add(*count),
            Address::Multiple(step) => self.number.checked_next_multiple_of(*step).unwrap_or(self.number),
            Address::Last if self.is_last => self.number,
            _ => return Range::In,
        };
        if end <= self.number { Range::Out } else { Range::Until(end) }
    }
}

/// The first line of a text, and what follows its end.
fn first_line(text: &str) -> (&str, Option<&str>) {
    text.split_once('\n').map_or((text, None), |(first, rest)| (first, Some(rest)))
}
