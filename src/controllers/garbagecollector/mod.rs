//! Deletes what nobody owns any more, and sees deletions in the foreground and orphaning through.
//!
//! Models `attemptToDeleteItem`, `processDeletingDependentsItem` and `orphanDependents`,
//! pkg/controller/garbagecollector/garbagecollector.go, Kubernetes v1.36. It is told of changes, keeps a
//! graph of owners, and asks the server itself before it deletes anything. Left out: discovery of kinds
//! while it runs, the cache of absent owners.
//!
//! - [`graph`]: who depends on whom, and whom a change touches. [`propagation`]: what becomes of one object.

pub mod graph;
pub mod propagation;
#[cfg(test)]
mod tests;

use super::controller::Requeue;
use super::{Controller, Reason, SyncError, SyncResult, Verdict};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::client::{Cache, Change, Context, DeleteOptions, Preconditions, Request, StatusError};
use crate::sim::{Span, Time};
use graph::OwnerGraph;
use propagation::{Action, FOREGROUND, ORPHAN, Standing, decide, has_finalizer};

/// The garbage collector.
#[derive(Clone, Debug, Default)]
pub struct GarbageCollector {
    graph: OwnerGraph,
}

impl Controller for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        Kind::ALL
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _: Time) -> Vec<(ObjectKey, Span)> {
        self.graph.take_in(change, cache).into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let Some(item) = context.find(key)?.cloned() else {
            return Ok(None);
        };
        let meta = item.meta();
        if meta.is_terminating() {
            if has_finalizer(meta, ORPHAN) {
                self.orphan_dependents(&item, context)?;
                return Ok(None);
            }
            if has_finalizer(meta, FOREGROUND) {
                return self.process_deleting_dependents(&item, context);
            }
            // Deletion goes one way; its dependents are looked at once it is gone.
            return Ok(None);
        }
        self.attempt_to_delete(&item, context)?;
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

impl GarbageCollector {
    /// Deletes an object that nobody owns any more, or takes the references away that lead nowhere.
    fn attempt_to_delete(&self, item: &Object, context: &mut Context<'_, Requeue>) -> Result<(), SyncError> {
        let meta = item.meta();
        let mut standings: Vec<(&OwnerReference, Standing)> = Vec::new();
        for owner in &meta.owner_references {
            standings.push((owner, standing(owner, item, context)?));
        }
        let (mut has_dependents, mut cycle) = (false, false);
        for dependent in self.graph.dependents(&meta.uid) {
            has_dependents = true;
            cycle |= context.find(dependent)?.is_some_and(|object| is_deleting_dependents(object.meta()));
        }
        match decide(&standings, meta, has_dependents) {
            Action::Keep => Ok(()),
            Action::Unlink(uids) => forget_owners(item, &uids, context),
            Action::Delete(policy) => {
                let mut latest = item.clone();
                if cycle && policy == crate::client::PropagationPolicy::Foreground {
                    // Both would wait for each other.
                    for owner in &mut latest.meta_mut().owner_references {
                        owner.block_owner_deletion = Some(false);
                    }
                    latest = context.request(Request::update(latest))?;
                }
                let meta = latest.meta();
                let options = DeleteOptions {
                    grace_period_seconds: None,
                    preconditions: Preconditions {
                        uid: Some(meta.uid.clone()),
                        resource_version: Some(meta.resource_version.0),
                    },
                    propagation_policy: Some(policy),
                };
                gone_is_fine(context.request(Request::delete(latest.key(), options)))
            }
        }
    }

    /// Lets an owner go once no dependent blocks it; until then sees to its dependents.
    fn process_deleting_dependents(&self, owner: &Object, context: &mut Context<'_, Requeue>) -> SyncResult {
        let uid = &owner.meta().uid;
        let (mut blocking, mut to_delete) = (0, Vec::new());
        for key in self.graph.dependents(uid) {
            let Some(dependent) = context.find(key)? else {
                continue;
            };
            let meta = dependent.meta();
            let mut owners = meta.owner_references.iter();
            let Some(reference) = owners.find(|reference| reference.uid == *uid) else {
                continue;
            };
            blocking += usize::from(reference.block_owner_deletion == Some(true));
            if !meta.is_terminating() {
                to_delete.push(key.clone());
            }
        }
        for key in to_delete {
            context.wake_after(Span::ZERO, key);
        }
        if blocking == 0 {
            remove_finalizer(owner, FOREGROUND, context)?;
            return Ok(None);
        }
        Ok(Some(Verdict::Waiting(Reason {
            name: "DependentsFirst",
            sentence: format!(
                "waiting for {} to be removed first (foreground deletion)",
                if blocking == 1 { "1 dependent".to_owned() } else { format!("{blocking} dependents") }
            ),
            object: None,
            facts: vec![("metadata.finalizers".to_owned(), FOREGROUND.to_owned())],
            until: None,
        })))
    }

    /// Makes the dependents of an owner independent, and lets the owner go.
    fn orphan_dependents(&self, owner: &Object, context: &mut Context<'_, Requeue>) -> Result<(), SyncError> {
        let uid = owner.meta().uid.clone();
        for key in self.graph.dependents(&uid) {
            if let Some(dependent) = context.find(key)?.cloned() {
                forget_owners(&dependent, std::slice::from_ref(&uid), context)?;
            }
        }
        remove_finalizer(owner, ORPHAN, context)
    }
}

/// What the server knows of an owner. One that cannot be asked for is not one that is gone (`isDangling`).
fn standing(
    owner: &OwnerReference,
    item: &Object,
    context: &Context<'_, Requeue>,
) -> Result<Standing, SyncError> {
    let Some(kind) = Kind::of(&owner.api_version, &owner.kind) else {
        // Nothing can be said of a kind that is not served.
        return Ok(Standing::Solid);
    };
    let namespace = if kind.is_namespaced() { item.meta().namespace.as_str() } else { "" };
    if kind.is_namespaced() && namespace.is_empty() {
        return Ok(Standing::Solid);
    }
    Ok(match context.find(&ObjectKey::new(kind, namespace, owner.name.as_str()))? {
        Some(object) if object.meta().uid != owner.uid => Standing::Dangling,
        Some(object) if is_deleting_dependents(object.meta()) => Standing::WaitsForDependents,
        Some(_) => Standing::Solid,
        None => Standing::Dangling,
    })
}

fn is_deleting_dependents(meta: &ObjectMeta) -> bool {
    meta.is_terminating() && has_finalizer(meta, FOREGROUND)
}

fn forget_owners(
    item: &Object,
    uids: &[String],
    context: &mut Context<'_, Requeue>,
) -> Result<(), SyncError> {
    let mut item = item.clone();
    let owners = &item.meta().owner_references;
    if !owners.iter().any(|owner| uids.contains(&owner.uid)) {
        return Ok(());
    }
    item.meta_mut().owner_references.retain(|owner| !uids.contains(&owner.uid));
    gone_is_fine(context.request(Request::update(item)))
}

fn remove_finalizer(
    item: &Object,
    finalizer: &str,
    context: &mut Context<'_, Requeue>,
) -> Result<(), SyncError> {
    let mut item = item.clone();
    item.meta_mut().finalizers.retain(|name| name != finalizer);
    gone_is_fine(context.request(Request::update(item)))
}

fn gone_is_fine(answer: Result<Object, StatusError>) -> Result<(), SyncError> {
    match answer {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}
