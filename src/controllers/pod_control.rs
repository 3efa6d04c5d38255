//! Makes pods from a template and deletes them, and tells Events about it.
//!
//! Models `RealPodControl`, `GetPodFromTemplate` and `IsPodActive`, `pkg/controller/controller_utils.go`,
//! Kubernetes v1.36. Left out: templates without labels, which validation refuses.

use super::api_access::Api;
use crate::api::pod::{Pod, PodTemplateSpec};
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::{DeleteOptions, EventType, Request, StatusError};

/// The longest prefix from which the server makes a name.
const PREFIX_MAX: usize = 253;

/// Whether a pod counts: it has not ended and is not terminating.
pub fn is_active(pod: &Pod) -> bool {
    !pod.is_terminal() && !pod.is_terminating()
}

/// Whether a pod is on its way out and still there.
pub fn is_going(pod: &Pod) -> bool {
    !pod.is_terminal() && pod.is_terminating()
}

/// The pod of a template; the server completes its name.
pub fn pod_from_template(template: &PodTemplateSpec, owner: &Object) -> Pod {
    let from = &template.metadata;
    let kind = owner.kind();
    let mut pod = Pod { spec: template.spec.clone(), ..Pod::default() };
    let meta = &mut pod.metadata;
    meta.namespace.clone_from(&owner.meta().namespace);
    meta.generate_name = name_prefix(&owner.meta().name);
    meta.labels.clone_from(&from.labels);
    meta.annotations.clone_from(&from.annotations);
    meta.finalizers.clone_from(&from.finalizers);
    meta.owner_references =
        vec![OwnerReference::controller(&kind.api_version(), kind.resource().kind, owner.meta())];
    pod
}

/// The owner's name with a dash, unless that alone would be too long for a name.
fn name_prefix(owner: &str) -> String {
    if owner.len() < PREFIX_MAX { format!("{owner}-") } else { owner.to_owned() }
}

/// Makes a pod.
///
/// # Errors
/// As the server answers.
pub fn create_pod(
    api: &mut dyn Api,
    component: &str,
    pod: Pod,
    owner: &Object,
) -> Result<Object, StatusError> {
    match api.request(Request::create(pod)) {
        Ok(pod) => {
            let message = format!("Created pod: {}", pod.meta().name);
            api.event(component, owner, EventType::Normal, "SuccessfulCreate", &message);
            Ok(pod)
        }
        Err(error) => {
            if !error.is_namespace_terminating() {
                let message = format!("Error creating: {error}");
                api.event(component, owner, EventType::Warning, "FailedCreate", &message);
            }
            Err(error)
        }
    }
}

/// Deletes a pod.
///
/// # Errors
/// As the server answers; a pod that is gone already is `NotFound`.
pub fn delete_pod(api: &mut dyn Api, component: &str, name: &str, owner: &Object) -> Result<(), StatusError> {
    let key = ObjectKey::new(Kind::Pod, owner.meta().namespace.clone(), name);
    match api.request(Request::delete(key, DeleteOptions::default())) {
        Ok(_) => {
            let message = format!("Deleted pod: {name}");
            api.event(component, owner, EventType::Normal, "SuccessfulDelete", &message);
            Ok(())
        }
        Err(error) if error.is_not_found() => Err(error),
        Err(mut error) => {
            let message = format!("Error deleting: {error}");
            api.event(component, owner, EventType::Warning, "FailedDelete", &message);
            error.message = format!("unable to delete pods: {error}");
            Err(error)
        }
    }
}
