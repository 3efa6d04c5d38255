//! A pod that asks for more than the nodes have left, or for more than any of them has.

use super::Case;
use super::rules::{NO_ROOM, TOO_LARGE};
use crate::api::node::Node;
use crate::api::quantity::{Format, Quantity};
use crate::cluster::explain::explanation::{Class, Explanation, Mend};
use crate::cluster::explain::placement::Refused;
use crate::scheduler::resources::{PodRequests, Resources};

/// What a node says that runs as many pods as it may.
const FULL: &str = "Too many pods";

impl Case<'_> {
    pub(super) fn resources(&self) -> Explanation {
        let is_too_large = self.refused.iter().all(|(_, no)| !no.is_resolvable);
        let lacking = |(_, no): &Refused<'_>| no.reasons.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut reasons: Vec<String> = self.refused.iter().flat_map(lacking).collect();
        crate::collections::sort(&mut reasons);
        reasons.dedup();
        let is_full = reasons.iter().all(|reason| reason == FULL);
        let why = match (is_full, is_too_large, self.refused.len()) {
            (true, ..) => "as many Pods are there as may be",
            (_, true, 1) => "it requests more than that node has",
            (_, true, _) => "it requests more than any of them has",
            (_, false, _) => "what it requests is not free there",
        };
        let rule = if is_too_large { TOO_LARGE } else { NO_ROOM };
        let mut explanation = self.because(rule, why).fact("lacking", reasons.join(", "));
        let asked = PodRequests::of(self.pod).requests;
        let largest = self.largest();
        explanation = compared(explanation, &asked, &largest);
        if is_full {
            explanation = explanation.fact("largestNode.pods", largest.pods);
            let explanation = self.join(explanation, "Let a machine join", "fault add node/NAME");
            return self.may_pass(explanation);
        }
        let path = format!("spec.containers[{}].resources.requests", self.asking(&reasons));
        explanation = explanation.field(self.view.pod_field(self.pod, &path));
        explanation = self.owned().edit(explanation, "Request less", &path);
        // A machine comes with cpu and memory; what else nodes offer, each says of itself.
        let absent = asked.scalar.iter().find(|(name, amount)| *amount > largest.scalar(name));
        if let Some((name, _)) = absent {
            let words = format!("Or let a node offer {name}: nodes say so in status.capacity");
            explanation = explanation.mend(Mend::line(words, "kubectl describe nodes"));
        } else if explanation.class == Class::Blocked {
            let cpu = amount("cpu", asked.milli_cpu.max(largest.milli_cpu));
            let memory = amount("memory", asked.memory.max(largest.memory));
            let line = format!("fault add node/NAME --cpu={cpu} --memory={memory}");
            explanation = self.join(explanation, "Or let a machine join that is large enough", &line);
        }
        if is_too_large { explanation } else { self.may_pass(explanation) }
    }

    /// The first container that asks for what is lacking.
    fn asking(&self, reasons: &[String]) -> usize {
        let asks =
            |name: &String| reasons.iter().any(|reason| reason.strip_prefix("Insufficient ") == Some(name));
        let mut containers = self.pod.spec.containers.iter();
        containers.position(|container| container.resources.requests.keys().any(asks)).unwrap_or_default()
    }

    /// The most that any of the nodes has.
    fn largest(&self) -> Resources {
        let mut most = Resources::default();
        for (node, _) in self.refused {
            let Some(node) = self.view.typed::<Node>("", node) else { continue };
            let has = Resources::of(&node.status.allocatable);
            most.milli_cpu = most.milli_cpu.max(has.milli_cpu);
            most.memory = most.memory.max(has.memory);
            most.pods = most.pods.max(has.pods);
            for (name, amount) in has.scalar {
                match most.scalar.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, most)) => *most = (*most).max(amount),
                    None => most.scalar.push((name, amount)),
                }
            }
        }
        most
    }
}

/// With what is asked for beside the most that a node has of it.
fn compared(mut explanation: Explanation, asked: &Resources, largest: &Resources) -> Explanation {
    for (name, asked, has) in
        [("cpu", asked.milli_cpu, largest.milli_cpu), ("memory", asked.memory, largest.memory)]
    {
        if asked > 0 {
            explanation = explanation
                .fact(&format!("requests.{name}"), amount(name, asked))
                .fact(&format!("largestNode.{name}"), amount(name, has));
        }
    }
    for (name, amount) in &asked.scalar {
        explanation = explanation
            .fact(&format!("requests.{name}"), amount)
            .fact(&format!("largestNode.{name}"), largest.scalar(name));
    }
    explanation
}

fn amount(name: &str, amount: i64) -> String {
    if name == "cpu" {
        Quantity::from_milli(amount, Format::DecimalSi).to_string()
    } else {
        Quantity::from_value(amount, Format::BinarySi).to_string()
    }
}
