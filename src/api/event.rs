//! Events: what components tell people about objects.
//!
//! Models `v1.Event`, staging/src/k8s.io/api/core/v1/types.go, Kubernetes v1.36. Left out: the series of
//! events.k8s.io.

use serde::{Deserialize, Serialize};

use super::{Extra, ObjectKey, ObjectMeta, Timestamp};

/// Something that happened to an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    /// How often it happened.
    #[serde(skip_serializing_if = "super::meta::is_zero")]
    pub count: i64,
    /// When it first happened.
    pub first_timestamp: Option<Timestamp>,
    /// What it happened to.
    pub involved_object: ObjectReference,
    /// When it last happened.
    pub last_timestamp: Option<Timestamp>,
    /// In a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Identity.
    pub metadata: ObjectMeta,
    /// In one word.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who tells it.
    pub reporting_component: String,
    /// Which instance of it.
    pub reporting_instance: String,
    /// Who tells it, and on which node.
    pub source: EventSource,
    /// `Normal` or `Warning`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub type_: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Who tells an event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventSource {
    /// The component.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// Its node.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub host: String,
}

/// A reference to an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectReference {
    /// Group and version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    /// Part of the object, such as `spec.containers{nginx}`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field_path: String,
    /// Kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Namespace.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Version of the object that is spoken of.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource_version: String,
    /// Uid.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
}

impl ObjectReference {
    /// The reference to an object.
    pub fn to(key: &ObjectKey, meta: &ObjectMeta) -> Self {
        Self {
            api_version: key.kind.api_version(),
            field_path: String::new(),
            kind: key.kind.resource().kind.to_owned(),
            name: key.name.clone(),
            namespace: key.namespace.clone(),
            resource_version: if meta.resource_version.is_unset() {
                String::new()
            } else {
                meta.resource_version.0.to_string()
            },
            uid: meta.uid.clone(),
        }
    }
}
