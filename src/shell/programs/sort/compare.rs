//! How `sort` compares two texts: by their letters, as numbers, amounts, months or versions.

use std::cmp::Ordering;

use super::version::compare_versions;
use crate::shell::programs::numbers::{decimal, number};

const MONTHS: &str = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

/// Compares by the letters that sort was given.
pub(super) fn compare(a: &str, b: &str, flags: &str) -> Ordering {
    let has = |letter: char| flags.contains(letter);
    if has('n') {
        order(decimal(unsigned(a)).0, decimal(unsigned(b)).0)
    } else if has('g') {
        general(a).partial_cmp(&general(b)).unwrap_or(Ordering::Equal)
    } else if has('h') {
        amount(a).partial_cmp(&amount(b)).unwrap_or(Ordering::Equal)
    } else if has('M') {
        month(a).cmp(&month(b))
    } else {
        let seen = |text: &str| -> String {
            let counts =
                |letter: &char| !has('d') || letter.is_alphanumeric() || matches!(letter, ' ' | '\t');
            let fold = |letter: char| if has('f') { letter.to_ascii_uppercase() } else { letter };
            text.chars().filter(counts).map(fold).collect()
        };
        match (has('V'), has('d') || has('f')) {
            (true, _) => compare_versions(&seen(a), &seen(b)),
            (false, true) => seen(a).cmp(&seen(b)),
            (false, false) => a.cmp(b),
        }
    }
}

fn order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// A plus is no part of a number.
fn unsigned(text: &str) -> &str {
    if text.trim_start().starts_with('+') { "" } else { text }
}

/// A number with an exponent; what is none comes first.
fn general(text: &str) -> (bool, f64) {
    let text = text.trim_start();
    let digits = text.trim_start_matches(['-', '+', '.']);
    (digits.starts_with(|first: char| first.is_ascii_digit()), number(text))
}

/// An amount such as `4.0K`: what counts first is its sign with its suffix, then its number.
fn amount(text: &str) -> (i32, f64) {
    let (number, rest) = decimal(unsigned(text));
    let suffix = rest.chars().next().map(|suffix| if suffix == 'k' { 'K' } else { suffix });
    let power = suffix.and_then(|suffix| "KMGTPEZY".find(suffix)).map_or(1, |at| at + 2);
    let power = i32::try_from(power).unwrap_or_default();
    let sign = if number < 0.0 { -1 } else { i32::from(number > 0.0) };
    (sign * power, number)
}

/// The number of the month that a text begins with; 0 when it is none.
fn month(text: &str) -> usize {
    let name: String = text.trim_start().chars().take(3).collect::<String>().to_ascii_uppercase();
    let found = MONTHS.match_indices(&name).find(|(at, _)| name.len() == 3 && at % 3 == 0);
    found.map_or(0, |(at, _)| at / 3 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_compare_as_asked() {
        use Ordering::{Equal, Greater, Less};
        for (a, b, flags, expected) in [
            ("10", "9", "", Less),
            ("10", "9", "n", Greater),
            ("+5", "1", "n", Less),
            ("1e3", "20", "g", Greater),
            ("x", "-1", "g", Less),
            ("1K", "999", "h", Greater),
            ("Feb", "jan", "M", Greater),
            ("soon", "Jan", "M", Less),
            ("a", "B", "", Greater),
            ("a", "B", "f", Less),
            ("a-c", "ab", "d", Greater),
            ("v1.10", "v1.9", "V", Greater),
            ("a", "a", "V", Equal),
        ] {
            assert_eq!(compare(a, b, flags), expected, "{a} {b} -{flags}");
        }
    }
}
