//! Which concern explains an object of which kind.

use super::explanation::Explanation;
use super::rule::{Ends, Rule, rule};
use super::view::{View, named};
use super::{
    budget, claim, daemon_set, decided, deletion, deployment, node, pod, service, silence, stateful_set,
};
use crate::api::storage::PersistentVolume;
use crate::api::{Object, ObjectKey};

const ANYBODY: &str = "api-server";

const ABSENT: Rule = rule(
    ANYBODY,
    "Absent",
    Ends::Settled,
    "",
    "What is not stored does not exist: controllers that find it missing act on that.",
);
const UNSEEN: Rule = rule(
    ANYBODY,
    "Unseen",
    Ends::Itself,
    "",
    "A change reaches the controllers' caches a moment after it was made; they decide then.",
);
const PASSIVE: Rule = rule(
    ANYBODY,
    "Passive",
    Ends::Settled,
    "",
    "No controller changes the cluster because of such an object; others read it when they need it.",
);
const CONVERGED: Rule = rule(
    ANYBODY,
    "Converged",
    Ends::Settled,
    "",
    "A controller that finds the cluster as its object asks does nothing until something changes.",
);

const VOLUME: Rule = rule(
    "persistentvolume-controller",
    "Volume",
    Ends::Settled,
    "spec.persistentVolumeReclaimPolicy",
    "A volume belongs to one claim at a time. When the claim is gone, Retain keeps the volume with its data, and \
     Delete has it deleted.",
);

pub(super) const RULES: &[&Rule] = &[&ABSENT, &UNSEEN, &PASSIVE, &CONVERGED, &VOLUME];

/// Why an object is as it is.
pub(super) fn explain(view: View<'_>, key: &ObjectKey) -> Explanation {
    let Some(object) = view.object(key) else {
        return Explanation::new(key, ABSENT, format!("{} does not exist", named(key)));
    };
    if object.meta().is_terminating() {
        return deletion::explain(view, key, object);
    }
    match object {
        Object::Pod(pod) => pod::explain(view, key, pod),
        Object::Node(node) => node::explain(view, key, node),
        Object::Service(service) => service::explain(view, key, service),
        Object::PodDisruptionBudget(budget) => budget::explain(view, key, budget),
        Object::PersistentVolumeClaim(claim) => claim::explain(view, key, claim),
        Object::StatefulSet(set) => stateful_set::explain(view, key, set),
        Object::DaemonSet(set) => daemon_set::explain(view, key, set),
        Object::Deployment(deployment) => deployment::explain(view, key, deployment),
        Object::ReplicaSet(set) => deployment::explain_set(view, key, set),
        _ => other(view, key, object),
    }
}

/// What controllers decided, or that nothing is to be done.
fn other(view: View<'_>, key: &ObjectKey, object: &Object) -> Explanation {
    if let Some(decided) = decided::decided(view, key, object) {
        return decided;
    }
    if let Object::PersistentVolume(volume) = object {
        return of_volume(key, volume);
    }
    let explanation = Explanation::new(key, PASSIVE, format!("{} is as it was written", named(key)));
    let Some(owner) = view.controller(object.meta()) else { return explanation };
    let sentence = format!("{} is as {} keeps it", named(key), named(&owner));
    Explanation { sentence, ..explanation }.fact("controlledBy", named(&owner))
}

fn of_volume(key: &ObjectKey, volume: &PersistentVolume) -> Explanation {
    let claim = volume.spec.claim_ref.as_ref().map(|claim| claim.name.as_str());
    let name = &key.name;
    let sentence = match (volume.status.phase.as_str(), claim) {
        ("Bound", Some(claim)) => format!("volume {name} is bound to claim {claim}"),
        ("Released", Some(claim)) => {
            format!(
                "volume {name} was released by claim {claim}: it keeps its data, and no other claim gets it"
            )
        }
        (_, Some(claim)) => format!("volume {name} is kept for claim {claim}"),
        (_, None) => format!("volume {name} is free: a claim that it fits may get it"),
    };
    let policy = &volume.spec.persistent_volume_reclaim_policy;
    Explanation::new(key, VOLUME, sentence).fact("persistentVolumeReclaimPolicy", policy)
}

/// An object with which all controllers are content, or the last change of which none has seen yet.
pub(super) fn content(view: View<'_>, key: &ObjectKey, object: &Object, settled: String) -> Explanation {
    let decision = decided::last_words(view, key, &object.meta().uid).first().copied();
    match decision.filter(|_| is_seen(object)) {
        Some(decision) => Explanation::new(key, CONVERGED, settled).by(decision.by).at(Some(decision.at)),
        None => unseen(key),
    }
}

/// The same of a workload: its Pods in numbers, as far as is known of them.
pub(super) fn content_workload(view: View<'_>, key: &ObjectKey, object: &Object, pods: &str) -> Explanation {
    let silent = silence::on_silent_node(view, key);
    let what = if silent.is_some() { "What is reported" } else { "Everything" };
    let explanation = content(view, key, object, format!("{what} is as it should be: {pods}"));
    match silent.filter(|_| explanation.rule.name == CONVERGED.name) {
        Some(silent) => silence::doubted_with(view, &silent, explanation),
        None => explanation,
    }
}

/// An object whose last change no controller has looked at.
pub(super) fn unseen(key: &ObjectKey) -> Explanation {
    Explanation::new(
        key,
        UNSEEN,
        format!("no controller has looked at the last change of {} yet", named(key)),
    )
}

/// Whether its controller has seen the last change of its spec, as far as its status says.
pub(super) fn is_seen(object: &Object) -> bool {
    let observed = match object {
        Object::StatefulSet(set) => set.status.observed_generation,
        Object::DaemonSet(set) => set.status.observed_generation,
        Object::Deployment(deployment) => deployment.status.observed_generation,
        Object::ReplicaSet(set) => set.status.observed_generation,
        Object::PodDisruptionBudget(budget) => budget.status.observed_generation,
        _ => return true,
    };
    observed == object.meta().generation
}
