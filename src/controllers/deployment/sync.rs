//! One sync of one Deployment: what is gathered, which policy decides, and what is written last.
//!
//! Models `syncDeployment` and `getReplicaSetsForDeployment`,
//! `pkg/controller/deployment/deployment_controller.go`, `sync`, `syncStatusOnly` and `isScalingEvent`,
//! sync.go, `rolloutRolling`, rolling.go, and `rolloutRecreate`, recreate.go, Kubernetes v1.36. Left out:
//! giving up after fifteen tries; a sync that fails is tried again later and later.

use std::rc::Rc;

use super::annotations::{ROLLBACK_TO, desired_replicas};
use super::control::{Control, Found};
use super::fenceposts::replicas;
use super::progress::{paused_condition, recheck_after, rollout_status};
use super::proportions::{Scaling, scale};
use super::recreate::{old_pods_running, scale_down_old};
use super::replica_sets::{Sets, active};
use super::rollback::{Rollback, find, rollback_to, take_template};
use super::rolling::{reconcile_new, reconcile_old};
use super::standing::standing;
use super::status::{Sums, calculate_status, is_complete};
use super::waiting::{Outcome, Progress};
use crate::api::deployment::{Deployment, DeploymentStatus, ReplicaSet};
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey, ObjectMeta};
use crate::client::{Cache, EventType, Request, StatusError};
use crate::controllers::api_access::Api;
use crate::controllers::controller_ref::{self, Claim};
use crate::controllers::{SyncError, SyncResult};

/// Brings one Deployment nearer to what it should be.
pub(super) fn sync_deployment(
    key: &ObjectKey,
    deployment: &Rc<Deployment>,
    cache: &Cache,
    api: &mut dyn Api,
) -> SyncResult {
    let mut control =
        Control { api, cache, deployment: Rc::clone(deployment), sets: Vec::new(), done: Vec::new() };
    if deployment.spec.selector.is_empty() {
        selecting_all(&mut control);
        return Ok(None);
    }
    control.sets = claim_replica_sets(deployment, cache, control.api)?;
    match control.roll(key) {
        Ok(outcome) => Ok(Some(outcome.verdict(&control.deployment))),
        // In a namespace that is being deleted there is nothing left to do.
        Err(error) if error.is_namespace_terminating() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A selector that picks everything would take every pod for its own: nothing is done.
fn selecting_all(control: &mut Control<'_>) {
    let message = "This deployment is selecting all pods. A non-empty selector is required.";
    control.event(EventType::Warning, "SelectingAll", message);
    let generation = control.deployment.metadata.generation;
    if control.deployment.status.observed_generation < generation {
        Rc::make_mut(&mut control.deployment).status.observed_generation = generation;
        // It is only seen, not acted on: a failure to write that is no failure.
        drop(control.update_status());
    }
}

/// The sets that the Deployment controls, after adopting those that fit and letting go of those that do not.
fn claim_replica_sets(deployment: &Deployment, cache: &Cache, api: &mut dyn Api) -> Result<Sets, SyncError> {
    let meta = &deployment.metadata;
    let selects = |set: &ReplicaSet| deployment.spec.selector.matches(&set.metadata.labels);
    let key_of =
        |meta: &ObjectMeta| ObjectKey::new(Kind::ReplicaSet, meta.namespace.clone(), meta.name.clone());
    let (mut claimed, mut errors, mut may_adopt) = (Vec::new(), Vec::new(), None);
    let own = cache.controlled_by::<ReplicaSet>(&meta.namespace, &meta.uid);
    for set in own.chain(cache.orphans::<ReplicaSet>(&meta.namespace)) {
        match controller_ref::claim(meta, &set.metadata, selects(set)) {
            Claim::Own => claimed.push(Rc::clone(set)),
            Claim::Ignore => {}
            Claim::Release => {
                let released =
                    controller_ref::release(api, &meta.uid, &key_of(&set.metadata), &set.metadata.uid);
                errors.extend(released.err().map(|error| error.message));
            }
            Claim::Adopt => {
                let allowed =
                    may_adopt.get_or_insert_with(|| controller_ref::can_adopt(api, Deployment::KIND, meta));
                let adopted = match allowed {
                    Ok(()) => {
                        let key = key_of(&set.metadata);
                        controller_ref::adopt(api, Deployment::KIND, meta, &key, &set.metadata.uid)
                    }
                    Err(why) => {
                        let (name, uid) = (&set.metadata.name, &set.metadata.uid);
                        errors
                            .push(format!("can't adopt ReplicaSet {}/{name} ({uid}): {why}", meta.namespace));
                        continue;
                    }
                };
                match adopted {
                    Ok(_) => claimed.push(Rc::clone(set)),
                    Err(error) if error.is_not_found() => {}
                    Err(error) => errors.push(error.message),
                }
            }
        }
    }
    match errors.as_slice() {
        [] => Ok(claimed),
        [one] => Err(SyncError { message: one.clone() }),
        many => Err(SyncError { message: format!("[{}]", many.join(", ")) }),
    }
}

impl Control<'_> {
    fn roll(&mut self, key: &ObjectKey) -> Result<Outcome, StatusError> {
        if self.deployment.metadata.is_terminating() {
            let found = self.find_and_sync_revision(false)?;
            return self.write_status(&found);
        }
        if let Some(condition) = paused_condition(&self.deployment, self.api.now()) {
            self.set_condition(condition);
            self.update_status()?;
        }
        if self.deployment.spec.paused {
            return self.scale_only();
        }
        if let Some(wanted) = rollback_to(&self.deployment) {
            return self.roll_back(wanted);
        }
        if self.is_scaling_event()? {
            return self.scale_only();
        }
        match self.deployment.spec.strategy.type_.as_str() {
            "Recreate" => self.roll_recreate(key),
            "RollingUpdate" => self.roll_rolling(key),
            other => Err(StatusError::internal(&format!("unexpected deployment strategy type: {other}"))),
        }
    }

    /// Whether the Deployment has another size than when its sets were last scaled.
    fn is_scaling_event(&mut self) -> Result<bool, StatusError> {
        let found = self.find_and_sync_revision(false)?;
        let wanted = replicas(&self.deployment);
        let sets = active(found.old.iter().chain(&found.new));
        Ok(sets.iter().filter_map(|set| desired_replicas(set)).any(|desired| desired != wanted))
    }

    /// Looks after the size alone: after it was changed, or while the Deployment is paused.
    fn scale_only(&mut self) -> Result<Outcome, StatusError> {
        let found = self.find_and_sync_revision(false)?;
        let scalings = scale(&self.deployment, found.new.as_ref(), &found.old);
        self.scale_all(&scalings)?;
        if self.deployment.spec.paused && rollback_to(&self.deployment).is_none() {
            self.clean_up(&found.old)?;
        }
        self.write_status(&found)
    }

    fn roll_rolling(&mut self, key: &ObjectKey) -> Result<Outcome, StatusError> {
        let found = self.find_and_sync_revision(true)?;
        let Some(new) = found.new.clone() else { return self.write_rollout_status(key, &found) };
        if let Some(scaling) = reconcile_new(&self.deployment, &new, &found.old) {
            self.scale(&scaling)?;
            return self.write_rollout_status(key, &found);
        }
        let plan = reconcile_old(&self.deployment, &new, &found.old);
        // A refusal here ends the step, not the sync: the status is written all the same.
        let scaled = self.scale_all(&plan.scalings).is_ok();
        if scaled && !plan.is_broken && !plan.scalings.is_empty() {
            return self.write_rollout_status(key, &found);
        }
        self.finish(key, &found)
    }

    fn roll_recreate(&mut self, key: &ObjectKey) -> Result<Outcome, StatusError> {
        let mut found = self.find_and_sync_revision(false)?;
        let scalings = scale_down_old(&found.old);
        self.scale_all(&scalings)?;
        if !scalings.is_empty() || self.has_old_pods(&found) {
            return self.write_rollout_status(key, &found);
        }
        if found.new.is_none() {
            found = self.find_and_sync_revision(true)?;
        }
        if let Some(new) = &found.new {
            self.scale(&Scaling::new(new, replicas(&self.deployment)))?;
        }
        self.finish(key, &found)
    }

    fn has_old_pods(&self, found: &Found) -> bool {
        let new_uid = found.new.as_ref().map_or("", |new| &new.metadata.uid);
        let others = self.sets.iter().filter(|set| set.metadata.uid != new_uid);
        let pods = others
            .flat_map(|set| self.cache.controlled_by::<Pod>(&set.metadata.namespace, &set.metadata.uid));
        old_pods_running(&found.old, pods)
    }

    /// Cleans up when all is done, and writes the status.
    fn finish(&mut self, key: &ObjectKey, found: &Found) -> Result<Outcome, StatusError> {
        if is_complete(&self.deployment, &self.deployment.status) {
            self.clean_up(&found.old)?;
        }
        self.write_rollout_status(key, found)
    }

    fn roll_back(&mut self, wanted: i64) -> Result<Outcome, StatusError> {
        let found = self.find_and_sync_revision(true)?;
        let rollback = find(&self.deployment, wanted, found.sums());
        match &rollback {
            Rollback::To(set, _) => {
                take_template(Rc::make_mut(&mut self.deployment), set);
                self.done.push(Progress::RollBack { set: set.metadata.name.clone() });
            }
            Rollback::Unchanged => {
                let name = &self.deployment.metadata.name;
                let message = format!(
                    "The rollback revision contains the same template as current deployment \"{name}\""
                );
                self.event(EventType::Warning, "DeploymentRollbackTemplateUnchanged", &message);
            }
            Rollback::NotFound(message) => {
                self.event(EventType::Warning, "DeploymentRollbackRevisionNotFound", message);
            }
        }
        Rc::make_mut(&mut self.deployment).metadata.annotations.remove(ROLLBACK_TO);
        self.api.request(Request::update(Rc::clone(&self.deployment)))?;
        if let Rollback::To(_, revision) = rollback {
            let name = &self.deployment.metadata.name;
            let message = format!("Rolled back deployment \"{name}\" to revision {revision}");
            self.event(EventType::Normal, "DeploymentRollback", &message);
        }
        let status = self.deployment.status.clone();
        Ok(self.outcome(&found, &status))
    }

    /// Writes the counts alone, without a word about progress.
    fn write_status(&mut self, found: &Found) -> Result<Outcome, StatusError> {
        let status = calculate_status(&self.deployment, found.sums(), self.api.now());
        let outcome = self.outcome(found, &status);
        self.put_status(status)?;
        Ok(outcome)
    }

    fn write_rollout_status(&mut self, key: &ObjectKey, found: &Found) -> Result<Outcome, StatusError> {
        let now = self.api.now();
        let status = rollout_status(&self.deployment, found.sums(), now);
        let outcome = self.outcome(found, &status);
        let recheck = recheck_after(&self.deployment, &status, now);
        // A status that is written comes back as a change, and then nothing is news.
        if !self.put_status(status)?
            && let Some(after) = recheck
        {
            self.api.requeue_after(key, after);
        }
        Ok(outcome)
    }

    /// Writes the status when it differs; says whether it did.
    fn put_status(&mut self, status: DeploymentStatus) -> Result<bool, StatusError> {
        if self.deployment.status == status {
            return Ok(false);
        }
        Rc::make_mut(&mut self.deployment).status = status;
        self.update_status()?;
        Ok(true)
    }

    fn outcome(&self, found: &Found, status: &DeploymentStatus) -> Outcome {
        match self.done.first() {
            Some(progress) => Outcome::Progressing(progress.clone()),
            None => standing(&self.deployment, found.sums(), status),
        }
    }
}

impl Found {
    /// The sets as statuses speak of them.
    fn sums(&self) -> Sums<'_> {
        Sums { new: self.new.as_ref(), old: &self.old }
    }
}
