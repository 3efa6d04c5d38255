//! Orders the keys of a map for people: `item2` before `item10`.
//!
//! Models `keyList.Less`, go.yaml.in/yaml/v2 sorter.go. Left out: keys that are not text, which JSON does
//! not have.

use serde_json::{Map, Value};

/// The entries of a map in printing order.
pub(super) fn sorted_keys(fields: &Map<String, Value>) -> Vec<(&String, &Value)> {
    merge_sort(fields.iter().collect())
}

/// Sorts without relying on the order being total, which this one need not be.
fn merge_sort<'a>(mut entries: Vec<(&'a String, &'a Value)>) -> Vec<(&'a String, &'a Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let right = entries.split_off(entries.len() / 2);
    let mut left = merge_sort(entries).into_iter().peekable();
    let mut right = merge_sort(right).into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    loop {
        let take_right = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => is_less(b.0, a.0),
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => return merged,
        };
        merged.extend(if take_right { right.next() } else { left.next() });
    }
}

fn is_less(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(first) = a.iter().zip(&b).position(|(x, y)| x != y) else { return a.len() < b.len() };
    let (Some(&x), Some(&y)) = (a.get(first), b.get(first)) else { return false };
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x < y,
        (false, false) => {}
        (_, right) => return right,
    }
    // Digits that were equal before count when a zero follows them: 100 is more than 20.
    let before = a.get(..first).unwrap_or_default();
    let leading = (x == '0' || y == '0')
        && before.iter().rev().take_while(|letter| letter.is_ascii_digit()).any(|letter| *letter != '0');
    let (x_number, x_end) = number(&a, first, leading);
    let (y_number, y_end) = number(&b, first, leading);
    if x_number != y_number {
        x_number < y_number
    } else if x_end != y_end {
        x_end < y_end
    } else {
        x < y
    }
}

fn number(letters: &[char], from: usize, leading: bool) -> (i64, usize) {
    let mut value = i64::from(leading);
    let mut end = from;
    while let Some(digit) = letters.get(end).and_then(|letter| letter.to_digit(10)) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        end += 1;
    }
    (value, end)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::sorted_keys;

    #[test]
    fn numbers_in_keys_count_as_numbers() {
        let wanted = ["a.b", "a/b", "ab", "item2", "item10", "item100", "z"];
        let fields: Map<String, Value> =
            wanted.iter().rev().map(|key| ((*key).to_owned(), Value::Null)).collect();
        let keys: Vec<&str> = sorted_keys(&fields).into_iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, wanted);
    }
}
