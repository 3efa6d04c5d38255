//! In which order the keys of a value are printed.
//!
//! Models encoding/json of Go's library, Kubernetes v1.36: a map's keys are sorted, and so are those of
//! objects that kubectl holds without knowing their types; a struct's come as they are declared. Left out:
//! nothing.

use serde_json::{Map, Value};

use crate::api::schema::{Struct, Type, root};

/// The keys of structs that are not in the schema, in one order that suits all: lists and the kubeconfig.
const OTHERS: [&str; 14] = [
    "kind",
    "apiVersion",
    "metadata",
    "items",
    "name",
    "clusters",
    "users",
    "contexts",
    "current-context",
    "cluster",
    "server",
    "user",
    "context",
    "namespace",
];

/// What a value is to Go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// A map.
    Sorted,
    /// The struct of the kind that the value names, or one that is not in the schema.
    Object,
    /// A value of that type.
    Of(&'static Type),
}

impl Order {
    /// The fields in order, each with what its value is.
    pub fn entries(self, fields: &Map<String, Value>) -> Vec<(&str, &Value, Self)> {
        let declared: Vec<(&str, Self)> = match self.structure(fields) {
            Some(found) => found.fields.iter().map(|field| (field.name, Self::Of(&field.ty))).collect(),
            None if self == Self::Object => OTHERS.map(|name| (name, Self::Object)).into(),
            None => Vec::new(),
        };
        let mut entries = Vec::with_capacity(fields.len());
        for (name, order) in &declared {
            entries.extend(fields.get(*name).map(|value| (*name, value, *order)));
        }
        let other = self.element();
        let others = fields.iter().filter(|(name, _)| !declared.iter().any(|(known, _)| known == name));
        entries.extend(others.map(|(name, value)| (name.as_str(), value, other)));
        entries
    }

    /// What the items of a list are, or the values of a map.
    #[must_use]
    pub fn element(self) -> Self {
        match self {
            Self::Of(ty) => ty.element().map_or(Self::Sorted, Self::Of),
            other => other,
        }
    }

    fn structure(self, fields: &Map<String, Value>) -> Option<&'static Struct> {
        match self {
            Self::Sorted => None,
            Self::Of(ty) => ty.structure(),
            Self::Object => {
                let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
                root(text("apiVersion"), text("kind"))
            }
        }
    }
}
