//! `StatefulSet`s: what their controller decided, and how to get past it.

use std::rc::Rc;

use super::decided::{HELD_UP_BY, decided};
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
    "A rolling update leaves out as many of the lowest ordinals as the partition says. With a partition of replicas \
     or more it reaches no Pod.",
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

/// The partition of a set's rolling update.
pub(super) fn partition_of(set: &StatefulSet) -> i64 {
    let rolling = set.spec.update_strategy.rolling_update.as_ref();
    rolling.and_then(|rolling| rolling.partition).unwrap_or(0)
}

fn start_of(set: &StatefulSet) -> i64 {
    set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start)
}

/// The place of a set's pod among its pods, from which the partition counts.
pub(super) fn index_of(set: &StatefulSet, pod: &str) -> Option<i64> {
    let ordinal: i64 = pod.strip_prefix(set.metadata.name.as_str())?.strip_prefix('-')?.parse().ok()?;
    Some(ordinal - start_of(set))
}

/// The line that gives a set another partition.
pub(super) fn partition_line(view: View<'_>, key: &ObjectKey, partition: i64) -> String {
    format!(
        "kubectl patch statefulset {}{} -p '{{\"spec\":{{\"updateStrategy\":{{\"rollingUpdate\":{{\"partition\":{partition}}}}}}}}}'",
        key.name,
        view.flag(key)
    )
}

fn partition(view: View<'_>, key: &ObjectKey, set: &StatefulSet, decided: Explanation) -> Explanation {
    let (partition, start) = (partition_of(set), start_of(set));
    let replicas = set.spec.replicas.unwrap_or(1);
    let all = Mend::line("Let the update reach all Pods", partition_line(view, key, 0));
    let explain = |explanation: Explanation| match start {
        0 => explanation,
        _ => explanation.fact("ordinals.start", start),
    };
    if partition < replicas || replicas == 0 {
        let next = Mend::line(
            "Let the update reach one Pod more",
            partition_line(view, key, (partition - 1).max(0)),
        );
        let decided = explain(decided);
        return if partition > 1 { decided.mend(next).mend(all) } else { decided.mend(all) };
    }
    let highest = start + replicas - 1;
    let sentence = format!(
        "the new template reaches no Pod: the partition {partition} begins at ordinal {}, and the highest is {highest}",
        start + partition
    );
    let mut explanation = Explanation::new(key, PARTITION_TOO_HIGH, sentence).by(decided.by).at(decided.at);
    explanation.facts = decided.facts;
    explanation.field = decided.field;
    let first =
        Mend::line("Try it on the Pod with the highest ordinal", partition_line(view, key, replicas - 1));
    explain(explanation.fact("highestOrdinal", highest)).mend(first).mend(all)
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
    let why = pod.as_ref().and_then(|pod| view.explain(pod));
    // A Pod that gets well by itself is replaced then.
    let is_for_good = why.as_ref().is_none_or(Explanation::is_blocked);
    if let Some(why) = why {
        explanation.facts.push((HELD_UP_BY.to_owned(), format!("{}: {}", named(&why.object), why.sentence)));
    }
    explanation
        .class(if is_for_good { Class::Blocked } else { Class::Waiting })
        .mend(Mend::line("Delete the stuck Pod: it comes back with the template that the set has now", line))
}
