//! What `kubectl describe` prints for each kind.
//!
//! Models staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

pub mod pod_template;

use crate::api::Object;
use crate::apiserver::ApiServer;

/// The description of an object.
pub fn describe(object: &Object, server: &ApiServer) -> String {
    let _ = server;
    format!("Name:  {}\n", object.meta().name)
}
