//! Commands that a mistyped word may have meant.
//!
//! Models `SuggestionsFor`, github.com/spf13/cobra: at most two edits away, a beginning of it, or listed for
//! that word.

use super::command::Command;

/// The names of the commands below `parent` that `word` may have meant, in their order.
pub fn commands(parent: &Command, word: &str) -> Vec<&'static str> {
    const DISTANCE_MAX: usize = 2;
    let lower = word.to_ascii_lowercase();
    parent
        .subcommands
        .iter()
        .filter(|command| {
            distance(&lower, &command.name.to_ascii_lowercase()) <= DISTANCE_MAX
                || command.name.to_ascii_lowercase().starts_with(&lower)
                || command.suggest_for.iter().any(|alias| alias.eq_ignore_ascii_case(word))
        })
        .map(|command| command.name)
        .collect()
}

/// How many letters must be put in, taken out or exchanged (Levenshtein).
pub fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (column, wanted) in to.iter().enumerate() {
            let above = row.get(column + 1).copied().unwrap_or(usize::MAX);
            let exchanged = diagonal + usize::from(*wanted != letter);
            left = exchanged.min(left + 1).min(above.saturating_add(1));
            diagonal = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{commands, distance};
    use crate::kubectl::commands::ROOT;

    #[test]
    fn distances_are_levenshteins() {
        for (from, to, expected) in
            [("gett", "get", 1), ("gett", "set", 2), ("", "abc", 3), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(from, to), expected);
        }
    }

    #[test]
    fn suggestions_are_kubectls() {
        let cases: [(&str, &[&str]); 5] = [
            ("gett", &["set", "get"]),
            ("foo", &["top"]),
            ("applly", &["apply"]),
            ("kubectl", &[]),
            ("rm", &["run", "delete", "cp"]),
        ];
        for (word, expected) in cases {
            assert_eq!(commands(&ROOT, word), expected, "{word}");
        }
    }
}
