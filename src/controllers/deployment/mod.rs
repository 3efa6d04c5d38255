//! The Deployment controller: one `ReplicaSet` for each template, and the way from one to the next.
//!
//! Models pkg/controller/deployment, Kubernetes v1.36. Left out: the gate `DeploymentPodReplacementPolicy`
//! (alpha, and off).
//!
//! - `sync`: one sync. `control`: what it writes.
//! - `rolling`, `recreate`, `proportions`, `rollback`, `cleanup`: the policies.
//! - `replica_sets`, `template`, `annotations`, `fenceposts`: what they look at.
//! - `status`, `progress`, `conditions`: what is told. `standing`, `waiting`: why it waits.

mod fenceposts;
mod template;
mod annotations;
mod replica_sets;
mod proportions;
mod rolling;
mod recreate;
mod rollback;
mod cleanup;
mod conditions;
mod status;
mod progress;
mod waiting;
mod standing;
mod control;
mod sync;

use std::rc::Rc;

use super::api_access::Api;
use super::{Controller, SyncResult};
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::{Cache, Change, Context};
use crate::sim::{Span, Time};

/// The source of the controller's Events.
const COMPONENT: &str = "deployment-controller";

/// The controller. It remembers nothing between syncs.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeploymentController;

impl DeploymentController {
    /// Syncs one Deployment; [`Controller::sync`] with the world behind an interface.
    ///
    /// # Errors
    /// When a request was refused in a way that a later try may mend.
    pub fn sync_with(&self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> SyncResult {
        match cache.typed::<Deployment>(&key.namespace, &key.name) {
            Some(deployment) => sync::sync_deployment(key, deployment, cache, api),
            None => Ok(None),
        }
    }
}

fn key_of(deployment: &Deployment) -> ObjectKey {
    let meta = &deployment.metadata;
    ObjectKey::new(Kind::Deployment, meta.namespace.clone(), meta.name.clone())
}

/// The Deployment that a reference names, when it is still that very one.
fn owner<'a>(cache: &'a Cache, namespace: &str, owner: &OwnerReference) -> Option<&'a Rc<Deployment>> {
    if owner.kind != Kind::Deployment.resource().kind {
        return None;
    }
    cache.typed::<Deployment>(namespace, &owner.name).filter(|found| found.metadata.uid == owner.uid)
}

/// The Deployments that might want to adopt a set.
fn deployments_for_orphan<'a>(cache: &'a Cache, set: &'a ReplicaSet) -> impl Iterator<Item = ObjectKey> + 'a {
    let labels = &set.metadata.labels;
    cache
        .list::<Deployment>(Some(&set.metadata.namespace))
        .filter(|deployment| !labels.is_empty() && !deployment.spec.selector.is_empty())
        .filter(|deployment| deployment.spec.selector.matches(labels))
        .map(|deployment| key_of(deployment))
}

fn set_changed(change: &Change, cache: &Cache) -> Vec<ObjectKey> {
    let set = |object: Option<&Object>| match object {
        Some(Object::ReplicaSet(set)) => Some(Rc::clone(set)),
        _ => None,
    };
    let (old, new) = (set(change.old.as_ref()), set(change.new.as_ref()));
    let same_version = |(old, new): (&Rc<ReplicaSet>, &Rc<ReplicaSet>)| {
        old.metadata.resource_version == new.metadata.resource_version
    };
    if old.as_ref().zip(new.as_ref()).is_some_and(same_version) {
        return Vec::new();
    }
    let reference = |set: &Option<Rc<ReplicaSet>>| {
        let set = set.as_ref()?;
        Some((set.metadata.namespace.clone(), set.metadata.controller_of()?.clone()))
    };
    let (old_ref, new_ref) = (reference(&old), reference(&new));
    let resolved = |reference: &Option<(String, OwnerReference)>| {
        let (namespace, reference) = reference.as_ref()?;
        owner(cache, namespace, reference).map(|deployment| key_of(deployment))
    };
    let mut keys = Vec::new();
    if old_ref != new_ref {
        keys.extend(resolved(&old_ref));
    }
    let Some(new) = &new else { return keys };
    if new_ref.is_some() {
        keys.extend(resolved(&new_ref));
    } else if !new.metadata.is_terminating()
        && (old_ref.is_some() || old.is_none_or(|old| old.metadata.labels != new.metadata.labels))
    {
        keys.extend(deployments_for_orphan(cache, new));
    }
    keys
}

/// A `Recreate` Deployment goes on when the last of its pods is gone.
fn pod_gone(pod: &Pod, cache: &Cache) -> Option<ObjectKey> {
    let namespace = &pod.metadata.namespace;
    let reference = pod.metadata.controller_of()?;
    let set = cache.typed::<ReplicaSet>(namespace, &reference.name)?;
    if reference.kind != Kind::ReplicaSet.resource().kind || set.metadata.uid != reference.uid {
        return None;
    }
    let deployment = owner(cache, namespace, set.metadata.controller_of()?)?;
    if deployment.spec.strategy.type_ != "Recreate" {
        return None;
    }
    let sets = cache.controlled_by::<ReplicaSet>(namespace, &deployment.metadata.uid);
    let mut pods = sets
        .filter(|set| deployment.spec.selector.matches(&set.metadata.labels))
        .flat_map(|set| cache.controlled_by::<Pod>(namespace, &set.metadata.uid));
    pods.next().is_none().then(|| key_of(deployment))
}

impl Controller for DeploymentController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Deployment, Kind::ReplicaSet, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        let keys = match change.object() {
            Some(Object::Deployment(deployment)) => vec![key_of(deployment)],
            Some(Object::ReplicaSet(_)) => set_changed(change, cache),
            Some(Object::Pod(pod)) if change.new.is_none() => pod_gone(pod, cache).into_iter().collect(),
            _ => Vec::new(),
        };
        keys.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, ObjectKey>) -> SyncResult {
        let cache = context.cache;
        self.sync_with(key, cache, context)
    }

    fn renews_timers(&self) -> bool {
        true
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(*self)
    }
}
