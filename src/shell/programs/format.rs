//! Formats of `printf`, in the shell and in awk.

use super::numbers::{exponential, general, number};
use super::quoting::quote;

/// The widest field.
const WIDTH_MAX: usize = 10_000;

/// Writes values by a format; says how many of them it took.
pub(super) fn format(format: &str, values: &[String]) -> (String, usize) {
    let mut text = String::new();
    let mut taken = 0;
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = letters.next_if(|letter| matches!(letter, '-' | '0' | '+' | ' ' | '#')) {
            flags.push(flag);
        }
        let mut next_value = || {
            taken += 1;
            values.get(taken - 1).cloned().unwrap_or_default()
        };
        let mut number = |letters: &mut std::iter::Peekable<std::str::Chars<'_>>| -> Option<usize> {
            if letters.next_if_eq(&'*').is_some() {
                return next_value().parse().ok();
            }
            let mut digits = String::new();
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits.parse().ok()
        };
        let width = number(&mut letters).unwrap_or(0).min(WIDTH_MAX);
        let precision = letters.next_if_eq(&'.').map(|_| number(&mut letters).unwrap_or(0).min(WIDTH_MAX));
        while letters.next_if(|letter| matches!(letter, 'l' | 'h')).is_some() {}
        match letters.next() {
            None | Some('%') => text.push('%'),
            Some(verb) => {
                let value = next_value();
                text.push_str(&pad(&one(verb, &value, precision, &flags), width, &flags, verb));
            }
        }
    }
    (text, taken)
}

fn one(verb: char, value: &str, precision: Option<usize>, flags: &str) -> String {
    let plus = if flags.contains('+') { "+" } else { "" };
    match verb {
        'd' | 'i' | 'u' => {
            let number = whole(value);
            if number >= 0 { format!("{plus}{number}") } else { number.to_string() }
        }
        'x' => format!("{:x}", whole(value)),
        'X' => format!("{:X}", whole(value)),
        'o' => format!("{:o}", whole(value)),
        'c' => value.chars().next().map(String::from).unwrap_or_default(),
        'f' | 'F' => format!("{:.*}", precision.unwrap_or(6), number(value)),
        'e' => exponential(number(value), precision.unwrap_or(6)),
        'E' => exponential(number(value), precision.unwrap_or(6)).to_ascii_uppercase(),
        'g' => general(number(value), precision.unwrap_or(6)),
        'G' => general(number(value), precision.unwrap_or(6)).to_ascii_uppercase(),
        'b' => escapes(value).0,
        'q' => quote(value),
        _ => match precision {
            Some(length) => value.chars().take(length).collect(),
            None => value.to_owned(),
        },
    }
}

fn pad(text: &str, width: usize, flags: &str, verb: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        return format!("{text}{}", " ".repeat(missing));
    }
    if flags.contains('0') && !matches!(verb, 's' | 'c' | 'b' | 'q') {
        let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    format!("{}{text}", " ".repeat(missing))
}

#[expect(clippy::cast_possible_truncation, reason = "a number out of range is cut to the largest, as in awk")]
fn whole(text: &str) -> i64 {
    text.trim().parse().unwrap_or_else(|_| number(text) as i64)
}

/// Backslashes of `echo -e` and of formats; whether the text ends at a `\c`.
pub(super) fn escapes(text: &str) -> (String, bool) {
    let mut result = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            result.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => result.push('\n'),
            Some('t') => result.push('\t'),
            Some('r') => result.push('\r'),
            Some('a') => result.push('\u{7}'),
            Some('e') => result.push('\u{1b}'),
            Some('\\') | None => result.push('\\'),
            Some('c') => return (result, true),
            Some('0') => {
                let mut code = 0;
                for _ in 0..3 {
                    let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(8)) else { break };
                    code = code * 8 + digit;
                    letters.next();
                }
                result.extend(char::from_u32(code));
            }
            Some(other) => {
                result.push('\\');
                result.push(other);
            }
        }
    }
    (result, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_by_formats() {
        let cases = [
            ("%s-%d\n", &["web", "3"][..], "web-3\n"),
            ("%5s|%-5s|", &["a", "b"], "    a|b    |"),
            ("%05d %x %.2f%%", &["42", "255", "3.14159"], "00042 ff 3.14%"),
            ("%.2s %c", &["abc", "xyz"], "ab x"),
            ("%*d", &["4", "7"], "   7"),
            ("%e %.2E", &["1234.5", "0.00012"], "1.234500e+03 1.20E-04"),
            ("%g %g %G", &["1e10", "0.5", "0.00001"], "1e+10 0.5 1E-05"),
            ("%q %q", &["a b", ""], "a\\ b ''"),
            ("%", &[], "%"),
        ];
        for (text, values, expected) in cases {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            assert_eq!(format(text, &values).0, expected, "{text}");
        }
    }
}
