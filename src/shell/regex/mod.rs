//! Regular expressions of grep, sed and awk.
//!
//! A pattern becomes a short program, which is tried with going back. A place of the program that has failed
//! at a place of the text is never tried there again, so the work is bounded by the product of both. Differs
//! from POSIX in one point: of alternatives the first that fits is taken, not the longest. Left out:
//! references back within a pattern.
//!
//! `pattern` reads one. `regex-lite` was looked at: it is 24 kB gzip more, and POSIX' basic patterns would
//! have to be written anew for it.

mod pattern;

use pattern::Pattern;

/// Instructions of one pattern.
const PROGRAM_MAX: usize = 2_000;
/// Program places times text places that one search may look at.
const WORK_MAX: usize = 50_000_000;

/// Which letters are operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `\(`, `\|`, `\+`.
    Basic,
    /// `(`, `|`, `+`.
    Extended,
}

/// Where a group begins and ends.
pub(crate) type Groups = Vec<Option<usize>>;

#[derive(Clone, Debug)]
enum Step {
    Letter(char),
    Any,
    Set {
        ranges: Vec<(char, char)>,
        is_negated: bool,
    },
    LineBegin,
    LineEnd,
    WordEdge,
    /// Goes on at both, the first is tried first.
    Fork(usize, usize),
    Jump(usize),
    Save(usize),
    Found,
}

#[derive(Clone, Debug)]
enum Node {
    Step(Step),
    Group(usize, Box<Self>),
    Row(Vec<Self>),
    Choice(Vec<Self>),
    Repeat { node: Box<Self>, least: usize, most: Option<usize> },
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    program: Vec<Step>,
    groups: usize,
    folds_case: bool,
}

impl Regex {
    pub(crate) fn new(pattern: &str, dialect: Dialect, folds_case: bool) -> Result<Self, String> {
        let letters: Vec<char> = pattern.chars().collect();
        let mut parser = Pattern { letters, at: 0, dialect, groups: 0, depth: 0 };
        let node = parser.choice()?;
        if parser.at < parser.letters.len() {
            return Err("Unmatched ) or \\)".to_owned());
        }
        let mut regex = Self { program: Vec::new(), groups: parser.groups + 1, folds_case };
        regex.compile(&Node::Group(0, Box::new(node)))?;
        regex.program.push(Step::Found);
        Ok(regex)
    }

    fn emit(&mut self, step: Step) -> Result<usize, String> {
        if self.program.len() >= PROGRAM_MAX {
            return Err("Regular expression too big".to_owned());
        }
        self.program.push(step);
        Ok(self.program.len() - 1)
    }

    fn set(&mut self, at: usize, step: Step) {
        if let Some(place) = self.program.get_mut(at) {
            *place = step;
        }
    }

    fn compile(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Step(step) => drop(self.emit(step.clone())?),
            Node::Group(number, inner) => {
                self.emit(Step::Save(number * 2))?;
                self.compile(inner)?;
                self.emit(Step::Save(number * 2 + 1))?;
            }
            Node::Row(nodes) => nodes.iter().try_for_each(|node| self.compile(node))?,
            Node::Choice(nodes) => {
                let mut ends = Vec::new();
                for (index, node) in nodes.iter().enumerate() {
                    if index + 1 == nodes.len() {
                        self.compile(node)?;
                        break;
                    }
                    let fork = self.emit(Step::Jump(0))?;
                    self.compile(node)?;
                    ends.push(self.emit(Step::Jump(0))?);
                    self.set(fork, Step::Fork(fork + 1, self.program.len()));
                }
                for end in ends {
                    self.set(end, Step::Jump(self.program.len()));
                }
            }
            Node::Repeat { node, least, most } => self.repeat(node, *least, *most)?,
        }
        Ok(())
    }

    fn repeat(&mut self, node: &Node, least: usize, most: Option<usize>) -> Result<(), String> {
        for _ in 0..least {
            self.compile(node)?;
        }
        let Some(most) = most else {
            let fork = self.emit(Step::Jump(0))?;
            self.compile(node)?;
            self.emit(Step::Jump(fork))?;
            self.set(fork, Step::Fork(fork + 1, self.program.len()));
            return Ok(());
        };
        let mut forks = Vec::new();
        for _ in least..most {
            forks.push(self.emit(Step::Jump(0))?);
            self.compile(node)?;
        }
        for fork in forks {
            self.set(fork, Step::Fork(fork + 1, self.program.len()));
        }
        Ok(())
    }

    /// Whether the pattern fits anywhere.
    pub(crate) fn fits(&self, text: &str) -> bool {
        self.find(&text.chars().collect::<Vec<_>>(), 0).is_some()
    }

    /// The first place from `from` on where the pattern fits: begin and end of the whole and of each group.
    pub(crate) fn find(&self, text: &[char], from: usize) -> Option<Groups> {
        let width = text.len() + 1;
        if self.program.len().saturating_mul(width) > WORK_MAX {
            return None;
        }
        let mut failed = vec![false; self.program.len() * width];
        (from..width).find_map(|begin| self.run(text, begin, &mut failed))
    }

    fn run(&self, text: &[char], begin: usize, failed: &mut [bool]) -> Option<Groups> {
        let mut groups: Groups = vec![None; self.groups * 2];
        let mut open: Vec<Open> = vec![Open::Place(0, begin)];
        while let Some(next) = open.pop() {
            let (mut pc, mut at) = match next {
                Open::Place(pc, at) => (pc, at),
                Open::Restore(slot, value) => {
                    groups[slot] = value;
                    continue;
                }
            };
            loop {
                let tried = failed.get_mut(pc * (text.len() + 1) + at)?;
                if std::mem::replace(tried, true) {
                    break;
                }
                match self.program.get(pc)? {
                    Step::Found => return Some(groups),
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
                    step if self.takes(step, text, at) => {
                        at += usize::from(matches!(step, Step::Letter(_) | Step::Any | Step::Set { .. }));
                        pc += 1;
                    }
                    _ => break,
                }
            }
        }
        None
    }

    fn takes(&self, step: &Step, text: &[char], at: usize) -> bool {
        let is_word = |at: Option<usize>| {
            at.and_then(|at| text.get(at)).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
        };
        match step {
            Step::LineBegin => at == 0,
            Step::LineEnd => at == text.len(),
            Step::WordEdge => is_word(at.checked_sub(1)) != is_word(Some(at)),
            _ => text.get(at).is_some_and(|letter| self.takes_letter(step, *letter)),
        }
    }

    fn takes_letter(&self, step: &Step, letter: char) -> bool {
        let cases = [letter, letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
        let cases = if self.folds_case { &cases[..] } else { &cases[..1] };
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

enum Open {
    Place(usize, usize),
    Restore(usize, Option<usize>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_what_grep_finds() {
        use Dialect::{Basic, Extended};
        let cases = [
            (Basic, "web-[0-9]*", "pod web-12 runs", Some("web-12")),
            (Basic, "a\\(b\\|c\\)d", "xacd", Some("acd")),
            (Basic, "a+", "aa+", Some("a+")),
            (Extended, "a+", "xaa", Some("aa")),
            (Extended, "(ab|cd){2}", "abcdab", Some("abcd")),
            (Extended, "^x|y$", "ay", Some("y")),
            (Extended, "[[:digit:]]+\\.[0-9]{1,2}", "v0.13.0", Some("0.13")),
            (Extended, "\\bweb\\b", "webs web", Some("web")),
            (Extended, "a.*b", "xaxbxbx", Some("axbxb")),
            (Extended, "(a*)*c", "aaab", None),
            (Extended, "()*", "a", Some("")),
            (Basic, "*a", "*a", Some("*a")),
            (Extended, "[^]x]+", "]xyz", Some("yz")),
            (Extended, "ключ.", "мой ключи", Some("ключи")),
        ];
        for (dialect, pattern, text, expected) in cases {
            let letters: Vec<char> = text.chars().collect();
            let found = Regex::new(pattern, dialect, false).unwrap().find(&letters, 0);
            let found = found
                .map(|groups| letters[groups[0].unwrap()..groups[1].unwrap()].iter().collect::<String>());
            assert_eq!(found.as_deref(), expected, "{pattern}");
        }
        for wrong in ["(", "[a", "a{2,1}", "a{999}", "\\", "(((((a{99}){99}){99}){99}){99})"] {
            assert!(Regex::new(wrong, Extended, false).is_err(), "{wrong}");
        }
        assert!(Regex::new("RUNNING", Basic, true).unwrap().fits("is Running"));
    }

    #[test]
    fn a_costly_pattern_ends() {
        let regex = Regex::new("(a|aa)+$", Dialect::Extended, false).unwrap();
        assert!(!regex.fits(&("a".repeat(5_000) + "b")));
    }
}
