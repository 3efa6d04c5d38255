//! Any object of any kind, and the key it is stored under.
//!
//! Objects are shared, never changed in place: a write makes a new one (`Rc::make_mut`), so that a cache, a
//! watch event and a snapshot may hold the same one.

use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::apps::{ControllerRevision, StatefulSet};
use super::codec::{Field, FieldError, api_struct};
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

api_struct! {
    /// An object of a kind that nothing here interprets beyond its metadata.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Opaque {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// Everything else.
        pub extra: Extra [inline],
    }
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

            /// An object of this kind without any field set.
            fn empty(kind: Kind) -> Self {
                match kind {
                    $(Kind::$typed => Self::$typed(Rc::default()),)*
                    $(Kind::$opaque => Self::$opaque(Rc::default()),)*
                }
            }

            fn body(&self) -> &dyn Field {
                match self {
                    $(Self::$typed(object) => &**object,)*
                    $(Self::$opaque(object) => &**object,)*
                }
            }

            fn body_mut(&mut self) -> &mut dyn Field {
                match self {
                    $(Self::$typed(object) => Rc::<$typed>::make_mut(object),)*
                    $(Self::$opaque(object) => Rc::<Opaque>::make_mut(object),)*
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
    ConfigMap Endpoints Lease Namespace Secret ServiceAccount
}

impl Object {
    /// Makes an object of a value whose fields were already checked against the schema.
    ///
    /// # Errors
    /// When a field has a type that the schema would have refused.
    pub fn from_value(kind: Kind, mut value: Value) -> Result<Self, FieldError> {
        if let Value::Object(fields) = &mut value {
            fields.remove("apiVersion");
            fields.remove("kind");
        }
        let mut object = Self::empty(kind);
        object.body_mut().read(value)?;
        Ok(object)
    }

    /// The key it is stored under.
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(self.kind(), self.meta().namespace.clone(), self.meta().name.clone())
    }

    /// The object as a manifest: with `apiVersion` and `kind`, keys sorted.
    pub fn to_value(&self) -> Value {
        let mut value = self.body().write();
        if let Value::Object(fields) = &mut value {
            fields.insert("apiVersion".into(), self.kind().api_version().into());
            fields.insert("kind".into(), self.kind().resource().kind.into());
        }
        value
    }
}
