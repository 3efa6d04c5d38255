//! What applying a manifest would change: line by line, as the server would have the objects afterwards.

use crate::api::yaml::emit;
use crate::api::{Kind, Object};
use crate::cluster::{Cluster, Input, Terminal};

/// Longer texts are compared as a whole.
const LINES_COMPARED_MAX: usize = 2_000;
/// Unchanged lines that are shown around a change.
const CONTEXT_LINES: usize = 3;

/// A line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// In both.
    Same(String),
    /// Only in the live object.
    Removed(String),
    /// Only in what applying would make of it.
    Added(String),
    /// Lines that are left out.
    Gap,
}

/// The diff of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDiff {
    /// The object, as `kind/name`.
    pub title: String,
    /// Whether it would be created.
    pub is_new: bool,
    /// Its lines.
    pub lines: Vec<DiffLine>,
}

/// What a diff of a manifest gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffView {
    /// The file.
    pub file: String,
    /// The objects that would change.
    pub objects: Vec<ObjectDiff>,
    /// What applying would print to standard error.
    pub refused: String,
}

/// Applies a file to a copy of the cluster and compares.
pub fn diff_of(cluster: &Cluster, file: &str) -> DiffView {
    let terminal = Terminal::OF_NOBODY;
    let mut copy = cluster.clone();
    let line = format!("kubectl apply -f {file}");
    let refused = match copy.submit(Input::Line { terminal, line }) {
        Ok(()) => String::new(),
        Err(error) => error.to_string(),
    };
    let printed = copy.terminal(terminal).and_then(|terminal| terminal.entries().last());
    let failed = printed.filter(|entry| entry.exit != Some(0));
    let refused = failed.map_or(refused, |entry| {
        entry.chunks.iter().map(|(_, text)| text.as_str()).collect::<String>().trim_end().to_owned()
    });
    let mut objects = Vec::new();
    for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Event) {
        for after in copy.server().list(kind, None) {
            let before = cluster.server().get(&after.key()).ok();
            if before.is_some_and(|before| before.is_same(after) || before == after) {
                continue;
            }
            let old = before.map(written).unwrap_or_default();
            let lines = diff(&old, &written(after));
            let title = format!("{}/{}", kind.resource().singular, after.meta().name);
            objects.push(ObjectDiff { title, is_new: before.is_none(), lines });
        }
    }
    DiffView { file: file.to_owned(), objects, refused }
}

/// An object as people write it: without what the server counts.
fn written(object: &Object) -> String {
    let mut object = object.clone();
    let meta = object.meta_mut();
    meta.resource_version = crate::api::meta::ResourceVersion::default();
    meta.uid.clear();
    meta.creation_timestamp = None;
    meta.annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    let mut value = object.to_value();
    if let serde_json::Value::Object(fields) = &mut value {
        fields.remove("status");
    }
    emit(&value)
}

/// The lines of both texts in one list.
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let removed = |line: &&str| DiffLine::Removed((*line).to_owned());
    let added = |line: &&str| DiffLine::Added((*line).to_owned());
    if old.is_empty() || old.len().max(new.len()) > LINES_COMPARED_MAX {
        return old.iter().map(removed).chain(new.iter().map(added)).collect();
    }
    // lengths[i][j]: longest common subsequence of old[i..] and new[j..], row by row from the end.
    let width = new.len() + 1;
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
    let mut lines = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                lines.push(DiffLine::Same((*a).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) => {
                lines.push(removed(a));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(added(b));
                j += 1;
            }
            (_, None) => break,
        }
    }
    shortened(lines)
}

/// Leaves out unchanged lines that are far from any change.
fn shortened(lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let is_change = |line: &DiffLine| !matches!(line, DiffLine::Same(_));
    let changes: Vec<usize> =
        lines.iter().enumerate().filter(|(_, l)| is_change(l)).map(|(i, _)| i).collect();
    let mut short: Vec<DiffLine> = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        let next = changes.partition_point(|change| *change < index);
        let near =
            |change: Option<&usize>| change.is_some_and(|change| change.abs_diff(index) <= CONTEXT_LINES);
        if near(changes.get(next)) || near(next.checked_sub(1).and_then(|before| changes.get(before))) {
            short.push(line);
        } else if short.last() != Some(&DiffLine::Gap) {
            short.push(DiffLine::Gap);
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[DiffLine]) -> String {
        let show = |line: &DiffLine| match line {
            DiffLine::Same(text) => format!(" {text}"),
            DiffLine::Removed(text) => format!("-{text}"),
            DiffLine::Added(text) => format!("+{text}"),
            DiffLine::Gap => "@".to_owned(),
        };
        lines.iter().map(show).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn lines_that_changed_stand_in_their_place() {
        assert_eq!(text(&diff("a\nb\nc\n", "a\nx\nc\nd\n")), " a\n-b\n+x\n c\n+d");
        assert_eq!(text(&diff("", "a\n")), "+a");
        assert_eq!(
            text(&diff("1\n2\n3\n4\n5\n6\n7\nold\n", "1\n2\n3\n4\n5\n6\n7\nnew\n")),
            "@\n 5\n 6\n 7\n-old\n+new"
        );
        assert_eq!(text(&diff("same\n", "same\n")), "@");
    }
}
