//! Why a patch cannot be made or applied.
//!
//! Models staging/src/k8s.io/apimachinery/pkg/util/mergepatch/errors.go and
//! `interpretStrategicMergePatchError`, Kubernetes v1.36. Left out: nothing.

use crate::api::schema::go_print;
use serde_json::{Map, Value};
use std::fmt;

/// Why a patch cannot be made or applied; its `Display` is upstream's wording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchError {
    /// The patch itself is not well formed: status 400 with this message.
    BadRequest(String),
    /// The patch does not fit the object: status 422, whose message does not say why.
    Unprocessable(String),
    /// Anything else: status 500 with this message.
    Internal(String),
    /// Without `--overwrite`, the patch and the object changed the same field.
    Conflict(String),
}

impl PatchError {
    /// The message of the server's answer.
    pub fn server_message(&self) -> &str {
        match self {
            Self::Unprocessable(_) => "the server rejected our request due to an error in our request",
            Self::BadRequest(message) | Self::Internal(message) | Self::Conflict(message) => message,
        }
    }

    pub(super) fn no_merge_key(item: &Map<String, Value>, key: &str) -> Self {
        let item = go_print(&Value::Object(item.clone()));
        Self::Internal(format!("map: {item} does not contain declared merge key: {key}"))
    }

    pub(super) fn bad_type(expected: &str, actual: &Value) -> Self {
        let actual = match actual {
            Value::Null => "%!s(<nil>)",
            Value::Bool(_) => "bool",
            Value::Number(number) if number.is_f64() => "float64",
            Value::Number(_) => "int64",
            Value::String(_) => "string",
            Value::Array(_) => "[]interface {}",
            Value::Object(_) => "map[string]interface {}",
        };
        Self::Internal(format!("expected a {expected}, but received a {actual}"))
    }

    pub(super) fn bad_patch_type(directive: &Value, patch: &Map<String, Value>) -> Self {
        let (directive, patch) = (go_print(directive), go_print(&Value::Object(patch.clone())));
        Self::Internal(format!("unknown patch type: {directive} in map: {patch}"))
    }

    pub(super) fn bad_set_element_order() -> Self {
        Self::BadRequest("invalid patch format of setElementOrder list".to_owned())
    }

    pub(super) fn bad_primitive_list() -> Self {
        Self::BadRequest("invalid patch format of primitive list".to_owned())
    }

    pub(super) fn bad_retain_keys() -> Self {
        Self::BadRequest("invalid patch format of retainKeys".to_owned())
    }

    pub(super) fn list_of_lists() -> Self {
        Self::Unprocessable("lists of lists are not supported".to_owned())
    }
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::BadRequest(message)
        | Self::Unprocessable(message)
        | Self::Internal(message)
        | Self::Conflict(message)) = self;
        f.write_str(message)
    }
}

impl std::error::Error for PatchError {}
