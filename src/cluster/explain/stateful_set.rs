//! `StatefulSet`s: what their controller decided, and how to get past it.

use std::rc::Rc;

use super::change::{deletion, stuck_first, stuck_update, wake};
use super::decided::{HELD_UP_BY, decided, take_over};
use super::explanation::{Class, Explanation, Field, Mend};
use super::kinds::content_workload;
use super::rule::{Ends, Rule, rule};
use super::rules::of_decision;
use super::view::{View, count, named};
use crate::api::apps::{CONTROLLER_REVISION_HASH, StatefulSet};
use crate::api::network::Service;
use crate::api::pod::Pod;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Object, ObjectKey};

const PARTITION_TOO_HIGH: Rule = rule(
    "statefulset-controller",
    "PartitionTooHigh",
    Ends::Person,
    "spec.updateStrategy.rollingUpdate.partition",
    "A rolling update leaves out as many of the lowest ordinals as the partition says. With a partition of replicas \
     or more it reaches no Pod.",
);

const STALE_CLAIM_GONE: Rule = rule(
    "statefulset-controller",
    "StaleClaimGone",
    Ends::Person,
    "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
    "With whenScaled Delete a new Pod waits until the claim of the one before it is gone. The controller follows the \
     set and its Pods, and no claims: the end of one wakes nobody.",
);

pub(super) const RULES: &[&Rule] = &[&PARTITION_TOO_HIGH, &STALE_CLAIM_GONE];

/// Why a set is as it is.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, set: &Rc<StatefulSet>) -> Explanation {
    let object = Object::StatefulSet(Rc::clone(set));
    let Some(explanation) = decided(view, key, &object) else {
        let (spec, status) = (&set.spec, &set.status);
        let wanted = spec.replicas.unwrap_or(1);
        let pods = format!(
            "{} of {wanted} Pods ready, {} of them of the newest revision",
            status.ready_replicas, status.updated_replicas
        );
        let explanation = content_workload(view, key, &object, &pods)
            .fact("replicas", wanted)
            .fact("updateRevision", &status.update_revision);
        return to_note(view, set, explanation);
    };
    match explanation.rule.name {
        "Partition" => partition(view, key, set, explanation),
        "StaleClaim" => stale_claim(view, key, explanation),
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

/// The place of a set's pod among its pods, from which the partition counts.
pub(super) fn index_of(set: &StatefulSet, pod: &str) -> Option<i64> {
    let ordinal: i64 = pod.strip_prefix(set.metadata.name.as_str())?.strip_prefix('-')?.parse().ok()?;
    Some(ordinal - set.start_ordinal())
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
    let (partition, start) = (partition_of(set), set.start_ordinal());
    let replicas = set.spec.replicas.unwrap_or(1);
    let updated = set.status.updated_replicas;
    let all = Mend::line("Let the update reach all Pods", partition_line(view, key, 0));
    let explain = |explanation: Explanation| match start {
        0 => explanation,
        _ => explanation.fact("ordinals.start", start),
    };
    if partition < replicas || replicas == 0 || updated > 0 {
        let next = next_partition(view, set, partition);
        let mut decided = explain(decided);
        if partition >= replicas && updated > 0 {
            let have = if updated == 1 { "1 Pod has".to_owned() } else { format!("{updated} Pods have") };
            decided.sentence =
                format!("{have} the new template; with the partition {partition} no further Pod gets it");
            decided = decided.fact("updatedReplicas", updated);
        }
        let line = partition_line(view, key, next);
        let next_one = (next > 0).then(|| Mend::line("Let the update reach one Pod more", line));
        decided.mends.extend(next_one);
        return decided.mend(all);
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

/// The partition that lets an update reach the next Pod: the place of the highest that it has not reached.
fn next_partition(view: View<'_>, set: &StatefulSet, partition: i64) -> i64 {
    let meta = &set.metadata;
    let outdated = view.pods_of(&meta.namespace, &meta.uid).filter(|pod| {
        let revision = pod.metadata.labels.get(CONTROLLER_REVISION_HASH);
        revision.map(String::as_str) != Some(set.status.update_revision.as_str())
    });
    let highest = outdated.filter_map(|pod| index_of(set, &pod.metadata.name)).max();
    highest.unwrap_or(partition).clamp(0, (partition - 1).max(0))
}

/// The claim of a Pod that was scaled away. Nothing wakes the controller when it goes.
fn stale_claim(view: View<'_>, key: &ObjectKey, decided: Explanation) -> Explanation {
    let Some(claim) = decided.held_up_by.clone().filter(|claim| view.object(claim).is_none()) else {
        return decided;
    };
    let sentence = format!(
        "{} is gone already and nobody has told the controller (so it is in Kubernetes): it goes on when the \
         StatefulSet or one of its Pods changes",
        named(&claim)
    );
    let mut explanation = Explanation::new(key, STALE_CLAIM_GONE, sentence).by(decided.by).at(decided.at);
    explanation.facts = decided.facts;
    explanation.field = decided.field;
    explanation.mend(wake(view, key))
}

fn on_delete(view: View<'_>, key: &ObjectKey, explanation: Explanation) -> Explanation {
    if let Some(stuck) = stuck_update(view, key) {
        return stuck_first(explanation, stuck);
    }
    let pod = explanation.held_up_by.as_ref().map_or("POD", |pod| pod.name.as_str());
    let line = format!("kubectl delete pod {pod}{}", view.flag(key));
    let field = Field { object: key.clone(), path: "spec.updateStrategy.type".to_owned() };
    explanation
        .mend(Mend::line("Delete the Pod: it comes back with the new template", line))
        .mend(Mend::edit("Or let the controller do it: RollingUpdate", field))
}

fn broken(view: View<'_>, key: &ObjectKey, mut explanation: Explanation) -> Explanation {
    let pod = explanation.held_up_by.clone();
    let line = pod.as_ref().map_or_else(|| "kubectl delete pod POD".to_owned(), |pod| deletion(view, pod));
    let why = pod.as_ref().and_then(|pod| view.explain(pod));
    // A Pod that gets well by itself is replaced then.
    let is_for_good = why.as_ref().is_none_or(Explanation::is_blocked);
    if let Some(why) = why {
        let is_mended_by = |mend: &Mend| mend.line.as_ref() == Some(&line);
        if is_for_good && !why.mends.is_empty() && !why.mends.iter().any(is_mended_by) {
            return not_by_template(view, key, explanation, why);
        }
        explanation.facts.push((HELD_UP_BY.to_owned(), format!("{}: {}", named(&why.object), why.sentence)));
        // What must be mended before the deletion helps. What the Pod said is of the template before.
        let is_reading =
            |mend: &Mend| mend.line.as_ref().is_some_and(|line| line.starts_with("kubectl logs"));
        let before = why.mends.into_iter().take_while(|mend| !is_mended_by(mend));
        explanation.mends.extend(before.filter(|mend| is_for_good && !is_reading(mend)));
    }
    let word = if explanation.mends.is_empty() { "Delete" } else { "Then delete" };
    let words = format!("{word} the stuck Pod: it comes back with the template that the set has now");
    explanation.class(if is_for_good { Class::Blocked } else { Class::Waiting }).mend(Mend::line(words, line))
}

/// What holds the Pod up is no matter of its template: another one in its place would be held up as well.
fn not_by_template(view: View<'_>, key: &ObjectKey, about: Explanation, why: Explanation) -> Explanation {
    let rule = of_decision(about.by, "PodReady");
    let sentence = format!(
        "Pod {} has an earlier template, and OrderedReady waits until it is Ready before it replaces it; what holds \
         it up is not its template, and would hold up another Pod in its place as well",
        why.object.name
    );
    let mut explanation = Explanation::new(key, rule, sentence).by(about.by).at(about.at);
    explanation.field = view.field(key, rule.path);
    explanation.facts = about.facts;
    take_over(&mut explanation, why);
    explanation
}

/// What is as it should be, and yet bodes ill: claims on their way out, and names that nobody has.
fn to_note(view: View<'_>, set: &StatefulSet, mut explanation: Explanation) -> Explanation {
    let meta = &set.metadata;
    let uses = |pod: &Rc<Pod>, claim: &str| pod.claim_names().any(|used| used == claim);
    let leaving = view.list::<PersistentVolumeClaim>(Some(&meta.namespace));
    let mut leaving = leaving.filter(|claim| claim.metadata.is_terminating()).filter_map(|claim| {
        let name = &claim.metadata.name;
        let pod = view.pods_of(&meta.namespace, &meta.uid).find(|pod| uses(pod, name))?;
        Some(format!(
            "claim {name} is to be deleted and goes, with its volume's data if the reclaim policy is Delete, when Pod \
             {} ends; the next {} gets a new one",
            pod.metadata.name, pod.metadata.name
        ))
    });
    if let Some(sentence) = leaving.next() {
        let rest = leaving.count();
        let more = if rest > 0 { format!(" (and {} like it)", count(rest, "claim")) } else { String::new() };
        explanation.also.push(("pvc-protection-controller", sentence + &more));
    }
    let service = &set.spec.service_name;
    if !service.is_empty()
        && set.spec.replicas != Some(0)
        && view.typed::<Service>(&meta.namespace, service).is_none()
    {
        let sentence = format!(
            "there is no Service {service}, which spec.serviceName names: names such as {}-{}.{service} stand for nothing",
            meta.name,
            set.start_ordinal()
        );
        explanation.also.push(("kube-dns", sentence));
    }
    explanation
}
