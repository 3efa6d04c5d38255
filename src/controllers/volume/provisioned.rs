//! The volume that a provisioner makes for a claim, and when it tries again where it cannot.
//!
//! Models rancher.io/local-path and the back-off of sigs.k8s.io/sig-storage-lib-external-provisioner, beside
//! Kubernetes v1.36.

use crate::api::labels::Requirement;
use crate::api::scheduling::{NodeSelector, NodeSelectorTerm};
use crate::api::storage::{
    PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec, StorageClass, VolumeNodeAffinity,
};
use crate::api::volume::{PROVISIONED_BY, claim_class, claim_reference};
use crate::api::{Extra, ObjectMeta};
use crate::sim::{Span, Time};

/// The label that names a machine.
pub(super) const HOSTNAME: &str = "kubernetes.io/hostname";

/// The wait after the first failure; it doubles with every further one.
const RETRY_FIRST_SECONDS: u64 = 15;
/// The longest wait after a failure.
const RETRY_MAX_SECONDS: u64 = 1_000;
/// Waits after which a claim is left to its changes and to the rounds (`DefaultFailedProvisionThreshold`).
const WAITS_MAX: u32 = 15;
/// A claim whose volume could not be made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failed {
    /// Waits that it was sent into.
    waits: u32,
    /// When the wait that ends first is over.
    waits_until: Option<Time>,
    /// When it is tried again.
    pub(super) again_at: Time,
}

impl Failed {
    /// It failed once more; of two waits the shorter one counts, and a round may come before both.
    pub(super) fn note(&mut self, now: Time, next_round: Time) {
        let begun = self.waits_until.filter(|until| *until > now);
        let next = (self.waits < WAITS_MAX).then(|| {
            let seconds = RETRY_FIRST_SECONDS.saturating_mul(1 << self.waits).min(RETRY_MAX_SECONDS);
            now + Span::from_seconds(seconds)
        });
        self.waits += u32::from(next.is_some());
        self.waits_until = begun.into_iter().chain(next).min();
        self.again_at = self.waits_until.map_or(next_round, |until| until.min(next_round));
    }
}

/// The volume of a claim; with a `hostname` it can be reached only from there.
pub(super) fn volume_for(
    claim: &PersistentVolumeClaim,
    class: &StorageClass,
    name: String,
    hostname: Option<String>,
) -> PersistentVolume {
    let (namespace, claim_name) = (&claim.metadata.namespace, &claim.metadata.name);
    let mut source = Extra::new();
    let path = format!("/opt/local-path-provisioner/{name}_{namespace}_{claim_name}");
    source.insert("hostPath".to_owned(), serde_json::json!({"path": path, "type": "DirectoryOrCreate"}));
    let on_host = |hostname| VolumeNodeAffinity {
        required: Some(NodeSelector {
            node_selector_terms: vec![NodeSelectorTerm {
                match_expressions: vec![Requirement {
                    key: HOSTNAME.to_owned(),
                    operator: "In".to_owned(),
                    values: vec![hostname],
                }],
                match_fields: Vec::new(),
            }],
        }),
    };
    let amount = claim.spec.resources.requests.get("storage").cloned();
    PersistentVolume {
        metadata: ObjectMeta {
            name,
            annotations: [(PROVISIONED_BY.to_owned(), class.provisioner.clone())].into(),
            ..ObjectMeta::default()
        },
        spec: PersistentVolumeSpec {
            access_modes: claim.spec.access_modes.clone(),
            capacity: amount.map(|amount| ("storage".to_owned(), amount)).into_iter().collect(),
            claim_ref: Some(claim_reference(claim)),
            node_affinity: hostname.map(on_host),
            persistent_volume_reclaim_policy: class
                .reclaim_policy
                .clone()
                .unwrap_or_else(|| "Delete".to_owned()),
            storage_class_name: claim_class(claim).to_owned(),
            volume_mode: Some(claim.spec.volume_mode.clone().unwrap_or_else(|| "Filesystem".to_owned())),
            extra: source,
        },
        ..PersistentVolume::default()
    }
}
