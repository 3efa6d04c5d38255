//! What the server refuses, and in which words.
//!
//! Models the Validate functions of pkg/apis and staging/src/k8s.io/apimachinery/pkg/api/validation,
//! Kubernetes v1.36: each rule adds causes in the server's order, and any cause refuses the request.
//!
//! - [`causes`]: paths and causes. `names`, `addresses`, `metadata`, `selectors`, `resources`: rules that all
//!   kinds share.
//! - `pods`: pods; their parts in `pod_annotations`, `pod_spec`, `containers`, `environment`, `mounts`,
//!   `probes`, `security`, `volumes`, `ephemeral_volumes`, `affinity`. `stateful_set`, `daemon_set`,
//!   `deployment`, `storage` (with `storage_class`, `data_sources`), `service` (with `service_addresses`,
//!   `load_balancer`), `disruption_budget`, `endpoint_slice`, `others`: the other kinds. `diff`: what
//!   changed. `warnings`: what is accepted all the same.

mod causes;
mod names;
mod addresses;
mod metadata;
mod selectors;
mod resources;
mod containers;
mod environment;
mod mounts;
mod probes;
mod security;
mod volumes;
mod ephemeral_volumes;
mod affinity;
mod pod_annotations;
mod pod_spec;
mod own_structs;
mod diff;
mod pods;
mod stateful_set;
mod daemon_set;
mod deployment;
mod storage;
mod storage_class;
mod data_sources;
mod service;
mod service_addresses;
mod load_balancer;
mod disruption_budget;
mod endpoint_slice;
mod others;
mod warnings;

pub use warnings::warnings;

use serde_json::Value;

use super::{StatusError, Subresource};
use crate::api::network::Service;
use crate::api::{Kind, Object};
use causes::Causes;

/// Who wrote an object: how far the server trusts that it is well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// A component, whose objects come from others that were looked at: only metadata and changes are.
    Component,
    /// A person: everything is looked at.
    Person {
        /// The manifest had no selector at all, which a typed object cannot say.
        without_selector: bool,
    },
}

/// Looks at a new object.
pub(super) fn create(object: &Object, author: Author) -> Result<(), StatusError> {
    let mut causes = Causes::default();
    metadata::create(object.kind(), object.meta(), &mut causes);
    if author != Author::Component {
        spec(object.kind(), &value_of(object, author), &mut causes);
    }
    refuse(object.kind(), &object.meta().name, causes)
}

/// Looks at the addresses of a Service alone, before one is drawn.
pub(super) fn service_addresses(service: &Service) -> Result<(), StatusError> {
    let mut causes = Causes::default();
    let spec = crate::api::codec::to_value(&service.spec);
    service_addresses::cluster_ips(&spec, &causes::Path::new("spec"), &mut causes);
    refuse(Kind::Service, &service.metadata.name, causes)
}

/// Looks at a changed object.
pub(super) fn update(
    new: &Object,
    old: &Object,
    subresource: Subresource,
    author: Author,
) -> Result<(), StatusError> {
    let mut causes = Causes::default();
    metadata::update(new.meta(), old.meta(), &mut causes);
    match subresource {
        Subresource::Status if author != Author::Component => {
            changed_status(new.kind(), &new.to_value(), &old.to_value(), &mut causes);
        }
        Subresource::Main if author != Author::Component => {
            changed_spec(new.kind(), &value_of(new, author), &old.to_value(), &mut causes);
        }
        Subresource::Main if has_new_spec(new, old) => {
            let old = old.to_value();
            changed_spec(new.kind(), &new.to_value(), &old, &mut causes);
            // What a component once stored was not looked at; it may stay as it is.
            let mut before = Causes::default();
            spec(new.kind(), &old, &mut before);
            causes.0.retain(|cause| !before.0.contains(cause));
        }
        _ => {}
    }
    refuse(new.kind(), &new.meta().name, causes)
}

fn refuse(kind: Kind, name: &str, causes: Causes) -> Result<(), StatusError> {
    if causes.0.is_empty() {
        return Ok(());
    }
    Err(StatusError::invalid(kind, name, causes.0))
}

fn value_of(object: &Object, author: Author) -> Value {
    let mut value = object.to_value();
    if author == (Author::Person { without_selector: true })
        && let Some(Value::Object(spec)) = value.get_mut("spec")
    {
        spec.remove("selector");
    }
    value
}

/// Whether more than metadata changed in a kind whose changes have rules.
fn has_new_spec(new: &Object, old: &Object) -> bool {
    match (new, old) {
        (Object::Pod(new), Object::Pod(old)) => new.spec != old.spec,
        (Object::StatefulSet(new), Object::StatefulSet(old)) => new.spec != old.spec,
        (Object::DaemonSet(new), Object::DaemonSet(old)) => new.spec != old.spec,
        (Object::Deployment(new), Object::Deployment(old)) => new.spec != old.spec,
        (Object::ReplicaSet(new), Object::ReplicaSet(old)) => new.spec != old.spec,
        (Object::PodDisruptionBudget(new), Object::PodDisruptionBudget(old)) => new.spec != old.spec,
        (Object::PersistentVolumeClaim(new), Object::PersistentVolumeClaim(old)) => new.spec != old.spec,
        (Object::PersistentVolume(new), Object::PersistentVolume(old)) => new.spec != old.spec,
        (Object::Service(new), Object::Service(old)) => new.spec != old.spec,
        (Object::ControllerRevision(new), Object::ControllerRevision(old)) => new.data != old.data,
        _ => false,
    }
}

fn spec(kind: Kind, value: &Value, causes: &mut Causes) {
    match kind {
        Kind::Pod => pods::create(value, causes),
        Kind::StatefulSet => stateful_set::create(value, causes),
        Kind::DaemonSet => daemon_set::create(value, causes),
        Kind::ControllerRevision => stateful_set::revision(value, None, causes),
        Kind::PersistentVolumeClaim => {
            storage::claim_spec(super::fields::at(value, &["spec"]), &causes::Path::new("spec"), causes);
        }
        Kind::PersistentVolume => storage::volume(value, causes),
        Kind::StorageClass => storage_class::class(value, causes),
        Kind::Service => service::create(value, causes),
        Kind::Node => others::node(value, causes),
        Kind::Namespace => others::namespace(value, causes),
        Kind::ConfigMap => others::config_map(value, causes),
        Kind::Secret => others::secret(value, causes),
        Kind::Event => others::event(value, causes),
        Kind::EndpointSlice => endpoint_slice::endpoint_slice(value, &Value::Null, causes),
        Kind::Deployment => deployment::deployment(value, causes),
        Kind::ReplicaSet => deployment::replica_set(value, causes),
        Kind::PodDisruptionBudget => disruption_budget::spec(value, causes),
        Kind::Lease => others::lease(value, causes),
        Kind::ServiceAccount | Kind::Endpoints => {}
    }
}

fn changed_spec(kind: Kind, new: &Value, old: &Value, causes: &mut Causes) {
    match kind {
        Kind::Pod => pods::update(new, old, causes),
        Kind::StatefulSet => stateful_set::update(new, old, causes),
        Kind::DaemonSet => daemon_set::update(new, old, causes),
        Kind::ControllerRevision => stateful_set::revision(new, Some(old), causes),
        Kind::PersistentVolumeClaim => storage::update_claim(new, old, causes),
        Kind::PersistentVolume => storage::update_volume(new, old, causes),
        Kind::StorageClass => storage_class::update_class(new, old, causes),
        Kind::Service => service::update(new, old, causes),
        Kind::Node => others::update_node(new, old, causes),
        Kind::EndpointSlice => endpoint_slice::endpoint_slice(new, old, causes),
        Kind::ConfigMap | Kind::Secret => {
            others::update_data(new, old, causes);
            spec(kind, new, causes);
        }
        Kind::Deployment | Kind::ReplicaSet => {
            spec(kind, new, causes);
            deployment::immutable_selector(new, old, causes);
        }
        Kind::PodDisruptionBudget
        | Kind::Namespace
        | Kind::Event
        | Kind::Endpoints
        | Kind::Lease
        | Kind::ServiceAccount => {
            spec(kind, new, causes);
        }
    }
}

fn changed_status(kind: Kind, new: &Value, old: &Value, causes: &mut Causes) {
    match kind {
        Kind::Pod => pods::status(new, old, causes),
        Kind::StatefulSet => stateful_set::status(new, old, causes),
        Kind::DaemonSet => daemon_set::status(new, old, causes),
        Kind::Deployment => deployment::deployment_status(new, old, causes),
        Kind::ReplicaSet => deployment::replica_set_status(new, causes),
        Kind::Namespace => others::namespace_status(new, causes),
        Kind::Node => others::node(new, causes),
        Kind::Service => load_balancer::status(new, old, causes),
        Kind::PodDisruptionBudget => disruption_budget::status(new, causes),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
