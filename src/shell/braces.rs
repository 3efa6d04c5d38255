//! `{a,b}`, `{0..4}` and `{a..e}`: bash makes several words of one.

use super::syntax::{Part, Word};

/// Words that one word becomes at most.
const WORDS_MAX: usize = 1_000;
/// Digits that zeros fill up at most.
const WIDTH_MAX: usize = 1_000;

/// The words that a word stands for; most stand for themselves.
pub(super) fn expand(word: &Word) -> Vec<Word> {
    let mut done = Vec::new();
    let mut open = vec![word.clone()];
    while let Some(word) = open.pop() {
        match first(&word) {
            Some(words) if done.len() + open.len() + words.len() <= WORDS_MAX => {
                open.extend(words.into_iter().rev());
            }
            _ => done.push(word),
        }
    }
    done
}

/// The words that the first braces make; braces must stand in one unquoted piece.
fn first(word: &Word) -> Option<Vec<Word>> {
    for (index, part) in word.0.iter().enumerate() {
        let Part::Text { text, is_quoted: false } = part else { continue };
        let mut from = 0;
        while let Some(begin) = text.get(from..).and_then(|rest| rest.find('{')).map(|at| from + at) {
            from = begin + 1;
            let Some((end, commas)) = closing(text, begin) else { continue };
            let inner = text.get(begin + 1..end).unwrap_or_default();
            let choices = if commas.is_empty() { range(inner) } else { pieces(text, begin, end, &commas) };
            let Some(choices) = choices else { continue };
            let (before, after) = (text.get(..begin)?, text.get(end + 1..)?);
            let make = |choice: String| {
                let mut parts = word.0.clone();
                if let Some(part) = parts.get_mut(index) {
                    *part = Part::Text { text: format!("{before}{choice}{after}"), is_quoted: false };
                }
                Word(parts)
            };
            return Some(choices.into_iter().map(make).collect());
        }
    }
    None
}

/// Where a brace closes, and the commas on its own level.
fn closing(text: &str, begin: usize) -> Option<(usize, Vec<usize>)> {
    let (mut depth, mut commas) = (0, Vec::new());
    for (at, letter) in text.bytes().enumerate().skip(begin) {
        match letter {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some((at, commas)),
            b'}' => depth -= 1,
            b',' if depth == 1 => commas.push(at),
            _ => {}
        }
    }
    None
}

fn pieces(text: &str, begin: usize, end: usize, commas: &[usize]) -> Option<Vec<String>> {
    let starts = std::iter::once(begin).chain(commas.iter().copied());
    let ends = commas.iter().copied().chain([end]);
    starts.zip(ends).map(|(start, end)| text.get(start + 1..end).map(str::to_owned)).collect()
}

/// `0..4`, `01..10`, `0..8..2`, `a..e`.
fn range(inner: &str) -> Option<Vec<String>> {
    let (first, rest) = inner.split_once("..")?;
    let (last, step) = rest.split_once("..").unwrap_or((rest, "1"));
    let step = usize::try_from(step.parse::<i64>().ok()?.unsigned_abs()).ok()?.max(1);
    let letter = |text: &str| {
        let mut letters = text.chars();
        letters.next().filter(|only| only.is_ascii_alphabetic() && letters.next().is_none())
    };
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        let numbers = between(i64::from(u32::from(first)), i64::from(u32::from(last)), step)?;
        let letter = |number: i64| char::from_u32(u32::try_from(number).ok()?).map(String::from);
        return numbers.into_iter().map(letter).collect();
    }
    // A zero at the beginning of either makes all as wide as the wider one.
    let pads = |text: &str| {
        let digits = text.trim_start_matches('-');
        digits.len() > 1 && digits.starts_with('0')
    };
    let width = if pads(first) || pads(last) { first.len().max(last.len()).min(WIDTH_MAX) } else { 0 };
    let numbers = between(first.parse().ok()?, last.parse().ok()?, step)?;
    Some(numbers.into_iter().map(|number| format!("{number:0width$}")).collect())
}

fn between(first: i64, last: i64, step: usize) -> Option<Vec<i64>> {
    if usize::try_from(first.abs_diff(last)).ok()? / step >= WORDS_MAX {
        return None;
    }
    let all = first.min(last)..=first.max(last);
    Some(if first <= last { all.step_by(step).collect() } else { all.rev().step_by(step).collect() })
}
