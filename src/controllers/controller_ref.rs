//! Who controls an object: taking orphans on and letting go of objects that no longer fit.
//!
//! Models `pkg/controller/controller_ref_manager.go` and `RecheckDeletionTimestamp`,
//! `pkg/controller/controller_utils.go`, Kubernetes v1.36. Upstream sends a patch with the object's uid; here
//! the newest object is read and written back, which comes to the same as nothing happens in between. Left
//! out: finalizers that come with an adoption.

use super::api_access::Api;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::client::{Request, StatusError};

/// What a controller does about an object that it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is its own and fits.
    Own,
    /// Nobody controls it and it fits: it is to be adopted.
    Adopt,
    /// It is its own and no longer fits: it is to be released.
    Release,
    /// It is none of its business.
    Ignore,
}

/// What `controller` does about `object`; `matches` tells whether the object fits.
pub fn claim(controller: &ObjectMeta, object: &ObjectMeta, matches: bool) -> Claim {
    match object.controller_of() {
        Some(owner) if owner.uid != controller.uid => Claim::Ignore,
        Some(_) if matches => Claim::Own,
        Some(_) if controller.is_terminating() => Claim::Ignore,
        Some(_) => Claim::Release,
        None if !matches || controller.is_terminating() || object.is_terminating() => Claim::Ignore,
        None if !controller.namespace.is_empty() && controller.namespace != object.namespace => Claim::Ignore,
        None => Claim::Adopt,
    }
}

/// Whether the controller may adopt: the server itself still has it and it is not being deleted.
///
/// # Errors
/// A sentence that says why not.
pub fn can_adopt(api: &dyn Api, kind: Kind, controller: &ObjectMeta) -> Result<(), String> {
    let key = ObjectKey::new(kind, controller.namespace.clone(), controller.name.clone());
    let fresh = api.live(&key).map_err(|error| format!("can't recheck DeletionTimestamp: {error}"))?;
    let meta = fresh.meta();
    if meta.uid != controller.uid {
        return Err(format!(
            "can't recheck DeletionTimestamp: original {kind} {}/{} is gone: got uid {}, wanted {}",
            controller.namespace, controller.name, meta.uid, controller.uid
        ));
    }
    match meta.deletion_timestamp {
        Some(at) => Err(format!("{}/{} has just been deleted at {at}", meta.namespace, meta.name)),
        None => Ok(()),
    }
}

/// Makes `controller` the one that controls the object, and returns the object.
///
/// # Errors
/// When the object is gone, has become another, or is controlled by somebody meanwhile.
pub fn adopt(
    api: &mut dyn Api,
    kind: Kind,
    controller: &ObjectMeta,
    key: &ObjectKey,
    uid: &str,
) -> Result<Object, StatusError> {
    let mut object = fresh(api, key, uid)?;
    if let Some(owner) = object.meta().controller_of() {
        let why = format!("it is already controlled by {} {}", owner.kind, owner.name);
        return Err(StatusError::conflict(key.kind, &key.name, &why));
    }
    let owners = &mut object.meta_mut().owner_references;
    owners.retain(|owner| owner.uid != controller.uid);
    owners.push(OwnerReference::controller(&kind.api_version(), kind.resource().kind, controller));
    api.request(Request::update(object))
}

/// Takes `controller` off the object's owners. An object that is gone or was never owned is no failure.
///
/// # Errors
/// As the server answers otherwise.
pub fn release(
    api: &mut dyn Api,
    controller_uid: &str,
    key: &ObjectKey,
    uid: &str,
) -> Result<Option<Object>, StatusError> {
    let mut object = match fresh(api, key, uid) {
        Ok(object) => object,
        Err(error) if error.is_not_found() || error.is_conflict() => return Ok(None),
        Err(error) => return Err(error),
    };
    if !object.meta().owner_references.iter().any(|owner| owner.uid == controller_uid) {
        return Ok(None);
    }
    object.meta_mut().owner_references.retain(|owner| owner.uid != controller_uid);
    match api.request(Request::update(object)) {
        Ok(object) => Ok(Some(object)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What claiming objects came to.
#[derive(Debug, Default)]
pub struct Claimed {
    /// The objects that were adopted or released, as they were written.
    pub written: Vec<Object>,
    /// Names of those that were adopted.
    pub adopted: Vec<String>,
    errors: Vec<String>,
}

impl Claimed {
    /// Whether all went well.
    ///
    /// # Errors
    /// What was refused, each once, in brackets when there is more.
    pub fn result(self) -> Result<(), String> {
        match self.errors.as_slice() {
            [] => Ok(()),
            [one] => Err(one.clone()),
            many => Err(format!("[{}]", many.join(", "))),
        }
    }

    fn note(&mut self, error: String) {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

/// Adopts objects that fit and that nobody controls, and lets go of own ones that do not fit. The objects are
/// those that `controller` controls and those that nobody does, each with whether it fits. Before the first
/// adoption the server itself is asked whether the controller may adopt.
pub fn claim_objects<'a>(
    api: &mut dyn Api,
    controller_kind: Kind,
    controller: &ObjectMeta,
    kind: Kind,
    objects: impl Iterator<Item = (&'a ObjectMeta, bool)>,
) -> Claimed {
    let mut claimed = Claimed::default();
    let mut may_adopt = None;
    for (object, fits) in objects {
        let key = || ObjectKey::new(kind, object.namespace.clone(), object.name.clone());
        match claim(controller, object, fits) {
            Claim::Own | Claim::Ignore => {}
            Claim::Release => match release(api, &controller.uid, &key(), &object.uid) {
                Ok(released) => claimed.written.extend(released),
                Err(error) => claimed.note(error.message),
            },
            Claim::Adopt => {
                let may_adopt = may_adopt.get_or_insert_with(|| can_adopt(api, controller_kind, controller));
                if let Err(why) = may_adopt {
                    let (namespace, name, uid) = (&object.namespace, &object.name, &object.uid);
                    claimed.note(format!("can't adopt {kind} {namespace}/{name} ({uid}): {why}"));
                    continue;
                }
                match adopt(api, controller_kind, controller, &key(), &object.uid) {
                    Ok(adopted) => {
                        claimed.adopted.push(object.name.clone());
                        claimed.written.push(adopted);
                    }
                    Err(error) if error.is_not_found() => {}
                    Err(error) => claimed.note(error.message),
                }
            }
        }
    }
    claimed
}

fn fresh(api: &dyn Api, key: &ObjectKey, uid: &str) -> Result<Object, StatusError> {
    let object = api.live(key)?;
    if object.meta().uid == uid {
        return Ok(object);
    }
    let why = format!(
        "the UID in the precondition ({uid}) does not match the UID in record ({})",
        object.meta().uid
    );
    Err(StatusError::conflict(key.kind, &key.name, &why))
}
