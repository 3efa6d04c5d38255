//! The `ReplicaSet`s of a Deployment, as kubectl finds them by itself.
//!
//! Models staging/src/k8s.io/kubectl/pkg/util/deployment/deployment.go, Kubernetes v1.36.

use std::rc::Rc;

use crate::api::deployment::{Deployment, ReplicaSet, new_and_old};
use crate::api::{Kind, Object};
use crate::apiserver::ApiServer;

/// The set of the Deployment's template and all others, oldest first.
pub fn of_deployment<'a>(
    api: &'a ApiServer,
    deployment: &'a Deployment,
) -> (Option<&'a Rc<ReplicaSet>>, Vec<&'a Rc<ReplicaSet>>) {
    let meta = &deployment.metadata;
    let sets = api
        .list(Kind::ReplicaSet, Some(&meta.namespace))
        .filter_map(|object| match object {
            Object::ReplicaSet(set) => Some(set),
            _ => None,
        })
        .filter(|set| deployment.spec.selector.matches(&set.metadata.labels))
        .filter(|set| set.metadata.is_controlled_by(&meta.uid));
    let sets: Vec<&Rc<ReplicaSet>> = sets.collect();
    new_and_old(deployment, sets)
}
