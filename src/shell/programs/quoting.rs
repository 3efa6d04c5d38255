//! `printf %q`: a text as a person would type it.

/// A text as bash quotes it.
pub(super) fn quote(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    if text.chars().any(char::is_control) {
        return format!("$'{}'", text.chars().map(escape).collect::<String>());
    }
    let mut quoted = String::new();
    let mut last = None;
    for letter in text.chars() {
        let means = match letter {
            '#' => last.is_none(),
            '~' => matches!(last, None | Some('=' | ':')),
            _ => " '\"\\|&;()<>!{}*[]?^$`,".contains(letter),
        };
        if means {
            quoted.push('\\');
        }
        quoted.push(letter);
        last = Some(letter);
    }
    quoted
}

/// A letter within `$'…'`.
fn escape(letter: char) -> String {
    match letter {
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\u{1b}' => "\\E".to_owned(),
        '\'' | '\\' => format!("\\{letter}"),
        letter if letter.is_ascii_control() => format!("\\{:03o}", u32::from(letter)),
        letter => letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn texts_are_quoted_as_in_bash() {
        for (text, expected) in [
            ("", "''"),
            ("a b", "a\\ b"),
            ("it's", "it\\'s"),
            ("a,b", "a\\,b"),
            ("#x#", "\\#x#"),
            ("~a~", "\\~a~"),
            ("a=~b", "a=\\~b"),
            ("$x", "\\$x"),
            ("a\nb'", "$'a\\nb\\''"),
            ("a\u{1}", "$'a\\001'"),
            ("a:b@c%d+e-f_g.h/i=é", "a:b@c%d+e-f_g.h/i=é"),
        ] {
            assert_eq!(quote(text), expected, "{text:?}");
        }
    }
}
