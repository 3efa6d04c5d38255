//! The objects that were picked, and what went wrong with others.

use serde_json::Value;

use crate::api::{Kind, Object, ObjectKey, schema};
use crate::kubectl::error::CommandError;
use crate::kubectl::field_selector::FieldQuery;
use crate::kubectl::label_selector::LabelQuery;
use crate::kubectl::manifest;
use crate::kubectl::objects::wire;

/// One object that was picked.
#[derive(Clone, Debug)]
pub struct Picked {
    /// Which object.
    pub key: ObjectKey,
    /// The file that named it; empty when arguments did.
    pub source: String,
    /// The document of that file.
    pub manifest: Option<Value>,
    /// The object as the server has it, when it was asked.
    pub object: Option<Object>,
}

impl Picked {
    /// As warnings name it: `statefulsets/web`.
    pub fn object_name(&self) -> String {
        format!("{}/{}", self.key.kind.resource().plural, self.key.name)
    }

    /// The object as a value: the server's, or the file's.
    pub fn value(&self) -> Value {
        match (&self.object, &self.manifest) {
            (Some(object), _) => wire(object),
            (None, Some(manifest)) => manifest.clone(),
            (None, None) => Value::Null,
        }
    }
}

/// What was picked.
#[derive(Clone, Debug, Default)]
pub struct Picks {
    /// The objects, in order.
    pub items: Vec<Picked>,
    /// What could not be picked.
    pub errors: Vec<CommandError>,
    /// How many objects of files stood before each of `errors`.
    pub(super) places: Vec<usize>,
    /// Whether one object was asked for by name.
    pub single: bool,
    /// Whether objects were listed, not named.
    pub listed: bool,
    /// The kinds whose objects were listed.
    pub kinds: Vec<Kind>,
    /// What the server warns of instead of refusing it.
    pub dropped: Vec<String>,
}

impl Picks {
    /// The server's warning about the kinds that were asked for.
    pub fn warning(&self) -> Option<&'static str> {
        let mut kinds = self.kinds.iter().copied().chain(self.items.iter().map(|picked| picked.key.kind));
        if kinds.any(|kind| kind == Kind::Endpoints) {
            return Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
        }
        None
    }

    /// Everything that was picked, and what could not be where it stood among the documents.
    pub fn visits(self) -> Vec<Result<Picked, CommandError>> {
        let mut visits = Vec::new();
        let mut errors = self.errors.into_iter().zip(self.places.into_iter().chain(std::iter::repeat(0)));
        let mut next = errors.next();
        for (index, picked) in self.items.into_iter().enumerate() {
            while let Some((error, _)) = next.take_if(|(_, place)| *place <= index) {
                visits.push(Err(error));
                next = errors.next();
            }
            visits.push(Ok(picked));
        }
        visits.extend(next.into_iter().chain(errors).map(|(error, _)| Err(error)));
        visits
    }

    /// Leaves out the objects that were not found.
    pub fn ignore_not_found(&mut self) {
        self.errors.retain(|error| !error.is_not_found());
    }
}

/// Drops the fields that a kind does not have, as a server does that is not to be strict; what it warns of.
pub fn drop_unknown_fields(kind: Kind, value: &mut Value) -> Vec<String> {
    let (version, kind) = (kind.api_version(), kind.resource().kind);
    let Ok((_, warnings)) = schema::decode_with_warnings(value, &version, kind) else {
        return Vec::new();
    };
    if let (false, Some(root)) = (warnings.is_empty(), schema::root(&version, kind)) {
        manifest::prune(value, root);
    }
    warnings
}

/// Selectors that were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub(super) labels: LabelQuery,
    pub(super) fields: FieldQuery,
}

impl Filter {
    /// Whether an object is picked.
    pub fn picks(&self, object: &Object) -> bool {
        self.labels.matches(&object.meta().labels)
            && (self.fields.is_empty() || self.fields.matches(&wire(object)))
    }
}
