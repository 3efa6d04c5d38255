//! A pod that asks for more than the nodes have left, or for more than any of them has.

use super::Case;
use super::rules::{NO_ROOM, TOO_LARGE};
use crate::api::node::Node;
use crate::api::quantity::{Format, Quantity};
use crate::cluster::explain::explanation::{Explanation, Mend};
use crate::cluster::explain::placement::Refused;
use crate::scheduler::resources::{PodRequests, Resources};

impl Case<'_> {
    pub(super) fn resources(&self) -> Explanation {
        let is_too_large = self.refused.iter().all(|(_, no)| !no.is_resolvable);
        let lacking = |(_, no): &Refused<'_>| no.reasons.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut reasons: Vec<String> = self.refused.iter().flat_map(lacking).collect();
        crate::collections::sort(&mut reasons);
        reasons.dedup();
        let asked = PodRequests::of(self.pod).requests;
        let why = if is_too_large {
            "it requests more than any of them has"
        } else {
            "what it requests is not free there"
        };
        let rule = if is_too_large { TOO_LARGE } else { NO_ROOM };
        let mut explanation = self.because(rule, why).fact("lacking", reasons.join(", "));
        let largest = self.largest();
        for (name, asked, has) in
            [("cpu", asked.milli_cpu, largest.milli_cpu), ("memory", asked.memory, largest.memory)]
        {
            if asked > 0 {
                explanation = explanation
                    .fact(&format!("requests.{name}"), amount(name, asked))
                    .fact(&format!("largestNode.{name}"), amount(name, has));
            }
        }
        let field = self.view.pod_field(self.pod, "spec.containers[0].resources.requests");
        explanation = explanation.field(field.clone()).mend(Mend::edit("Request less", field));
        let cpu = amount("cpu", asked.milli_cpu.max(largest.milli_cpu));
        let memory = amount("memory", asked.memory.max(largest.memory));
        let line = format!("fault add node/NAME --cpu={cpu} --memory={memory}");
        explanation = explanation.mend(Mend::line("Or let a machine join that is large enough", line));
        if is_too_large { explanation } else { explanation.may_pass(self.view) }
    }

    /// The most that any of the nodes has.
    fn largest(&self) -> Resources {
        let mut most = Resources::default();
        for (node, _) in self.refused {
            if let Some(node) = self.view.typed::<Node>("", node) {
                let has = Resources::of(&node.status.allocatable);
                most.milli_cpu = most.milli_cpu.max(has.milli_cpu);
                most.memory = most.memory.max(has.memory);
            }
        }
        most
    }
}

fn amount(name: &str, amount: i64) -> String {
    if name == "cpu" {
        Quantity::from_milli(amount, Format::DecimalSi).to_string()
    } else {
        Quantity::from_value(amount, Format::BinarySi).to_string()
    }
}
