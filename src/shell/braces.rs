//! `{a,b}` and `{0..4}`: bash makes several words of one.

use super::syntax::{Part, Word};

/// Words that one word becomes at most.
const WORDS_MAX: usize = 1_000;

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

fn range(inner: &str) -> Option<Vec<String>> {
    let (first, last) = inner.split_once("..")?;
    let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
    if usize::try_from(first.abs_diff(last)).ok()? >= WORDS_MAX {
        return None;
    }
    let up = (first.min(last)..=first.max(last)).map(|number| number.to_string());
    Some(if first <= last { up.collect() } else { up.rev().collect() })
}
