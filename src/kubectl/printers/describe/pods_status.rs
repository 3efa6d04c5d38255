//! How many pods of a workload are in each phase, as its description says it.
//!
//! Models `getPodStatusForController`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use crate::api::{Kind, Object, ObjectMeta};
use crate::apiserver::ApiServer;

/// How many of the pods that an object controls are in each phase.
pub(super) fn pods_status(owner: &ObjectMeta, server: &ApiServer) -> String {
    let (mut running, mut waiting, mut succeeded, mut failed) = (0, 0, 0, 0);
    for object in server.list(Kind::Pod, Some(&owner.namespace)) {
        let Object::Pod(pod) = object else {
            continue;
        };
        if !pod.metadata.is_controlled_by(&owner.uid) {
            continue;
        }
        match pod.status.phase.as_str() {
            "Running" => running += 1,
            "Pending" => waiting += 1,
            "Succeeded" => succeeded += 1,
            "Failed" => failed += 1,
            _ => {}
        }
    }
    format!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed")
}
