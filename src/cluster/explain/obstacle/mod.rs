//! What keeps a pod off the nodes that came nearest to taking it, one rule for each filter of the scheduler.
//!
//! - `rules`: what holds of each filter. `labels`, `taints`: what nodes lack, and what keeps pods off them.
//!   `resources`: what a pod asks for that nodes have not. `volumes`: what keeps its claims from it.

mod labels;
mod resources;
mod rules;
mod taints;
mod volumes;

pub(super) use self::labels::{label_line, nearest, no_node_matches, says_what_nodes_are};
pub(super) use self::rules::RULES;

use self::rules::{AFFINITY, ANTI_AFFINITY, CORDONED, EXISTING, NO_ROOM, PORTS_TAKEN, SPREAD};
use super::change::{Owned, owned};
use super::explanation::{Class, Explanation, Mend};
use super::placement::Refused;
use super::rule::Rule;
use super::view::{View, count, pod_key};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::scheduler::Plugin;

/// A pod that is refused, and by which nodes.
struct Case<'a> {
    view: View<'a>,
    key: &'a ObjectKey,
    pod: &'a Pod,
    refused: &'a [Refused<'a>],
    /// How many nodes were asked.
    of: usize,
}

/// Why these nodes refuse a pod; all of them were refused by one plugin.
pub(super) fn explain(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    refused: &[Refused<'_>],
    of: usize,
) -> Explanation {
    let case = Case { view, key, pod, refused, of };
    let Some((_, no)) = refused.first() else {
        return case.because(NO_ROOM, "no node is left");
    };
    match no.plugin {
        Plugin::NodeUnschedulable => case.cordoned(),
        Plugin::TaintToleration => case.tainted(),
        Plugin::NodeAffinity => {
            let sentence = case.sentence("they do not match its node selector or node affinity");
            no_node_matches(view, key, pod, sentence, &case.names())
        }
        Plugin::NodePorts => {
            let words = "Ask for another host port, or for none, as a Service needs none";
            let explanation = case.because(PORTS_TAKEN, "another Pod has its host port");
            case.may_pass(case.owned().edit(explanation, words, "spec.containers[0].ports"))
        }
        Plugin::NodeResourcesFit => case.resources(),
        Plugin::VolumeRestrictions => case.claim_in_use(),
        Plugin::VolumeBinding => case.volumes(),
        Plugin::VolumeZone => case.volume_zone(),
        Plugin::PodTopologySpread => case.spread(),
        _ => case.affinity(),
    }
}

/// Lets a cordoned node take pods again, where that is all that this one lacks.
pub(super) fn uncordon(view: View<'_>, key: &ObjectKey, refused: &[Refused<'_>]) -> Option<Mend> {
    let pod = view.typed::<Pod>(&key.namespace, &key.name)?;
    let scheduler = &view.cluster.scheduler;
    let nodes = refused.iter().map(|(node, _)| *node);
    let node = view.cluster.scheduler().opened_by_uncordoning(pod, nodes, scheduler.cache())?;
    Some(Mend::line("Let the node take Pods again", format!("kubectl uncordon {node}")))
}

/// Leaving pods that are taken away to see whether that makes room; the page asks with every change.
const LEAVING_LOOKED_AT: usize = 20;

impl<'a> Case<'a> {
    fn owned(&self) -> Owned<'a> {
        owned(self.view, self.key, self.pod)
    }

    /// `Pod web-2 has no node: all 4 nodes refuse it, because …`
    fn sentence(&self, why: &str) -> String {
        let name = &self.key.name;
        let total = self.view.list::<Node>(None).count();
        let names = self.names();
        let (nodes, refuse) = match names.as_slice() {
            [one] => ((*one).to_owned(), "refuses"),
            [one, two] => (format!("{one} and {two}"), "refuse"),
            more => (count(more.len(), "node"), "refuse"),
        };
        let nodes = match (names.len(), self.of) {
            (1, 1) if total <= 1 => "the only node refuses it".to_owned(),
            (1, 1) => format!("{nodes} refuses it, the only one that it may run on"),
            (refused, of) if refused == of => format!("all {of} nodes refuse it"),
            (1, of) => format!("of {of} nodes {nodes} comes nearest and {refuse} it"),
            (2, of) => format!("of {of} nodes {nodes} come nearest and {refuse} it"),
            (number, of) => format!("{number} of {of} nodes come nearest and {refuse} it"),
        };
        format!("Pod {name} has no node: {nodes}, because {why}")
    }

    /// The one node that the pod may run on, as a `DaemonSet`'s Pods may, where there are others.
    fn only_node(&self) -> Option<&str> {
        let is_only = self.of == 1 && self.view.list::<Node>(None).nth(1).is_some();
        is_only.then(|| self.first_node())
    }

    fn because(&self, rule: Rule, why: &str) -> Explanation {
        let explanation = Explanation::new(self.key, rule, self.sentence(why));
        if rule.path.is_empty() {
            return explanation;
        }
        explanation.field(self.view.pod_field(self.pod, rule.path))
    }

    fn names(&self) -> Vec<&'a str> {
        self.refused.iter().map(|(node, _)| *node).collect()
    }

    fn first_node(&self) -> &str {
        self.refused.first().map_or("NODE", |(node, _)| node)
    }

    fn says(&self, words: &str) -> bool {
        self.refused.iter().any(|(_, no)| no.reasons.iter().any(|reason| reason.contains(words)))
    }

    /// A machine that joins helps where the pod may run on it.
    fn join(&self, explanation: Explanation, words: &str, line: &str) -> Explanation {
        let Some(node) = self.only_node() else { return explanation.mend(Mend::line(words, line)) };
        let line = format!("kubectl get pods --all-namespaces --field-selector spec.nodeName={node}");
        explanation.mend(Mend::line(format!("Or make room on {node}: these Pods are there"), line))
    }

    /// Pods that are just leaving may make room.
    fn may_pass(&self, mut explanation: Explanation) -> Explanation {
        let is_leaving = |pod: &&std::rc::Rc<Pod>| {
            pod.is_bound() && pod.is_terminating() && self.view.blocked(&pod_key(pod)).is_none()
        };
        let leaving: Vec<_> =
            self.view.list::<Pod>(None).filter(is_leaving).take(LEAVING_LOOKED_AT).collect();
        let pod = self.view.typed::<Pod>(&self.key.namespace, &self.key.name);
        let (Some(first), Some(pod)) = (leaving.first(), pod) else { return explanation };
        let nodes = self.names();
        let cluster = self.view.cluster;
        let Some(node) = cluster.scheduler().opened(pod, nodes, &leaving, cluster.scheduler.cache()) else {
            return explanation;
        };
        let pod = leaving.iter().find(|pod| pod.spec.node_name == node).unwrap_or(first);
        explanation.held_up_by = Some(pod_key(pod));
        explanation.class(Class::Waiting).fact("leaving", format!("{} leaves {node}", pod.metadata.name))
    }

    fn cordoned(&self) -> Explanation {
        let they_are = if self.refused.len() == 1 { "it is cordoned" } else { "they are cordoned" };
        let mut explanation = self.because(CORDONED, they_are);
        let line = format!("kubectl uncordon {}", self.first_node());
        let any = || Mend::line("Let the node take Pods again", line);
        explanation.mends.push(uncordon(self.view, self.key, self.refused).unwrap_or_else(any));
        explanation.held_up_by = Some(ObjectKey::new(Kind::Node, "", self.first_node()));
        explanation
    }

    fn spread(&self) -> Explanation {
        let why = if self.says("missing required label") {
            "there is no label there by which its spread constraint counts"
        } else {
            "its spread constraint would be broken there"
        };
        let mut explanation = self.because(SPREAD, why);
        let constraints = self.pod.spec.extra.get("topologySpreadConstraints").and_then(|all| all.as_array());
        for constraint in constraints.into_iter().flatten() {
            let text = |name: &str| {
                constraint.get(name).map(|value| value.to_string().replace('"', "")).unwrap_or_default()
            };
            let value = format!(
                "maxSkew {} over {}, {}",
                text("maxSkew"),
                text("topologyKey"),
                text("whenUnsatisfiable")
            );
            explanation = explanation.fact("topologySpreadConstraints", value);
        }
        let words = "Allow more skew, or whenUnsatisfiable ScheduleAnyway";
        let explanation = self.owned().edit(explanation, words, "spec.topologySpreadConstraints");
        let line = "fault add node/NAME --zone=ZONE";
        self.may_pass(self.join(explanation, "Or let a machine join where Pods are fewest", line))
    }

    fn affinity(&self) -> Explanation {
        if self.says("didn't match pod affinity rules") {
            let explanation = self.because(AFFINITY, "no Pod that it must be near runs there");
            let words = "Correct the labels that its affinity asks for, or only prefer them";
            return self.owned().edit(explanation, words, "spec.affinity.podAffinity");
        }
        if self.says("existing pods") {
            let explanation = self.because(EXISTING, "a Pod runs there whose anti-affinity keeps it off");
            let words = "Give it labels that the other's anti-affinity does not match";
            return self.may_pass(self.owned().edit(explanation, words, "metadata.labels"));
        }
        let explanation = self
            .because(ANTI_AFFINITY, "a Pod runs there that its required anti-affinity keeps it away from")
            .fact("nodesTaken", count(self.refused.len(), "node"));
        let explanation = self.join(explanation, "Let a machine join", "fault add node/NAME");
        let words = "Or only prefer it: preferredDuringSchedulingIgnoredDuringExecution";
        self.may_pass(self.owned().edit(explanation, words, "spec.affinity.podAntiAffinity"))
    }
}
