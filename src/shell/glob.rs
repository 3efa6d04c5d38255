//! Patterns of file names: `*`, `?`, `[…]`, and a backslash before what is meant as it stands.

use super::files::resolve;
use super::host::{FileKind, Files};
use super::regex::class;

/// Names that one pattern gives at most.
const MATCHES_MAX: usize = 1_000;

/// Whether a text matches a pattern.
pub(super) fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut letter) = (0, 0);
    // Where the last star stands, and how much of the text it takes.
    let mut star: Option<(usize, usize)> = None;
    while letter < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, letter));
            at += 1;
            continue;
        }
        if let Some(length) = matches_one(pattern.get(at..).unwrap_or_default(), text[letter]) {
            at += length;
            letter += 1;
            continue;
        }
        let Some((place, taken)) = star else {
            return false;
        };
        star = Some((place, taken + 1));
        at = place + 1;
        letter = taken + 1;
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

/// How many letters of the pattern stand for this letter; `None` when it is another.
fn matches_one(pattern: &[char], letter: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == letter).then_some(2),
        ['[', rest @ ..] => match set(rest, letter) {
            Some((length, is_in)) => is_in.then_some(length + 1),
            None => (letter == '[').then_some(1),
        },
        [first, ..] => (*first == letter).then_some(1),
        [] => None,
    }
}

/// The length of a set up to its `]`, and whether a letter is in it; `None` when it is not closed.
fn set(rest: &[char], letter: char) -> Option<(usize, bool)> {
    let is_negated = matches!(rest.first(), Some('!' | '^'));
    let begin = usize::from(is_negated);
    let mut at = begin;
    let mut is_in = false;
    loop {
        let first = *rest.get(at)?;
        if first == ']' && at > begin {
            return Some((at + 1, is_in != is_negated));
        }
        if let Some((name, ranges)) = class_at(rest.get(at..).unwrap_or_default()) {
            is_in |= ranges.iter().any(|(from, to)| (from..=to).contains(&&letter));
            at += name + 4;
            continue;
        }
        match (rest.get(at + 1), rest.get(at + 2)) {
            (Some('-'), Some(last)) if *last != ']' => {
                is_in |= (first..=*last).contains(&letter);
                at += 3;
            }
            _ => {
                is_in |= first == letter;
                at += 1;
            }
        }
    }
}

/// The length of the name of `[:NAME:]`, and the letters that it means.
fn class_at(rest: &[char]) -> Option<(usize, Vec<(char, char)>)> {
    let ['[', ':', rest @ ..] = rest else { return None };
    let name: String = rest.iter().take_while(|letter| letter.is_ascii_lowercase()).collect();
    let is_closed = rest.get(name.len()) == Some(&':') && rest.get(name.len() + 1) == Some(&']');
    class(&name).filter(|_| is_closed).map(|ranges| (name.len(), ranges))
}

/// Whether a pattern has anything that is not meant as it stands.
pub(super) fn is_pattern(pattern: &str) -> bool {
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

/// The files that match, in order.
pub(super) fn files(files: &dyn Files, folder: &str, pattern: &str) -> Vec<String> {
    let mut found = vec![if pattern.starts_with('/') { "/".to_owned() } else { String::new() }];
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        let letters: Vec<char> = part.chars().collect();
        let mut next = Vec::new();
        for base in &found {
            if !is_pattern(part) {
                let name: String = part.chars().filter(|letter| *letter != '\\').collect();
                next.push(format!("{base}{name}"));
                continue;
            }
            for entry in files.list(&resolve(folder, base)).unwrap_or_default() {
                let name: Vec<char> = entry.name.chars().collect();
                let hides = entry.name.starts_with('.') && !part.starts_with('.');
                let fits = is_last || entry.kind == FileKind::Folder;
                if !hides && fits && matches(&letters, &name) {
                    next.push(format!("{base}{}", entry.name));
                }
            }
        }
        next.truncate(MATCHES_MAX);
        if !is_last {
            for base in &mut next {
                base.push('/');
            }
        }
        found = next;
    }
    found.retain(|name| files.kind(&resolve(folder, name)).is_some());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        let cases = [
            ("*.yaml", "web.yaml", true),
            ("*.yaml", "web.yml", false),
            ("web-?", "web-0", true),
            ("web-[0-2]", "web-2", true),
            ("web-[!0-2]", "web-2", false),
            ("[]]", "]", true),
            ("a*b*c", "aXbYbZc", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("[", "[", true),
            ("*", "", true),
        ];
        for (pattern, text, expected) in cases {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(matches(&letters(pattern), &letters(text)), expected, "{pattern} {text}");
        }
    }
}
