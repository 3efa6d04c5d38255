//! Reaching into values: paths to fields that may be absent.
//!
//! Models how Go reads fields that JSON leaves out (as zero values), Kubernetes v1.36: decoded values leave
//! out what is empty, so an absent field and an empty one are the same here.

use serde_json::{Map, Value};

/// The lists of containers in the spec of a pod.
pub(super) const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// The fields of a value.
pub(super) type Fields = Map<String, Value>;

/// A field, or null.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, key| value.get(*key).unwrap_or(&Value::Null))
}

/// The text of a field, or nothing.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The number in a field.
pub(super) fn number(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(Value::as_i64)
}

/// Whether a field is true.
pub(super) fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// Whether there is nothing in the value.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The items of a list, none when it is absent.
pub(super) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The entries of a map in the order of their keys, none when it is absent.
pub(super) fn entries<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// Sets a field that is absent or empty.
pub(super) fn set_default(fields: &mut Fields, key: &str, default: impl Into<Value>) {
    if fields.get(key).is_none_or(is_empty) {
        fields.insert(key.to_owned(), default.into());
    }
}

/// The fields under a key; `None` when it is absent.
pub(super) fn under<'a>(fields: &'a mut Fields, key: &str) -> Option<&'a mut Fields> {
    fields.get_mut(key)?.as_object_mut()
}

/// The fields under a key, made when they are absent.
pub(super) fn made_under<'a>(fields: &'a mut Fields, key: &str) -> Option<&'a mut Fields> {
    let entry = fields.entry(key).or_insert(Value::Null);
    if entry.is_null() {
        *entry = Value::Object(Map::new());
    }
    entry.as_object_mut()
}

/// Each item of a list that has fields.
pub(super) fn each<'a>(fields: &'a mut Fields, key: &str) -> impl Iterator<Item = &'a mut Fields> {
    fields.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}
