//! The remembered revisions of a `StatefulSet`, and what going back to one changes.
//!
//! Models history.go and rollback.go of staging/src/k8s.io/kubectl/pkg/polymorphichelpers, Kubernetes v1.36.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::codec::map_of;
use crate::api::{Kind, Object, ObjectKey, patch};
use crate::apiserver::ApiServer;
use crate::collections::sort_by_key;
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::wire;

/// Revisions that belong to a set, oldest first.
pub(super) fn of(
    api: &ApiServer,
    key: &ObjectKey,
) -> Result<(Object, Vec<Rc<ControllerRevision>>), CommandError> {
    let object = api.get(key).cloned().map_err(|error| {
        CommandError::plain(format!("failed to retrieve Statefulset {}: {}", key.name, error.message))
    })?;
    let Object::StatefulSet(set) = &object else {
        return Ok((object, Vec::new()));
    };
    let set: &StatefulSet = set;
    let mut revisions: Vec<Rc<ControllerRevision>> = api
        .list(Kind::ControllerRevision, Some(&key.namespace))
        .filter_map(|object| match object {
            Object::ControllerRevision(revision) => Some(revision.clone()),
            _ => None,
        })
        .filter(|revision| set.spec.selector.matches(&revision.metadata.labels))
        .filter(|revision| revision.metadata.is_controlled_by(&set.metadata.uid))
        .collect();
    sort_by_key(&mut revisions, |revision| revision.revision);
    Ok((object, revisions))
}

/// The set as a revision remembers it.
pub(super) fn applied(set: &Object, revision: &ControllerRevision) -> Result<Value, CommandError> {
    patch::strategic_merge(&wire(set), &revision.data, "apps/v1", "StatefulSet")
        .ok()
        .ok_or_else(|| CommandError::plain(format!("unable to parse history {}", revision.metadata.name)))
}

/// Whether the set's template is the revision's.
pub(super) fn matches(set: &Object, revision: &ControllerRevision) -> bool {
    let mut template =
        wire(set).get("spec").and_then(|spec| spec.get("template")).cloned().unwrap_or_default();
    if let Value::Object(fields) = &mut template {
        fields.insert("$patch".to_owned(), "replace".into());
    }
    without_nulls(json!({"spec": {"template": template}})) == without_nulls(revision.data.clone())
}

/// Times that are not set are written as null by some and left out by others.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(map_of(
            fields
                .into_iter()
                .filter(|(_, field)| !field.is_null())
                .map(|(name, field)| (name, without_nulls(field))),
        )),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
