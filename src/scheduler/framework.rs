//! The scheduling framework's words: plugins, verdicts about nodes, attempts, and the message of a failed
//! one.
//!
//! Models `fwk.Status`, `Diagnosis` and `FitError`, pkg/scheduler/framework/types.go, Kubernetes v1.36.
//! Left out: extenders, pod groups, profiles other than the default one.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use crate::api::ObjectKey;
use crate::collections::{SortedMap, sort};
use crate::sim::Time;

/// A plugin of the default profile, in the order in which filters run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plugin {
    /// Holds pods with gates back.
    SchedulingGates,
    /// Cordoned nodes.
    NodeUnschedulable,
    /// The node named in the pod.
    NodeName,
    /// Taints.
    TaintToleration,
    /// Node selector and node affinity.
    NodeAffinity,
    /// Ports of the node.
    NodePorts,
    /// Amounts of cpu, memory and so on.
    NodeResourcesFit,
    /// Claims that only one pod may use.
    VolumeRestrictions,
    /// Claims and volumes.
    VolumeBinding,
    /// Zones of volumes.
    VolumeZone,
    /// Even spreading over nodes and zones.
    PodTopologySpread,
    /// Nearness to other pods.
    InterPodAffinity,
    /// Even use of cpu and memory.
    NodeResourcesBalancedAllocation,
    /// Images that are already on the node.
    ImageLocality,
    /// The removal of pods of lower priority.
    DefaultPreemption,
}

impl Plugin {
    /// The plugins that may refuse a node, in the order in which they are asked.
    pub const FILTERS: [Self; 11] = [
        Self::NodeUnschedulable,
        Self::NodeName,
        Self::TaintToleration,
        Self::NodeAffinity,
        Self::NodePorts,
        Self::NodeResourcesFit,
        Self::VolumeRestrictions,
        Self::VolumeBinding,
        Self::VolumeZone,
        Self::PodTopologySpread,
        Self::InterPodAffinity,
    ];

    /// Its name as upstream spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SchedulingGates => "SchedulingGates",
            Self::NodeUnschedulable => "NodeUnschedulable",
            Self::NodeName => "NodeName",
            Self::TaintToleration => "TaintToleration",
            Self::NodeAffinity => "NodeAffinity",
            Self::NodePorts => "NodePorts",
            Self::NodeResourcesFit => "NodeResourcesFit",
            Self::VolumeRestrictions => "VolumeRestrictions",
            Self::VolumeBinding => "VolumeBinding",
            Self::VolumeZone => "VolumeZone",
            Self::PodTopologySpread => "PodTopologySpread",
            Self::InterPodAffinity => "InterPodAffinity",
            Self::NodeResourcesBalancedAllocation => "NodeResourcesBalancedAllocation",
            Self::ImageLocality => "ImageLocality",
            Self::DefaultPreemption => "DefaultPreemption",
        }
    }
}

/// Plugins that score nodes, with the weights of the default profile, in the order of
/// [`NodeVerdict::scores`].
pub const SCORE_WEIGHTS: [(Plugin, i64); 7] = [
    (Plugin::TaintToleration, 3),
    (Plugin::NodeAffinity, 2),
    (Plugin::NodeResourcesFit, 1),
    (Plugin::PodTopologySpread, 2),
    (Plugin::InterPodAffinity, 2),
    (Plugin::NodeResourcesBalancedAllocation, 1),
    (Plugin::ImageLocality, 1),
];

/// The scores of one node, before weighting, in the order of [`SCORE_WEIGHTS`].
pub type Scores = [i64; SCORE_WEIGHTS.len()];

/// The greatest score that a plugin gives.
pub const MAX_NODE_SCORE: i64 = 100;

/// Why a node was rejected, and by which plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The plugin.
    pub plugin: Plugin,
    /// Its sentences.
    pub reasons: Vec<Cow<'static, str>>,
    /// Whether the removal of other pods could help (`Unschedulable`, not `UnschedulableAndUnresolvable`).
    pub is_resolvable: bool,
}

impl Rejection {
    /// A rejection that the removal of other pods cannot mend.
    pub(crate) fn unresolvable(plugin: Plugin, reason: &'static str) -> Self {
        Self { plugin, reasons: vec![Cow::Borrowed(reason)], is_resolvable: false }
    }

    /// A rejection that the removal of other pods could mend.
    pub(crate) fn resolvable(plugin: Plugin, reason: &'static str) -> Self {
        Self { plugin, reasons: vec![Cow::Borrowed(reason)], is_resolvable: true }
    }
}

/// What an attempt found about one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeVerdict {
    /// The node.
    pub node: Rc<str>,
    /// Why not; `None` when the pod may run there.
    pub rejected: Option<Rejection>,
    /// The scores; `None` when the node was not compared with others.
    pub scores: Option<Scores>,
}

impl NodeVerdict {
    /// The sum of the weighted scores.
    pub fn total(&self) -> Option<i64> {
        self.scores.map(|scores| total(&scores))
    }
}

/// The sum of weighted scores.
pub(crate) fn total(scores: &Scores) -> i64 {
    SCORE_WEIGHTS.iter().zip(scores).map(|((_, weight), score)| weight * score).sum()
}

/// What came of looking for pods that could make room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Preemption {
    /// It was not tried: a node was found, or no node was looked at.
    #[default]
    NotTried,
    /// It was tried and came to nothing, for this reason.
    InVain(String),
    /// These pods have to go, and the node is kept for the pod.
    Victims {
        /// The node.
        node: Rc<str>,
        /// The pods' names, the most important first.
        pods: Vec<String>,
    },
}

/// One try to place a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Time,
    /// Which pod.
    pub pod: ObjectKey,
    /// What was found about each node that was looked at; nodes that the pod's affinity rules out by their
    /// names are not.
    pub nodes: Vec<NodeVerdict>,
    /// The node; `None` when there was none.
    pub chosen: Option<Rc<str>>,
    /// Of nodes with equal scores, how many there were to choose from.
    pub equals: usize,
    /// The message of a failure, as in the pod's condition; empty otherwise.
    pub message: String,
    /// The plugin that refused the pod before any node was looked at, and its sentence.
    pub before: Option<(Plugin, String)>,
    /// What came of looking for room.
    pub preemption: Preemption,
    /// Why the pod did not come to the node after all.
    pub not_bound: Option<String>,
}

/// Why no node was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// Nodes in the cluster.
    pub(crate) node_count: usize,
    /// Said before any node was looked at.
    pub(crate) pre_filter_message: String,
    /// Each sentence with the number of nodes it holds for.
    pub(crate) reasons: SortedMap<Cow<'static, str>, usize>,
    /// What the attempt to make room said.
    pub(crate) post_filter_message: String,
    /// The plugins that rejected nodes: their events may bring the pod back.
    pub(crate) rejectors: Vec<Plugin>,
}

impl Diagnosis {
    /// Notes a rejected node.
    pub(crate) fn note(&mut self, rejection: &Rejection) {
        for reason in &rejection.reasons {
            *self.reasons.entry(reason.clone()).or_default() += 1;
        }
        self.note_rejector(rejection.plugin);
    }

    /// Notes nodes that nobody looked at, because what a plugin said beforehand left others only.
    pub(crate) fn note_passed_over(&mut self, plugin: Plugin, nodes: usize) {
        if nodes > 0 {
            let reason = format!("node(s) didn't satisfy plugin(s) [{}]", plugin.name());
            *self.reasons.entry(Cow::Owned(reason)).or_default() += nodes;
        }
        self.note_rejector(plugin);
    }

    /// Notes a plugin that rejected.
    pub(crate) fn note_rejector(&mut self, plugin: Plugin) {
        if !self.rejectors.contains(&plugin) {
            self.rejectors.push(plugin);
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0/{} nodes are available:", self.node_count)?;
        if !self.pre_filter_message.is_empty() {
            write!(f, " {}.", self.pre_filter_message)?;
        } else if !self.reasons.is_empty() {
            // Upstream sorts the texts with their numbers, so "10 …" comes before "2 …".
            let mut texts: Vec<String> =
                self.reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
            sort(&mut texts);
            write!(f, " {}.", texts.join(", "))?;
        }
        if !self.post_filter_message.is_empty() {
            write!(f, " {}", self.post_filter_message)?;
        }
        Ok(())
    }
}
