//! Keeps pods in the zones, or regions, that the labels of their volumes name.
//!
//! Models pkg/scheduler/framework/plugins/volumezone, Kubernetes v1.36: only volumes that claims are bound to
//! count, and a node that has no such label at all takes every volume.

use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::client::Cache;
use crate::scheduler::framework::{Plugin, Rejection};

/// The labels that say where something is, the old names first, each with its new name.
const LABELS: [(&str, &str); 4] = [
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("topology.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "topology.kubernetes.io/region"),
];
/// Stands between several zones in the label of a volume.
const DELIMITER: &str = "__";

/// What one label of a volume asks of nodes (`pvTopology`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VolumeTopology {
    /// The label.
    pub(crate) key: &'static str,
    new_key: &'static str,
    /// The values that are as good as each other.
    pub(crate) values: Vec<String>,
}

impl VolumeTopology {
    /// Whether a node is there; one without any such label is everywhere.
    pub(crate) fn has(&self, node: &Node) -> bool {
        let labels = &node.metadata.labels;
        let of_node = labels.get(self.key).or_else(|| labels.get(self.new_key));
        of_node.is_some_and(|value| self.values.contains(value))
            || LABELS.iter().all(|(key, _)| !labels.contains_key(*key))
    }
}

/// The places that the volumes of a pod are in, all of which a node must be in too.
#[derive(Clone, Debug, Default)]
pub(crate) struct VolumeTopologies(Vec<VolumeTopology>);

impl VolumeTopologies {
    /// Looks the volumes of the pod's claims up.
    ///
    /// # Errors
    /// Which volume there is none of, in one sentence.
    pub(crate) fn find(pod: &Pod, cache: &Cache) -> Result<Self, String> {
        let mut topologies = Self::default();
        for source in pod.spec.volumes.iter().filter_map(|volume| volume.persistent_volume_claim.as_ref()) {
            let claim = cache.typed::<PersistentVolumeClaim>(&pod.metadata.namespace, &source.claim_name);
            let Some(name) = claim.map(|claim| &claim.spec.volume_name).filter(|name| !name.is_empty())
            else {
                // A claim that waits for its first consumer; all others were refused before.
                continue;
            };
            let Some(volume) = cache.typed::<PersistentVolume>("", name) else {
                return Err(format!("persistentvolume {name:?} not found"));
            };
            topologies.0.extend(topologies_of(volume));
        }
        Ok(topologies)
    }

    /// Rejects a node elsewhere.
    pub(crate) fn filter(&self, node: &Node) -> Option<Rejection> {
        let is_elsewhere = self.0.iter().any(|topology| !topology.has(node));
        is_elsewhere
            .then(|| Rejection::unresolvable(Plugin::VolumeZone, "node(s) had no available volume zone"))
    }
}

/// The places that the labels of a volume name.
pub(crate) fn topologies_of(volume: &PersistentVolume) -> Vec<VolumeTopology> {
    let topology = |(key, new_key): (&'static str, &'static str)| {
        let values: Vec<String> =
            volume.metadata.labels.get(key)?.split(DELIMITER).map(|value| value.trim().to_owned()).collect();
        // A label that cannot be read is passed over.
        (!values.iter().any(String::is_empty)).then_some(VolumeTopology { key, new_key, values })
    };
    LABELS.into_iter().filter_map(topology).collect()
}

/// Whether the places of a volume are others than before; those of a new one are.
pub(crate) fn topologies_differ(old: Option<&PersistentVolume>, new: &PersistentVolume) -> bool {
    old.is_none_or(|old| topologies_of(old) != topologies_of(new))
}
