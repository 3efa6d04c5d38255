//! What a client knew of an object, and whether it still holds.
//!
//! Models `Preconditions` where Kubernetes v1.36 looks at them: `BeforeDelete`,
//! staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go, for deletions, and `Preconditions.Check`,
//! staging/src/k8s.io/apiserver/pkg/storage/interfaces.go, for everything else, each with its own words.

use super::{Preconditions, StatusError};
use crate::api::{Kind, Object, ObjectKey};

/// Looks before a deletion or an eviction.
pub(super) fn before_deletion(
    key: &ObjectKey,
    old: &Object,
    preconditions: &Preconditions,
) -> Result<(), StatusError> {
    let meta = old.meta();
    if let Some(uid) = &preconditions.uid
        && *uid != meta.uid
    {
        let why = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). \
             The object might have been deleted and then recreated",
            meta.uid
        );
        return Err(deletion_refused(key, &why));
    }
    if let Some(version) = preconditions.resource_version
        && version != meta.resource_version.0
    {
        let why = format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({}). \
             The object might have been modified",
            meta.resource_version.0
        );
        return Err(deletion_refused(key, &why));
    }
    Ok(())
}

/// Here upstream names the kind where the resource belongs.
fn deletion_refused(key: &ObjectKey, why: &str) -> StatusError {
    let mut error = StatusError::conflict(key.kind, &key.name, why);
    let resource = key.kind.resource();
    let kind = match resource.group {
        "" => resource.kind.to_owned(),
        group => format!("{}.{group}", resource.kind),
    };
    error.message = format!("Operation cannot be fulfilled on {kind} \"{}\": {why}", key.name);
    error
}

/// Looks at the uid where the object is stored: a namesake that came since is another object. An empty uid is
/// none.
pub(super) fn in_storage(key: &ObjectKey, old: &Object, uid: &str) -> Result<(), StatusError> {
    let stored = &old.meta().uid;
    if uid.is_empty() || uid == stored {
        return Ok(());
    }
    let why = format!(
        "StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, AdditionalErrorMsg: \
         Precondition failed: UID in precondition: {uid}, UID in object meta: {stored}",
        path_in_storage(key)
    );
    Err(StatusError::conflict(key.kind, &key.name, &why))
}

/// Where the server keeps an object (`SpecialDefaultResourcePrefixes`).
fn path_in_storage(key: &ObjectKey) -> String {
    let folder = match key.kind {
        Kind::Node => "minions",
        Kind::Service => "services/specs",
        kind => kind.resource().plural,
    };
    if key.namespace.is_empty() {
        format!("/registry/{folder}/{}", key.name)
    } else {
        format!("/registry/{folder}/{}/{}", key.namespace, key.name)
    }
}
