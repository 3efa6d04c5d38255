//! JSON merge patch and JSON patch.
//!
//! Models `jsonPatcher`, staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, Kubernetes v1.36. Left
//! out: nothing.

use super::{PatchError, Result, operation};
use crate::api::schema::json_word;
use serde_json::{Map, Value};

/// More operations than this are refused.
const MAX_OPERATIONS: usize = 10_000;

/// Applies a JSON merge patch.
pub fn merge_patch(original: &Value, patch: &Value) -> Result<Value> {
    if !patch.is_object() {
        return Err(undecodable(patch, "map[string]interface {}"));
    }
    let mut merged = original.clone();
    merge(&mut merged, patch);
    Ok(merged)
}

/// Applies a JSON patch; also tells of fields that an operation does not have.
pub fn json_patch(original: &Value, patch: &Value) -> Result<(Value, Vec<String>)> {
    let Value::Array(operations) = patch else { return Err(undecodable(patch, "[]handlers.jsonPatchOp")) };
    let mut warnings = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let Value::Object(fields) = operation else {
            return Err(undecodable(operation, "handlers.jsonPatchOp"));
        };
        for (name, value) in fields {
            match name.as_str() {
                "value" => {}
                "op" | "path" | "from" if value.is_string() || value.is_null() => {}
                "op" | "path" | "from" => {
                    let word = json_word(value);
                    return Err(PatchError::BadRequest(format!(
                        "error decoding patch: json: cannot unmarshal {word} into Go struct field jsonPatchOp.{name} of type string"
                    )));
                }
                _ => warnings.push(format!("json patch unknown field \"[{index}].{name}\"")),
            }
        }
    }
    if operations.len() > MAX_OPERATIONS {
        let count = operations.len();
        return Err(PatchError::BadRequest(format!(
            "The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {count}"
        )));
    }
    let mut patched = original.clone();
    for operation in operations {
        operation::apply(&mut patched, operation).map_err(PatchError::Unprocessable)?;
    }
    Ok((patched, warnings))
}

/// Lays one value over another: null takes a field away, a list is replaced whole (RFC 7386).
fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        value.clone_from(patch);
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(fields) = value else { return };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.as_str()).or_insert(Value::Null), change);
        }
    }
}

fn undecodable(value: &Value, go_type: &str) -> PatchError {
    let word = json_word(value);
    PatchError::BadRequest(format!(
        "error decoding patch: json: cannot unmarshal {word} into Go value of type {go_type}"
    ))
}
