//! Tells whether two patches change the same field differently.
//!
//! Models `MergingMapsHaveConflicts`, strategicpatch/patch.go, Kubernetes v1.36. Left out: nothing.

use super::directive::{PATCH, RETAIN_KEYS};
use super::lookup::Schema;
use super::order::element_type;
use super::{Object, PatchError, Result};
use crate::api::schema::{PatchMeta, go_print};
use crate::collections::sort_by_key;
use serde_json::Value;
use std::mem::discriminant;

/// Whether the patches disagree on any field.
pub(super) fn maps_conflict(left: &Object, right: &Object, schema: Schema) -> Result<bool> {
    for (key, left) in left.iter().filter(|(key, _)| *key != PATCH && *key != RETAIN_KEYS) {
        let Some(right) = right.get(key) else { continue };
        let (schema, meta) = match left {
            Value::Array(_) => schema.items(key)?,
            Value::Object(_) => schema.field(key)?,
            _ => (schema, PatchMeta::default()),
        };
        if values_conflict(left, right, schema, meta)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn values_conflict(left: &Value, right: &Value, schema: Schema, meta: PatchMeta) -> Result<bool> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            if left.get(PATCH) != right.get(PATCH) {
                return Ok(true);
            }
            if meta.replace { Ok(false) } else { maps_conflict(left, right, schema) }
        }
        (Value::Array(left), Value::Array(right)) => lists_conflict(left, right, schema, meta),
        _ => Ok(left != right),
    }
}

fn lists_conflict(left: &[Value], right: &[Value], schema: Schema, meta: PatchMeta) -> Result<bool> {
    let objects = element_type(&[left, right])? == discriminant(&Value::Object(Object::new()));
    let plain = PatchMeta::default();
    if meta.merge {
        // Lists of scalars are merged whatever they hold.
        if !objects {
            return Ok(false);
        }
        for left in left {
            let name = left.get(meta.merge_key).ok_or_else(|| {
                let (key, item) = (meta.merge_key, go_print(left));
                PatchError::Internal(format!("cannot find merge key `{key}` in merging list element:{item}"))
            })?;
            if let Some(right) = right.iter().find(|right| right.get(meta.merge_key) == Some(name))
                && values_conflict(left, right, schema, plain)?
            {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if left.len() != right.len() {
        return Ok(true);
    }
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    if !objects {
        sort_by_key(&mut left, go_print);
        sort_by_key(&mut right, go_print);
    }
    for (left, right) in left.iter().zip(&right) {
        if values_conflict(left, right, schema, plain)? {
            return Ok(true);
        }
    }
    Ok(false)
}
