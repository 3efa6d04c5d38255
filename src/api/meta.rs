//! What all objects share: names, identity, versions, ownership and conditions.
//!
//! Models `metav1.ObjectMeta`, staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go, Kubernetes v1.36.
//! Left out: `managedFields` (kubectl hides them unless asked).

use super::codec::api_struct;
use super::{Extra, Timestamp};
use crate::collections::SortedMap;

/// Labels or annotations.
pub type LabelMap = SortedMap<String, String>;

/// An object's revision in the store: grows with every change, written as a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceVersion(pub u64);

impl ResourceVersion {
    /// Whether no version was given.
    pub fn is_unset(&self) -> bool {
        self.0 == 0
    }
}

api_struct! {
    /// Identity, versions, labels and ownership of an object.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ObjectMeta {
        /// Unique among the objects of a kind in a namespace.
        pub name: String [omitempty],
        /// Prefix of a name that the server completes when `name` is empty.
        pub generate_name: String [omitempty],
        /// Empty for cluster-scoped kinds.
        pub namespace: String [omitempty],
        /// Unique over the cluster's whole life.
        pub uid: String [omitempty],
        /// Set by the store at every change.
        pub resource_version: ResourceVersion [omitempty],
        /// Grows when the spec changes.
        pub generation: i64 [omitempty],
        /// When the server made it.
        pub creation_timestamp: Option<Timestamp> [omitempty],
        /// When its grace period ends or ended; set means terminating.
        pub deletion_timestamp: Option<Timestamp> [omitempty],
        /// Seconds it was given to terminate.
        pub deletion_grace_period_seconds: Option<i64> [omitempty],
        /// What selectors match.
        pub labels: LabelMap [omitempty],
        /// Free notes.
        pub annotations: LabelMap [omitempty],
        /// Who this object belongs to.
        pub owner_references: Vec<OwnerReference> [omitempty],
        /// Who must agree before it is removed.
        pub finalizers: Vec<String> [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }
}

impl ObjectMeta {
    /// Whether deletion was asked for.
    pub fn is_terminating(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    /// The reference to the one owner that controls this object.
    pub fn controller_of(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller == Some(true))
    }

    /// Whether the object with this uid controls this one.
    pub fn is_controlled_by(&self, uid: &str) -> bool {
        self.controller_of().is_some_and(|owner| owner.uid == uid)
    }
}

api_struct! {
    /// A reference to an owner.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct OwnerReference {
        /// Group and version of the owner.
        pub api_version: String,
        /// Whether the owner may not vanish before this object in a foreground deletion.
        pub block_owner_deletion: Option<bool> [omitempty],
        /// Whether the owner controls this object; at most one does.
        pub controller: Option<bool> [omitempty],
        /// Kind of the owner.
        pub kind: String,
        /// Name of the owner.
        pub name: String,
        /// Uid of the owner.
        pub uid: String,
    }
}

impl OwnerReference {
    /// The reference by which `owner` controls another object (`metav1.NewControllerRef`).
    pub fn controller(api_version: &str, kind: &str, owner: &ObjectMeta) -> Self {
        Self {
            api_version: api_version.to_owned(),
            block_owner_deletion: Some(true),
            controller: Some(true),
            kind: kind.to_owned(),
            name: owner.name.clone(),
            uid: owner.uid.clone(),
        }
    }
}

api_struct! {
    /// One aspect of an object's state.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Condition {
        /// Which aspect, such as `Ready`.
        pub type_: String,
        /// `True`, `False` or `Unknown`.
        pub status: String,
        /// Generation of the object that the condition speaks of.
        pub observed_generation: Option<i64> [omitempty],
        /// When it was last looked at.
        pub last_probe_time: Option<Timestamp> [omitempty],
        /// When it was last looked at (nodes).
        pub last_heartbeat_time: Option<Timestamp> [omitempty],
        /// When it last changed anything but its transition (deployments).
        pub last_update_time: Option<Timestamp> [omitempty],
        /// When `status` last changed.
        pub last_transition_time: Option<Timestamp> [omitempty],
        /// Why, in one word.
        pub reason: String [omitempty],
        /// Why, in a sentence.
        pub message: String [omitempty],
    }
}

impl Condition {
    /// Finds a condition by its type.
    pub fn find<'a>(conditions: &'a [Self], type_: &str) -> Option<&'a Self> {
        conditions.iter().find(|condition| condition.type_ == type_)
    }

    /// Whether the condition of this type is `True`.
    pub fn is_true(conditions: &[Self], type_: &str) -> bool {
        Self::find(conditions, type_).is_some_and(|condition| condition.status == "True")
    }

    /// Puts a condition in the place of the one of its type; keeps the transition time when the status is the
    /// same.
    pub fn set(conditions: &mut Vec<Self>, mut condition: Self) {
        match conditions.iter_mut().find(|old| old.type_ == condition.type_) {
            Some(old) => {
                if old.status == condition.status {
                    condition.last_transition_time = old.last_transition_time;
                }
                *old = condition;
            }
            None => conditions.push(condition),
        }
    }
}
