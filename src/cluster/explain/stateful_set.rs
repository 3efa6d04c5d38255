//! `StatefulSet`s: what their controller decided, and how to get past it.

use std::rc::Rc;

use super::decided::decided;
use super::explanation::{Class, Explanation, Field, Mend};
use super::kinds::content;
use super::rule::{Ends, Rule, rule};
use super::view::{View, named};
use crate::api::apps::StatefulSet;
use crate::api::{Object, ObjectKey};

const PARTITION_TOO_HIGH: Rule = rule(
    "statefulset-controller",
    "PartitionTooHigh",
    Ends::Person,
    "spec.updateStrategy.rollingUpdate.partition",
    "A rolling update reaches only Pods whose ordinal is at or above the partition. With the partition above the \
     highest ordinal it reaches none.",
);

pub(super) const RULES: &[&Rule] = &[&PARTITION_TOO_HIGH];

/// Why a set is as it is.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, set: &Rc<StatefulSet>) -> Explanation {
    let object = Object::StatefulSet(Rc::clone(set));
    let Some(explanation) = decided(view, key, &object) else {
        let (spec, status) = (&set.spec, &set.status);
        let wanted = spec.replicas.unwrap_or(1);
        let sentence = format!(
            "Everything is as it should be: {} of {wanted} Pods ready, {} of them of the newest revision",
            status.ready_replicas, status.updated_replicas
        );
        return content(view, key, &object, sentence)
            .fact("replicas", wanted)
            .fact("updateRevision", &status.update_revision);
    };
    match explanation.rule.name {
        "Partition" => partition(view, key, set, explanation),
        "OnDelete" => on_delete(view, key, explanation),
        "BrokenRollout" => broken(view, key, explanation),
        _ => explanation,
    }
}

fn partition_line(view: View<'_>, key: &ObjectKey, partition: i64) -> String {
    format!(
        "kubectl patch statefulset {}{} -p '{{\"spec\":{{\"updateStrategy\":{{\"rollingUpdate\":{{\"partition\":{partition}}}}}}}}}'",
        key.name,
        view.flag(key)
    )
}

fn partition(view: View<'_>, key: &ObjectKey, set: &StatefulSet, decided: Explanation) -> Explanation {
    let spec = &set.spec;
    let partition =
        spec.update_strategy.rolling_update.as_ref().and_then(|rolling| rolling.partition).unwrap_or(0);
    let start = spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
    let end = start + spec.replicas.unwrap_or(1);
    let all = Mend::line("Let the update reach all Pods", partition_line(view, key, 0));
    if partition < end || end == start {
        let next = Mend::line(
            "Let the update reach one Pod more",
            partition_line(view, key, (partition - 1).max(0)),
        );
        return if partition > 1 { decided.mend(next).mend(all) } else { decided.mend(all) };
    }
    let sentence = format!(
        "the new template reaches no Pod: the partition {partition} is above the highest ordinal {}",
        end - 1
    );
    let mut explanation = Explanation::new(key, PARTITION_TOO_HIGH, sentence).by(decided.by).at(decided.at);
    explanation.facts = decided.facts;
    explanation.field = decided.field;
    let first = Mend::line("Try it on the Pod with the highest ordinal", partition_line(view, key, end - 1));
    explanation.fact("highestOrdinal", end - 1).mend(first).mend(all)
}

fn on_delete(view: View<'_>, key: &ObjectKey, explanation: Explanation) -> Explanation {
    let pod = explanation.held_up_by.as_ref().map_or("POD", |pod| pod.name.as_str());
    let line = format!("kubectl delete pod {pod}{}", view.flag(key));
    let field = Field { object: key.clone(), path: "spec.updateStrategy.type".to_owned() };
    explanation
        .mend(Mend::line("Delete the Pod: it comes back with the new template", line))
        .mend(Mend::edit("Or let the controller do it: RollingUpdate", field))
}

fn broken(view: View<'_>, key: &ObjectKey, mut explanation: Explanation) -> Explanation {
    let pod = explanation.held_up_by.clone();
    let name = pod.as_ref().map_or("POD", |pod| pod.name.as_str());
    let line = format!("kubectl delete pod {name}{}", view.flag(key));
    if let Some(why) = pod.as_ref().and_then(|pod| view.explain(pod)) {
        explanation.facts.push(("heldUpBy".to_owned(), format!("{}: {}", named(&why.object), why.sentence)));
    }
    explanation
        .class(Class::Blocked)
        .mend(Mend::line("Delete the stuck Pod: it comes back with the template that the set has now", line))
}
