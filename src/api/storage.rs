//! Storage: claims, volumes and classes.
//!
//! Models `v1.PersistentVolumeClaim`, `v1.PersistentVolume` and `storage/v1.StorageClass`,
//! staging/src/k8s.io/api, Kubernetes v1.36. Left out: snapshots, populators, resizing, volume attributes
//! classes.

use serde::{Deserialize, Serialize};

use super::pod::{ResourceList, ResourceRequirements};
use super::scheduling::NodeSelector;
use super::{Extra, ObjectMeta};

/// A claim to a volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersistentVolumeClaim {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What is asked for.
    pub spec: PersistentVolumeClaimSpec,
    /// What it got.
    pub status: PersistentVolumeClaimStatus,
}

/// What a claim asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersistentVolumeClaimSpec {
    /// `ReadWriteOnce` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_modes: Vec<String>,
    /// How much.
    pub resources: ResourceRequirements,
    /// Which class; the server fills in the default class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class_name: Option<String>,
    /// `Filesystem` or `Block`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_mode: Option<String>,
    /// The volume it is bound to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub volume_name: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a claim got.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersistentVolumeClaimStatus {
    /// As the volume's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_modes: Vec<String>,
    /// As the volume's.
    #[serde(skip_serializing_if = "ResourceList::is_empty")]
    pub capacity: ResourceList,
    /// `Pending`, `Bound` or `Lost`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersistentVolume {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What it is.
    pub spec: PersistentVolumeSpec,
    /// Whether it is in use.
    pub status: PersistentVolumeStatus,
}

/// What a volume is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersistentVolumeSpec {
    /// `ReadWriteOnce` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_modes: Vec<String>,
    /// How much it holds.
    #[serde(skip_serializing_if = "ResourceList::is_empty")]
    pub capacity: ResourceList,
    /// The claim it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_ref: Option<ClaimReference>,
    /// Nodes that can reach it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_affinity: Option<VolumeNodeAffinity>,
    /// `Delete` or `Retain` once the claim is gone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub persistent_volume_reclaim_policy: String,
    /// Its class.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub storage_class_name: String,
    /// `Filesystem` or `Block`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_mode: Option<String>,
    /// Fields that are kept, not interpreted: the source.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which claim a volume is bound to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimReference {
    /// Name of the claim.
    pub name: String,
    /// Namespace of the claim.
    pub namespace: String,
    /// Uid of the claim; empty when reserved by name only.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Nodes that can reach a volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeNodeAffinity {
    /// The nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<NodeSelector>,
}

/// Whether a volume is in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersistentVolumeStatus {
    /// `Available`, `Bound`, `Released` or `Failed`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A kind of storage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StorageClass {
    /// Identity; an annotation marks the default class.
    pub metadata: ObjectMeta,
    /// Who makes its volumes.
    pub provisioner: String,
    /// `Delete` or `Retain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reclaim_policy: Option<String>,
    /// `Immediate` or `WaitForFirstConsumer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_binding_mode: Option<String>,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

impl StorageClass {
    /// Whether claims without a class get this one.
    pub fn is_default(&self) -> bool {
        self.metadata
            .annotations
            .get("storageclass.kubernetes.io/is-default-class")
            .is_some_and(|v| v == "true")
    }
}
