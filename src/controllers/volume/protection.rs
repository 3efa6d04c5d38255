//! Keeps claims that pods use, and volumes that are bound, from vanishing.
//!
//! Models pkg/controller/volume/pvcprotection and pvprotection, Kubernetes v1.36: an object that is to be
//! deleted stays terminating until its finalizer is taken away, which is done once nothing uses it. Before a
//! claim is let go the server is asked for its pods, as a pod may just have been placed (`askAPIServer`).

use std::rc::Rc;

use super::claim_users::ClaimUsers;
use super::waiting;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::client::{Cache, Change, Context, Request};
use crate::controllers::controller::Requeue;
use crate::controllers::{Controller, SyncError, SyncResult};
use crate::sim::{Span, Time};

const CLAIM_FINALIZER: &str = "kubernetes.io/pvc-protection";
const VOLUME_FINALIZER: &str = "kubernetes.io/pv-protection";

/// What is to be done about a finalizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Nothing,
    Add,
    Remove,
    Keep,
}

fn decide(meta: &ObjectMeta, finalizer: &str, is_used: bool) -> Act {
    let has_it = meta.finalizers.iter().any(|name| name == finalizer);
    match (meta.is_terminating(), has_it) {
        (true, true) if is_used => Act::Keep,
        (true, true) => Act::Remove,
        (false, false) => Act::Add,
        _ => Act::Nothing,
    }
}

fn carry_out(
    act: Act,
    object: &Object,
    finalizer: &str,
    context: &mut Context<'_, Requeue>,
) -> Result<(), SyncError> {
    let mut changed = object.clone();
    let finalizers = &mut changed.meta_mut().finalizers;
    match act {
        Act::Nothing | Act::Keep => return Ok(()),
        Act::Add => finalizers.push(finalizer.to_owned()),
        Act::Remove => finalizers.retain(|name| name != finalizer),
    }
    match context.request(Request::update(changed)) {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}

/// The controller for claims.
#[derive(Clone, Debug, Default)]
pub struct ClaimProtection {
    users: ClaimUsers,
}

impl Controller for ClaimProtection {
    fn name(&self) -> &'static str {
        "pvc-protection-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::PersistentVolumeClaim, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, _cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        let keys = match change.object().map(Object::kind) {
            Some(Kind::PersistentVolumeClaim) => change.new.as_ref().map(Object::key).into_iter().collect(),
            Some(Kind::Pod) => {
                let keys = self.users.see(change);
                let is_over = change.new.as_ref().and_then(Pod::of).is_none_or(|pod| pod.is_terminal());
                let was_bound = |pod: &Rc<Pod>| pod.is_bound();
                let old = change.old.as_ref().and_then(Pod::of);
                // A pod that lets go of a claim: it is gone, it has ended, or it only now was placed.
                if is_over || old.is_none_or(|old| !was_bound(old)) { keys } else { Vec::new() }
            }
            _ => Vec::new(),
        };
        keys.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let cache = context.cache;
        let Some(claim) = cache.typed::<PersistentVolumeClaim>(&key.namespace, &key.name).cloned() else {
            return Ok(None);
        };
        // A pod that has no node yet does not count: no kubelet starts it with such a claim.
        let user = self.users.of(&key.namespace, &key.name, cache).find(|pod| pod.is_bound());
        let mut user = user.map(|pod| pod.metadata.name.clone());
        if decide(&claim.metadata, CLAIM_FINALIZER, user.is_some()) == Act::Remove {
            user = live_user(key, context)?;
        }
        let act = decide(&claim.metadata, CLAIM_FINALIZER, user.is_some());
        carry_out(act, &claim.into(), CLAIM_FINALIZER, context)?;
        Ok(match (act, user) {
            (Act::Keep, Some(pod)) => Some(waiting(
                "ClaimUnused",
                format!("claim {} is kept as long as pod {pod} uses it", key.name),
                Some(ObjectKey::new(Kind::Pod, key.namespace.clone(), pod)),
            )),
            _ => None,
        })
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

/// A pod on a node that uses a claim, as the server knows it.
fn live_user(key: &ObjectKey, context: &Context<'_, Requeue>) -> Result<Option<String>, SyncError> {
    let mut pods = context.live_list(Kind::Pod, &key.namespace)?.filter_map(Pod::of);
    let uses = |pod: &&Rc<Pod>| {
        pod.is_bound() && !pod.is_terminal() && pod.claim_names().any(|name| name == key.name)
    };
    Ok(pods.find(uses).map(|pod| pod.metadata.name.clone()))
}

/// The controller for volumes.
#[derive(Clone, Debug)]
pub struct VolumeProtection;

impl Controller for VolumeProtection {
    fn name(&self) -> &'static str {
        "pv-protection-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::PersistentVolume]
    }

    fn keys_for(&mut self, change: &Change, _cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        change.new.as_ref().map(|new| (new.key(), Span::ZERO)).into_iter().collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let Some(volume) = context.cache.typed::<PersistentVolume>("", &key.name).cloned() else {
            return Ok(None);
        };
        let act = decide(&volume.metadata, VOLUME_FINALIZER, volume.status.phase == "Bound");
        carry_out(act, &volume.into(), VOLUME_FINALIZER, context)?;
        Ok(match act {
            Act::Keep => {
                Some(waiting("VolumeUnused", format!("volume {} is kept while it is bound", key.name), None))
            }
            _ => None,
        })
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;

    #[test]
    fn a_finalizer_goes_only_from_what_is_unused_and_terminating() {
        let table = [
            (false, true, true, Act::Nothing),
            (false, false, true, Act::Add),
            (true, true, true, Act::Keep),
            (true, true, false, Act::Remove),
            (true, false, false, Act::Nothing),
        ];
        for (terminating, has_it, used, expected) in table {
            let meta = ObjectMeta {
                deletion_timestamp: terminating.then(Timestamp::default),
                finalizers: if has_it { vec![CLAIM_FINALIZER.to_owned()] } else { Vec::new() },
                ..ObjectMeta::default()
            };
            assert_eq!(decide(&meta, CLAIM_FINALIZER, used), expected);
        }
    }
}
