//! What all objects share: names, identity, versions, ownership and conditions.
//!
//! Models `metav1.ObjectMeta`, staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go, Kubernetes v1.36.
//! Left out: `managedFields` (kubectl hides them unless asked).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Extra, Timestamp};

/// Labels or annotations.
pub type LabelMap = BTreeMap<String, String>;

/// An object's revision in the store: grows with every change, written as a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceVersion(pub u64);

impl ResourceVersion {
    /// Whether no version was given.
    pub fn is_unset(&self) -> bool {
        self.0 == 0
    }
}

impl Serialize for ResourceVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ResourceVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        text.parse()
            .map(Self)
            .map_err(|error| D::Error::custom(format!("invalid resource version {text:?}: {error}")))
    }
}

/// Identity, versions, labels and ownership of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectMeta {
    /// Unique among the objects of a kind in a namespace.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Prefix of a name that the server completes when `name` is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub generate_name: String,
    /// Empty for cluster-scoped kinds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Unique over the cluster's whole life.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// Set by the store at every change.
    #[serde(skip_serializing_if = "ResourceVersion::is_unset")]
    pub resource_version: ResourceVersion,
    /// Grows when the spec changes.
    #[serde(skip_serializing_if = "is_zero")]
    pub generation: i64,
    /// When the server made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Timestamp>,
    /// When its grace period ends or ended; set means terminating.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<Timestamp>,
    /// Seconds it was given to terminate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_grace_period_seconds: Option<i64>,
    /// What selectors match.
    #[serde(skip_serializing_if = "LabelMap::is_empty")]
    pub labels: LabelMap,
    /// Free notes.
    #[serde(skip_serializing_if = "LabelMap::is_empty")]
    pub annotations: LabelMap,
    /// Who this object belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner_references: Vec<OwnerReference>,
    /// Who must agree before it is removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<String>,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether a number is zero, and so left out.
pub(crate) fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
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

/// A reference to an owner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    /// Group and version of the owner.
    pub api_version: String,
    /// Whether the owner may not vanish before this object in a foreground deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_owner_deletion: Option<bool>,
    /// Whether the owner controls this object; at most one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
    /// Kind of the owner.
    pub kind: String,
    /// Name of the owner.
    pub name: String,
    /// Uid of the owner.
    pub uid: String,
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

/// One aspect of an object's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// Which aspect, such as `Ready`.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Generation of the object that the condition speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When it was last looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_probe_time: Option<Timestamp>,
    /// When it was last looked at (nodes).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heartbeat_time: Option<Timestamp>,
    /// When it last changed anything but its transition (deployments).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_update_time: Option<Timestamp>,
    /// When `status` last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<Timestamp>,
    /// Why, in one word.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Why, in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
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
