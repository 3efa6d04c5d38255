//! Events: what components tell people about objects.
//!
//! Models `v1.Event`, staging/src/k8s.io/api/core/v1/types.go, Kubernetes v1.36. Left out: the series of
//! events.k8s.io.

use super::codec::api_struct;
use super::{Extra, ObjectKey, ObjectMeta, Timestamp};

api_struct! {
    /// Something that happened to an object.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Event {
        /// How often it happened.
        pub count: i64 [omitempty],
        /// When it first happened.
        pub first_timestamp: Option<Timestamp>,
        /// What it happened to.
        pub involved_object: ObjectReference,
        /// When it last happened.
        pub last_timestamp: Option<Timestamp>,
        /// In a sentence.
        pub message: String [omitempty],
        /// Identity.
        pub metadata: ObjectMeta,
        /// In one word.
        pub reason: String [omitempty],
        /// Who tells it.
        pub reporting_component: String,
        /// Which instance of it.
        pub reporting_instance: String,
        /// Who tells it, and on which node.
        pub source: EventSource,
        /// `Normal` or `Warning`.
        pub type_: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// Who tells an event.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct EventSource {
        /// The component.
        pub component: String [omitempty],
        /// Its node.
        pub host: String [omitempty],
    }

    /// A reference to an object.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ObjectReference {
        /// Group and version.
        pub api_version: String [omitempty],
        /// Part of the object, such as `spec.containers{nginx}`.
        pub field_path: String [omitempty],
        /// Kind.
        pub kind: String [omitempty],
        /// Name.
        pub name: String [omitempty],
        /// Namespace.
        pub namespace: String [omitempty],
        /// Version of the object that is spoken of.
        pub resource_version: String [omitempty],
        /// Uid.
        pub uid: String [omitempty],
    }
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
