//! Regular expressions of grep, sed and awk.
//!
//! A pattern becomes a short program, which is tried with going back: of all that fits at the first place the
//! longest is taken, as POSIX wants it; Perl's patterns take the first. Left out: Perl's looks ahead and
//! behind, and what only it has beside `\d`, `\K`, `(?:…)` and repetitions that take little.
//!
//! `pattern` reads one, `search` looks for it. `regex-lite` was looked at: it is 24 kB gzip more, has no
//! references back, and POSIX' basic patterns would have to be written anew for it.

mod pattern;
mod search;

use super::mistake::Mistake;
use pattern::Pattern;

pub(crate) use pattern::class;
pub(crate) use search::Bounds;

/// Instructions of one pattern.
const PROGRAM_MAX: usize = 2_000;

/// Which letters are operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `\(`, `\|`, `\+`.
    Basic,
    /// `(`, `|`, `+`.
    Extended,
    /// The same, with backslashes that mean something between brackets too, and no references back.
    Awk,
    /// The same with what Perl adds.
    Perl,
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
    /// Whether the letters before and after may be letters of a word: `\b`, `\B`, `\<`, `\>`.
    Word(Edge),
    /// What a group has found, once more.
    Back(usize),
    /// Goes on at both, the first is tried first.
    Fork(usize, usize),
    Jump(usize),
    Save(usize),
    Found,
}

/// Where words begin and end.
#[derive(Clone, Copy, Debug)]
enum Edge {
    Any,
    None,
    Begin,
    End,
}

#[derive(Clone, Debug)]
enum Node {
    Step(Step),
    Group(usize, Box<Self>),
    Row(Vec<Self>),
    Choice(Vec<Self>),
    Repeat { node: Box<Self>, least: usize, most: Option<usize>, is_lazy: bool },
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    program: Vec<Step>,
    groups: usize,
    folds_case: bool,
    dialect: Dialect,
}

impl Regex {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What grep says of a wrong one, or what the sandbox does not have.
    pub(crate) fn new(pattern: &str, dialect: Dialect, folds_case: bool) -> Result<Self, Mistake> {
        let letters: Vec<char> = pattern.chars().collect();
        let mut parser = Pattern { letters, at: 0, dialect, groups: 0, depth: 0 };
        let node = parser.choice()?;
        if parser.at < parser.letters.len() {
            return Err("Unmatched ) or \\)".into());
        }
        let mut regex = Self { program: Vec::new(), groups: parser.groups + 1, folds_case, dialect };
        regex.compile(&Node::Group(0, Box::new(node)))?;
        regex.program.push(Step::Found);
        Ok(regex)
    }

    /// A pattern of which every letter stands for itself.
    pub(crate) fn literal(text: &str, folds_case: bool) -> Self {
        let letters = text.chars().map(Step::Letter);
        let program = [Step::Save(0)].into_iter().chain(letters).chain([Step::Save(1), Step::Found]);
        Self { program: program.collect(), groups: 1, folds_case, dialect: Dialect::Basic }
    }

    /// How many groups it has.
    pub(crate) fn group_count(&self) -> usize {
        self.groups - 1
    }

    fn emit(&mut self, step: Step) -> Result<usize, Mistake> {
        if self.program.len() >= PROGRAM_MAX {
            return Err("Regular expression too big".into());
        }
        self.program.push(step);
        Ok(self.program.len() - 1)
    }

    fn set(&mut self, at: usize, step: Step) {
        if let Some(place) = self.program.get_mut(at) {
            *place = step;
        }
    }

    fn compile(&mut self, node: &Node) -> Result<(), Mistake> {
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
            Node::Repeat { node, least, most, is_lazy } => self.repeat(node, *least, *most, *is_lazy)?,
        }
        Ok(())
    }

    /// `node` as often as it may come; which way is tried first matters to Perl's patterns alone.
    fn repeat(
        &mut self,
        node: &Node,
        least: usize,
        most: Option<usize>,
        is_lazy: bool,
    ) -> Result<(), Mistake> {
        let begin = self.program.len();
        for _ in 0..least {
            self.compile(node)?;
            if self.program.len() == begin {
                // What takes nothing takes nothing however often it comes.
                return Ok(());
            }
        }
        let fork = |inside: usize, outside: usize| {
            if is_lazy { Step::Fork(outside, inside) } else { Step::Fork(inside, outside) }
        };
        let Some(most) = most else {
            let place = self.emit(Step::Jump(0))?;
            self.compile(node)?;
            self.emit(Step::Jump(place))?;
            self.set(place, fork(place + 1, self.program.len()));
            return Ok(());
        };
        let mut places = Vec::new();
        for _ in least..most {
            places.push(self.emit(Step::Jump(0))?);
            self.compile(node)?;
        }
        for place in places {
            self.set(place, fork(place + 1, self.program.len()));
        }
        Ok(())
    }
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
            (Extended, "a{0}{255}{255}{255}{255}{255}b", "ab", Some("b")),
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
