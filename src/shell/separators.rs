//! `IFS`: the letters at which a shell parts texts into fields.
//!
//! Models POSIX' "Field Splitting" (XCU 2.6.5) and the same in `read`.

use super::scope::Scope;

/// The letters that part fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Separators<'a>(&'a str);

/// What parts fields where nothing else is said.
const USUAL: &str = " \t\n";

impl Scope {
    /// The letters that part fields: those of `IFS`.
    pub(super) fn separators(&self) -> Separators<'_> {
        Separators(self.variables.get("IFS").map_or(USUAL, |variable| &variable.value))
    }
}

impl<'a> Separators<'a> {
    /// Whether a letter parts fields.
    pub(super) fn has(self, letter: char) -> bool {
        self.0.contains(letter)
    }

    /// Whether it is white space: any number of these part two fields, and none at the ends.
    pub(super) fn is_white(self, letter: char) -> bool {
        matches!(letter, ' ' | '\t' | '\n') && self.has(letter)
    }

    /// What stands between the arguments in `"$*"`.
    pub(super) fn joiner(self) -> &'a str {
        let end = self.0.chars().next().map_or(0, char::len_utf8);
        self.0.get(..end).unwrap_or_default()
    }

    /// Parts a line into at most so many fields; the last one is all that is left. Letters that are quoted
    /// part nothing.
    pub(super) fn fields(self, line: &[(char, bool)], most: usize) -> Vec<String> {
        let is_white = |(letter, is_quoted): &(char, bool)| !is_quoted && self.is_white(*letter);
        let parts = |(letter, is_quoted): &(char, bool)| !is_quoted && self.has(*letter);
        let text = |letters: &[(char, bool)]| letters.iter().map(|(letter, _)| *letter).collect();
        let skip = |letters: &[(char, bool)]| letters.iter().take_while(|letter| is_white(letter)).count();
        let end = line.len() - line.iter().rev().take_while(|letter| is_white(letter)).count();
        let mut rest = line.get(skip(line).min(end)..end).unwrap_or_default();
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let Some(at) = rest.iter().position(parts) else {
                fields.push(text(rest));
                break;
            };
            let (field, after) = rest.split_at(at);
            let mut behind = after.get(skip(after)..).unwrap_or_default();
            if behind.first().is_some_and(parts) {
                behind = behind.get(1..).unwrap_or_default();
                behind = behind.get(skip(behind)..).unwrap_or_default();
            }
            // One separator at the very end belongs to the last field's end, and not to the field.
            if fields.len() + 1 == most && !behind.is_empty() {
                fields.push(text(rest));
                break;
            }
            fields.push(text(field));
            rest = behind;
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_parted_as_read_does() {
        for (separators, line, most, expected) in [
            (" \t\n", "  a  b c ", 2, "a|b c"),
            (" \t\n", "  ", 2, ""),
            (",", "1,2", 2, "1|2"),
            (",", "1,2,3", 2, "1|2,3"),
            (",", "1,2,", 2, "1|2"),
            (",", "1,2,3,", 2, "1|2,3,"),
            (",", "1,2,,", 2, "1|2,,"),
            (",", ",,a", 3, "||a"),
            (", ", " a , b  c", 3, "a|b|c"),
            (", ", "a ,, b", 3, "a||b"),
            ("", "  a b ", 2, "  a b "),
            (",", " a ", 1, " a "),
        ] {
            let line: Vec<(char, bool)> = line.chars().map(|letter| (letter, false)).collect();
            assert_eq!(Separators(separators).fields(&line, most).join("|"), expected, "{separators:?}");
        }
    }
}
