//! Tells of claims that ask for more than their volume has.
//!
//! Models `pkg/controller/volume/expand/expand_controller.go`, Kubernetes v1.36: no volume here is of a kind
//! that the controller could make larger by itself, so it says that something outside would have to. Left
//! out: that which would: the claim keeps the size that it has.

use crate::api::object::Typed as _;
use crate::api::pod::ResourceList;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::volume::storage_of;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Context, EventType};
use crate::controllers::controller::Requeue;
use crate::controllers::{Controller, SyncResult};
use crate::sim::{Span, Time};

/// The controller.
#[derive(Clone, Debug)]
pub(super) struct VolumeExpander;

impl Controller for VolumeExpander {
    fn name(&self) -> &'static str {
        "volume_expand"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::PersistentVolumeClaim]
    }

    fn keys_for(&mut self, change: &Change, _cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        let Some(new) = change.new.as_ref().and_then(PersistentVolumeClaim::of) else {
            return Vec::new();
        };
        let old = change.old.as_ref().and_then(PersistentVolumeClaim::of);
        let asks_more = old.is_none_or(|old| asks_more_than(new, &old.spec.resources.requests));
        let is_bound = new.status.phase == "Bound";
        if is_bound && asks_more && asks_more_than(new, &new.status.capacity) {
            return change.new.iter().map(|new| (Object::key(new), Span::ZERO)).collect();
        }
        Vec::new()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let cache = context.cache;
        let Some(claim) = cache.typed::<PersistentVolumeClaim>(&key.namespace, &key.name).cloned() else {
            return Ok(None);
        };
        let volume = cache.typed::<PersistentVolume>("", &claim.spec.volume_name);
        let is_its = volume
            .and_then(|volume| volume.spec.claim_ref.as_ref())
            .is_some_and(|claimant| claimant.uid == claim.metadata.uid);
        if is_its && asks_more_than(&claim, &claim.status.capacity) {
            let message = "waiting for an external controller to expand this PVC";
            context.event(self.name(), &claim.into(), EventType::Normal, "ExternalExpanding", message);
        }
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

fn asks_more_than(claim: &PersistentVolumeClaim, amounts: &ResourceList) -> bool {
    storage_of(&claim.spec.resources.requests) > storage_of(amounts)
}
