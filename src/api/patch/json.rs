//! JSON merge patch and JSON patch.
//!
//! Models `jsonPatcher`, staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, Kubernetes v1.36;
//! the operations are those of the `json-patch` crate. Left out: negative indices; a test for null that
//! passes where there is no value.

use super::{PatchError, Result};
use crate::api::schema::json_word;
use json_patch::jsonptr::PointerBuf;
use json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchErrorKind, PatchOperation, RemoveOperation,
    ReplaceOperation, TestOperation,
};
use serde_json::Value;

/// More operations than this are refused.
const MAX_OPERATIONS: usize = 10_000;

/// Applies a JSON merge patch.
pub fn merge_patch(original: &Value, patch: &Value) -> Result<Value> {
    if !patch.is_object() {
        return Err(undecodable(patch, "map[string]interface {}"));
    }
    let mut merged = original.clone();
    json_patch::merge(&mut merged, patch);
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
        apply(&mut patched, operation)?;
    }
    Ok((patched, warnings))
}

fn apply(doc: &mut Value, operation: &Value) -> Result<()> {
    let parsed = parsed(operation).ok_or_else(|| malformed(operation))?;
    let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
    let (op, path) = (text("op"), text("path"));
    // On a copy that is thrown away after an error, nothing needs to be undone.
    json_patch::patch_unsafe(doc, &[parsed]).map_err(|error| {
        PatchError::Unprocessable(match error.kind {
            PatchErrorKind::TestFailed => format!("testing value {path} failed: test failed"),
            PatchErrorKind::InvalidFromPointer => {
                format!(
                    "{op} operation does not apply: doc is missing from path: {}: missing value",
                    text("from")
                )
            }
            _ => does_not_apply(doc, op, path),
        })
    })
}

/// The operation, if it has all that its kind needs.
fn parsed(operation: &Value) -> Option<PatchOperation> {
    let pointer = |name: &str| PointerBuf::parse(operation.get(name)?.as_str()?).ok();
    let value = || operation.get("value").cloned();
    let path = pointer("path")?;
    Some(match operation.get("op")?.as_str()? {
        "add" => PatchOperation::Add(AddOperation { path, value: value()? }),
        "remove" => PatchOperation::Remove(RemoveOperation { path }),
        "replace" => PatchOperation::Replace(ReplaceOperation { path, value: value()? }),
        "move" => PatchOperation::Move(MoveOperation { from: pointer("from")?, path }),
        "copy" => PatchOperation::Copy(CopyOperation { from: pointer("from")?, path }),
        "test" => PatchOperation::Test(TestOperation { path, value: value()? }),
        _ => return None,
    })
}

/// Why an operation that is well formed finds nothing to act on.
fn does_not_apply(doc: &Value, op: &str, path: &str) -> String {
    let (parent, key) = path.rsplit_once('/').unwrap_or_default();
    let key = key.replace("~1", "/").replace("~0", "~");
    let missing_path = match op {
        "add" | "remove" => {
            format!("{op} operation does not apply: doc is missing path: \"{path}\": missing value")
        }
        "test" => format!("test operation does not apply: is missing path: {path}: missing value"),
        _ => format!("{op} operation does not apply: doc is missing path: {path}: missing value"),
    };
    match (op, doc.pointer(parent)) {
        ("remove", Some(Value::Object(_))) => {
            format!(
                "error in remove for path: '{path}': Unable to remove nonexistent key: {key}: missing value"
            )
        }
        ("remove" | "add", Some(Value::Array(_))) if key.parse::<usize>().is_ok() => {
            format!(
                "error in {op} for path: '{path}': Unable to access invalid index: {key}: invalid index referenced"
            )
        }
        ("replace", Some(Value::Object(_) | Value::Array(_))) => {
            format!("replace operation does not apply: doc is missing key: {path}: missing value")
        }
        ("test", Some(Value::Object(_))) => format!("testing value {path} failed: test failed"),
        _ => missing_path,
    }
}

fn malformed(operation: &Value) -> PatchError {
    let op = operation.get("op").and_then(Value::as_str).unwrap_or("unknown");
    PatchError::Unprocessable(match op {
        "add" | "remove" | "replace" | "move" | "copy" | "test" => {
            format!("{op} operation failed to decode path: missing value")
        }
        _ => format!("Unexpected kind: {op}"),
    })
}

fn undecodable(value: &Value, go_type: &str) -> PatchError {
    let word = json_word(value);
    PatchError::BadRequest(format!(
        "error decoding patch: json: cannot unmarshal {word} into Go value of type {go_type}"
    ))
}
