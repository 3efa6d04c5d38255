//! What a drain of a node would do, before it is done: which pods go, which wait for a budget, which stay,
//! and which stop it.

use crate::cluster::Cluster;
use crate::kubectl::drain::{DrainOptions, Fate, PreviewRow, preview};

/// A drain that a person is preparing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrainDraft {
    /// The node.
    pub node: String,
    /// What the flags allow.
    pub options: DrainOptions,
    /// `--grace-period`; empty for each pod's own.
    pub grace_period: String,
    /// `--timeout`; empty for as long as it takes.
    pub timeout: String,
}

/// The draft with what it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainView {
    /// The draft.
    pub draft: DrainDraft,
    /// The line that it runs.
    pub line: String,
    /// Each pod of the node and what becomes of it.
    pub rows: Vec<PreviewRow>,
}

impl DrainDraft {
    /// A drain of a node, with nothing allowed yet.
    pub fn of(node: &str) -> Self {
        Self { node: node.to_owned(), ..Self::default() }
    }

    /// The line that it runs.
    pub fn line(&self) -> String {
        let mut line = format!("kubectl drain {}", self.node);
        let flags = [
            (self.options.ignore_daemon_sets, " --ignore-daemonsets"),
            (self.options.delete_empty_dir, " --delete-emptydir-data"),
            (self.options.force, " --force"),
            (self.options.deletes, " --disable-eviction"),
        ];
        line.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag));
        for (flag, value) in [("--grace-period", &self.grace_period), ("--timeout", &self.timeout)] {
            if !value.trim().is_empty() {
                line.push_str(&format!(" {flag}={}", value.trim()));
            }
        }
        line
    }
}

impl DrainView {
    /// What the draft would do now.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn of(draft: &DrainDraft, cluster: &Cluster) -> Self {
        let rows = preview(cluster.server(), &draft.node, &draft.options);
        Self { line: draft.line(), draft: draft.clone(), rows }
    }

    /// Whether a pod stops the drain before it begins.
    pub fn is_refused(&self) -> bool {
        self.rows.iter().any(|row| row.fate == Fate::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_runs_the_line_that_it_shows() {
        let mut draft = DrainDraft::of("node-2");
        assert_eq!(draft.line(), "kubectl drain node-2");
        draft.options.ignore_daemon_sets = true;
        draft.options.force = true;
        draft.timeout = " 60s".into();
        draft.grace_period = "5".into();
        assert_eq!(
            draft.line(),
            "kubectl drain node-2 --ignore-daemonsets --force --grace-period=5 --timeout=60s"
        );
    }
}
