//! What is done about one claim: find it a volume, have one made, or say what it waits for.
//!
//! Models `syncClaim`, `syncUnboundClaim`, `syncBoundClaim` and `bind`,
//! `pkg/controller/volume/persistentvolume/pv_controller.go`, Kubernetes v1.36. Left out: volume attributes
//! classes, the size after a resize.

use std::rc::Rc;

use super::binder::{Ctx, PersistentVolumeBinder, is_time_to_look, until_next_look};
use super::waiting;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::volume::{
    BETA_STORAGE_PROVISIONER, BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE, STORAGE_PROVISIONER,
    bind_volume_to_claim, binds_late, claim_class, find_matching_volume, is_volume_bound_to_claim,
    storage_of, volume_class,
};
use crate::api::{Object, ObjectKey};
use crate::client::{EventType, Request};
use crate::controllers::{SyncError, SyncResult, Verdict};

type Claim = Rc<PersistentVolumeClaim>;
type Volume = Rc<PersistentVolume>;

impl PersistentVolumeBinder {
    /// Brings one claim nearer to its volume.
    pub(super) fn sync_claim(&mut self, key: &ObjectKey, context: &mut Ctx<'_>) -> SyncResult {
        let Some(claim) = self.latest.get::<PersistentVolumeClaim>(context.cache, &key.namespace, &key.name)
        else {
            return Ok(None);
        };
        if claim.metadata.annotations.contains_key(BIND_COMPLETED) {
            return self.sync_bound_claim(&claim, context);
        }
        let verdict = self.sync_unbound_claim(&claim, context)?;
        if matches!(verdict, Some(Verdict::Waiting(_))) {
            context.wake_after(until_next_look(context.now()), key.clone());
        }
        Ok(verdict)
    }

    fn sync_unbound_claim(&mut self, claim: &Claim, context: &mut Ctx<'_>) -> SyncResult {
        self.sync_earlier_volumes(claim, context);
        if !claim.spec.volume_name.is_empty() {
            return self.sync_claim_for_named_volume(claim, context);
        }
        let class = context.cache.typed::<StorageClass>("", claim_class(claim)).cloned();
        let binds_late = binds_late(class.as_deref());
        let meta = &claim.metadata;
        let volumes = self.candidates(&meta.namespace, &meta.name, context.cache);
        if let Some(volume) = find_matching_volume(claim, volumes.iter(), None, &[], binds_late).cloned() {
            self.bind(&volume, claim, context)?;
            return Ok(Some(Verdict::Converged));
        }
        if self.assign_default_class(claim, context)? {
            return Ok(None);
        }
        let verdict = if binds_late && !claim.metadata.annotations.contains_key(SELECTED_NODE) {
            self.tell_consumer_is_missing(claim, context)
        } else if claim_class(claim).is_empty() {
            let message = "no persistent volumes available for this claim and no storage class is set";
            self.tell(Rc::clone(claim), EventType::Normal, "FailedBinding", message, context);
            waiting("VolumeAvailable", message.to_owned(), None)
        } else {
            return Ok(Some(self.provision_claim(claim, class.as_deref(), context)));
        };
        self.update_claim_status(claim, "Pending", None, context)?;
        Ok(Some(verdict))
    }

    /// The claim names its volume.
    fn sync_claim_for_named_volume(&mut self, claim: &Claim, context: &mut Ctx<'_>) -> SyncResult {
        let name = &claim.spec.volume_name;
        let Some(volume) = self.latest.get::<PersistentVolume>(context.cache, "", name) else {
            self.update_claim_status(claim, "Pending", None, context)?;
            return Ok(Some(waiting(
                "VolumeExists",
                format!("waiting for volume {name}, which does not exist"),
                None,
            )));
        };
        if volume.spec.claim_ref.is_none() {
            if let Err(why) = check_volume_satisfies_claim(&volume, claim) {
                let message = format!("Cannot bind to requested volume {name:?}: {why}");
                self.tell(Rc::clone(claim), EventType::Warning, "VolumeMismatch", &message, context);
                self.update_claim_status(claim, "Pending", None, context)?;
                return Ok(Some(waiting("VolumeMatches", message, None)));
            }
        } else if !is_volume_bound_to_claim(&volume, claim) {
            let message = format!("volume {name:?} already bound to a different claim.");
            self.tell(Rc::clone(claim), EventType::Warning, "FailedBinding", &message, context);
            self.update_claim_status(claim, "Pending", None, context)?;
            return Ok(Some(waiting("VolumeFree", message, None)));
        }
        self.bind(&volume, claim, context)?;
        Ok(Some(Verdict::Converged))
    }

    fn sync_bound_claim(&mut self, claim: &Claim, context: &mut Ctx<'_>) -> SyncResult {
        let name = &claim.spec.volume_name;
        if name.is_empty() {
            let message = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
            return self.lose_claim(claim, "ClaimLost", message, context);
        }
        let Some(volume) = self.latest.get::<PersistentVolume>(context.cache, "", name) else {
            let message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
            return self.lose_claim(claim, "ClaimLost", message, context);
        };
        let is_free_or_own =
            volume.spec.claim_ref.as_ref().is_none_or(|reference| reference.uid == claim.metadata.uid);
        if !is_free_or_own {
            let message = "Two claims are bound to the same volume, this one is bound incorrectly";
            return self.lose_claim(claim, "ClaimMisbound", message, context);
        }
        self.bind(&volume, claim, context)?;
        Ok(Some(Verdict::Converged))
    }

    fn lose_claim(
        &mut self,
        claim: &Claim,
        reason: &str,
        message: &str,
        context: &mut Ctx<'_>,
    ) -> SyncResult {
        if claim.status.phase != "Lost" {
            let lost = self.update_claim_status(claim, "Lost", None, context)?;
            self.tell(lost, EventType::Warning, reason, message, context);
        }
        Ok(Some(waiting("VolumeLost", message.to_owned(), None)))
    }

    fn tell_consumer_is_missing(&mut self, claim: &Claim, context: &mut Ctx<'_>) -> Verdict {
        let meta = &claim.metadata;
        let is_first_look = self.had_user.remove(&meta.uid) == Some(false);
        let unplaced: Vec<String> = self
            .users
            .of(&meta.namespace, &meta.name, context.cache)
            .filter(|pod| !is_first_look && !pod.is_terminal() && !pod.is_bound())
            .map(|pod| pod.metadata.name.clone())
            .collect();
        let (reason, message) = match unplaced.as_slice() {
            [] => {
                ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned())
            }
            [pod] => ("WaitForPodScheduled", format!("waiting for pod {pod} to be scheduled")),
            pods => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", pods.join(","))),
        };
        self.tell(Rc::clone(claim), EventType::Normal, reason, &message, context);
        waiting(reason, message, None)
    }

    /// Names the provisioner on the claim: it takes the claim up from there.
    fn provision_claim(
        &mut self,
        claim: &Claim,
        class: Option<&StorageClass>,
        context: &mut Ctx<'_>,
    ) -> Verdict {
        let provisioner = match class {
            None => Err(format!("storageclass.storage.k8s.io {:?} not found", claim_class(claim))),
            Some(class) if class.provisioner.starts_with("kubernetes.io/") => {
                Err(format!("no volume plugin matched name: {}", class.provisioner))
            }
            Some(class) => Ok(class.provisioner.clone()),
        };
        let provisioner = match provisioner {
            Ok(provisioner) => provisioner,
            Err(message) => {
                self.tell(Rc::clone(claim), EventType::Warning, "ProvisioningFailed", &message, context);
                return waiting("ProvisionerExists", message, None);
            }
        };
        let mut named = Rc::clone(claim);
        // The change that it makes itself is no reason to tell the same again.
        let mut is_told = !is_time_to_look(context.now());
        if claim.metadata.annotations.get(STORAGE_PROVISIONER) != Some(&provisioner) {
            let mut changed = (**claim).clone();
            for annotation in [BETA_STORAGE_PROVISIONER, STORAGE_PROVISIONER] {
                changed.metadata.annotations.insert(annotation.to_owned(), provisioner.clone());
            }
            match self.write(Request::update(changed), context) {
                Ok(Object::PersistentVolumeClaim(claim)) => (named, is_told) = (claim, false),
                Ok(_) => {}
                Err(error) => {
                    let message = format!("Error saving claim: {}", error.message);
                    self.tell(Rc::clone(claim), EventType::Warning, "ProvisioningFailed", &message, context);
                    return waiting("ClaimSaved", message, None);
                }
            }
        }
        let message = format!(
            "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by \
             the system administrator. If volume creation is delayed, please verify that the provisioner is \
             running and correctly registered."
        );
        if !is_told {
            self.tell(named, EventType::Normal, "ExternalProvisioning", &message, context);
        }
        waiting("ExternalProvisioning", message, None)
    }

    /// Gives a claim without a class the default one, when there is one.
    fn assign_default_class(&mut self, claim: &Claim, context: &mut Ctx<'_>) -> Result<bool, SyncError> {
        if claim.spec.storage_class_name.is_some() || !claim_class(claim).is_empty() {
            return Ok(false);
        }
        let newest = context
            .cache
            .list::<StorageClass>(None)
            .filter(|class| class.is_default())
            .max_by_key(|class| class.metadata.creation_timestamp)
            .map(|class| class.metadata.name.clone());
        let Some(class) = newest else {
            return Ok(false);
        };
        let mut changed = (**claim).clone();
        changed.spec.storage_class_name = Some(class);
        self.write(Request::update(changed), context)?;
        Ok(true)
    }

    /// Binds both to each other, one write after another; each is left out when it is done already.
    pub(super) fn bind(
        &mut self,
        volume: &Volume,
        claim: &Claim,
        context: &mut Ctx<'_>,
    ) -> Result<(), SyncError> {
        let mut volume = Rc::clone(volume);
        let (bound, is_changed) = bind_volume_to_claim(&volume, claim);
        if is_changed
            && let Object::PersistentVolume(written) = self.write(Request::update(bound), context)?
        {
            volume = written;
        }
        let volume = self.update_volume_phase(&volume, "Bound", context)?;
        let mut claim = Rc::clone(claim);
        let mut changed = (*claim).clone();
        if claim.spec.volume_name != volume.metadata.name {
            changed.spec.volume_name.clone_from(&volume.metadata.name);
            changed.metadata.annotations.insert(BOUND_BY_CONTROLLER.to_owned(), "yes".to_owned());
        }
        changed.metadata.annotations.entry(BIND_COMPLETED.to_owned()).or_insert_with(|| "yes".to_owned());
        if changed != *claim
            && let Object::PersistentVolumeClaim(written) = self.write(Request::update(changed), context)?
        {
            claim = written;
        }
        self.update_claim_status(&claim, "Bound", Some(&volume), context)?;
        Ok(())
    }

    fn update_claim_status(
        &mut self,
        claim: &Claim,
        phase: &str,
        volume: Option<&Volume>,
        context: &mut Ctx<'_>,
    ) -> Result<Claim, SyncError> {
        let mut changed = (**claim).clone();
        phase.clone_into(&mut changed.status.phase);
        match volume {
            None => {
                changed.status.access_modes.clear();
                changed.status.capacity.clear();
            }
            Some(volume) => {
                changed.status.access_modes.clone_from(&volume.spec.access_modes);
                if claim.status.phase != phase
                    && storage_of(&claim.status.capacity) != storage_of(&volume.spec.capacity)
                {
                    changed.status.capacity.clone_from(&volume.spec.capacity);
                }
            }
        }
        if changed == **claim {
            return Ok(Rc::clone(claim));
        }
        match self.write(Request::update_status(changed), context)? {
            Object::PersistentVolumeClaim(written) => Ok(written),
            _ => Ok(Rc::clone(claim)),
        }
    }
}

/// Whether a volume that the claim names will do; otherwise why not.
fn check_volume_satisfies_claim(
    volume: &PersistentVolume,
    claim: &PersistentVolumeClaim,
) -> Result<(), String> {
    let mode = |mode: &Option<String>| mode.clone().unwrap_or_else(|| "Filesystem".to_owned());
    let allows = |wanted: &String| volume.spec.access_modes.contains(wanted);
    if volume.metadata.is_terminating() {
        Err(format!("the volume is marked for deletion {:?}", volume.metadata.name))
    } else if storage_of(&volume.spec.capacity) < storage_of(&claim.spec.resources.requests) {
        Err("requested PV is too small".to_owned())
    } else if volume_class(volume) != claim_class(claim) {
        Err("storageClassName does not match".to_owned())
    } else if mode(&volume.spec.volume_mode) != mode(&claim.spec.volume_mode) {
        Err("incompatible volumeMode".to_owned())
    } else if !claim.spec.access_modes.iter().all(allows) {
        Err("incompatible accessMode".to_owned())
    } else {
        Ok(())
    }
}
