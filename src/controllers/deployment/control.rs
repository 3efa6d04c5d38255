//! A sync's hands: what the Deployment controller writes to `ReplicaSet`s and to the Deployment.
//!
//! Models `getNewReplicaSet`, `scaleReplicaSet` and `cleanupDeployment`, pkg/controller/deployment/sync.go,
//! Kubernetes v1.36. As upstream, the Deployment that a sync works with keeps the version that the cache
//! had: a second write of its status in one sync is refused as stale, and the next sync goes on. Left out:
//! nothing.

use std::rc::Rc;

use super::COMPONENT;
use super::annotations::{max_revision, replicas_need_update, set_new_replica_set, set_replicas};
use super::cleanup::surplus;
use super::conditions::{self, PROGRESSING, condition, reason};
use super::proportions::Scaling;
use super::replica_sets::{Sets, size, total_size};
use super::status::{progress_deadline, revision_history_limit};
use super::template::new_replica_set;
use super::waiting::Progress;
use crate::api::deployment::{
    Deployment, REVISION_ANNOTATION as REVISION, ReplicaSet, equal_ignore_hash, new_and_old,
};
use crate::api::meta::Condition;
use crate::api::object::Typed as _;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, DeleteOptions, EventType, Request, StatusError};
use crate::controllers::api_access::Api;

/// One sync's Deployment with what it may do to the world.
pub(super) struct Control<'a> {
    /// The server.
    pub(super) api: &'a mut dyn Api,
    /// The controller's copy.
    pub(super) cache: &'a Cache,
    /// The Deployment, with the changes of this sync.
    pub(super) deployment: Rc<Deployment>,
    /// Its sets, as the cache had them when the sync began.
    pub(super) sets: Sets,
    /// What was done.
    pub(super) done: Vec<Progress>,
}

/// The set of the template and all others.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The set of the template.
    pub(super) new: Option<Rc<ReplicaSet>>,
    /// All others, oldest first.
    pub(super) old: Sets,
}

impl Control<'_> {
    /// Finds the sets and brings revision numbers up to date; makes the new set when that is wanted.
    pub(super) fn find_and_sync_revision(&mut self, create: bool) -> Result<Found, StatusError> {
        let (new, old) = new_and_old(&self.deployment, &self.sets);
        let (new, old): (_, Sets) = (new.cloned(), old.into_iter().cloned().collect());
        let new_revision = max_revision(&old).wrapping_add(1);
        let new = match new {
            Some(existing) => Some(self.sync_revision(existing, new_revision)?),
            None if create => Some(self.create_new(&old, new_revision)?),
            None => None,
        };
        Ok(Found { new, old })
    }

    fn sync_revision(
        &mut self,
        existing: Rc<ReplicaSet>,
        new_revision: i64,
    ) -> Result<Rc<ReplicaSet>, StatusError> {
        let mut annotations = existing.metadata.annotations.clone();
        let annotated = set_new_replica_set(&mut annotations, &self.deployment, new_revision, true);
        let min_ready_seconds = self.deployment.spec.min_ready_seconds;
        if annotated || existing.spec.min_ready_seconds != min_ready_seconds {
            let mut set = (*existing).clone();
            set.metadata.annotations = annotations;
            set.spec.min_ready_seconds = min_ready_seconds;
            return self.update_set(set);
        }
        let revision = existing.metadata.annotations.get(REVISION).cloned().unwrap_or_default();
        let mut needs_update = self.set_revision(revision);
        if progress_deadline(&self.deployment).is_some()
            && Condition::find(&self.deployment.status.conditions, PROGRESSING).is_none()
        {
            let message = format!("Found new replica set \"{}\"", existing.metadata.name);
            self.set_progressing("True", reason::FOUND_NEW, message);
            needs_update = true;
        }
        if needs_update {
            self.update_status()?;
        }
        Ok(existing)
    }

    fn create_new(&mut self, old: &Sets, new_revision: i64) -> Result<Rc<ReplicaSet>, StatusError> {
        let set = new_replica_set(&self.deployment, new_revision, total_size(old));
        let (name, to) = (set.metadata.name.clone(), size(&set));
        let (made, is_new) = match self.api.request(Request::create(set)) {
            Ok(made) => (typed(&made)?, true),
            Err(error) if error.is_already_exists() => (self.existing_or_collision(&name, error)?, false),
            Err(error) if error.is_namespace_terminating() => return Err(error),
            Err(error) => {
                self.tell_failed_create(&name, &error);
                return Err(error);
            }
        };
        if is_new {
            self.done.push(Progress::CreateReplicaSet { set: name.clone(), to });
            if to > 0 {
                let message = format!("Scaled up replica set {name} from 0 to {to}");
                self.event(EventType::Normal, "ScalingReplicaSet", &message);
            }
        }
        let mut needs_update = self.set_revision(new_revision.to_string());
        if is_new && progress_deadline(&self.deployment).is_some() {
            let message = format!("Created new replica set \"{name}\"");
            self.set_progressing("True", reason::NEW_REPLICA_SET, message);
            needs_update = true;
        }
        if needs_update {
            self.update_status()?;
        }
        Ok(made)
    }

    /// The name is taken: by the Deployment's own set that the cache shows by now, or by another template,
    /// and then the hash must become another.
    fn existing_or_collision(
        &mut self,
        name: &str,
        error: StatusError,
    ) -> Result<Rc<ReplicaSet>, StatusError> {
        let namespace = &self.deployment.metadata.namespace;
        let Some(set) = self.cache.typed::<ReplicaSet>(namespace, name) else {
            return Err(StatusError::not_found(Kind::ReplicaSet, name));
        };
        let is_own = set.metadata.is_controlled_by(&self.deployment.metadata.uid);
        if is_own && equal_ignore_hash(&self.deployment.spec.template, &set.spec.template) {
            return Ok(Rc::clone(set));
        }
        let status = &mut Rc::make_mut(&mut self.deployment).status;
        status.collision_count = Some(status.collision_count.unwrap_or_default() + 1);
        // Whether or not that could be written, the next sync tries again.
        drop(self.update_status());
        Err(error)
    }

    fn tell_failed_create(&mut self, name: &str, error: &StatusError) {
        let message = format!("Failed to create new replica set \"{name}\": {error}");
        if progress_deadline(&self.deployment).is_some() {
            self.set_progressing("False", reason::FAILED_CREATE, message.clone());
            // The failure to make the set is the bigger one, and is the one that is told.
            drop(self.update_status());
        }
        self.event(EventType::Warning, reason::FAILED_CREATE, &message);
    }

    fn set_revision(&mut self, revision: String) -> bool {
        if self.deployment.metadata.annotations.get(REVISION) == Some(&revision) {
            return false;
        }
        let annotations = &mut Rc::make_mut(&mut self.deployment).metadata.annotations;
        annotations.insert(REVISION.to_owned(), revision);
        true
    }

    fn set_progressing(&mut self, status: &str, reason: &str, message: String) {
        let told = condition(PROGRESSING, status, reason, message, self.api.now());
        self.set_condition(told);
    }

    /// Puts a condition into the Deployment's status, without writing it.
    pub(super) fn set_condition(&mut self, condition: Condition) {
        conditions::set(&mut Rc::make_mut(&mut self.deployment).status.conditions, condition);
    }

    /// Writes the Deployment's status (and its annotations).
    pub(super) fn update_status(&mut self) -> Result<(), StatusError> {
        self.api.request(Request::update_status(Rc::clone(&self.deployment))).map(|_| ())
    }

    /// Gives a set its size, and returns it as it then is.
    pub(super) fn scale(&mut self, scaling: &Scaling) -> Result<Rc<ReplicaSet>, StatusError> {
        let Scaling { set, to, force } = scaling;
        let from = size(set);
        let is_annotated = !replicas_need_update(set, &self.deployment);
        if from == *to && (!force || is_annotated) {
            return Ok(Rc::clone(set));
        }
        let mut changed = (**set).clone();
        changed.spec.replicas = Some(*to);
        set_replicas(&mut changed.metadata.annotations, &self.deployment);
        let written = self.update_set(changed)?;
        if from != *to {
            let direction = if from < *to { "up" } else { "down" };
            let name = written.metadata.name.clone();
            let message = format!("Scaled {direction} replica set {name} from {from} to {to}");
            self.event(EventType::Normal, "ScalingReplicaSet", &message);
            self.done.push(Progress::Scale { set: name, from, to: *to });
        }
        Ok(written)
    }

    /// Scales sets in order; one that comes a second time is scaled as it then is.
    pub(super) fn scale_all(&mut self, scalings: &[Scaling]) -> Result<(), StatusError> {
        let mut written: Sets = Vec::new();
        for scaling in scalings {
            let is_same = |set: &&Rc<ReplicaSet>| set.metadata.uid == scaling.set.metadata.uid;
            let set = written.iter().rev().find(is_same).unwrap_or(&scaling.set);
            let set = self.scale(&Scaling { set: Rc::clone(set), ..scaling.clone() })?;
            written.push(set);
        }
        Ok(())
    }

    /// Deletes old sets beyond the limit.
    pub(super) fn clean_up(&mut self, old: &Sets) -> Result<(), StatusError> {
        let Some(limit) = revision_history_limit(&self.deployment) else { return Ok(()) };
        let surplus = surplus(old, limit);
        for set in &surplus {
            let meta = &set.metadata;
            let key = ObjectKey::new(Kind::ReplicaSet, meta.namespace.clone(), meta.name.clone());
            match self.api.request(Request::delete(key, DeleteOptions::default())) {
                Err(error) if !error.is_not_found() => return Err(error),
                _ => {}
            }
        }
        if let Some(first) = surplus.first() {
            let set = first.metadata.name.clone();
            self.done.push(Progress::CleanUp { set, count: surplus.len() });
        }
        Ok(())
    }

    fn update_set(&mut self, set: ReplicaSet) -> Result<Rc<ReplicaSet>, StatusError> {
        typed(&self.api.request(Request::update(set))?)
    }

    /// Tells an Event about the Deployment.
    pub(super) fn event(&mut self, type_: EventType, reason: &str, message: &str) {
        let about = Object::Deployment(Rc::clone(&self.deployment));
        self.api.event(COMPONENT, &about, type_, reason, message);
    }
}

fn typed(object: &Object) -> Result<Rc<ReplicaSet>, StatusError> {
    let set = ReplicaSet::of(object).cloned();
    set.ok_or_else(|| StatusError::internal(&format!("{} is no ReplicaSet", object.key())))
}
