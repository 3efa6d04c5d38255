//! The remembered revisions of a `StatefulSet` or a `DaemonSet`, and what going back to one changes.
//!
//! Models history.go and rollback.go of staging/src/k8s.io/kubectl/pkg/polymorphichelpers, Kubernetes v1.36.

use std::rc::Rc;

use serde_json::{Value, json};

use super::history::History;
use crate::api::apps::ControllerRevision;
use crate::api::codec::map_of;
use crate::api::{Kind, Object, ObjectKey, patch};
use crate::apiserver::ApiServer;
use crate::collections::{SortedMap, sort_by_key};
use crate::kubectl::command::CHANGE_CAUSE;
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::wire;

/// Revisions that belong to a set, oldest first.
pub(super) fn of(
    api: &ApiServer,
    key: &ObjectKey,
) -> Result<(Object, Vec<Rc<ControllerRevision>>), CommandError> {
    let kind = if key.kind == Kind::StatefulSet { "Statefulset" } else { key.kind.resource().kind };
    let object = api.get(key).cloned().map_err(|error| {
        CommandError::plain(format!("failed to retrieve {kind} {}: {}", key.name, error.message))
    })?;
    let selector = match &object {
        Object::StatefulSet(set) => &set.spec.selector,
        Object::DaemonSet(set) => &set.spec.selector,
        _ => return Ok((object, Vec::new())),
    };
    let mut revisions: Vec<Rc<ControllerRevision>> = api
        .list(Kind::ControllerRevision, Some(&key.namespace))
        .filter_map(|object| match object {
            Object::ControllerRevision(revision) => Some(revision.clone()),
            _ => None,
        })
        .filter(|revision| selector.matches(&revision.metadata.labels))
        .filter(|revision| revision.metadata.is_controlled_by(&object.meta().uid))
        .collect();
    sort_by_key(&mut revisions, |revision| revision.revision);
    Ok((object, revisions))
}

/// The templates that a set's revisions remember, oldest first.
pub(super) fn history(api: &ApiServer, key: &ObjectKey) -> Result<Vec<History>, CommandError> {
    let (set, revisions) = of(api, key)?;
    let entry = |revision: &Rc<ControllerRevision>| {
        let object = applied(&set, revision)?;
        let template = object.get("spec").and_then(|spec| spec.get("template")).cloned().unwrap_or_default();
        let cause = revision.metadata.annotations.get(CHANGE_CAUSE).cloned().unwrap_or_default();
        Ok(History { revision: revision.revision, cause, object, template })
    };
    // Of two with the same number, as after an adoption, one is shown.
    let by_number: SortedMap<i64, _> =
        revisions.iter().map(|revision| (revision.revision, revision)).collect();
    by_number.into_values().map(entry).collect()
}

/// The set as a revision remembers it.
pub(super) fn applied(set: &Object, revision: &ControllerRevision) -> Result<Value, CommandError> {
    patch::strategic_merge(&wire(set), &revision.data, "apps/v1", set.kind().resource().kind)
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
