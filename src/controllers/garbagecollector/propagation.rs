//! What becomes of one object, given what is known of its owners.
//!
//! Models the switch at the end of `attemptToDeleteItem`,
//! pkg/controller/garbagecollector/garbagecollector.go, Kubernetes v1.36. Left out: nothing of the
//! decision; asking and writing are the caller's.

use crate::api::{ObjectMeta, OwnerReference};
use crate::client::PropagationPolicy;

/// Its holder's dependents are deleted first.
pub const FOREGROUND: &str = "foregroundDeletion";
/// Its holder's dependents are left alone.
pub const ORPHAN: &str = "orphan";

/// What is known of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It exists.
    Solid,
    /// It does not exist, or its name belongs to another object by now.
    Dangling,
    /// It is being deleted and waits for its dependents.
    WaitsForDependents,
}

/// What becomes of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Keep,
    /// It stays, but its references to these owners go.
    Unlink(Vec<String>),
    /// It is deleted.
    Delete(PropagationPolicy),
}

/// Whether a finalizer holds the object.
pub fn has_finalizer(meta: &ObjectMeta, finalizer: &str) -> bool {
    meta.finalizers.iter().any(|name| name == finalizer)
}

/// Decides what becomes of an object with these owners.
pub fn decide(owners: &[(&OwnerReference, Standing)], meta: &ObjectMeta, has_dependents: bool) -> Action {
    if owners.is_empty() {
        return Action::Keep;
    }
    let is_solid = |standing: Standing| standing == Standing::Solid;
    if owners.iter().any(|(_, standing)| is_solid(*standing)) {
        let others = owners.iter().filter(|(_, standing)| !is_solid(*standing));
        let uids: Vec<String> = others.map(|(owner, _)| owner.uid.clone()).collect();
        return if uids.is_empty() { Action::Keep } else { Action::Unlink(uids) };
    }
    let waited_for = owners.iter().any(|(_, standing)| *standing == Standing::WaitsForDependents);
    Action::Delete(match () {
        () if waited_for && has_dependents => PropagationPolicy::Foreground,
        () if has_finalizer(meta, ORPHAN) => PropagationPolicy::Orphan,
        () if has_finalizer(meta, FOREGROUND) => PropagationPolicy::Foreground,
        () => PropagationPolicy::Background,
    })
}
