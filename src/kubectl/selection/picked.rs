//! The objects that were picked, and what went wrong with others.

use serde_json::Value;

use crate::api::{Kind, Object, ObjectKey, schema};
use crate::kubectl::error::CommandError;
use crate::kubectl::field_selector::FieldQuery;
use crate::kubectl::label_selector::LabelQuery;
use crate::kubectl::manifest::{self, Check, Document};
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

    /// Drops the fields of a document that its kind does not have, as a server does that is not to be strict.
    pub(in crate::kubectl::selection) fn drop_unknown_fields(
        &mut self,
        document: &mut Document,
        check: Check,
    ) {
        let (version, kind) = (document.kind.api_version(), document.kind.resource().kind);
        let Ok((_, warnings)) = schema::decode_with_warnings(&document.value, &version, kind) else {
            return;
        };
        if let (false, Some(root)) = (warnings.is_empty(), schema::root(&version, kind)) {
            manifest::prune(&mut document.value, root);
        }
        if check == Check::Warn {
            self.dropped.extend(warnings);
        }
    }

    /// Leaves out the objects that were not found.
    pub fn ignore_not_found(&mut self) {
        self.errors.retain(|error| !error.is_not_found());
    }
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
