//! Keys of `sort`: `-k F[.C][LETTERS][,F[.C][LETTERS]]`.

use super::ORDERS;

/// Where a key begins or ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    /// The field, from 1.
    field: usize,
    /// The letter within it, from 1; 0 at a key's end is the whole field.
    letter: usize,
    /// Blanks before the field do not count.
    skips_blanks: bool,
}

/// Which part of a line counts, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    first: Option<Place>,
    last: Option<Place>,
    flags: String,
}

impl Key {
    /// The whole line.
    pub(super) fn whole(flags: &str) -> Self {
        let first = flags.contains('b').then_some(Place { field: 1, letter: 1, skips_blanks: true });
        Self { first, last: None, flags: flags.to_owned() }
    }

    /// Reads a key; without letters of its own it has those of the whole call.
    ///
    /// # Errors
    /// What sort says of it.
    pub(super) fn read(text: &str, flags: &str) -> Result<Self, String> {
        let (first, last) = text.split_once(',').map_or((text, None), |(first, last)| (first, Some(last)));
        let (mut first, mut own) = place(first, text, "at field start", 1)?;
        let mut last = match last {
            None => None,
            Some(last) => {
                let (place, more) = place(last, text, "after ','", 0)?;
                own.push_str(&more);
                Some(place)
            }
        };
        if own.is_empty() {
            let skips_blanks = flags.contains('b');
            first.skips_blanks = skips_blanks;
            if let Some(last) = &mut last {
                last.skips_blanks = skips_blanks;
            }
            own.push_str(flags);
        }
        Ok(Self { first: Some(first), last, flags: own })
    }

    pub(super) fn flags(&self) -> &str {
        &self.flags
    }

    /// The part of a line that counts.
    pub(super) fn text<'a>(&self, line: &'a str, delimiter: Option<char>) -> &'a str {
        let Some(first) = self.first else { return line };
        let begin = within(line, start(line, first.field, delimiter), first.letter - 1, first.skips_blanks);
        let end = match self.last {
            None => line.len(),
            Some(Place { field, letter: 0, .. }) => end(line, field, delimiter),
            Some(last) => within(line, start(line, last.field, delimiter), last.letter, last.skips_blanks),
        };
        line.get(begin..end.max(begin)).unwrap_or_default()
    }
}

/// `F[.C][LETTERS]`, with the letters apart from where it is.
fn place(text: &str, whole: &str, what: &str, letter: usize) -> Result<(Place, String), String> {
    let digits = |text: &str| text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, mut rest) = text.split_at(digits(text));
    let invalid = || format!("invalid number {what}: invalid count at start of '{text}'");
    let field: usize = number.parse().ok().ok_or_else(invalid)?;
    if field == 0 {
        return Err(format!("field number is zero: invalid field specification '{whole}'"));
    }
    let mut place = Place { field, letter, skips_blanks: false };
    if let Some(after) = rest.strip_prefix('.') {
        let (number, letters) = after.split_at(digits(after));
        place.letter = number.parse().ok().ok_or_else(|| format!("invalid number after '.': '{whole}'"))?;
        if place.letter == 0 && letter == 1 {
            return Err(format!("character offset is zero: invalid field specification '{whole}'"));
        }
        rest = letters;
    }
    if !rest.chars().all(|letter| ORDERS.contains(letter)) {
        return Err(format!("stray character in field spec: invalid field specification '{whole}'"));
    }
    place.skips_blanks = rest.contains('b');
    Ok((place, rest.to_owned()))
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

/// Where a field begins; without a delimiter the blanks before it belong to it.
fn start(line: &str, field: usize, delimiter: Option<char>) -> usize {
    let mut at = 0;
    for _ in 1..field {
        at = match delimiter {
            Some(delimiter) => {
                let rest = line.get(at..).unwrap_or_default();
                rest.find(delimiter).map_or(line.len(), |found| at + found + delimiter.len_utf8())
            }
            None => word_end(line, at),
        };
    }
    at
}

/// Where a field ends.
fn end(line: &str, field: usize, delimiter: Option<char>) -> usize {
    let begin = start(line, field, delimiter);
    match delimiter {
        Some(delimiter) => {
            let rest = line.get(begin..).unwrap_or_default();
            rest.find(delimiter).map_or(line.len(), |found| begin + found)
        }
        None => word_end(line, begin),
    }
}

/// Behind the blanks and the word that come next.
fn word_end(line: &str, at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    let word = rest.trim_start_matches(is_blank);
    let length = word.find(is_blank).unwrap_or(word.len());
    at + (rest.len() - word.len()) + length
}

/// So many letters behind a place.
fn within(line: &str, at: usize, letters: usize, skips_blanks: bool) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    let text = if skips_blanks { rest.trim_start_matches(is_blank) } else { rest };
    let offset = text.char_indices().nth(letters).map_or(text.len(), |(offset, _)| offset);
    at + (rest.len() - text.len()) + offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_pick_a_part() {
        let line = "web-0  1/1   Running";
        for (key, delimiter, expected) in [
            ("1", None, line),
            ("1,1", None, "web-0"),
            ("2,2", None, "  1/1"),
            ("2b,2", None, "1/1"),
            ("1.5n", None, "0  1/1   Running"),
            ("1.5,1.5", None, "0"),
            ("2.1b,2.1b", None, "1"),
            ("2", Some('/'), "1   Running"),
            ("9", None, ""),
        ] {
            assert_eq!(Key::read(key, "").unwrap().text(line, delimiter), expected, "{key}");
        }
        for wrong in ["", "0", "x", "1.0", "1.x", "1q", "1,0", "1,"] {
            assert!(Key::read(wrong, "").is_err(), "{wrong}");
        }
    }
}
