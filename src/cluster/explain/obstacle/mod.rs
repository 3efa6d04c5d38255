//! What keeps a pod off the nodes that came nearest to taking it, one rule for each filter of the scheduler.
//!
//! - `rules`: what holds of each filter. `resources`: what a pod asks for that nodes have not. `volumes`:
//!   what keeps its claims from it.

mod resources;
mod rules;
mod volumes;

pub(super) use self::rules::RULES;

use self::rules::{
    AFFINITY, ANTI_AFFINITY, CORDONED, EXISTING, NO_NODE_MATCHES, NO_ROOM, PORTS_TAKEN, SPREAD, TAINTED,
};
use super::explanation::{Class, Explanation, Mend};
use super::placement::Refused;
use super::rule::Rule;
use super::view::{View, count};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::{Taint, untolerated_taint};
use crate::api::{Kind, ObjectKey};
use crate::scheduler::Plugin;

/// A pod that is refused, and by which nodes.
struct Case<'a> {
    view: View<'a>,
    key: &'a ObjectKey,
    pod: &'a Pod,
    refused: &'a [Refused<'a>],
    /// Of how many nodes.
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
            no_node_matches(view, key, pod, sentence)
        }
        Plugin::NodePorts => {
            let field = view.pod_field(pod, "spec.containers[0].ports");
            let mend = Mend::edit("Ask for another host port, or for none: a Service needs none", field);
            case.because(PORTS_TAKEN, "another Pod has its host port").mend(mend).may_pass(view)
        }
        Plugin::NodeResourcesFit => case.resources(),
        Plugin::VolumeRestrictions => case.claim_in_use(),
        Plugin::VolumeBinding => case.volumes(),
        Plugin::PodTopologySpread => case.spread(),
        _ => case.affinity(),
    }
}

impl Explanation {
    /// A pod that is just leaving may make room.
    fn may_pass(mut self, view: View<'_>) -> Self {
        let leaving = view.list::<Pod>(None).find(|pod| {
            let key = super::view::pod_key(pod);
            pod.is_bound() && pod.is_terminating() && view.blocked(&key).is_none()
        });
        if let Some(pod) = leaving {
            self.class = Class::Waiting;
            self.held_up_by = Some(super::view::pod_key(pod));
            self.facts.push(("leaving".to_owned(), pod.metadata.name.clone()));
        }
        self
    }
}

/// No node has the labels that a pod asks for.
pub(super) fn no_node_matches(view: View<'_>, key: &ObjectKey, pod: &Pod, sentence: String) -> Explanation {
    let by_selector = pod.spec.node_selector.iter().next();
    let path = if by_selector.is_some() { "spec.nodeSelector" } else { "spec.affinity.nodeAffinity" };
    let field = view.pod_field(pod, path);
    let mut explanation = Explanation::new(key, NO_NODE_MATCHES, sentence).field(field.clone());
    if let Some((label, value)) = by_selector {
        explanation = explanation.fact("nodeSelector", format!("{label}={value}"));
        let node = view.list::<Node>(None).find(|node| !node.spec.unschedulable);
        let node = node.map_or("NODE", |node| node.metadata.name.as_str());
        let line = format!("kubectl label node {node} {label}={value}");
        explanation = explanation.mend(Mend::line("Give a node the label", line));
    }
    let words =
        if by_selector.is_some() { "Or ask for labels that nodes have" } else { "Ask for what nodes have" };
    explanation.mend(Mend::edit(words, field))
}

impl Case<'_> {
    /// `Pod web-2 has no node: 3 of 4 nodes refuse it, because …`
    fn sentence(&self, why: &str) -> String {
        let (refused, name) = (self.refused.len(), &self.key.name);
        let nodes = match (refused, self.of) {
            (1, 1) => "the only node refuses it".to_owned(),
            (1, of) => format!("of {of} nodes the last one refuses it"),
            (refused, of) if refused == of => format!("all {of} nodes refuse it"),
            (refused, of) => format!("the last {refused} of {of} nodes refuse it"),
        };
        format!("Pod {name} has no node: {nodes}, because {why}")
    }

    fn because(&self, rule: Rule, why: &str) -> Explanation {
        let explanation = Explanation::new(self.key, rule, self.sentence(why));
        if rule.path.is_empty() {
            return explanation;
        }
        explanation.field(self.view.pod_field(self.pod, rule.path))
    }

    fn first_node(&self) -> &str {
        self.refused.first().map_or("NODE", |(node, _)| node)
    }

    fn says(&self, words: &str) -> bool {
        self.refused.iter().any(|(_, no)| no.reasons.iter().any(|reason| reason.contains(words)))
    }

    fn cordoned(&self) -> Explanation {
        let node = self.first_node();
        let they_are = if self.refused.len() == 1 { "it is cordoned" } else { "they are cordoned" };
        let mut explanation = self
            .because(CORDONED, they_are)
            .mend(Mend::line("Let the node take Pods again", format!("kubectl uncordon {node}")));
        explanation.held_up_by = Some(ObjectKey::new(Kind::Node, "", node));
        explanation
    }

    fn tainted(&self) -> Explanation {
        let effects = ["NoSchedule", "NoExecute"];
        let tolerations = &self.pod.spec.tolerations;
        let taint_of = |name: &str| {
            let node = self.view.typed::<Node>("", name)?;
            untolerated_taint(&node.spec.taints, tolerations, &effects)
        };
        let mut explanation = self.because(TAINTED, "it does not tolerate their taints");
        let mut first: Option<(&str, &Taint)> = None;
        for (node, _) in self.refused.iter().take(5) {
            if let Some(taint) = taint_of(node) {
                first = first.or(Some((node, taint)));
                explanation = explanation.fact(node, text(taint));
            }
        }
        let Some((node, taint)) = first else { return explanation };
        explanation.held_up_by = Some(ObjectKey::new(Kind::Node, "", node));
        let is_lost = taint.key.starts_with("node.kubernetes.io/");
        if !is_lost {
            let line = format!("kubectl taint nodes {node} {}:{}-", taint.key, taint.effect);
            return explanation.mend(Mend::line("Take the taint away from the node", line)).mend(Mend::edit(
                "Or let the Pod tolerate it",
                self.view.pod_field(self.pod, "spec.tolerations"),
            ));
        }
        match super::deletion::outage(self.view, node) {
            Some(_) => {
                explanation.mend(Mend::line("Bring the node back", format!("fault start node/{node}")))
            }
            // A machine that works reports itself ready, and loses the taint by itself.
            None => explanation.class(Class::Waiting),
        }
    }

    fn spread(&self) -> Explanation {
        let lacks_label = self.says("missing required label");
        let why = if lacks_label {
            "they lack the label by which its spread constraint counts"
        } else {
            "its spread constraint would be broken there"
        };
        let field = self.view.pod_field(self.pod, "spec.topologySpreadConstraints");
        let mut explanation = self.because(SPREAD, why);
        if let Some(constraints) =
            self.pod.spec.extra.get("topologySpreadConstraints").and_then(|all| all.as_array())
        {
            for constraint in constraints {
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
        }
        explanation
            .mend(Mend::edit("Allow more skew, or whenUnsatisfiable ScheduleAnyway", field))
            .mend(Mend::line(
                "Or let a machine join where Pods are fewest",
                "fault add node/NAME --zone=ZONE",
            ))
            .may_pass(self.view)
    }

    fn affinity(&self) -> Explanation {
        if self.says("didn't match pod affinity rules") {
            let field = self.view.pod_field(self.pod, "spec.affinity.podAffinity");
            return self.because(AFFINITY, "no Pod that it must be near runs there").mend(Mend::edit(
                "Correct the labels that its affinity asks for, or only prefer them",
                field,
            ));
        }
        if self.says("existing pods") {
            let field = self.view.pod_field(self.pod, "metadata.labels");
            return self
                .because(EXISTING, "a Pod runs there whose anti-affinity keeps it off")
                .mend(Mend::edit("Give it labels that the other's anti-affinity does not match", field))
                .may_pass(self.view);
        }
        let field = self.view.pod_field(self.pod, "spec.affinity.podAntiAffinity");
        self.because(ANTI_AFFINITY, "a Pod runs there that its required anti-affinity keeps it away from")
            .fact("nodesTaken", count(self.refused.len(), "node"))
            .mend(Mend::line("Let a machine join", "fault add node/NAME"))
            .mend(Mend::edit("Or only prefer it: preferredDuringSchedulingIgnoredDuringExecution", field))
            .may_pass(self.view)
    }
}

fn text(taint: &Taint) -> String {
    let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
    format!("{}{value}:{}", taint.key, taint.effect)
}
