//! What is done about one volume: show whether it is in use, free it, or release it for reclaiming.
//!
//! Models `syncVolume` and `reclaimVolume`, `pkg/controller/volume/persistentvolume/pv_controller.go`,
//! Kubernetes v1.36. Left out: recycling; deleting volumes that no provisioner made (they fail, as there is
//! no plugin for them).

use std::rc::Rc;

use super::binder::{Ctx, PersistentVolumeBinder, claim_key};
use super::waiting;
use crate::api::storage::{ClaimReference, PersistentVolume, PersistentVolumeClaim};
use crate::api::volume::{BOUND_BY_CONTROLLER, PROVISIONED_BY};
use crate::api::{Object, ObjectKey};
use crate::client::{EventType, Request};
use crate::controllers::{SyncError, SyncResult, Verdict};

type Volume = Rc<PersistentVolume>;

impl PersistentVolumeBinder {
    /// Brings one volume's state up to date.
    pub(super) fn sync_volume(&mut self, key: &ObjectKey, context: &mut Ctx<'_>) -> SyncResult {
        let Some(volume) = self.latest.get::<PersistentVolume>(context.cache, "", &key.name) else {
            return Ok(None);
        };
        let reference = match &volume.spec.claim_ref {
            Some(reference) if !reference.uid.is_empty() => reference.clone(),
            _ => {
                self.update_volume_phase(&volume, "Available", context)?;
                return Ok(Some(Verdict::Converged));
            }
        };
        let Some(claim) = self.claim_of(&volume, &reference, context)? else {
            return self.release(&volume, context);
        };
        if claim.spec.volume_name.is_empty() {
            // The claim's own sync binds it.
            let key = claim_key(&reference.namespace, &reference.name);
            context.wake_after(crate::sim::Span::ZERO, key.clone());
            let sentence = format!("waiting for claim {} to be bound", reference.name);
            return Ok(Some(waiting("ClaimBound", sentence, Some(key))));
        }
        if claim.spec.volume_name == volume.metadata.name {
            self.update_volume_phase(&volume, "Bound", context)?;
            return Ok(Some(Verdict::Converged));
        }
        let was_made_for_it = volume.metadata.annotations.contains_key(PROVISIONED_BY);
        if was_made_for_it && volume.spec.persistent_volume_reclaim_policy == "Delete" {
            return self.release(&volume, context);
        }
        self.unbind_volume(&volume, context)?;
        Ok(Some(Verdict::Converged))
    }

    /// The claim that a volume names, when it is still that very claim.
    fn claim_of(
        &self,
        volume: &Volume,
        reference: &ClaimReference,
        context: &Ctx<'_>,
    ) -> Result<Option<Rc<PersistentVolumeClaim>>, SyncError> {
        let cached: Option<Rc<PersistentVolumeClaim>> =
            self.latest.get(context.cache, &reference.namespace, &reference.name);
        let is_it = |claim: &Rc<PersistentVolumeClaim>| claim.metadata.uid == reference.uid;
        if let Some(claim) = cached.filter(is_it) {
            return Ok(Some(claim));
        }
        // The cache may lag behind: before a volume is given up the server itself is asked.
        if matches!(volume.status.phase.as_str(), "Released" | "Failed") {
            return Ok(None);
        }
        Ok(match context.find(&claim_key(&reference.namespace, &reference.name))? {
            Some(Object::PersistentVolumeClaim(claim)) => Some(Rc::clone(claim)).filter(is_it),
            _ => None,
        })
    }

    /// The claim is gone: the volume is released and reclaimed as its policy says.
    fn release(&mut self, volume: &Volume, context: &mut Ctx<'_>) -> SyncResult {
        let mut volume = Rc::clone(volume);
        if !matches!(volume.status.phase.as_str(), "Released" | "Failed") {
            volume = self.update_volume_phase(&volume, "Released", context)?;
        }
        let name = &volume.metadata.name;
        let policy = volume.spec.persistent_volume_reclaim_policy.as_str();
        if policy == "Delete" && !volume.metadata.annotations.contains_key(PROVISIONED_BY) {
            let message = format!(
                "error getting deleter volume plugin for volume {name:?}: no deletable volume plugin matched"
            );
            if volume.status.phase != "Failed" {
                let failed = self.update_volume_phase(&volume, "Failed", context)?;
                self.tell(failed, EventType::Warning, "VolumeFailedDelete", &message, context);
            }
            return Ok(Some(waiting("VolumeDeleted", message, None)));
        }
        Ok(Some(match policy {
            "Delete" => {
                waiting("VolumeDeleted", format!("waiting for the provisioner to delete volume {name}"), None)
            }
            _ => Verdict::Converged,
        }))
    }

    /// Takes back a binding whose claim got another volume.
    fn unbind_volume(&mut self, volume: &Volume, context: &mut Ctx<'_>) -> Result<(), SyncError> {
        let mut changed = (**volume).clone();
        if changed.metadata.annotations.remove(BOUND_BY_CONTROLLER).is_some() {
            changed.spec.claim_ref = None;
        } else if let Some(reference) = &mut changed.spec.claim_ref {
            reference.uid.clear();
        }
        if let Object::PersistentVolume(written) = self.write(Request::update(changed), context)? {
            self.update_volume_phase(&written, "Available", context)?;
        }
        Ok(())
    }

    /// Writes a volume's phase, when it is another one.
    pub(super) fn update_volume_phase(
        &mut self,
        volume: &Volume,
        phase: &str,
        context: &mut Ctx<'_>,
    ) -> Result<Volume, SyncError> {
        if volume.status.phase == phase {
            return Ok(Rc::clone(volume));
        }
        let mut changed = (**volume).clone();
        phase.clone_into(&mut changed.status.phase);
        match self.write(Request::update_status(changed), context)? {
            Object::PersistentVolume(written) => Ok(written),
            _ => Ok(Rc::clone(volume)),
        }
    }
}
