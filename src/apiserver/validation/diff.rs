//! How two values differ, as the server shows it behind "is immutable".
//!
//! Models `Diff`, staging/src/k8s.io/apimachinery/pkg/util/diff/diff.go (a unified diff of indented JSON),
//! Kubernetes v1.36. Left out: the server's own field names in pods and volume sources; there the public ones
//! are shown.

use std::fmt::Write as _;

use serde_json::Value;

use super::own_structs;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The difference between two values that the server holds in a struct of its own.
pub(super) fn of(old: &Value, new: &Value, name: &str) -> String {
    unified(&own_structs::pretty(old, name), &own_structs::pretty(new, name))
}

/// One line of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Removed(&'a str),
    Added(&'a str),
}

fn unified(old: &str, new: &str) -> String {
    let lines = compare(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    let changed: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(line, Line::Same(_)))
        .map(|(index, _)| index)
        .collect();
    let mut out = String::new();
    let mut rest = changed.as_slice();
    while let Some(first) = rest.first() {
        let start = first.saturating_sub(CONTEXT);
        // Changes that are near each other are shown together.
        let near = rest.windows(2).take_while(|pair| matches!(pair, [a, b] if b - a <= 2 * CONTEXT)).count();
        let last = rest.get(near).copied().unwrap_or(*first);
        let end = (last + CONTEXT + 1).min(lines.len());
        hunk(&lines, start, end, &mut out);
        rest = rest.get(near + 1..).unwrap_or_default();
    }
    out
}

fn hunk(lines: &[Line<'_>], start: usize, end: usize, out: &mut String) {
    let before = lines.get(..start).unwrap_or_default();
    let shown = lines.get(start..end).unwrap_or_default();
    let count = |lines: &[Line<'_>], removed: bool| {
        let other = |line: &&Line<'_>| match line {
            Line::Same(_) => true,
            Line::Removed(_) => removed,
            Line::Added(_) => !removed,
        };
        lines.iter().filter(other).count()
    };
    let range = |removed: bool| match count(shown, removed) {
        0 => format!("{},0", count(before, removed)),
        1 => format!("{}", count(before, removed) + 1),
        length => format!("{},{length}", count(before, removed) + 1),
    };
    // Writing to a string cannot fail.
    writeln!(out, "@@ -{} +{} @@", range(true), range(false)).unwrap_or_default();
    for line in shown {
        match line {
            Line::Same(text) => writeln!(out, " {text}"),
            Line::Removed(text) => writeln!(out, "-{text}"),
            Line::Added(text) => writeln!(out, "+{text}"),
        }
        .unwrap_or_default();
    }
}

/// The longest common part, what was removed before what was added.
fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(prefix..).unwrap_or_default(), new.get(prefix..).unwrap_or_default());
    let suffix = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = old_rest.get(..old_rest.len() - suffix).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - suffix).unwrap_or_default();
    let mut lines: Vec<Line<'a>> = old.iter().take(prefix).map(|line| Line::Same(line)).collect();
    middle(old_middle, new_middle, &mut lines);
    lines.extend(old.iter().skip(old.len() - suffix).map(|line| Line::Same(line)));
    lines
}

fn middle<'a>(old: &[&'a str], new: &[&'a str], lines: &mut Vec<Line<'a>>) {
    let width = new.len() + 1;
    let mut table = vec![0_u32; (old.len() + 1) * width];
    let length = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                length(&table, i + 1, j + 1) + 1
            } else {
                length(&table, i + 1, j).max(length(&table, i, j + 1))
            };
            if let Some(cell) = table.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut added = Vec::new();
    while i < old.len() || j < new.len() {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                lines.append(&mut added);
                lines.push(Line::Same(a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || length(&table, i + 1, j) >= length(&table, i, j + 1) => {
                lines.push(Line::Removed(a));
                i += 1;
            }
            (_, Some(b)) => {
                added.push(Line::Added(b));
                j += 1;
            }
            _ => break,
        }
    }
    lines.append(&mut added);
}

#[cfg(test)]
mod tests {
    #[test]
    fn differences_are_shown_with_three_lines_around() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
        let new = "a\nb\nc\nX\nY\ne\nf\ng\nh\ni\nj\nk\nm\n";
        let expected =
            "@@ -1,7 +1,8 @@\n a\n b\n c\n-d\n+X\n+Y\n e\n f\n g\n@@ -9,5 +10,4 @@\n i\n j\n k\n-l\n m\n";
        assert_eq!(super::unified(old, new), expected);
    }
}
