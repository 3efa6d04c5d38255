//! Storage: claims, volumes and classes.
//!
//! Models `v1.PersistentVolumeClaim`, `v1.PersistentVolume` and `storage/v1.StorageClass`,
//! staging/src/k8s.io/api, Kubernetes v1.36. Left out: snapshots, populators, resizing, volume attributes
//! classes.

use super::codec::api_struct;
use super::pod::{ResourceList, ResourceRequirements};
use super::scheduling::NodeSelector;
use super::{Extra, ObjectMeta};

api_struct! {
    /// A claim to a volume.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PersistentVolumeClaim {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What is asked for.
        pub spec: PersistentVolumeClaimSpec,
        /// What it got.
        pub status: PersistentVolumeClaimStatus,
    }

    /// What a claim asks for.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PersistentVolumeClaimSpec {
        /// `ReadWriteOnce` and so on.
        pub access_modes: Vec<String> [omitempty],
        /// How much.
        pub resources: ResourceRequirements,
        /// Which class; the server fills in the default class.
        pub storage_class_name: Option<String> [omitempty],
        /// `Filesystem` or `Block`.
        pub volume_mode: Option<String> [omitempty],
        /// The volume it is bound to.
        pub volume_name: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// What a claim got.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PersistentVolumeClaimStatus {
        /// As the volume's.
        pub access_modes: Vec<String> [omitempty],
        /// As the volume's.
        pub capacity: ResourceList [omitempty],
        /// `Pending`, `Bound` or `Lost`.
        pub phase: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// A volume.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PersistentVolume {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What it is.
        pub spec: PersistentVolumeSpec,
        /// Whether it is in use.
        pub status: PersistentVolumeStatus,
    }

    /// What a volume is.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PersistentVolumeSpec {
        /// `ReadWriteOnce` and so on.
        pub access_modes: Vec<String> [omitempty],
        /// How much it holds.
        pub capacity: ResourceList [omitempty],
        /// The claim it is bound to.
        pub claim_ref: Option<ClaimReference> [omitempty],
        /// Nodes that can reach it.
        pub node_affinity: Option<VolumeNodeAffinity> [omitempty],
        /// `Delete` or `Retain` once the claim is gone.
        pub persistent_volume_reclaim_policy: String [omitempty],
        /// Its class.
        pub storage_class_name: String [omitempty],
        /// `Filesystem` or `Block`.
        pub volume_mode: Option<String> [omitempty],
        /// Fields that are kept, not interpreted: the source.
        pub extra: Extra [inline],
    }

    /// Which claim a volume is bound to.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ClaimReference {
        /// Name of the claim.
        pub name: String,
        /// Namespace of the claim.
        pub namespace: String,
        /// Uid of the claim; empty when reserved by name only.
        pub uid: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// Nodes that can reach a volume.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct VolumeNodeAffinity {
        /// The nodes.
        pub required: Option<NodeSelector> [omitempty],
    }

    /// Whether a volume is in use.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PersistentVolumeStatus {
        /// `Available`, `Bound`, `Released` or `Failed`.
        pub phase: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// A kind of storage.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct StorageClass {
        /// Identity; an annotation marks the default class.
        pub metadata: ObjectMeta,
        /// Who makes its volumes.
        pub provisioner: String,
        /// `Delete` or `Retain`.
        pub reclaim_policy: Option<String> [omitempty],
        /// `Immediate` or `WaitForFirstConsumer`.
        pub volume_binding_mode: Option<String> [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }
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
