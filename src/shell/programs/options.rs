//! The flags of a program: `-n 5`, `-n5`, `-rn`, `--lines=5`.

use super::{Wrong, real};
use crate::shell::host::Call;
use crate::shell::mistake::Mistake;

/// What a program was given.
#[derive(Clone, Debug, Default)]
pub struct Options {
    flags: Vec<(char, String)>,
    /// What is no flag.
    pub operands: Vec<String>,
}

impl Options {
    /// Reads the arguments. `letters` are the flags, with a colon behind those that take a value and a
    /// question mark behind those that take one if it is attached; with a `+` before them all, no flag comes
    /// behind the first operand. `long` gives the letter of each long flag.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(call: &Call, letters: &str, long: &[(&str, char)]) -> Result<Self, Wrong> {
        let mut options = Self::default();
        let mut args = call.args().iter();
        let (letters, ends_at_operand) =
            letters.strip_prefix('+').map_or((letters, false), |letters| (letters, true));
        while let Some(arg) = args.next() {
            if arg == "--" {
                options.operands.extend(args.by_ref().cloned());
            } else if let Some(name) = arg.strip_prefix("--") {
                let (name, value) =
                    name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
                let letter = long_letter(call, name, long)?;
                let value = match value {
                    Some(value) => value.to_owned(),
                    None if takes_value(letters, letter) => args.next().cloned().unwrap_or_default(),
                    None => String::new(),
                };
                options.flags.push((letter, value));
            } else if arg.len() > 1 && arg.starts_with('-') {
                options.cluster(call, letters, arg, &mut args)?;
            } else {
                options.operands.push(arg.clone());
                if ends_at_operand {
                    options.operands.extend(args.by_ref().cloned());
                }
            }
        }
        Ok(options)
    }

    /// The flags of one word.
    fn cluster(
        &mut self,
        call: &Call,
        letters: &str,
        arg: &str,
        args: &mut std::slice::Iter<'_, String>,
    ) -> Result<(), Wrong> {
        for (at, letter) in arg.char_indices().skip(1) {
            if matches!(letter, ':' | '?') || !letters.contains(letter) {
                return Err(if real::has_letter(call.name(), letter) {
                    refused(call, Mistake::lacks(format!("-{letter}")))
                } else {
                    wrong(call, &format!("invalid option -- '{letter}'"))
                });
            }
            if follows(letters, letter, '?') {
                let rest = arg.get(at + letter.len_utf8()..).unwrap_or_default();
                self.flags.push((letter, rest.to_owned()));
                break;
            }
            if !takes_value(letters, letter) {
                self.flags.push((letter, String::new()));
                continue;
            }
            let rest = arg.get(at + letter.len_utf8()..).unwrap_or_default();
            let value = if rest.is_empty() { args.next().cloned() } else { Some(rest.to_owned()) };
            let Some(value) = value else {
                return Err(wrong(call, &format!("option requires an argument -- '{letter}'")));
            };
            self.flags.push((letter, value));
            break;
        }
        Ok(())
    }

    /// Whether a flag was given.
    pub fn has(&self, letter: char) -> bool {
        self.flags.iter().any(|(known, _)| *known == letter)
    }

    /// The last value of a flag.
    pub fn value(&self, letter: char) -> Option<&str> {
        self.flags.iter().rev().find(|(known, _)| *known == letter).map(|(_, value)| value.as_str())
    }

    /// All values of a flag.
    pub fn values(&self, letter: char) -> impl Iterator<Item = &str> {
        self.flags.iter().filter(move |(known, _)| *known == letter).map(|(_, value)| value.as_str())
    }

    /// The values of two flags in the order in which they were given, and whether each is of the second.
    pub(super) fn in_order(&self, letters: &str) -> Vec<(bool, String)> {
        let flags = self.flags.iter();
        let place = |letter: char| letters.find(letter).map(|at| at > 0);
        flags.filter_map(|(letter, value)| Some((place(*letter)?, value.clone()))).collect()
    }

    /// A value that must be a number.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, call: &Call, letter: char, what: &str) -> Result<Option<usize>, Wrong> {
        let Some(value) = self.value(letter) else { return Ok(None) };
        let number = value.parse().ok().ok_or_else(|| wrong(call, &format!("invalid {what}: '{value}'")))?;
        Ok(Some(number))
    }
}

/// The letter of a long flag, which may be cut short where only one begins so.
fn long_letter(call: &Call, name: &str, long: &[(&str, char)]) -> Result<char, Wrong> {
    if let Some((_, letter)) = long.iter().find(|(known, _)| *known == name) {
        return Ok(*letter);
    }
    if real::has_name(call.name(), name) {
        return Err(refused(call, Mistake::lacks(format!("--{name}"))));
    }
    let mut begin_so = long.iter().filter(|(known, _)| known.starts_with(name));
    match (begin_so.next(), begin_so.next()) {
        (Some((_, letter)), None) => Ok(*letter),
        _ => Err(wrong(call, &format!("unrecognized option '--{name}'"))),
    }
}

fn takes_value(letters: &str, letter: char) -> bool {
    follows(letters, letter, ':')
}

/// Whether a mark stands behind a letter.
fn follows(letters: &str, letter: char, mark: char) -> bool {
    let at = letters.find(letter).map(|at| at + letter.len_utf8());
    at.is_some_and(|at| letters.get(at..).is_some_and(|rest| rest.starts_with(mark)))
}

/// A complaint about the arguments.
pub fn wrong(call: &Call, what: &str) -> Wrong {
    refused(call, what.into())
}

/// What is wrong with a call, or what the sandbox does not have of it.
pub(super) fn refused(call: &Call, mistake: Mistake) -> Wrong {
    let exit = match call.name() {
        "egrep" | "fgrep" | "grep" | "sort" | "awk" | "gawk" | "ls" => 2,
        _ => 1,
    };
    Wrong(mistake.of(call.name()), exit)
}
