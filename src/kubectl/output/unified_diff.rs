//! The difference of two texts, as `diff -u` prints it.
//!
//! Models GNU diff's unified format: three lines of context, hunks that lie close together as one. Among
//! several shortest differences removals come first. Left out: texts that do not end with a line break.

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step<'a> {
    Same(&'a str),
    Removed(&'a str),
    Added(&'a str),
}

/// The hunks; empty when the texts are equal.
pub fn unified_diff(old: &str, new: &str) -> String {
    let steps = steps(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    let changed: Vec<usize> = steps
        .iter()
        .enumerate()
        .filter(|(_, step)| !matches!(step, Step::Same(_)))
        .map(|(at, _)| at)
        .collect();
    let mut text = String::new();
    let mut rest = changed.as_slice();
    while let Some(&first) = rest.first() {
        // Changes with at most twice the context between them share a hunk.
        let count = rest.windows(2).take_while(|pair| pair[1] - pair[0] <= 2 * CONTEXT + 1).count() + 1;
        let (hunk, after) = rest.split_at(count);
        rest = after;
        let last = hunk.last().copied().unwrap_or(first);
        let (start, end) = (first.saturating_sub(CONTEXT), (last + CONTEXT + 1).min(steps.len()));
        text.push_str(&print_hunk(&steps, start, end));
    }
    text
}

fn print_hunk(steps: &[Step<'_>], start: usize, end: usize) -> String {
    let (before, hunk) = (steps.get(..start).unwrap_or_default(), steps.get(start..end).unwrap_or_default());
    let of_old = |steps: &[Step<'_>]| steps.iter().filter(|step| !matches!(step, Step::Added(_))).count();
    let of_new = |steps: &[Step<'_>]| steps.iter().filter(|step| !matches!(step, Step::Removed(_))).count();
    let mut text =
        format!("@@ -{} +{} @@\n", range(of_old(before), of_old(hunk)), range(of_new(before), of_new(hunk)));
    for step in hunk {
        let (sign, line) = match step {
            Step::Same(line) => (' ', line),
            Step::Removed(line) => ('-', line),
            Step::Added(line) => ('+', line),
        };
        text.push(sign);
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// `12,7`; one line has no count, and no lines stand after the line before them.
fn range(before: usize, count: usize) -> String {
    match count {
        0 => format!("{before},0"),
        1 => (before + 1).to_string(),
        _ => format!("{},{count}", before + 1),
    }
}

fn steps<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Step<'a>> {
    let same_start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) =
        (old.get(same_start..).unwrap_or_default(), new.get(same_start..).unwrap_or_default());
    let same_end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_mid, end) = old_rest.split_at(old_rest.len() - same_end);
    let new_mid = new_rest.get(..new_rest.len() - same_end).unwrap_or_default();
    let mut steps: Vec<Step<'a>> = old.iter().take(same_start).map(|line| Step::Same(line)).collect();
    steps.extend(middle(old_mid, new_mid));
    steps.extend(end.iter().map(|line| Step::Same(line)));
    steps
}

/// The steps between the equal ends, by the longest common subsequence.
fn middle<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Step<'a>> {
    let width = new.len() + 1;
    // lengths[i][j]: longest common subsequence of old[i..] and new[j..].
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let length = if a == b {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                steps.push(Step::Same(a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) => {
                steps.push(Step::Removed(a));
                i += 1;
            }
            (_, Some(b)) => {
                steps.push(Step::Added(b));
                j += 1;
            }
            _ => return steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unified_diff;

    #[test]
    fn hunks_read_as_those_of_diff() {
        assert_eq!(unified_diff("a\nb\n", "a\nb\n"), "");
        assert_eq!(unified_diff("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(unified_diff("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
        assert_eq!(
            unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"
        );
        // Six lines between two changes are context of both; seven part them.
        let old = "a\n1\n2\n3\n4\n5\n6\nb\n1\n2\n3\n4\n5\n6\n7\nc\n";
        let new = old.to_ascii_uppercase();
        assert_eq!(
            unified_diff(old, &new),
            "@@ -1,11 +1,11 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n 1\n 2\n 3\n@@ -13,4 +13,4 @@\n 5\n 6\n 7\n-c\n+C\n"
        );
    }
}
