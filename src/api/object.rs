//! Any object of any kind, and the key it is stored under.
//!
//! Objects are shared, never changed in place: a write makes a new one (`Rc::make_mut`), so that a cache, a
//! watch event and a snapshot may hold the same one.

use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::apps::{ControllerRevision, StatefulSet};
use super::daemonset::DaemonSet;
use super::deployment::{Deployment, ReplicaSet};
use super::event::Event;
use super::network::{EndpointSlice, Service};
use super::node::Node;
use super::pod::Pod;
use super::policy::PodDisruptionBudget;
use super::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use super::{Extra, Kind, ObjectMeta};

/// What names an object: kind, namespace (empty for cluster-scoped kinds) and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// The kind.
    pub kind: Kind,
    /// Empty for cluster-scoped kinds.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// The key of an object in a namespace (empty for cluster-scoped kinds).
    pub fn new(kind: Kind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{}/{}", self.kind, self.name)
        } else {
            write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// An object of a kind that nothing here interprets beyond its metadata.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opaque {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

macro_rules! objects {
    ($($typed:ident)*; $($opaque:ident)*) => {
        /// An object of any kind.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "each variant is the kind of its name")]
        pub enum Object {
            $($typed(Rc<$typed>),)*
            $($opaque(Rc<Opaque>),)*
        }

        impl Object {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$typed(_) => Kind::$typed,)*
                    $(Self::$opaque(_) => Kind::$opaque,)*
                }
            }

            /// Its metadata.
            pub fn meta(&self) -> &ObjectMeta {
                match self {
                    $(Self::$typed(object) => &object.metadata,)*
                    $(Self::$opaque(object) => &object.metadata,)*
                }
            }

            /// Its metadata, to be changed; other holders of the object keep the old one.
            pub fn meta_mut(&mut self) -> &mut ObjectMeta {
                match self {
                    $(Self::$typed(object) => &mut Rc::make_mut(object).metadata,)*
                    $(Self::$opaque(object) => &mut Rc::make_mut(object).metadata,)*
                }
            }

            /// Whether both are one and the same object in memory.
            pub fn is_same(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$typed(a), Self::$typed(b)) => Rc::ptr_eq(a, b),)*
                    $((Self::$opaque(a), Self::$opaque(b)) => Rc::ptr_eq(a, b),)*
                    _ => false,
                }
            }

            /// Makes an object of a value whose fields were already checked against the schema.
            ///
            /// # Errors
            /// When a field has a type that the schema would have refused.
            pub fn from_value(kind: Kind, value: Value) -> Result<Self, serde_json::Error> {
                let value = without_type_meta(value);
                Ok(match kind {
                    $(Kind::$typed => Self::$typed(Rc::new(serde_json::from_value(value)?)),)*
                    $(Kind::$opaque => Self::$opaque(Rc::new(serde_json::from_value(value)?)),)*
                })
            }

            fn body_value(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$typed(object) => serde_json::to_value(&**object),)*
                    $(Self::$opaque(object) => serde_json::to_value(&**object),)*
                }
            }
        }

        $(impl From<$typed> for Object {
            fn from(object: $typed) -> Self {
                Self::$typed(Rc::new(object))
            }
        })*

        $(impl From<Rc<$typed>> for Object {
            fn from(object: Rc<$typed>) -> Self {
                Self::$typed(object)
            }
        })*

        $(impl Typed for $typed {
            const KIND: Kind = Kind::$typed;

            fn of(object: &Object) -> Option<&Rc<Self>> {
                match object {
                    Object::$typed(object) => Some(object),
                    _ => None,
                }
            }
        })*
    };
}

/// A kind that has its own struct.
pub trait Typed: Sized + 'static {
    /// The kind.
    const KIND: Kind;

    /// The object as this type, when it is of this kind.
    fn of(object: &Object) -> Option<&Rc<Self>>;
}

objects! {
    ControllerRevision DaemonSet Deployment EndpointSlice Event Node PersistentVolume PersistentVolumeClaim
    Pod PodDisruptionBudget ReplicaSet Service StatefulSet StorageClass;
    ConfigMap Lease Namespace Secret ServiceAccount
}

fn without_type_meta(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.remove("apiVersion");
        fields.remove("kind");
    }
    value
}

impl Object {
    /// The key it is stored under.
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(self.kind(), self.meta().namespace.clone(), self.meta().name.clone())
    }

    /// The object as a manifest: with `apiVersion` and `kind`, keys sorted.
    pub fn to_value(&self) -> Value {
        let mut value = self.body_value().unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.insert("apiVersion".into(), self.kind().api_version().into());
            fields.insert("kind".into(), self.kind().resource().kind.into());
        }
        value
    }
}
