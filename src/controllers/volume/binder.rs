//! The persistentvolume-controller: brings claims and volumes together, and reclaims volumes whose claim is
//! gone.
//!
//! Models `pkg/controller/volume/persistentvolume/pv_controller_base.go`, Kubernetes v1.36. Each claim and
//! each volume has its own sync. Volumes have a worker of their own, which has seen to a new volume before a
//! claim that was made after it arrives; claims that wait are looked at again every 15 s. Reads and writes
//! `PersistentVolumeClaim` and `PersistentVolume`; reads Pod and `StorageClass`. Left out: plugins inside
//! the controller (all volumes are made outside), recycling, migration to CSI.

use std::rc::Rc;

use super::claim_users::ClaimUsers;
use super::latest::Latest;
use crate::api::object::Typed as _;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Context, EventType, Request};
use crate::collections::{SortedMap, SortedSet};
use crate::controllers::controller::Requeue;
use crate::controllers::{Controller, SyncError, SyncResult};
use crate::sim::{Span, Time};

/// How often everything that waits is looked at again (`--pvclaimbinder-sync-period`).
const SYNC_PERIOD_MS: u64 = 15_000;

pub(super) type Ctx<'a> = Context<'a, Requeue>;

/// The controller.
#[derive(Clone, Debug, Default)]
pub struct PersistentVolumeBinder {
    pub(super) latest: Latest,
    pub(super) users: ClaimUsers,
    /// New claims by uid, whether a pod used them when they came. Upstream looks at a claim so soon that a
    /// pod which is made right after it is not there yet.
    pub(super) had_user: SortedMap<String, bool>,
    /// Volumes that name no claim.
    free: SortedSet<String>,
    /// Volumes by the claim (namespace, name) that they name.
    reserved: SortedMap<(String, String), SortedSet<String>>,
}

/// Whether this is the time at which everything that waits is looked at again.
pub(super) fn is_time_to_look(now: Time) -> bool {
    now.ms().is_multiple_of(SYNC_PERIOD_MS)
}

/// The next time at which what waits is looked at again.
pub(super) fn until_next_look(now: Time) -> Span {
    Span::from_ms(SYNC_PERIOD_MS - now.ms() % SYNC_PERIOD_MS)
}

/// The key of a claim.
pub(super) fn claim_key(namespace: &str, name: &str) -> ObjectKey {
    ObjectKey::new(Kind::PersistentVolumeClaim, namespace, name)
}

/// The key of a volume.
pub(super) fn volume_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::PersistentVolume, "", name)
}

impl PersistentVolumeBinder {
    /// Sends a write and remembers the answer.
    pub(super) fn write(&mut self, request: Request, context: &mut Ctx<'_>) -> Result<Object, SyncError> {
        let object = context.request(request)?;
        self.latest.note(object.clone());
        Ok(object)
    }

    /// Tells an Event about an object.
    pub(super) fn tell(
        &self,
        about: impl Into<Object>,
        type_: EventType,
        reason: &str,
        message: &str,
        context: &mut Ctx<'_>,
    ) {
        context.event(self.name(), &about.into(), type_, reason, message);
    }

    /// The volumes that could go to a claim: those that name it, and those that name none.
    pub(super) fn candidates(
        &self,
        namespace: &str,
        claim: &str,
        cache: &Cache,
    ) -> Vec<Rc<PersistentVolume>> {
        let place = (namespace.to_owned(), claim.to_owned());
        let reserved = self.reserved.get(&place).into_iter().flatten();
        reserved.chain(&self.free).filter_map(|name| self.latest.get(cache, "", name)).collect()
    }

    /// Syncs the volumes that came before an unbound claim and could go to it: here both arrive at one
    /// instant. What fails is left to the volume's own turn.
    pub(super) fn sync_earlier_volumes(&mut self, claim: &Rc<PersistentVolumeClaim>, context: &mut Ctx<'_>) {
        let meta = &claim.metadata;
        for volume in self.candidates(&meta.namespace, &meta.name, context.cache) {
            let is_new = matches!(volume.status.phase.as_str(), "" | "Pending");
            if is_new && volume.metadata.resource_version < meta.resource_version {
                drop(self.sync_volume(&volume_key(&volume.metadata.name), context));
            }
        }
    }

    fn index_volume(&mut self, change: &Change) {
        if let Some(old) = change.old.as_ref().and_then(PersistentVolume::of) {
            self.free.remove(&old.metadata.name);
            if let Some(claim) = &old.spec.claim_ref {
                let place = (claim.namespace.clone(), claim.name.clone());
                if let Some(names) = self.reserved.get_mut(&place) {
                    names.remove(&old.metadata.name);
                    if names.is_empty() {
                        self.reserved.remove(&place);
                    }
                }
            }
        }
        if let Some(new) = change.new.as_ref().and_then(PersistentVolume::of) {
            let name = new.metadata.name.clone();
            match &new.spec.claim_ref {
                Some(claim) => {
                    let place = (claim.namespace.clone(), claim.name.clone());
                    self.reserved.entry(place).or_default().insert(name);
                }
                None => drop(self.free.insert(name)),
            }
        }
    }

    fn claim_keys(&mut self, change: &Change, cache: &Cache) -> Vec<ObjectKey> {
        let Some(claim) = change.object().and_then(PersistentVolumeClaim::of) else {
            return Vec::new();
        };
        let (namespace, name) = (&claim.metadata.namespace, &claim.metadata.name);
        let uid = claim.metadata.uid.clone();
        let mut keys = vec![claim_key(namespace, name)];
        if change.old.is_none() {
            let has_user = self.users.of(namespace, name, cache).next().is_some();
            self.had_user.insert(uid, has_user);
        } else if change.new.is_none() {
            self.had_user.remove(&uid);
            if !claim.spec.volume_name.is_empty() {
                keys.push(volume_key(&claim.spec.volume_name));
            }
        }
        keys
    }
}

fn volume_keys(change: &Change) -> Vec<ObjectKey> {
    let Some(volume) = change.object().and_then(PersistentVolume::of) else {
        return Vec::new();
    };
    match (&change.new, &volume.spec.claim_ref) {
        (Some(_), _) => vec![volume_key(&volume.metadata.name)],
        (None, Some(claim)) => vec![claim_key(&claim.namespace, &claim.name)],
        (None, None) => Vec::new(),
    }
}

impl Controller for PersistentVolumeBinder {
    fn name(&self) -> &'static str {
        "persistentvolume-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::Pod, Kind::StorageClass]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        self.latest.see(change);
        let keys = match change.object().map(Object::kind) {
            Some(Kind::PersistentVolumeClaim) => self.claim_keys(change, cache),
            Some(Kind::PersistentVolume) => {
                self.index_volume(change);
                volume_keys(change)
            }
            Some(Kind::Pod) => {
                self.users.see(change);
                Vec::new()
            }
            _ => Vec::new(),
        };
        keys.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Ctx<'_>) -> SyncResult {
        match key.kind {
            Kind::PersistentVolumeClaim => self.sync_claim(key, context),
            Kind::PersistentVolume => self.sync_volume(key, context),
            _ => Ok(None),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}
