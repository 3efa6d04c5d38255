//! Deployments and `ReplicaSet`s: what their controllers decided, and how to get past it.

use std::rc::Rc;

use super::change::has_earlier_revision;
use super::decided::{SECONDS_LEFT, decided};
use super::explanation::{Class, Explanation, Field, Mend};
use super::kinds::content_workload;
use super::refused;
use super::view::{View, count, named};
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::{Object, ObjectKey, ObjectMeta};

/// Why a Deployment is as it is.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, deployment: &Rc<Deployment>) -> Explanation {
    let object = Object::Deployment(Rc::clone(deployment));
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let Some(explanation) = decided(view, key, &object) else {
        let status = &deployment.status;
        let pods = format!(
            "{} of {wanted} Pods available, {} of the newest template",
            status.available_replicas, status.updated_replicas
        );
        return content_workload(view, key, &object, &pods).fact("replicas", wanted);
    };
    match explanation.rule.name {
        "Paused" => {
            // Nothing waits behind the pause when no template does.
            let is_template_waiting = explanation.sentence.contains("new template");
            let class = if is_template_waiting { Class::Blocked } else { Class::Settled };
            let line = format!("kubectl rollout resume {}{}", named(key), view.flag(key));
            explanation.class(class).mend(Mend::line("Resume it", line))
        }
        "NotedSize" => {
            let line = format!("kubectl scale {}{} --replicas={}", named(key), view.flag(key), wanted + 1);
            explanation.mend(Mend::line("Scale it to another number, and back", line))
        }
        "ReplicaFailure" => failure(view, key, explanation),
        "PodsAvailable" | "MinimumAvailability" => ripening(view, explanation),
        _ => explanation,
    }
}

/// Its set cannot make pods: what is missing is made, or the template before comes back.
fn failure(view: View<'_>, key: &ObjectKey, explanation: Explanation) -> Explanation {
    let message = explanation.sentence.clone();
    let explanation = refused::by_message(view, explanation, &key.namespace, &message);
    if explanation.class != Class::Blocked {
        return explanation;
    }
    if has_earlier_revision(view, key) {
        let line = format!("kubectl rollout undo {}{}", named(key), view.flag(key));
        return explanation.mend(Mend::line("Or go back to the template before", line));
    }
    let field = Field { object: key.clone(), path: "spec.template".to_owned() };
    explanation.mend(Mend::edit("Or correct the template", field))
}

/// The pods that are waited for may all be ready, so that only `minReadySeconds` must pass.
fn ripening(view: View<'_>, mut explanation: Explanation) -> Explanation {
    let set = explanation.held_up_by.as_ref().filter(|_| explanation.class == Class::Waiting);
    let Some(below) =
        set.and_then(|set| view.explain(set)).filter(|below| below.rule.name == "PodsAvailable")
    else {
        return explanation;
    };
    let told = |(name, _): &&(String, String)| name == "minReadySeconds" || name == SECONDS_LEFT;
    explanation.facts.extend(below.facts.iter().filter(told).cloned());
    let left = below.facts.iter().find(|(name, _)| name == SECONDS_LEFT);
    if let Some((_, seconds)) = left {
        explanation.sentence.push_str(&format!(": {seconds} s left (minReadySeconds)"));
    }
    if explanation.rule.name == "PodsAvailable" {
        explanation.field = view.field(&explanation.object, "spec.minReadySeconds");
    }
    explanation
}

/// Why a `ReplicaSet` is as it is.
pub(super) fn explain_set(view: View<'_>, key: &ObjectKey, set: &Rc<ReplicaSet>) -> Explanation {
    let object = Object::ReplicaSet(Rc::clone(set));
    decided(view, key, &object).unwrap_or_else(|| {
        let wanted = usize::try_from(set.spec.replicas.unwrap_or(1)).unwrap_or_default();
        let pods = format!("{} of {} ready", set.status.ready_replicas, count(wanted, "Pod"));
        let sized_by = view.controller(&set.metadata).map_or("people".to_owned(), |owner| named(&owner));
        content_workload(view, key, &object, &pods).fact("sizeGivenBy", sized_by)
    })
}

/// The first pod of a Deployment's sets that does not get well by itself.
pub(super) fn blocked_pod(view: View<'_>, deployment: &ObjectMeta) -> Option<Explanation> {
    let namespace = deployment.namespace.as_str();
    let sets = view.list::<ReplicaSet>(Some(namespace));
    let mut own = sets.filter(|set| set.metadata.is_controlled_by(&deployment.uid));
    own.find_map(|set| view.blocked_pod(namespace, &set.metadata.uid))
}
