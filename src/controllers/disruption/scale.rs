//! How many pods the controllers of some pods want in all.
//!
//! Models `getExpectedScale` and the finders of pkg/controller/disruption/disruption.go, Kubernetes v1.36: a
//! percentage is one of the sum of the scales of all controllers that own one of the pods. Left out:
//! controllers of custom resources.

use std::rc::Rc;

use crate::api::apps::StatefulSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::Cache;
use crate::collections::SortedMap;

/// A controller and how many pods it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    /// The controller's uid: of a `Deployment`, not of its `ReplicaSet`.
    pub(super) uid: String,
    /// How many pods it wants.
    pub(super) replicas: i64,
}

/// What is known of the controllers of some pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// How many pods they want in all.
    pub(super) count: i64,
    /// The pods that nobody controls.
    pub(super) unmanaged: Vec<String>,
}

/// The scale of the controller that a reference names; `None` when there is no such controller any more.
pub(super) type Finder<'a> = &'a dyn Fn(&OwnerReference) -> Result<Option<Scale>, String>;

/// Adds up what the controllers of the pods want.
///
/// # Errors
/// Upstream's sentence about the first pod whose controller's scale is not known.
pub(super) fn expected_scale(pods: &[Rc<Pod>], find: Finder<'_>) -> Result<Expected, String> {
    let mut scales: SortedMap<String, i64> = SortedMap::new();
    let mut unmanaged = Vec::new();
    for pod in pods {
        let Some(owner) = pod.metadata.controller_of() else {
            unmanaged.push(pod.metadata.name.clone());
            continue;
        };
        if scales.contains_key(&owner.uid) {
            continue;
        }
        match find(owner)? {
            Some(scale) => drop(scales.insert(scale.uid, scale.replicas)),
            None => return Err(format!("found no controllers for pod {:?}", pod.metadata.name)),
        }
    }
    Ok(Expected { count: scales.values().sum(), unmanaged })
}

/// Finds the scale of a controller: from the cache, and past it when it is not there.
///
/// # Errors
/// Upstream's sentence when the controller's kind has no scale.
pub(super) fn find_scale(
    cache: &Cache,
    live: &dyn Fn(&ObjectKey) -> Option<Object>,
    namespace: &str,
    owner: &OwnerReference,
) -> Result<Option<Scale>, String> {
    let group = group_of(&owner.api_version)?;
    if let Some(found) = find_cached(cache, namespace, group, owner) {
        return Ok(Some(found));
    }
    find_live(live, namespace, group, owner)
}

fn find_cached(cache: &Cache, namespace: &str, group: &str, owner: &OwnerReference) -> Option<Scale> {
    let is_workload = matches!(group, "apps" | "extensions");
    match owner.kind.as_str() {
        "ReplicaSet" if is_workload => {
            let set = cache.typed::<ReplicaSet>(namespace, &owner.name)?;
            if set.metadata.uid != owner.uid {
                return None;
            }
            match set.metadata.controller_of() {
                Some(above) if above.kind == "Deployment" => {
                    let deployment = cache.typed::<Deployment>(namespace, &above.name)?;
                    (deployment.metadata.uid == above.uid)
                        .then(|| scale(&above.uid, deployment.spec.replicas))
                }
                _ => Some(scale(&owner.uid, set.spec.replicas)),
            }
        }
        "StatefulSet" if group == "apps" => {
            let set = cache.typed::<StatefulSet>(namespace, &owner.name)?;
            (set.metadata.uid == owner.uid).then(|| scale(&owner.uid, set.spec.replicas))
        }
        _ => None,
    }
}

/// Asks the server for the scale subresource (`getScaleController`).
fn find_live(
    live: &dyn Fn(&ObjectKey) -> Option<Object>,
    namespace: &str,
    group: &str,
    owner: &OwnerReference,
) -> Result<Option<Scale>, String> {
    let without_scale = |resource: &str| Err(format!("{resource} does not implement the scale subresource"));
    let kind = Kind::ALL.iter().copied().find(|kind| {
        let resource = kind.resource();
        resource.kind == owner.kind && resource.group == group
    });
    let Some(kind) = kind else {
        return match (group, owner.kind.as_str()) {
            // Kinds that upstream knows and that are not served here.
            ("", "ReplicationController") => Ok(None),
            ("batch", "Job") => without_scale("jobs.batch"),
            ("batch", "CronJob") => without_scale("cronjobs.batch"),
            _ => Err(format!("no matches for kind {:?} in version {:?}", owner.kind, owner.api_version)),
        };
    };
    if !matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet) {
        return without_scale(&kind.group_resource());
    }
    let found = live(&ObjectKey::new(kind, namespace, owner.name.as_str()));
    let replicas = match &found {
        Some(Object::Deployment(found)) => found.spec.replicas,
        Some(Object::ReplicaSet(found)) => found.spec.replicas,
        Some(Object::StatefulSet(found)) => found.spec.replicas,
        _ => return Ok(None),
    };
    Ok(found.filter(|found| found.meta().uid == owner.uid).map(|_| scale(&owner.uid, replicas)))
}

fn scale(uid: &str, replicas: Option<i64>) -> Scale {
    Scale { uid: uid.to_owned(), replicas: replicas.unwrap_or(1) }
}

fn group_of(api_version: &str) -> Result<&str, String> {
    match api_version.split('/').collect::<Vec<_>>().as_slice() {
        [_] => Ok(""),
        [group, _] => Ok(group),
        _ => Err(format!("unexpected GroupVersion string: {api_version}")),
    }
}
