//! The words that a strategic merge patch may hold beside fields.
//!
//! Models the directive constants of strategicpatch/patch.go, Kubernetes v1.36. Left out: nothing.

use super::{PatchError, Result};
use crate::api::codec::map_of;
use serde_json::Value;

pub(super) const PATCH: &str = "$patch";
pub(super) const REPLACE: &str = "replace";
pub(super) const DELETE: &str = "delete";
pub(super) const MERGE: &str = "merge";
pub(super) const RETAIN_KEYS: &str = "$retainKeys";
pub(super) const DELETE_FROM_PRIMITIVE_LIST: &str = "$deleteFromPrimitiveList";
pub(super) const SET_ELEMENT_ORDER: &str = "$setElementOrder";

/// The field that a parallel list such as `$setElementOrder/containers` is about.
pub(super) fn field_of(key: &str, directive: &str) -> Result<String> {
    match key.split_once('/') {
        Some((prefix, field)) if prefix == directive => Ok(field.to_owned()),
        _ if directive == SET_ELEMENT_ORDER => Err(PatchError::bad_set_element_order()),
        _ => Err(PatchError::bad_primitive_list()),
    }
}

/// Drops what is marked with `$patch`; `None` when that is the value itself.
pub(super) fn remove_directives(value: Value) -> Option<Value> {
    match value {
        Value::Object(entries) if entries.contains_key(PATCH) => None,
        Value::Object(entries) => Some(Value::Object(map_of(
            entries.into_iter().filter_map(|(key, value)| Some((key, remove_directives(value)?))),
        ))),
        Value::Array(items) => Some(items.into_iter().filter_map(remove_directives).collect()),
        value => Some(value),
    }
}

/// Drops fields that are null, at any depth.
pub(super) fn discard_nulls(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|_, value| !value.is_null());
            entries.values_mut().for_each(discard_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(discard_nulls),
        _ => {}
    }
}

/// Whether the item of a list carries a `$patch` directive.
pub(super) fn is_marked(item: &Value) -> bool {
    item.get(PATCH).is_some()
}

/// Whether the item of a list says that its namesake is to go.
pub(super) fn is_deletion(item: &Value) -> bool {
    item.get(PATCH).and_then(Value::as_str) == Some(DELETE)
}

/// An item that says that its namesake is to go.
pub(super) fn deletion(merge_key: &str, value: &Value) -> Value {
    let entries = map_of([(merge_key.to_owned(), value.clone()), (PATCH.to_owned(), Value::from(DELETE))]);
    Value::Object(entries)
}
