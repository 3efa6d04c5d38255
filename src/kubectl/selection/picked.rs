//! The objects that were picked, and what went wrong with others.

use serde_json::Value;

use crate::api::{Kind, Object, ObjectKey, schema};
use crate::collections::sort;
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

/// Where something stood that could not be picked.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// How many objects stood before it.
    pub(super) after: usize,
    /// The file of an object that could be read; `None` where the document itself is at fault.
    pub(super) source: Option<String>,
}

/// What was picked.
#[derive(Clone, Debug, Default)]
pub struct Picks {
    /// The objects, in order.
    pub items: Vec<Picked>,
    /// What could not be picked.
    pub errors: Vec<CommandError>,
    /// Where each of `errors` stood among the documents of files.
    pub(super) places: Vec<Place>,
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

    /// How many files and arguments named the objects.
    pub fn sources(&self) -> usize {
        let from_arguments = self.items.iter().filter(|picked| picked.source.is_empty()).count();
        let mut files: Vec<&str> = self.items.iter().map(|picked| picked.source.as_str()).collect();
        files.retain(|file| !file.is_empty());
        sort(&mut files);
        files.dedup();
        from_arguments + files.len()
    }

    /// Everything that was picked, and what could not be where it stood among the documents.
    pub fn in_order(self) -> Vec<Result<Picked, CommandError>> {
        self.placed().into_iter().map(|visit| visit.map_err(|(error, _)| error)).collect()
    }

    /// The same for commands that go on after errors: documents that cannot be read are told at the end,
    /// together (`EagerVisitorList`, `ContinueOnErrorVisitor`). `doing` is what an object's own error says.
    pub fn visits(self, doing: &str) -> Vec<Result<Picked, CommandError>> {
        let mut unread = Vec::new();
        let mut visits = Vec::new();
        for visit in self.placed() {
            match visit {
                Ok(picked) => visits.push(Ok(picked)),
                Err((error @ CommandError::Status(_), Some(source))) => {
                    visits.push(Err(error.when(doing, &source)));
                }
                Err((error, Some(_))) => visits.push(Err(error)),
                Err((error, None)) => unread.push(error),
            }
        }
        visits.extend(CommandError::all(unread).err().map(Err));
        visits
    }

    fn placed(self) -> Vec<Result<Picked, (CommandError, Option<String>)>> {
        let mut visits = Vec::new();
        // What arguments name was asked for, whether it is there or not.
        let named = || Place { after: 0, source: Some(String::new()) };
        let places = self.places.into_iter().chain(std::iter::repeat_with(named));
        let mut errors = self.errors.into_iter().zip(places);
        let mut next = errors.next();
        for (index, picked) in self.items.into_iter().enumerate() {
            while let Some((error, place)) = next.take_if(|(_, place)| place.after <= index) {
                visits.push(Err((error, place.source)));
                next = errors.next();
            }
            visits.push(Ok(picked));
        }
        visits.extend(next.into_iter().chain(errors).map(|(error, place)| Err((error, place.source))));
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
