//! Backslashes in texts: of `echo -e`, of formats, of `%b`, of `$'…'` and of awk.

/// Where a text stands: not every escape is one everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `echo -e`.
    Echo,
    /// The format of `printf`, and what tools read.
    Format,
    /// What `%b` writes.
    Value,
    /// `$'…'`.
    Quote,
    /// A text of awk.
    Awk,
}

/// What an escape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    Letter(char),
    /// A byte of a letter.
    Byte(u8),
    /// Nothing more is written.
    End,
}

/// A text with what its escapes stand for; whether it ends at a `\c`.
pub(super) fn unescaped(text: &str, place: Place) -> (String, bool) {
    let letters: Vec<char> = text.chars().collect();
    let mut bytes = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        at += 1;
        if *letter != '\\' {
            push(&mut bytes, Escape::Letter(*letter));
            continue;
        }
        match escape(letters.get(at..).unwrap_or_default(), place) {
            Some((Escape::End, _)) => return (String::from_utf8_lossy(&bytes).into_owned(), true),
            Some((escape, length)) => {
                push(&mut bytes, escape);
                at += length;
            }
            None => bytes.push(b'\\'),
        }
    }
    (String::from_utf8_lossy(&bytes).into_owned(), false)
}

/// Writes what an escape stands for.
pub(super) fn push(bytes: &mut Vec<u8>, escape: Escape) {
    match escape {
        Escape::Letter(letter) => bytes.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
        Escape::Byte(byte) => bytes.push(byte),
        Escape::End => {}
    }
}

/// The letter that cannot be seen that `\n` and its like stand for everywhere.
pub(super) fn control(letter: char) -> Option<char> {
    Some(match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'f' => '\u{c}',
        'v' => '\u{b}',
        'a' => '\u{7}',
        _ => return None,
    })
}

/// What the letters behind a backslash stand for, and how many they are.
pub(super) fn escape(rest: &[char], place: Place) -> Option<(Escape, usize)> {
    use Place::{Awk, Echo, Format, Quote, Value};
    let first = *rest.first()?;
    let letter = |letter| Some((Escape::Letter(letter), 1));
    if let Some(control) = control(first) {
        return letter(control);
    }
    match (first, place) {
        ('b', _) => letter('\u{8}'),
        ('\\', _) => letter('\\'),
        ('e' | 'E', Echo | Format | Value | Quote) => letter('\u{1b}'),
        ('"', Format | Quote | Awk) => letter('"'),
        ('/', Awk) => letter('/'),
        ('\'' | '?', Format | Quote) => letter(first),
        ('c', Echo | Value) => Some((Escape::End, 1)),
        ('x', _) => code(rest, 1, 16, 2),
        ('u' | 'U', Echo | Format | Value | Quote) => {
            let (code, length) = digits(rest, 1, 16, if first == 'u' { 4 } else { 8 })?;
            char::from_u32(code).map(|letter| (Escape::Letter(letter), length))
        }
        ('0', Echo | Value) => code(rest, 1, 8, 3).or(Some((Escape::Byte(0), 1))),
        ('0'..='7', Format | Value | Quote | Awk) => code(rest, 0, 8, 3),
        _ => None,
    }
}

fn code(rest: &[char], from: usize, radix: u32, most: usize) -> Option<(Escape, usize)> {
    let (code, length) = digits(rest, from, radix, most)?;
    u8::try_from(code & 255).ok().map(|byte| (Escape::Byte(byte), length))
}

/// The number that digits make, and where they end.
fn digits(rest: &[char], from: usize, radix: u32, most: usize) -> Option<(u32, usize)> {
    let digits = rest.get(from..)?.iter().take(most).map_while(|letter| letter.to_digit(radix));
    let (number, count) =
        digits.fold((0_u32, 0), |(number, count), digit| (number.wrapping_mul(radix) + digit, count + 1));
    (count > 0).then_some((number, from + count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_bash_reads_them() {
        for (text, place, expected) in [
            ("a\\tb\\x41\\0101\\101\\u00e9\\q\\", Place::Echo, "a\tbAA\\101é\\q\\"),
            ("\\x41\\101\\0101\\e\\\"", Place::Format, "AA\u{8}1\u{1b}\""),
            ("\\xe2\\x9c\\x93", Place::Format, "✓"),
            ("\\101\\0101\\\"", Place::Value, "AA\\\""),
            ("\\x41\\'\\103", Place::Quote, "A'C"),
            ("\\/\\.\\\"\\101", Place::Awk, "/\\.\"A"),
            ("a\\cb", Place::Echo, "a"),
            ("a\\cb", Place::Format, "a\\cb"),
        ] {
            assert_eq!(unescaped(text, place).0, expected, "{text} {place:?}");
        }
    }
}
