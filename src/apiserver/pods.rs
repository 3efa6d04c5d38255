//! Binding: the subresource by which a pod gets its node.
//!
//! Models `BindingREST`, pkg/registry/core/pod/storage/storage.go, and
//! plugin/pkg/admission/podtopologylabels, Kubernetes v1.36.

use std::rc::Rc;

use super::{ApiServer, StatusError, admission, preconditions};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::sim::Time;

impl ApiServer {
    /// Binds a pod to a node, once.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn bind(
        &mut self,
        key: &ObjectKey,
        uid: Option<&str>,
        node: &str,
    ) -> Result<Object, StatusError> {
        let old = self.stored(key)?;
        preconditions::in_storage(key, &old, uid.unwrap_or_default())?;
        let Object::Pod(pod) = &old else {
            return Err(not_a_pod(key));
        };
        if let Some(why) = binding_refusal(pod) {
            let name = &key.name;
            let mut error = StatusError::conflict(Kind::Pod, name, &why);
            error.message = format!("Operation cannot be fulfilled on pods/binding \"{name}\": {why}");
            return Err(error);
        }
        let mut bound = Pod::clone(pod);
        node.clone_into(&mut bound.spec.node_name);
        bound.status.extra.remove("nominatedNodeName");
        bound.metadata.labels.extend(admission::topology_labels(self, node));
        set_condition(&mut bound, "PodScheduled", "", "", self.now);
        Ok(self.replace(key, bound.into(), &old, false))
    }
}

/// Only pods have these subresources.
pub(super) fn not_a_pod(key: &ObjectKey) -> StatusError {
    StatusError::method_not_supported(format!("{} has no such subresource", key.kind.group_resource()))
}

fn binding_refusal(pod: &Rc<Pod>) -> Option<String> {
    let name = &pod.metadata.name;
    if pod.is_terminating() {
        return Some(format!("pod {name} is being deleted, cannot be assigned to a host"));
    }
    if pod.is_bound() {
        return Some(format!("pod {name} is already assigned to node \"{}\"", pod.spec.node_name));
    }
    let gates = pod.spec.extra.get("schedulingGates").and_then(serde_json::Value::as_array);
    if gates.is_some_and(|gates| !gates.is_empty()) {
        return Some(format!("pod {name} has non-empty .spec.schedulingGates"));
    }
    None
}

/// Sets a condition to true (`UpdatePodCondition`).
pub(super) fn set_condition(pod: &mut Pod, type_: &str, reason: &str, message: &str, now: Time) {
    let observed_generation =
        Condition::find(&pod.status.conditions, type_).and_then(|old| old.observed_generation);
    Condition::set(
        &mut pod.status.conditions,
        Condition {
            type_: type_.to_owned(),
            status: "True".to_owned(),
            observed_generation,
            last_transition_time: Some(Timestamp::at(now)),
            reason: reason.to_owned(),
            message: message.to_owned(),
            ..Condition::default()
        },
    );
}
