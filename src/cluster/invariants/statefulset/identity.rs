//! What follows from a `StatefulSet`'s name and ordinals: its pods' identity and their claims.

use super::made;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::invariants::Seen;

pub(super) fn identity_follows_ordinal(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, ordinal, sets)) = made(seen) else {
        return Ok(());
    };
    let name = &pod.metadata.name;
    let label = |key: &str| pod.metadata.labels.get(key).map_or("", String::as_str);
    if label("statefulset.kubernetes.io/pod-name") != name
        || label("apps.kubernetes.io/pod-index") != ordinal.to_string()
        || pod.spec.hostname != *name
    {
        return Err("its labels or host name do not follow from its name".into());
    }
    let fits = sets.iter().any(|set| {
        set.spec.volume_claim_templates.iter().all(|template| {
            let claim = format!("{}-{name}", template.metadata.name);
            pod.claim_names().any(|used| used == claim)
        })
    });
    if fits { Ok(()) } else { Err("its claims do not follow from its name".into()) }
}

pub(super) fn claims_exist_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, _, _)) = made(seen) else {
        return Ok(());
    };
    // A claim that a person has just deleted may still be seen.
    let missing = pod.claim_names().find(|name| {
        let key = ObjectKey::new(Kind::PersistentVolumeClaim, pod.metadata.namespace.clone(), name.clone());
        seen.memory.views(&key, seen.event.at).next().is_none()
    });
    missing.map_or(Ok(()), |name| Err(format!("made without its claim {name}")))
}

pub(super) fn claims_are_spared(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::PersistentVolumeClaim(before)) = seen.before.filter(|_| seen.is_by_controllers()) else {
        return Ok(());
    };
    let meta = &before.metadata;
    if seen.is_deletion_asked() && meta.owner_references.is_empty() {
        // With a namespace goes all that is in it.
        let key = ObjectKey::new(Kind::Namespace, "", meta.namespace.as_str());
        let stays = seen.memory.objects.get(&key).is_some_and(|it| !it.meta().is_terminating());
        return if stays { Err("deleted by the controllers".into()) } else { Ok(()) };
    }
    let ours = ["StatefulSet", "Pod"];
    let is_foreign = meta.controller_of().is_some_and(|it| !ours.contains(&it.kind.as_str()));
    let after = seen.after().map(|after| after.meta().owner_references.as_slice()).unwrap_or_default();
    match after.iter().find(|owner| is_foreign && !meta.owner_references.contains(owner)) {
        Some(owner) => Err(format!("taken over by {} {}", owner.kind, owner.name)),
        None => Ok(()),
    }
}
