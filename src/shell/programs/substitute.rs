//! Finds are replaced: `s` of sed, `sub` and `gsub` of awk.

use crate::shell::regex::{Groups, Regex};

/// Bytes after which nothing more is replaced: whoever keeps the text says that it is too long.
const TEXT_MAX: usize = 1 << 20;

/// A piece of what takes the place of a find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Group(usize),
    Case(Case),
}

/// How the letters that follow are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// `\U`.
    Upper,
    /// `\L`.
    Lower,
    /// `\u`: the next letter alone.
    UpperNext,
    /// `\l`.
    LowerNext,
    /// `\E`.
    AsIs,
}

/// Text whose letters are written as they were asked for.
#[derive(Default)]
struct Written {
    text: String,
    all: Option<Case>,
    next: Option<Case>,
}

impl Written {
    fn push(&mut self, letter: char) {
        match self.next.take().or(self.all) {
            Some(Case::Upper | Case::UpperNext) => self.text.push(letter.to_ascii_uppercase()),
            Some(Case::Lower | Case::LowerNext) => self.text.push(letter.to_ascii_lowercase()),
            Some(Case::AsIs) | None => self.text.push(letter),
        }
    }

    fn set(&mut self, case: Case) {
        match case {
            Case::UpperNext | Case::LowerNext => self.next = Some(case),
            case => (self.all, self.next) = (Some(case), None),
        }
    }
}

/// The text with finds replaced, from the `nth` on, and how many; `None` when there is none. A text that
/// becomes too long is left off there.
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
    let mut last_end = None;
    while from <= letters.len() {
        let Some(groups) = regex.find(&letters, from) else { break };
        let (Some(Some(begin)), Some(Some(end))) = (groups.first().copied(), groups.get(1).copied()) else {
            break;
        };
        // Nothing right behind a find is no find.
        if begin == end && last_end == Some(begin) {
            from = begin + 1;
            continue;
        }
        last_end = Some(end);
        count += 1;
        if count >= nth {
            changes += 1;
            result.extend(letters.get(copied..begin).unwrap_or_default());
            result.push_str(&filled(with, &letters, &groups));
            copied = end;
            if !all || result.len() > TEXT_MAX {
                break;
            }
        }
        from = if end > begin { end } else { end + 1 };
    }
    result.extend(letters.get(copied..).unwrap_or_default());
    (changes > 0).then_some((result, changes))
}

/// What takes the place of one find.
fn filled(with: &[Piece], letters: &[char], groups: &Groups) -> String {
    let mut written = Written::default();
    for piece in with {
        if written.text.len() > TEXT_MAX {
            break;
        }
        match piece {
            Piece::Text(text) => text.chars().for_each(|letter| written.push(letter)),
            Piece::Group(number) => {
                for letter in group(letters, groups, *number) {
                    written.push(*letter);
                }
            }
            Piece::Case(case) => written.set(*case),
        }
    }
    written.text
}

fn group<'a>(letters: &'a [char], groups: &Groups, number: usize) -> &'a [char] {
    match (groups.get(number * 2).copied().flatten(), groups.get(number * 2 + 1).copied().flatten()) {
        (Some(begin), Some(end)) => letters.get(begin..end).unwrap_or_default(),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::regex::Dialect;

    #[test]
    fn finds_are_replaced() {
        let text = |text: &str| Piece::Text(text.to_owned());
        let cases = [
            (".*", "web-0", vec![text("<"), Piece::Group(0), text(">")], true, "<web-0>"),
            ("b*", "abc", vec![text("X")], true, "XaXcX"),
            ("x*", "ab", vec![text("-")], true, "-a-b-"),
            ("^(.)", "web", vec![Piece::Case(Case::UpperNext), Piece::Group(1)], false, "Web"),
            (
                "(w)(eb)",
                "web db",
                vec![Piece::Case(Case::Upper), Piece::Group(2), Piece::Case(Case::AsIs), Piece::Group(1)],
                false,
                "EBw db",
            ),
        ];
        for (pattern, line, with, all, expected) in cases {
            let regex = Regex::new(pattern, Dialect::Extended, false).unwrap();
            let changed = substitute(line, &regex, &with, all, 1).map(|(changed, _)| changed);
            assert_eq!(changed.as_deref(), Some(expected), "{pattern}");
        }
    }
}
