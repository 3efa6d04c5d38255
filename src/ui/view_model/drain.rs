//! What a drain of a node would do, before it is done: which pods go, which wait for a budget, which stay,
//! and which stop it.

use crate::api::ObjectKey;
use crate::cluster::Cluster;
use crate::cluster::explain::Mend;
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
    /// Why it would never end: the budgets that will not allow it, now or later.
    pub never: Vec<NeverView>,
}

/// A budget that never lets the drain end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeverView {
    /// The budget.
    pub budget: ObjectKey,
    /// Why not.
    pub why: String,
    /// What a person can do about it, and the line for it.
    pub mend: Option<(String, String)>,
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
        let never = never(cluster, &rows);
        Self { line: draft.line(), draft: draft.clone(), rows, never }
    }

    /// Whether a pod stops the drain before it begins.
    pub fn is_refused(&self) -> bool {
        self.rows.iter().any(|row| row.fate == Fate::Refused)
    }
}

/// The budgets that refuse for good, each once.
fn never(cluster: &Cluster, rows: &[PreviewRow]) -> Vec<NeverView> {
    let mut never: Vec<NeverView> = Vec::new();
    for budget in rows.iter().filter_map(|row| row.budget.as_ref()) {
        if never.iter().any(|known| known.budget == *budget) {
            continue;
        }
        let about = cluster.explain(budget);
        if about.is_blocked() {
            let line = |mend: Mend| mend.line.map(|line| (mend.words, line));
            let mend = about.mends.into_iter().find_map(line);
            never.push(NeverView { budget: budget.clone(), why: about.sentence, mend });
        }
    }
    never
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::{Action, State};

    #[test]
    fn a_drain_that_no_budget_will_ever_allow_is_told_before() {
        let mut state = State::default();
        for line in [
            "kubectl create deployment front --image=front:1 --replicas=3",
            "kubectl create pdb all --selector=app=front --max-unavailable=0",
        ] {
            state.reduce(Action::Run(line.to_owned()));
            state.reduce(Action::Settle);
            state.reduce(Action::Advance(16.0));
        }
        let node = (state.views.stage.lanes.iter())
            .find(|lane| !lane.tiles.is_empty())
            .map(|lane| lane.key.name.clone())
            .expect("the pods run somewhere");
        let mut draft = DrainDraft::of(&node);
        let view = DrainView::of(&draft, &state.cluster);
        let [never] = view.never.as_slice() else { panic!("one budget: {:?}", view.never) };
        assert_eq!(never.budget.name, "all");
        assert!(never.why.starts_with("no eviction is ever allowed: with maxUnavailable 0"), "{}", never.why);
        let (_, line) = never.mend.clone().expect("it can be mended");
        assert_eq!(line, "kubectl patch pdb all --type=merge -p '{\"spec\":{\"maxUnavailable\":1}}'");
        draft.options.deletes = true;
        assert_eq!(DrainView::of(&draft, &state.cluster).never, [], "budgets are not asked");
        draft.options.deletes = false;
        state.reduce(Action::Run(line));
        state.reduce(Action::Settle);
        state.reduce(Action::Advance(16.0));
        assert_eq!(DrainView::of(&draft, &state.cluster).never, [], "it waits at most");
    }

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
