//! Quotes text as Go's `%q` does.
//!
//! Models `strconv.Quote` of Go's library. Left out: what counts as printable beyond control characters.

use std::fmt::Write as _;

/// A text in double quotes, with Go's escapes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            // Writing to a String cannot fail.
            _ if letter < '\u{80}' && letter.is_control() => {
                write!(out, "\\x{:02x}", u32::from(letter)).unwrap_or_default();
            }
            _ if letter.is_control() || is_invisible(letter) => {
                write!(out, "\\u{:04x}", u32::from(letter)).unwrap_or_default();
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Marks that change how the text around them is shown.
fn is_invisible(letter: char) -> bool {
    let marks = ['\u{200b}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];
    letter == '\u{feff}' || marks.iter().any(|range| range.contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn quotes_as_go() {
        for (text, expected) in
            [("a", "\"a\""), ("a\"b\\\n\u{1}", "\"a\\\"b\\\\\\n\\x01\""), ("é日'", "\"é日'\"")]
        {
            assert_eq!(quote(text), expected);
        }
    }
}
