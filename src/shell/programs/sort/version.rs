//! `sort -V`: the numbers within names count as numbers.
//!
//! As GNU's manual tells it: what cannot be a digit is compared letter by letter, with letters before other
//! signs and `~` before all; digits that follow as a number; a file's endings such as `.tar.gz` count last.

use std::cmp::Ordering;

/// Compares names with versions in them.
pub(super) fn compare_versions(a: &str, b: &str) -> Ordering {
    let rank = |name: &str| match name {
        "" => 0,
        "." => 1,
        ".." => 2,
        name if name.starts_with('.') => 3,
        _ => 4,
    };
    let ranks = rank(a).cmp(&rank(b));
    if ranks != Ordering::Equal || rank(a) < 3 {
        return ranks;
    }
    let bare = |name: &str| name.len() - endings(name);
    let (x, y) = (a.get(..bare(a)).unwrap_or(a), b.get(..bare(b)).unwrap_or(b));
    by_parts(x, y).then_with(|| by_parts(a, b))
}

/// How long the endings of a file's name are: each a point, a letter, and letters or digits.
fn endings(name: &str) -> usize {
    let mut begin = name.len();
    loop {
        let head = name.get(..begin).unwrap_or_default();
        let Some(point) = head.rfind('.').filter(|point| *point > 0) else { break };
        let ending = head.get(point + 1..).unwrap_or_default();
        let is_one = ending.starts_with(|first: char| first.is_ascii_alphabetic() || first == '~')
            && ending.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '~');
        if !is_one {
            break;
        }
        begin = point;
    }
    name.len() - begin
}

fn by_parts(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a, b);
    while !x.is_empty() || !y.is_empty() {
        let (letters, others) = (head(x, false), head(y, false));
        let order = by_letters(letters, others);
        if order != Ordering::Equal {
            return order;
        }
        (x, y) = (x.get(letters.len()..).unwrap_or_default(), y.get(others.len()..).unwrap_or_default());
        let (digits, more) = (head(x, true), head(y, true));
        let (number, other) = (digits.trim_start_matches('0'), more.trim_start_matches('0'));
        let order = number.len().cmp(&other.len()).then_with(|| number.cmp(other));
        if order != Ordering::Equal {
            return order;
        }
        (x, y) = (x.get(digits.len()..).unwrap_or_default(), y.get(more.len()..).unwrap_or_default());
    }
    Ordering::Equal
}

/// What a text begins with: its digits, or all up to the first of them.
fn head(text: &str, is_digits: bool) -> &str {
    let end = text.find(|letter: char| letter.is_ascii_digit() != is_digits);
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn by_letters(a: &str, b: &str) -> Ordering {
    let weight = |letter: Option<char>| match letter {
        None => 0,
        Some('~') => -1,
        Some(letter) if letter.is_ascii_alphabetic() => i64::from(u32::from(letter)),
        Some(letter) => i64::from(u32::from(letter)) + 256,
    };
    let (mut x, mut y) = (a.chars(), b.chars());
    loop {
        match (x.next(), y.next()) {
            (None, None) => return Ordering::Equal,
            (first, second) if weight(first) != weight(second) => return weight(first).cmp(&weight(second)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_order() {
        let sorted = [
            "", ".", ".a", "a", "a.tar.gz", "a1.txt", "a2", "a10", "v1", "v1.2.3", "v1.9", "v1.10", "web-2",
            "web-10",
        ];
        for (index, earlier) in sorted.iter().enumerate() {
            for later in sorted.iter().skip(index + 1) {
                assert_eq!(compare_versions(earlier, later), Ordering::Less, "{earlier} {later}");
            }
        }
        assert_eq!(compare_versions("1~rc1", "1"), Ordering::Less);
    }
}
