//! The way into YAML's flow style, and so into JSON: the entries of `{a: 1, b: [2, 3]}` by their offsets.
//!
//! The text has been read as YAML before; here only the places of keys and items are looked for.

/// Whether a collection in flow style begins at an offset.
pub fn begins(text: &str, at: usize) -> bool {
    matches!(byte(text, at), Some(b'{' | b'['))
}

/// Where a key of the mapping at an offset stands, and where its value does.
pub fn entry(text: &str, at: usize, name: &str) -> Option<(usize, usize)> {
    let mut entries = Entries::of(text, at, b'{')?;
    entries.find_map(|(key, value)| (scalar(text, key) == name).then_some((key, value)))
}

/// Where an item of the sequence at an offset stands.
pub fn item(text: &str, at: usize, nth: usize) -> Option<usize> {
    Entries::of(text, at, b'[')?.nth(nth).map(|(item, _)| item)
}

/// What stands between the commas: where each begins, and where the value behind its colon does.
struct Entries<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Entries<'t> {
    fn of(text: &'t str, at: usize, opening: u8) -> Option<Self> {
        (byte(text, at) == Some(opening)).then(|| Self { text, at: at + 1 })
    }
}

impl Iterator for Entries<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let (text, start) = (self.text, blank(self.text, self.at));
        if matches!(byte(text, start), None | Some(b'}' | b']')) {
            return None;
        }
        let mut value = start;
        let mut end = blank(text, after(text, start));
        if byte(text, end) == Some(b':') {
            value = blank(text, end + 1);
            end = blank(text, after(text, value));
        }
        self.at = if byte(text, end) == Some(b',') { end + 1 } else { end };
        // What cannot be followed ends here.
        (self.at > start).then_some((start, value))
    }
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// Past white space and comments.
fn blank(text: &str, mut at: usize) -> usize {
    while let Some(next) = byte(text, at) {
        let is_comment =
            next == b'#' && byte(text, at.wrapping_sub(1)).is_none_or(|b| b.is_ascii_whitespace());
        if is_comment {
            at += text.get(at..).and_then(|rest| rest.find('\n')).unwrap_or(text.len() - at);
        } else if next.is_ascii_whitespace() {
            at += 1;
        } else {
            break;
        }
    }
    at
}

/// Past one scalar, or one collection with all that it holds.
fn after(text: &str, mut at: usize) -> usize {
    let mut depth = 0_usize;
    loop {
        at = blank(text, at);
        match byte(text, at) {
            None => return at,
            Some(b'{' | b'[') => {
                depth += 1;
                at += 1;
            }
            Some(b'}' | b']' | b',' | b':') if depth == 0 => return at,
            Some(b'}' | b']') => {
                depth -= 1;
                at += 1;
            }
            Some(b',' | b':') => at += 1,
            Some(quote @ (b'"' | b'\'')) => at = after_quoted(text, at, quote),
            Some(_) => at = after_plain(text, at),
        }
        if depth == 0 {
            return at;
        }
    }
}

fn after_quoted(text: &str, start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(next) = byte(text, at) {
        at += 1;
        if next == b'\\' && quote == b'"' {
            at += 1;
        } else if next == quote {
            return at;
        }
    }
    text.len()
}

/// A colon ends a plain scalar only before a blank: `nginx:1.27` is one.
fn after_plain(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(next) = byte(text, at) {
        let ends = match next {
            b',' | b'{' | b'}' | b'[' | b']' => true,
            b':' => byte(text, at + 1)
                .is_none_or(|after| after.is_ascii_whitespace() || matches!(after, b',' | b'}' | b']')),
            b'#' => byte(text, at - 1).is_some_and(|before| before.is_ascii_whitespace()),
            _ => false,
        };
        if ends {
            break;
        }
        at += 1;
    }
    at.max(start + 1)
}

/// The words of the scalar at an offset, without quotes.
fn scalar(text: &str, at: usize) -> &str {
    let words = text.get(at..after(text, at)).unwrap_or_default().trim_end();
    words.trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{a: 1, "b": {c: [x:1, 'y, }', {d: "\"}"}], # {e: 2}
        f: }, g: {h: https://x/#y}, i}"#;

    fn at(path: &[&str]) -> Option<&'static str> {
        let mut at = (0, 0);
        for name in path {
            at = match name.parse() {
                Ok(nth) => item(TEXT, at.1, nth).map(|item| (item, item))?,
                Err(_) => entry(TEXT, at.1, name)?,
            };
        }
        TEXT.get(at.0..)
    }

    #[test]
    fn entries_are_found_where_they_stand() {
        for (path, begins) in [
            (&["a"][..], Some("a: 1,")),
            (&["b"], Some("\"b\": {c")),
            (&["b", "c"], Some("c: [x:1")),
            (&["b", "c", "0"], Some("x:1, 'y")),
            (&["b", "c", "1"], Some("'y, }', ")),
            (&["b", "c", "2", "d"], Some("d: \"\\\"}\"}]")),
            (&["b", "c", "3"], None),
            (&["b", "e"], None),
            (&["b", "f"], Some("f: }, g")),
            (&["g", "h"], Some("h: https://x/#y}, i")),
            (&["i"], Some("i}")),
            (&["h"], None),
            (&["a", "b"], None),
        ] {
            let found = at(path);
            assert_eq!(found.is_some(), begins.is_some(), "{path:?}");
            assert!(found.unwrap_or_default().starts_with(begins.unwrap_or_default()), "{path:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in ["{a: [1, {b: 2", "{a: \"b", "{a: ] b: 1", "{{{", "{a b", "{,,"] {
            assert_eq!(entry(text, 0, "z"), None, "{text}");
        }
        assert_eq!(entry("{a: ä, b: 1}", 0, "b"), Some((8, 11)));
    }
}
