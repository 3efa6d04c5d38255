//! Looking for a pattern in a text.
//!
//! A place of the program that has been at a place of the text is never there again, so the work is bounded
//! by the product of both. What a reference back fits depends on the groups, so these count there, and the
//! number of steps is limited.

use super::{Dialect, Edge, Groups, Regex, Step};
use crate::collections::SortedSet;

/// Program places times text places that one search may look at.
const WORK_MAX: usize = 50_000_000;
/// Forks that one search with references back may come to, and steps that it may take.
const FORKS_MAX: usize = 5_000;
const STEPS_MAX: usize = 200_000;

/// Where a find may begin and end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// Anywhere.
    #[default]
    Any,
    /// Where no letter of a word stands beside it.
    Word,
    /// Nowhere but at the ends of the text.
    Line,
}

enum Open {
    Place(usize, usize),
    Restore(usize, Option<usize>),
}

/// Where a search has been.
enum Seen {
    /// All places of the program for one place of the text after the other, from where the search begins; as
    /// many as have been needed.
    Places(Vec<bool>),
    /// Forks with what the groups held there, and the steps that are left.
    WithGroups(SortedSet<(usize, usize, Groups)>, usize),
}

struct Search<'a> {
    regex: &'a Regex,
    text: &'a [char],
    from: usize,
    bounds: Bounds,
    /// The first find will do, however long it is.
    takes_first: bool,
    seen: Seen,
}

impl Regex {
    /// Whether the pattern fits anywhere.
    pub(crate) fn fits(&self, text: &str) -> bool {
        self.fits_as(text, Bounds::Any)
    }

    /// Whether the pattern fits anywhere within such bounds.
    pub(crate) fn fits_as(&self, text: &str, bounds: Bounds) -> bool {
        self.search(&text.chars().collect::<Vec<_>>(), 0, bounds, true).is_some()
    }

    /// The first place from `from` on where the pattern fits: begin and end of the whole and of each group.
    pub(crate) fn find(&self, text: &[char], from: usize) -> Option<Groups> {
        self.find_as(text, from, Bounds::Any)
    }

    /// The first place from `from` on where the pattern fits within such bounds.
    pub(crate) fn find_as(&self, text: &[char], from: usize, bounds: Bounds) -> Option<Groups> {
        self.search(text, from, bounds, self.dialect == Dialect::Perl)
    }

    fn search(&self, text: &[char], from: usize, bounds: Bounds, takes_first: bool) -> Option<Groups> {
        let width = text.len() + 1;
        if self.program.len().saturating_mul(width) > WORK_MAX {
            return None;
        }
        let has_back = self.program.iter().any(|step| matches!(step, Step::Back(_)));
        let seen = if has_back {
            Seen::WithGroups(SortedSet::default(), STEPS_MAX)
        } else {
            Seen::Places(Vec::new())
        };
        let mut search = Search { regex: self, text, from, bounds, takes_first, seen };
        (from..width).find_map(|begin| if search.may_begin(begin) { search.run(begin) } else { None })
    }
}

impl Search<'_> {
    fn is_word(&self, at: Option<usize>) -> bool {
        let letter = at.and_then(|at| self.text.get(at));
        letter.is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
    }

    fn may_begin(&self, at: usize) -> bool {
        match self.bounds {
            Bounds::Any => true,
            Bounds::Word => !self.is_word(at.checked_sub(1)),
            Bounds::Line => at == 0,
        }
    }

    fn may_end(&self, at: usize) -> bool {
        match self.bounds {
            Bounds::Any => true,
            Bounds::Word => !self.is_word(Some(at)),
            Bounds::Line => at == self.text.len(),
        }
    }

    /// Whether the search comes to a place for the first time.
    fn is_new(&mut self, pc: usize, at: usize, groups: &Groups) -> bool {
        match &mut self.seen {
            Seen::Places(places) => {
                let place = at.saturating_sub(self.from) * self.regex.program.len() + pc;
                if place >= places.len() {
                    places.resize(place + 1, false);
                }
                places.get_mut(place).is_some_and(|place| !std::mem::replace(place, true))
            }
            Seen::WithGroups(places, left) => {
                *left = left.saturating_sub(1);
                let is_fork = matches!(self.regex.program.get(pc), Some(Step::Fork(..)));
                *left > 0
                    && (!is_fork || (places.len() < FORKS_MAX && places.insert((pc, at, groups.clone()))))
            }
        }
    }

    fn run(&mut self, begin: usize) -> Option<Groups> {
        let mut groups: Groups = vec![None; self.regex.groups * 2];
        let mut best: Option<(usize, Groups)> = None;
        let mut open: Vec<Open> = vec![Open::Place(0, begin)];
        while let Some(next) = open.pop() {
            let (mut pc, mut at) = match next {
                Open::Place(pc, at) => (pc, at),
                Open::Restore(slot, value) => {
                    groups[slot] = value;
                    continue;
                }
            };
            while self.is_new(pc, at, &groups) {
                match self.regex.program.get(pc)? {
                    Step::Found => {
                        let is_best = best.as_ref().is_none_or(|(end, _)| *end < at);
                        if self.may_end(at) && is_best {
                            best = Some((at, groups.clone()));
                        }
                        if best.is_some() && self.takes_first {
                            return best.map(|(_, groups)| groups);
                        }
                        break;
                    }
                    Step::Jump(to) => pc = *to,
                    Step::Fork(first, second) => {
                        open.push(Open::Place(*second, at));
                        pc = *first;
                    }
                    Step::Save(slot) => {
                        open.push(Open::Restore(*slot, groups[*slot]));
                        groups[*slot] = Some(at);
                        pc += 1;
                    }
                    step => match self.takes(step, at, &groups) {
                        Some(length) => {
                            at += length;
                            pc += 1;
                        }
                        None => break,
                    },
                }
            }
        }
        best.map(|(_, groups)| groups)
    }

    /// How many letters a step takes here; `None` when it does not fit.
    fn takes(&self, step: &Step, at: usize, groups: &Groups) -> Option<usize> {
        let before = self.is_word(at.checked_sub(1));
        let after = self.is_word(Some(at));
        let empty = |fits: bool| fits.then_some(0);
        match step {
            Step::LineBegin => empty(at == 0),
            Step::LineEnd => empty(at == self.text.len()),
            Step::Word(Edge::Any) => empty(before != after),
            Step::Word(Edge::None) => empty(before == after),
            Step::Word(Edge::Begin) => empty(!before && after),
            Step::Word(Edge::End) => empty(before && !after),
            Step::Back(number) => {
                let place = |index: usize| groups.get(index).copied().flatten();
                let found = self.text.get(place(number * 2)?..place(number * 2 + 1)?)?;
                let here = self.text.get(at..at + found.len())?;
                let is_same =
                    |(a, b): (&char, &char)| a == b || (self.regex.folds_case && a.eq_ignore_ascii_case(b));
                found.iter().zip(here).all(is_same).then_some(found.len())
            }
            _ => self.text.get(at).filter(|letter| self.takes_letter(step, **letter)).map(|_| 1),
        }
    }

    fn takes_letter(&self, step: &Step, letter: char) -> bool {
        let cases = [letter, letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
        let cases = if self.regex.folds_case { &cases[..] } else { &cases[..1] };
        match step {
            Step::Any => true,
            Step::Letter(wanted) => cases.contains(wanted),
            Step::Set { ranges, is_negated } => {
                let is_in = |letter: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&letter));
                cases.iter().any(is_in) != *is_negated
            }
            _ => false,
        }
    }
}
