//! Taints that keep a pod off nodes: some are a person's, others say how a node is and go by themselves.

use super::Case;
use super::rules::TAINTED;
use crate::api::node::Node;
use crate::api::scheduling::{Taint, untolerated_taint};
use crate::api::{Kind, ObjectKey};
use crate::cluster::explain::deletion::outage;
use crate::cluster::explain::explanation::{Class, Explanation, Mend};

/// Taints that a controller puts on a node that is not well, and takes away when it is.
const OF_CONTROLLERS: [&str; 7] = [
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/unschedulable",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/network-unavailable",
];

impl Case<'_> {
    pub(super) fn tainted(&self) -> Explanation {
        let mut explanation = self.because(TAINTED, "it does not tolerate the taints there");
        let mut first: Option<(&str, Vec<&Taint>)> = None;
        for (node, _) in self.refused.iter().take(5) {
            let taints = self.untolerated(node);
            if taints.is_empty() {
                continue;
            }
            let texts: Vec<String> = taints.iter().map(|taint| text(taint)).collect();
            explanation = explanation.fact(node, texts.join(", "));
            first = first.or(Some((node, taints)));
        }
        let Some((node, taints)) = first else { return explanation };
        explanation.held_up_by = Some(ObjectKey::new(Kind::Node, "", node));
        let (own, of_people): (Vec<&Taint>, Vec<&Taint>) =
            taints.into_iter().partition(|taint| OF_CONTROLLERS.contains(&taint.key.as_str()));
        if !own.is_empty() {
            explanation = self.until_well(explanation, node);
        }
        if of_people.is_empty() {
            return explanation;
        }
        let gone: Vec<String> =
            of_people.iter().map(|taint| format!("{}:{}-", taint.key, taint.effect)).collect();
        let what = if gone.len() == 1 { "Take the taint away from the node" } else { "Take its taints away" };
        let line = format!("kubectl taint nodes {node} {}", gone.join(" "));
        let explanation = explanation.class(Class::Blocked).mend(Mend::line(what, line));
        self.owned().edit(explanation, "Or let the Pod tolerate it", "spec.tolerations")
    }

    /// The taints of a node that the pod does not tolerate.
    fn untolerated(&self, node: &str) -> Vec<&Taint> {
        let Some(node) = self.view.typed::<Node>("", node) else { return Vec::new() };
        let tolerations = &self.pod.spec.tolerations;
        let keeps_off = |taint: &&Taint| {
            let one = std::slice::from_ref(*taint);
            untolerated_taint(one, tolerations, &["NoSchedule", "NoExecute"]).is_some()
        };
        node.spec.taints.iter().filter(keeps_off).collect()
    }

    /// A node that is well again loses such a taint by itself.
    fn until_well(&self, explanation: Explanation, node: &str) -> Explanation {
        if outage(self.view, node).is_some() {
            return explanation.mend(Mend::line("Bring the node back", format!("fault start node/{node}")));
        }
        if self.view.cluster.kubelets().pressures(node).next().is_some() {
            return explanation
                .mend(Mend::line("End what the node is short of", format!("fault clear node/{node}")));
        }
        explanation.class(Class::Waiting)
    }
}

fn text(taint: &Taint) -> String {
    let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
    format!("{}{value}:{}", taint.key, taint.effect)
}
