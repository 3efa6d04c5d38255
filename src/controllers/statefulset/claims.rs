//! Claims of a set's pods: how they are made, and who should own them under the retention policy.
//!
//! Models `getPersistentVolumeClaims`, `isClaimOwnerUpToDate`, `updateClaimOwnerRefForSetAndPod` and
//! `hasUnexpectedController`, `pkg/controller/statefulset/stateful_set_utils.go`, Kubernetes v1.36.
//! Left out: warnings about unknown policies, which the API server refuses.

use std::rc::Rc;

use super::ordinals::claim_name;
use crate::api::apps::StatefulSet;
use crate::api::pod::{ClaimVolume, Pod, Volume};
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, ObjectMeta, OwnerReference};
use crate::client::Cache;

/// The pod of a set that a claim belongs to; a pod that is yet to be made has no uid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its uid; empty for a pod that does not exist.
    pub(crate) uid: &'a str,
    /// Whether it is to be scaled away.
    pub(crate) condemned: bool,
}

/// What becomes of the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// They go with the set.
    pub(crate) delete_with_set: bool,
    /// They go with pods that are scaled away.
    pub(crate) delete_when_scaled: bool,
}

/// The set's policy; everything is kept when it says nothing.
pub(crate) fn retention(set: &StatefulSet) -> Retention {
    let policy = set.spec.persistent_volume_claim_retention_policy.as_ref();
    Retention {
        delete_with_set: policy.is_some_and(|policy| policy.when_deleted == "Delete"),
        delete_when_scaled: policy.is_some_and(|policy| policy.when_scaled == "Delete"),
    }
}

/// Makes the claim that a template gives the pod.
pub(crate) fn new_claim(
    set: &StatefulSet,
    template: &PersistentVolumeClaim,
    pod_name: &str,
) -> PersistentVolumeClaim {
    let mut claim = template.clone();
    claim.metadata.name = claim_name(&template.metadata.name, pod_name);
    claim.metadata.namespace.clone_from(&set.metadata.namespace);
    for (key, value) in &set.spec.selector.match_labels {
        claim.metadata.labels.insert(key.clone(), value.clone());
    }
    claim
}

/// Whether the pod's volumes use the claims of the templates.
pub(crate) fn storage_matches(set: &StatefulSet, pod: &Pod) -> bool {
    set.spec.volume_claim_templates.iter().all(|template| {
        let name = &template.metadata.name;
        pod.spec.volumes.iter().find(|volume| volume.name == *name).is_some_and(|volume| {
            let claim = volume.persistent_volume_claim.as_ref().map(|claim| claim.claim_name.as_str());
            claim
                .and_then(|claim| claim.strip_prefix(name.as_str())?.strip_prefix('-'))
                .is_some_and(|rest| rest == pod.metadata.name)
        })
    })
}

/// Makes the pod's volumes use the claims of the templates; its other volumes stay.
pub(crate) fn update_storage(set: &StatefulSet, pod: &mut Pod) {
    let templates = &set.spec.volume_claim_templates;
    let mut volumes: Vec<Volume> = distinct(templates)
        .map(|(_, template)| Volume {
            name: template.metadata.name.clone(),
            persistent_volume_claim: Some(ClaimVolume {
                claim_name: claim_name(&template.metadata.name, &pod.metadata.name),
                ..ClaimVolume::default()
            }),
            ..Volume::default()
        })
        .collect();
    let others = std::mem::take(&mut pod.spec.volumes).into_iter();
    volumes.extend(
        others.filter(|volume| !templates.iter().any(|template| template.metadata.name == volume.name)),
    );
    pod.spec.volumes = volumes;
}

/// The templates with their places; of several of one name the last (`getPersistentVolumeClaims`).
fn distinct(templates: &[PersistentVolumeClaim]) -> impl Iterator<Item = (usize, &PersistentVolumeClaim)> {
    templates.iter().enumerate().filter(|(index, template)| {
        let mut later = templates.iter().skip(index + 1);
        !later.any(|later| later.metadata.name == template.metadata.name)
    })
}

/// The claims that the pod should have, each with its template's place, as far as they are in the cache.
pub(crate) fn claims_of<'a>(
    set: &'a StatefulSet,
    pod_name: &str,
    cache: &'a Cache,
) -> impl Iterator<Item = (usize, Option<&'a Rc<PersistentVolumeClaim>>)> {
    distinct(&set.spec.volume_claim_templates).map(move |(index, template)| {
        let name = claim_name(&template.metadata.name, pod_name);
        (index, cache.typed::<PersistentVolumeClaim>(&set.metadata.namespace, &name))
    })
}

fn refers_to(reference: &OwnerReference, kind: Kind, name: &str) -> bool {
    reference.kind == kind.resource().kind
        && reference.name == name
        && reference.api_version == kind.api_version()
}

fn is_owned_by(claim: &ObjectMeta, uid: &str) -> bool {
    claim.owner_references.iter().any(|reference| reference.uid == uid)
}

/// Whether the claim names an owner that has the name but not the uid of the one at hand.
pub(crate) fn has_stale_owner(claim: &ObjectMeta, kind: Kind, name: &str, uid: &str) -> bool {
    claim
        .owner_references
        .iter()
        .find(|reference| refers_to(reference, kind, name))
        .is_some_and(|reference| reference.uid != uid)
}

/// Whether something other than the set and the pod controls a claim whose policy is not to keep everything.
pub(crate) fn has_unexpected_controller(claim: &ObjectMeta, set: &StatefulSet, pod: Holder<'_>) -> bool {
    let policy = retention(set);
    if !policy.delete_when_scaled && !policy.delete_with_set {
        return false;
    }
    claim.owner_references.iter().any(|reference| {
        if refers_to(reference, Kind::StatefulSet, &set.metadata.name) {
            reference.uid != set.metadata.uid
        } else if refers_to(reference, Kind::Pod, pod.name) {
            reference.uid != pod.uid
        } else {
            reference.controller == Some(true)
        }
    })
}

fn has_non_controller_owner(claim: &ObjectMeta, set: &StatefulSet, pod: Holder<'_>) -> bool {
    claim.owner_references.iter().any(|reference| {
        (reference.uid == set.metadata.uid || reference.uid == pod.uid) && reference.controller != Some(true)
    })
}

/// Who should own the claim: the set, the pod, or neither.
fn wanted_owners(set: &StatefulSet, pod: Holder<'_>) -> (bool, bool) {
    let policy = retention(set);
    match (policy.delete_when_scaled, policy.delete_with_set) {
        (false, false) => (false, false),
        (false, true) => (true, false),
        (true, false) => (false, pod.condemned),
        (true, true) => (!pod.condemned, pod.condemned),
    }
}

/// Whether the claim's owners are those that the policy wants, or are of a sort that must not be touched.
pub(crate) fn is_claim_owner_up_to_date(claim: &ObjectMeta, set: &StatefulSet, pod: Holder<'_>) -> bool {
    let set_uid = &set.metadata.uid;
    if has_stale_owner(claim, Kind::StatefulSet, &set.metadata.name, set_uid)
        || has_stale_owner(claim, Kind::Pod, pod.name, pod.uid)
    {
        return true;
    }
    let owned = (is_owned_by(claim, set_uid), is_owned_by(claim, pod.uid));
    if has_unexpected_controller(claim, set, pod) {
        // Our own references have to go; beyond that the claim is somebody else's.
        return owned == (false, false);
    }
    !has_non_controller_owner(claim, set, pod) && owned == wanted_owners(set, pod)
}

/// The owners that the claim should have.
pub(crate) fn updated_owners(
    claim: &ObjectMeta,
    set: &StatefulSet,
    pod: Holder<'_>,
    pod_meta: Option<&ObjectMeta>,
) -> Vec<OwnerReference> {
    let unexpected = has_unexpected_controller(claim, set, pod);
    let mut owners: Vec<OwnerReference> = claim
        .owner_references
        .iter()
        .filter(|reference| {
            !refers_to(reference, Kind::StatefulSet, &set.metadata.name)
                && !refers_to(reference, Kind::Pod, pod.name)
        })
        .cloned()
        .collect();
    if unexpected {
        return owners;
    }
    let (by_set, by_pod) = wanted_owners(set, pod);
    let mut add = |kind: Kind, owner: &ObjectMeta| {
        if !owners.iter().any(|reference| reference.uid == owner.uid) {
            owners.push(OwnerReference::controller(&kind.api_version(), kind.resource().kind, owner));
        }
    };
    if by_pod && let Some(pod_meta) = pod_meta {
        add(Kind::Pod, pod_meta);
    }
    if by_set {
        add(Kind::StatefulSet, &set.metadata);
    }
    owners
}

/// The first claim that still belongs to an earlier pod of the name and will go with it: a new pod must wait.
pub(crate) fn stale_claim(set: &StatefulSet, pod_name: &str, cache: &Cache) -> Option<String> {
    if !retention(set).delete_when_scaled {
        return None;
    }
    claims_of(set, pod_name, cache).find_map(|(_, claim)| {
        let meta = &claim?.metadata;
        has_stale_owner(meta, Kind::Pod, pod_name, "").then(|| meta.name.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::apps::ClaimRetentionPolicy;

    fn set() -> StatefulSet {
        let mut set = StatefulSet::default();
        "foo".clone_into(&mut set.metadata.name);
        "uid-set".clone_into(&mut set.metadata.uid);
        set.spec.selector.match_labels.insert("app".into(), "selected".into());
        let mut template = PersistentVolumeClaim::default();
        "datadir".clone_into(&mut template.metadata.name);
        template.metadata.labels.insert("app".into(), "template".into());
        template.metadata.labels.insert("tier".into(), "data".into());
        set.spec.volume_claim_templates.push(template);
        set
    }

    #[test]
    fn sts_util_06_storage_is_mended_and_other_volumes_stay() {
        let set = set();
        let mut pod = Pod::default();
        "foo-3".clone_into(&mut pod.metadata.name);
        pod.spec.volumes.push(Volume { name: "scratch".into(), ..Volume::default() });
        pod.spec.volumes.push(Volume { name: "datadir".into(), ..Volume::default() });
        assert!(!storage_matches(&set, &pod));
        update_storage(&set, &mut pod);
        assert!(storage_matches(&set, &pod));
        let names: Vec<&str> = pod.spec.volumes.iter().map(|volume| volume.name.as_str()).collect();
        assert_eq!(names, ["datadir", "scratch"]);
        assert_eq!(pod.claim_names().collect::<Vec<_>>(), ["datadir-foo-3"]);
        "foo-4".clone_into(&mut pod.metadata.name);
        assert!(!storage_matches(&set, &pod));
    }

    #[test]
    fn of_templates_of_one_name_the_last_counts() {
        let mut set = set();
        let mut second = PersistentVolumeClaim::default();
        "datadir".clone_into(&mut second.metadata.name);
        set.spec.volume_claim_templates.push(second);
        let mut pod = Pod::default();
        "foo-0".clone_into(&mut pod.metadata.name);
        update_storage(&set, &mut pod);
        assert_eq!(pod.spec.volumes.len(), 1);
        assert!(storage_matches(&set, &pod));
        let claims: Vec<usize> =
            claims_of(&set, "foo-0", &Cache::default()).map(|(index, _)| index).collect();
        assert_eq!(claims, [1]);
    }

    #[test]
    fn sts_util_09_the_selectors_labels_win() {
        let set = set();
        let claim = new_claim(&set, &set.spec.volume_claim_templates[0], "foo-0");
        assert_eq!(claim.metadata.name, "datadir-foo-0");
        assert_eq!((&*claim.metadata.labels["app"], &*claim.metadata.labels["tier"]), ("selected", "data"));
    }

    fn owner(kind: &str, name: &str, uid: &str, controller: Option<bool>) -> OwnerReference {
        OwnerReference {
            api_version: if kind == "StatefulSet" { "apps/v1".into() } else { "v1".into() },
            kind: kind.into(),
            name: name.into(),
            uid: uid.into(),
            controller,
            ..OwnerReference::default()
        }
    }

    #[test]
    fn sts_util_17_own_references_are_made_controlling_and_others_kept() {
        let mut set = set();
        set.spec.persistent_volume_claim_retention_policy =
            Some(ClaimRetentionPolicy { when_deleted: "Delete".into(), when_scaled: "Retain".into() });
        let pod = Holder { name: "foo-0", uid: "uid-pod", condemned: false };
        let updated = |owners: Vec<OwnerReference>| {
            let meta = ObjectMeta { owner_references: owners, ..ObjectMeta::default() };
            updated_owners(&meta, &set, pod, None)
                .into_iter()
                .map(|owner| (owner.kind, owner.uid, owner.controller))
                .collect::<Vec<_>>()
        };
        let own = ("StatefulSet".to_owned(), "uid-set".to_owned(), Some(true));
        assert_eq!(updated(vec![]), std::slice::from_ref(&own));
        assert_eq!(
            updated(vec![owner("StatefulSet", "foo", "uid-set", Some(false))]),
            std::slice::from_ref(&own)
        );
        // An object of another kind that has the set's name is somebody else.
        let other = owner("ConfigMap", "foo", "uid-map", None);
        assert_eq!(updated(vec![other]), [("ConfigMap".to_owned(), "uid-map".to_owned(), None), own.clone()]);
        // A reference without a uid is stale: it goes, and the claim is left alone.
        assert_eq!(updated(vec![owner("StatefulSet", "foo", "", None)]), []);
    }

    #[test]
    fn sts_util_16_18_other_controllers_are_unexpected_unless_everything_is_kept() {
        let mut set = set();
        let pod = Holder { name: "foo-0", uid: "uid-pod", condemned: false };
        let rows = [
            (vec![], false),
            (vec![owner("StatefulSet", "foo", "uid-set", Some(true))], false),
            (vec![owner("Pod", "foo-0", "uid-pod", Some(true))], false),
            (vec![owner("StatefulSet", "foo", "uid-before", Some(true))], true),
            (vec![owner("Pod", "foo-0", "uid-before", None)], true),
            (vec![owner("ConfigMap", "map", "uid-map", Some(true))], true),
            (vec![owner("ConfigMap", "map", "uid-map", None)], false),
        ];
        for (owners, unexpected) in rows {
            let meta = ObjectMeta { owner_references: owners, ..ObjectMeta::default() };
            set.spec.persistent_volume_claim_retention_policy = None;
            assert!(!has_unexpected_controller(&meta, &set, pod), "{meta:?}");
            set.spec.persistent_volume_claim_retention_policy =
                Some(ClaimRetentionPolicy { when_deleted: "Retain".into(), when_scaled: "Delete".into() });
            assert_eq!(has_unexpected_controller(&meta, &set, pod), unexpected, "{meta:?}");
        }
    }
}
