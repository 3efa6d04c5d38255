//! The scheduler's attempts to place a pod: node by filter, and node by score.

use crate::cluster::explain::print::outcome;
use crate::cluster::{Attempt, Plugin, Preemption, SCORE_WEIGHTS};

use super::summary::clock;

/// Nodes of an attempt that are shown.
const NODES_MAX: usize = 40;

/// What a filter said of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filtered {
    /// It lets it pass.
    Passed,
    /// It refuses it, and says why.
    Refused(String),
    /// It was not asked: another one had refused it before.
    NotAsked,
}

/// A node with what the filters said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterRow {
    /// The node.
    pub node: String,
    /// One for each filter of the table.
    pub cells: Vec<Filtered>,
}

/// A node with its scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreRow {
    /// The node.
    pub node: String,
    /// Of each plugin: its score, from 0 to 100, and that times its weight.
    pub scores: Vec<(i64, i64)>,
    /// The sum of the weighted scores.
    pub total: i64,
    /// Whether it was chosen.
    pub is_chosen: bool,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptView {
    /// When.
    pub at: String,
    /// What came of it.
    pub outcome: String,
    /// What was said before any node was looked at.
    pub before: Option<String>,
    /// The filters that refused a node: the columns of the first table.
    pub refusing: Vec<&'static str>,
    /// The filters that let every node pass that they saw.
    pub passing: String,
    /// The nodes that were looked at.
    pub filters: Vec<FilterRow>,
    /// Plugin and weight: the columns of the second table.
    pub plugins: Vec<(&'static str, i64)>,
    /// The nodes that were compared, the best first; none when there was only one.
    pub scores: Vec<ScoreRow>,
    /// The node that was taken because it alone passed.
    pub only: Option<String>,
    /// What came of looking for pods to drive out.
    pub preemption: Option<String>,
    /// Nodes that are not shown.
    pub more: usize,
}

impl AttemptView {
    /// An attempt as it is shown.
    pub fn of(attempt: &Attempt) -> Self {
        let refuses = |plugin: &Plugin| {
            attempt.nodes.iter().any(|node| node.rejected.as_ref().is_some_and(|no| no.plugin == *plugin))
        };
        let (refusing, passing): (Vec<Plugin>, Vec<Plugin>) = Plugin::FILTERS.into_iter().partition(refuses);
        let passing: Vec<&str> = passing.into_iter().map(Plugin::name).collect();
        let cell = |column: Plugin, rejected: Option<(Plugin, String)>| match rejected {
            Some((plugin, why)) if plugin == column => Filtered::Refused(why),
            Some((plugin, _)) if plugin < column => Filtered::NotAsked,
            _ => Filtered::Passed,
        };
        let filters = attempt.nodes.iter().take(NODES_MAX).map(|node| {
            let rejected = node.rejected.as_ref().map(|no| (no.plugin, no.reasons.join(", ")));
            let cells = refusing.iter().map(|plugin| cell(*plugin, rejected.clone())).collect();
            FilterRow { node: node.node.to_string(), cells }
        });
        let mut scores: Vec<ScoreRow> =
            attempt.nodes.iter().filter_map(|node| score_row(attempt, node)).collect();
        crate::collections::sort_by_key(&mut scores, |row| (!row.is_chosen, std::cmp::Reverse(row.total)));
        scores.truncate(NODES_MAX);
        let preemption = match &attempt.preemption {
            Preemption::NotTried => None,
            Preemption::InVain(why) => Some(why.clone()),
            Preemption::Victims { node, pods } => {
                Some(format!("{} must leave {node}, which is kept for the Pod", pods.join(", ")))
            }
        };
        Self {
            at: clock(attempt.at),
            outcome: outcome(attempt),
            before: attempt.before.as_ref().map(|(plugin, why)| format!("{}: {why}", plugin.name())),
            refusing: refusing.iter().map(|plugin| plugin.name()).collect(),
            passing: passing.join(", "),
            filters: filters.collect(),
            plugins: SCORE_WEIGHTS.iter().map(|(plugin, weight)| (plugin.name(), *weight)).collect(),
            only: attempt.chosen.as_ref().filter(|_| scores.is_empty()).map(ToString::to_string),
            scores,
            preemption,
            more: attempt.nodes.len().saturating_sub(NODES_MAX),
        }
    }
}

fn score_row(attempt: &Attempt, node: &crate::cluster::NodeVerdict) -> Option<ScoreRow> {
    let scores = node.scores?;
    let weighted = SCORE_WEIGHTS.iter().zip(scores).map(|((_, weight), score)| (score, score * weight));
    Some(ScoreRow {
        node: node.node.to_string(),
        scores: weighted.collect(),
        total: node.total()?,
        is_chosen: attempt.chosen.as_deref() == Some(&*node.node),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Kind, ObjectKey};
    use crate::cluster::{Cluster, ClusterConfig, Input};

    /// A cluster in which a manifest was applied, and a minute went by.
    fn applied(nodes: usize, lines: &[&str], text: &str) -> Cluster {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(nodes));
        cluster.submit(Input::File { name: "a.yaml".to_owned(), text: text.to_owned() }).unwrap();
        for line in lines.iter().chain(&["kubectl apply -f a.yaml"]) {
            cluster.submit(Input::Line { terminal: 0, line: (*line).to_owned() }).unwrap();
        }
        cluster.run_until(crate::sim::Time::from_ms(60_000));
        cluster
    }

    fn shown(cluster: &Cluster) -> Vec<AttemptView> {
        let key = ObjectKey::new(Kind::Pod, "default", "a");
        cluster.attempts(&key).into_iter().map(AttemptView::of).collect()
    }

    #[test]
    fn a_refused_pod_shows_each_node_under_the_filter_that_refused_it() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n\
                   spec: {nodeSelector: {disk: ssd}, containers: [{name: a, image: a}]}\n";
        let cluster = applied(3, &["kubectl cordon node-2"], pod);
        let attempts = shown(&cluster);
        assert_eq!(attempts[0].refusing, ["NodeUnschedulable", "NodeAffinity"]);
        let cells: Vec<&[Filtered]> = attempts[0].filters.iter().map(|row| &*row.cells).collect();
        let no_match = || Filtered::Refused("node(s) didn't match Pod's node affinity/selector".to_owned());
        let cordoned = Filtered::Refused("node(s) were unschedulable".to_owned());
        let mismatched = vec![Filtered::Passed, no_match()];
        assert_eq!(cells, [&*mismatched, &[cordoned, Filtered::NotAsked], &*mismatched]);
        assert!(attempts[0].preemption.as_ref().is_some_and(|why| why.contains("preemption")));
        assert_eq!(attempts[0].scores, []);
    }

    #[test]
    fn a_placed_pod_shows_how_its_node_won() {
        let pod =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
        let cluster = applied(2, &[], pod);
        let attempts = shown(&cluster);
        let scores = &attempts[0].scores;
        assert_eq!((scores.len(), scores[0].is_chosen, scores[1].is_chosen), (2, true, false));
        for row in scores {
            assert_eq!(row.total, row.scores.iter().map(|(_, weighted)| weighted).sum::<i64>());
            let weights: Vec<i64> = attempts[0].plugins.iter().map(|(_, weight)| *weight).collect();
            assert!(
                row.scores.iter().zip(weights).all(|((raw, weighted), weight)| raw * weight == *weighted)
            );
        }
        assert_eq!(attempts[0].only, None);
    }

    #[test]
    fn the_only_node_is_not_scored() {
        let pod =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
        let cluster = applied(1, &[], pod);
        assert_eq!(shown(&cluster)[0].only.as_deref(), Some("node-1"));
    }
}
