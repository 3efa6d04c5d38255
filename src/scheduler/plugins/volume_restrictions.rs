//! Keeps a second pod off a claim that only one may use (`ReadWriteOncePod`).
//!
//! Models pkg/scheduler/framework/plugins/volumerestrictions, Kubernetes v1.36. It is also the first plugin
//! to look claims up, and so the one that refuses a pod whose claim does not exist. Left out: disks of GCE,
//! EBS, RBD and iSCSI that pods name without a claim.

use crate::api::pod::Pod;
use crate::api::storage::PersistentVolumeClaim;
use crate::client::Cache;
use crate::scheduler::cluster_state::ClusterState;
use crate::scheduler::framework::{Plugin, Rejection};

const IN_USE: &str = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already \
                      in-use by another pod";

/// The claims of a pod that only one pod may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct SoleClaims(Vec<String>);

impl SoleClaims {
    /// Looks the pod's claims up.
    ///
    /// # Errors
    /// Which claim there is none of, in one sentence.
    pub(crate) fn find(pod: &Pod, cache: &Cache) -> Result<Self, String> {
        let mut sole = Vec::new();
        for name in named_claims(pod) {
            let Some(claim) = cache.typed::<PersistentVolumeClaim>(&pod.metadata.namespace, name) else {
                return Err(format!("persistentvolumeclaim {name:?} not found"));
            };
            if claim.spec.access_modes.iter().any(|mode| mode == "ReadWriteOncePod") {
                sole.push(name.to_owned());
            }
        }
        Ok(Self(sole))
    }

    /// Whether placed pods use one of them, on whatever node.
    pub(crate) fn are_in_use(&self, namespace: &str, state: &ClusterState) -> bool {
        let uses = |pod: &Pod| {
            pod.metadata.namespace == namespace
                && named_claims(pod).any(|name| self.0.iter().any(|sole| sole == name))
        };
        !self.0.is_empty() && (0..state.nodes().len()).any(|at| state.pods_on(at).any(|pod| uses(pod)))
    }
}

/// Rejects every node while a claim is in use: the pod that uses it may have to make room.
pub(crate) fn filter(are_in_use: bool) -> Option<Rejection> {
    are_in_use.then(|| Rejection::resolvable(Plugin::VolumeRestrictions, IN_USE))
}

/// Whether two pods use the same claim.
pub(crate) fn share_a_claim(pod: &Pod, other: &Pod) -> bool {
    pod.metadata.namespace == other.metadata.namespace
        && named_claims(pod).any(|name| named_claims(other).any(|used| used == name))
}

/// The claims that a pod names; what is made for itself alone is left to `VolumeBinding`.
fn named_claims(pod: &Pod) -> impl Iterator<Item = &str> {
    let claims = pod.spec.volumes.iter().filter_map(|volume| volume.persistent_volume_claim.as_ref());
    claims.map(|claim| claim.claim_name.as_str())
}
