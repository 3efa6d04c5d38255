//! Pure questions about claims and volumes, asked by the scheduler and by the volume controllers alike.
//!
//! Models `staging/src/k8s.io/component-helpers/storage/volume/pv_helpers.go`, Kubernetes v1.36.
//! Left out: volume attributes classes, migration to CSI.

use std::rc::Rc;

use super::codec::from_value;
use super::labels::LabelSelector;
use super::node::Node;
use super::pod::Pod;
use super::quantity::Quantity;
use super::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use super::{Kind, LabelMap};

/// On a claim: the node that the scheduler chose for its first consumer.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// On a claim: its binding was completed once.
pub const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// On a claim or a volume: a controller, not a person, bound it.
pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// On a claim: who is to make its volume.
pub const STORAGE_PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
/// The older name of the same.
pub const BETA_STORAGE_PROVISIONER: &str = "volume.beta.kubernetes.io/storage-provisioner";
/// On a volume: who made it.
pub const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// The provisioner of classes whose volumes are made by people.
pub const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// The annotation by which claims and volumes once named their class.
pub const BETA_STORAGE_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// Why a claim is not the one that was made for an ephemeral volume of a pod (`VolumeIsForPod`); `None`
/// when it is.
pub fn not_for_pod(pod: &Pod, claim: &PersistentVolumeClaim) -> Option<String> {
    if claim.metadata.is_controlled_by(&pod.metadata.uid) {
        return None;
    }
    let (pod, claim) = (&pod.metadata, &claim.metadata);
    Some(format!(
        "PVC {}/{} was not created for pod {}/{} (pod is not owner)",
        claim.namespace, claim.name, pod.namespace, pod.name
    ))
}

/// The class that a claim asks for; empty for none.
pub fn claim_class(claim: &PersistentVolumeClaim) -> &str {
    match claim.metadata.annotations.get(BETA_STORAGE_CLASS) {
        Some(class) => class,
        None => claim.spec.storage_class_name.as_deref().unwrap_or_default(),
    }
}

/// The class of a volume; empty for none.
pub fn volume_class(volume: &PersistentVolume) -> &str {
    match volume.metadata.annotations.get(BETA_STORAGE_CLASS) {
        Some(class) => class,
        None => &volume.spec.storage_class_name,
    }
}

/// Whether the volume is meant for the claim: by name, and by uid where it has one.
pub fn is_volume_bound_to_claim(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    volume.spec.claim_ref.as_ref().is_some_and(|reference| {
        reference.name == claim.metadata.name
            && reference.namespace == claim.metadata.namespace
            && (reference.uid.is_empty() || reference.uid == claim.metadata.uid)
    })
}

/// Whether a claim has its volume for good.
pub fn is_fully_bound(claim: &PersistentVolumeClaim) -> bool {
    !claim.spec.volume_name.is_empty() && claim.metadata.annotations.contains_key(BIND_COMPLETED)
}

/// Whether claims of the class wait for a pod.
pub fn binds_late(class: Option<&StorageClass>) -> bool {
    class.is_some_and(|class| class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer"))
}

/// Whether a node can reach the volume.
pub fn is_reachable_from(volume: &PersistentVolume, node: &Node) -> bool {
    let required = volume.spec.node_affinity.as_ref().and_then(|affinity| affinity.required.as_ref());
    required.is_none_or(|selector| selector.matches(node))
}

/// How much storage a list of amounts names.
pub fn storage_of(list: &LabelMap) -> Quantity {
    list.get("storage").and_then(|amount| Quantity::parse(amount).ok()).unwrap_or_default()
}

fn mode(volume_mode: Option<&String>) -> &str {
    volume_mode.map_or("Filesystem", String::as_str)
}

/// The volume for a claim: one that is meant for it, or else the smallest that fits.
///
/// With a node, as the scheduler asks, it must be reachable from there. Without one, as the controller asks,
/// a claim that `binds_late` gets only a volume that is meant for it.
pub fn find_matching_volume<'a>(
    claim: &PersistentVolumeClaim,
    volumes: impl Iterator<Item = &'a Rc<PersistentVolume>>,
    node: Option<&Node>,
    excluded: &[String],
    binds_late: bool,
) -> Option<&'a Rc<PersistentVolume>> {
    let asked = storage_of(&claim.spec.resources.requests);
    let selector: Option<LabelSelector> =
        claim.spec.extra.get("selector").and_then(|value| from_value(value.clone()).ok());
    let mut best: Option<(usize, Quantity, &Rc<PersistentVolume>)> = None;
    for volume in volumes {
        let holds = storage_of(&volume.spec.capacity);
        let is_for_claim = is_volume_bound_to_claim(volume, claim);
        if excluded.contains(&volume.metadata.name)
            || (volume.spec.claim_ref.is_some() && !is_for_claim)
            || holds < asked
            || mode(volume.spec.volume_mode.as_ref()) != mode(claim.spec.volume_mode.as_ref())
            || volume.metadata.is_terminating()
        {
            continue;
        }
        let is_reachable = node.is_none_or(|node| is_reachable_from(volume, node));
        let allows_modes = claim.spec.access_modes.iter().all(|mode| volume.spec.access_modes.contains(mode));
        if is_for_claim && (node.is_some() || allows_modes) {
            return is_reachable.then_some(volume);
        }
        if (node.is_none() && binds_late)
            || volume.status.phase != "Available"
            || selector.as_ref().is_some_and(|selector| !selector.matches(&volume.metadata.labels))
            || volume_class(volume) != claim_class(claim)
            || !is_reachable
            || !allows_modes
        {
            continue;
        }
        // The controller looks at volumes with fewer modes first, the scheduler at the size alone.
        let rank = if node.is_none() { volume.spec.access_modes.len() } else { 0 };
        let is_better = best.as_ref().is_none_or(|(best_rank, size, _)| (rank, &holds) < (*best_rank, size));
        if is_better {
            best = Some((rank, holds, volume));
        }
    }
    best.map(|(_, _, volume)| volume)
}

/// The reference by which a volume names its claim.
pub fn claim_reference(claim: &PersistentVolumeClaim) -> super::storage::ClaimReference {
    let mut reference = super::storage::ClaimReference {
        name: claim.metadata.name.clone(),
        namespace: claim.metadata.namespace.clone(),
        uid: claim.metadata.uid.clone(),
        ..Default::default()
    };
    let kind = Kind::PersistentVolumeClaim;
    let version = claim.metadata.resource_version.0.to_string();
    for (field, value) in
        [("apiVersion", kind.api_version()), ("kind", kind.to_string()), ("resourceVersion", version)]
    {
        reference.extra.insert(field.to_owned(), value.into());
    }
    reference
}

/// The volume bound to the claim, and whether that changes it (`GetBindVolumeToClaim`).
pub fn bind_volume_to_claim(
    volume: &PersistentVolume,
    claim: &PersistentVolumeClaim,
) -> (PersistentVolume, bool) {
    let mut bound = volume.clone();
    let mut is_changed = false;
    let by_controller = !is_volume_bound_to_claim(volume, claim);
    let names_claim = volume.spec.claim_ref.as_ref().is_some_and(|reference| {
        reference.name == claim.metadata.name
            && reference.namespace == claim.metadata.namespace
            && reference.uid == claim.metadata.uid
    });
    if !names_claim {
        bound.spec.claim_ref = Some(claim_reference(claim));
        is_changed = true;
    }
    if by_controller && !bound.metadata.annotations.contains_key(BOUND_BY_CONTROLLER) {
        bound.metadata.annotations.insert(BOUND_BY_CONTROLLER.to_owned(), "yes".to_owned());
        is_changed = true;
    }
    (bound, is_changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(line: &str) -> Rc<PersistentVolume> {
        let mut words = line.split_whitespace();
        let (name, size, modes) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let mut volume = PersistentVolume::default();
        volume.metadata.name = name.to_owned();
        volume.spec.capacity.insert("storage".to_owned(), size.to_owned());
        volume.spec.access_modes = modes.split(',').map(str::to_owned).collect();
        volume.status.phase = "Available".to_owned();
        for word in words {
            match word.split_once('=') {
                Some(("class", class)) => volume.spec.storage_class_name = class.to_owned(),
                Some(("for", claim)) => {
                    volume.spec.claim_ref = Some(super::super::storage::ClaimReference {
                        name: claim.to_owned(),
                        namespace: "default".to_owned(),
                        ..Default::default()
                    });
                }
                _ => volume.status.phase = word.to_owned(),
            }
        }
        Rc::new(volume)
    }

    #[test]
    fn the_smallest_volume_that_fits_is_found() {
        let table = [
            ("pv-a 5Gi RWO; pv-b 2Gi RWO; pv-c 1Gi RWO", "pv-b"),
            ("pv-a 2Gi ROX; pv-b 3Gi RWO,RWX; pv-c 4Gi RWO", "pv-c"),
            ("pv-a 2Gi RWO for=other; pv-b 9Gi RWO for=data", "pv-b"),
            ("pv-a 2Gi RWO Released; pv-b 2Gi RWO class=fast", "none"),
            ("pv-a 1Gi RWO for=data", "none"),
        ];
        let mut claim = PersistentVolumeClaim::default();
        claim.metadata.name = "data".to_owned();
        claim.metadata.namespace = "default".to_owned();
        claim.spec.access_modes = vec!["RWO".to_owned()];
        claim.spec.resources.requests.insert("storage".to_owned(), "2Gi".to_owned());
        for (lines, expected) in table {
            let volumes: Vec<_> = lines.split("; ").map(volume).collect();
            let found = find_matching_volume(&claim, volumes.iter(), None, &[], false);
            assert_eq!(found.map_or("none", |volume| volume.metadata.name.as_str()), expected, "{lines}");
        }
    }
}
