//! What each kind does to its objects before they are stored.
//!
//! Models `PrepareForCreate`, `PrepareForUpdate` and `CheckGracefulDelete` of the strategies in pkg/registry,
//! Kubernetes v1.36: whose status a client may set, when the generation grows, what a new object's status is.
//! Left out: fields behind feature gates that are off.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{claim_source, fields, new_pod};
use crate::api::apps::{StatefulSet, StatefulSetStatus};
use crate::api::codec::to_value;
use crate::api::daemonset::{DaemonSet, DaemonSetStatus};
use crate::api::deployment::{DeploymentStatus, ReplicaSetStatus};
use crate::api::node::Node;
use crate::api::object::Opaque;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudgetStatus;
use crate::api::storage::{PersistentVolumeClaimStatus, PersistentVolumeStatus};
use crate::api::{Extra, Kind, Object, Timestamp};
use crate::sim::Time;

/// The label of every namespace with its name.
pub(super) const NAMESPACE_NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Sets what a client may not choose for a new object.
pub(super) fn prepare_for_create(object: &mut Object, now: Time) {
    match object {
        Object::Pod(pod) => new_pod::prepare(Rc::make_mut(pod), now),
        Object::StatefulSet(set) => {
            let set = Rc::make_mut(set);
            set.metadata.generation = 1;
            set.status = StatefulSetStatus::default();
            drop_gated_fields(set);
        }
        Object::DaemonSet(set) => {
            let set = Rc::make_mut(set);
            set.metadata.generation = 1;
            set.status = DaemonSetStatus::default();
            let given = template_generation(set).unwrap_or_default().max(1);
            set_template_generation(set, given);
        }
        Object::Deployment(deployment) => {
            let deployment = Rc::make_mut(deployment);
            deployment.metadata.generation = 1;
            deployment.status = DeploymentStatus::default();
        }
        Object::ReplicaSet(set) => {
            let set = Rc::make_mut(set);
            set.metadata.generation = 1;
            set.status = ReplicaSetStatus::default();
        }
        Object::PodDisruptionBudget(budget) => {
            let budget = Rc::make_mut(budget);
            budget.metadata.generation = 1;
            budget.status = PodDisruptionBudgetStatus::default();
        }
        Object::EndpointSlice(slice) => Rc::make_mut(slice).metadata.generation = 1,
        Object::PersistentVolumeClaim(claim) => {
            claim_source::complete(claim, None);
            Rc::make_mut(claim).status =
                PersistentVolumeClaimStatus { phase: "Pending".to_owned(), ..Default::default() };
        }
        Object::PersistentVolume(volume) => {
            let mut extra = Extra::new();
            extra.insert("lastPhaseTransitionTime".into(), to_value(&Timestamp::at(now)));
            Rc::make_mut(volume).status = PersistentVolumeStatus { phase: "Pending".to_owned(), extra };
        }
        Object::Service(service) => {
            Rc::make_mut(service).extra.insert("status".into(), json!({"loadBalancer": {}}));
        }
        Object::Namespace(namespace) => prepare_namespace(Rc::make_mut(namespace)),
        _ => {}
    }
}

/// `maxUnavailable` is behind a gate that is off in the recorded control plane: it is dropped without a word.
fn drop_gated_fields(set: &mut StatefulSet) {
    if let Some(parameters) = &mut set.spec.update_strategy.rolling_update {
        parameters.max_unavailable = None;
    }
}

fn prepare_namespace(namespace: &mut Opaque) {
    let name = namespace.metadata.name.clone();
    namespace.metadata.labels.insert(NAMESPACE_NAME_LABEL.to_owned(), name);
    namespace.extra.insert("status".into(), json!({"phase": "Active"}));
    let spec = namespace.extra.entry("spec").or_insert_with(|| json!({}));
    if let Value::Object(spec) = spec {
        let finalizers = spec.entry("finalizers").or_insert_with(|| json!([]));
        if let Value::Array(finalizers) = finalizers
            && !finalizers.iter().any(|name| name == "kubernetes")
        {
            finalizers.push("kubernetes".into());
        }
    }
}

/// The annotation with the generation of a `DaemonSet`'s template. Inside the server it is a field of the
/// spec, which no served version has.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

fn template_generation(set: &DaemonSet) -> Option<i64> {
    set.metadata.annotations.get(TEMPLATE_GENERATION)?.parse().ok()
}

fn set_template_generation(set: &mut DaemonSet, generation: i64) {
    set.metadata.annotations.insert(TEMPLATE_GENERATION.to_owned(), generation.to_string());
}

/// A new template is a new generation of it; nothing that a client says is.
fn prepare_template_generation(new: &mut Rc<DaemonSet>, old: &DaemonSet) {
    let counted =
        template_generation(old).unwrap_or_default() + i64::from(new.spec.template != old.spec.template);
    if template_generation(new) != Some(counted) {
        set_template_generation(Rc::make_mut(new), counted);
    }
}

/// The old status stays, and a new spec is a new generation.
macro_rules! keep_status {
    ($new:ident, $old:ident) => {{
        if $new.status != $old.status {
            Rc::make_mut($new).status.clone_from(&$old.status);
        }
        if $new.spec != $old.spec {
            Rc::make_mut($new).metadata.generation += 1;
        }
    }};
}

/// Keeps the status and counts the generation.
pub(super) fn prepare_for_update(new: &mut Object, old: &Object) {
    match (&mut *new, old) {
        (Object::Pod(new), Object::Pod(old)) => keep_status!(new, old),
        (Object::StatefulSet(new), Object::StatefulSet(old)) => {
            if new.spec != old.spec {
                drop_gated_fields(Rc::make_mut(new));
            }
            keep_status!(new, old);
        }
        (Object::DaemonSet(new), Object::DaemonSet(old)) => {
            prepare_template_generation(new, old);
            keep_status!(new, old);
        }
        // A Deployment's generation also counts annotations.
        (Object::Deployment(new), Object::Deployment(old)) => {
            let annotated = new.metadata.annotations != old.metadata.annotations;
            keep_status!(new, old);
            if annotated && new.spec == old.spec {
                Rc::make_mut(new).metadata.generation += 1;
            }
        }
        (Object::ReplicaSet(new), Object::ReplicaSet(old)) => keep_status!(new, old),
        (Object::PodDisruptionBudget(new), Object::PodDisruptionBudget(old)) => keep_status!(new, old),
        (Object::EndpointSlice(new), Object::EndpointSlice(old)) => {
            let same = new.metadata.labels == old.metadata.labels
                && new.address_type == old.address_type
                && new.endpoints == old.endpoints
                && new.ports == old.ports;
            if !same {
                Rc::make_mut(new).metadata.generation += 1;
            }
        }
        (Object::Node(new), Object::Node(old)) if new.status != old.status => {
            Rc::make_mut(new).status.clone_from(&old.status);
        }
        (Object::PersistentVolumeClaim(new), Object::PersistentVolumeClaim(old)) => {
            claim_source::complete(new, Some(old));
            if new.status != old.status {
                Rc::make_mut(new).status.clone_from(&old.status);
            }
        }
        (Object::PersistentVolume(new), Object::PersistentVolume(old)) if new.status != old.status => {
            Rc::make_mut(new).status.clone_from(&old.status);
        }
        (Object::Service(new), Object::Service(old)) => {
            keep_extra(&mut Rc::make_mut(new).extra, &old.extra, "status");
        }
        (Object::Namespace(new), Object::Namespace(old)) => {
            let new = Rc::make_mut(new);
            keep_extra(&mut new.extra, &old.extra, "status");
            new.metadata.labels.insert(NAMESPACE_NAME_LABEL.to_owned(), old.metadata.name.clone());
        }
        _ => {}
    }
}

/// Only the namespaces' controller takes their finalizers away.
pub(super) fn keep_namespace_finalizers(new: &mut Object, old: &Object) {
    if let (Object::Namespace(new), Object::Namespace(old)) = (new, old) {
        keep_extra(&mut Rc::make_mut(new).extra, &old.extra, "spec");
    }
}

/// Whether the kind has a status that can be written on its own.
pub fn has_status(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pod
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::PodDisruptionBudget
            | Kind::Node
            | Kind::PersistentVolumeClaim
            | Kind::PersistentVolume
            | Kind::Service
            | Kind::Namespace
    )
}

/// The old spec stays.
macro_rules! keep_spec {
    ($new:ident, $old:ident) => {{
        if $new.spec != $old.spec {
            Rc::make_mut($new).spec.clone_from(&$old.spec);
        }
    }};
}

/// Keeps all but the status (and the metadata that a status update may touch).
pub(super) fn prepare_for_status_update(new: &mut Object, old: &Object, now: Time) {
    match (&mut *new, old) {
        (Object::Pod(new), Object::Pod(old)) => prepare_pod_status(Rc::make_mut(new), old),
        (Object::StatefulSet(new), Object::StatefulSet(old)) => keep_spec!(new, old),
        (Object::DaemonSet(new), Object::DaemonSet(old)) => {
            keep_spec!(new, old);
            if template_generation(new) != template_generation(old) {
                set_template_generation(Rc::make_mut(new), template_generation(old).unwrap_or_default());
            }
        }
        // The controller notes the revision on a Deployment as it writes the status: only labels stay.
        (Object::Deployment(new), Object::Deployment(old)) => {
            keep_spec!(new, old);
            if new.metadata.labels != old.metadata.labels {
                Rc::make_mut(new).metadata.labels.clone_from(&old.metadata.labels);
            }
        }
        (Object::ReplicaSet(new), Object::ReplicaSet(old)) => keep_spec!(new, old),
        (Object::PodDisruptionBudget(new), Object::PodDisruptionBudget(old)) => keep_spec!(new, old),
        (Object::Node(new), Object::Node(old)) => keep_node_spec(new, old),
        (Object::PersistentVolumeClaim(new), Object::PersistentVolumeClaim(old)) => keep_spec!(new, old),
        (Object::PersistentVolume(new), Object::PersistentVolume(old)) => {
            let new = Rc::make_mut(new);
            new.spec.clone_from(&old.spec);
            let field = "lastPhaseTransitionTime";
            let (was, is) = (old.status.extra.get(field), new.status.extra.get(field));
            let time = if new.status.phase == old.status.phase {
                is.or(was).cloned()
            } else if is.is_none() || is == was {
                Some(to_value(&Timestamp::at(now)))
            } else {
                is.cloned()
            };
            new.status.extra.extend(time.map(|time| (field.to_owned(), time)));
        }
        (Object::Service(new), Object::Service(old)) => {
            Rc::make_mut(new).spec.clone_from(&old.spec);
        }
        (Object::Namespace(new), Object::Namespace(old)) => {
            keep_extra(&mut Rc::make_mut(new).extra, &old.extra, "spec");
        }
        // These kinds have no status to be updated.
        _ => new.clone_from(old),
    }
}

fn prepare_pod_status(new: &mut Pod, old: &Pod) {
    if new.spec != old.spec {
        new.spec.clone_from(&old.spec);
    }
    new.metadata.owner_references.clone_from(&old.metadata.owner_references);
    if new.status.qos_class.is_empty() {
        new.status.qos_class.clone_from(&old.status.qos_class);
    }
    if new.status.observed_generation == 0 {
        new.status.observed_generation = old.status.observed_generation;
    }
    for condition in &mut new.status.conditions {
        if condition.observed_generation.is_none() {
            condition.observed_generation =
                crate::api::meta::Condition::find(&old.status.conditions, &condition.type_)
                    .and_then(|old| old.observed_generation);
        }
    }
}

fn keep_node_spec(new: &mut Rc<Node>, old: &Node) {
    if new.spec != old.spec {
        Rc::make_mut(new).spec.clone_from(&old.spec);
    }
}

fn keep_extra(new: &mut Extra, old: &Extra, field: &str) {
    match old.get(field) {
        Some(value) => new.insert(field.to_owned(), value.clone()),
        None => new.remove(field),
    };
}

/// How long the object gets to end; `None` for kinds that end at once.
pub(super) fn grace_period_seconds(object: &Object, asked: Option<i64>) -> Option<i64> {
    let Object::Pod(pod) = object else {
        return None;
    };
    if !pod.is_bound() || pod.is_terminal() {
        return Some(0);
    }
    let period = asked.or(pod.spec.termination_grace_period_seconds).unwrap_or_default();
    Some(if period < 0 { 1 } else { period })
}

/// Whether an update leaves nothing that holds an object in deletion.
pub(super) fn is_finished(new: &Object, old: &Object) -> bool {
    let meta = old.meta();
    new.meta().finalizers.is_empty()
        && meta.is_terminating()
        && meta.deletion_grace_period_seconds.unwrap_or_default() == 0
        && !(new.kind() == Kind::Namespace && has_namespace_finalizers(new))
}

/// Whether a namespace still has `spec.finalizers`.
pub(super) fn has_namespace_finalizers(object: &Object) -> bool {
    let Object::Namespace(namespace) = object else {
        return false;
    };
    let finalizers = namespace.extra.get("spec").and_then(|spec| spec.get("finalizers")?.as_array());
    finalizers.is_some_and(|names| !names.is_empty())
}

/// Whether a namespace takes no new objects.
pub(super) fn is_namespace_terminating(object: &Object) -> bool {
    let Object::Namespace(namespace) = object else {
        return false;
    };
    namespace.extra.get("status").is_some_and(|status| fields::text(status, "phase") == "Terminating")
}

/// Sets a namespace's phase.
pub(super) fn set_namespace_phase(object: &mut Object, phase: &str) {
    if let Object::Namespace(namespace) = object {
        Rc::make_mut(namespace).extra.insert("status".into(), json!({"phase": phase}));
    }
}
