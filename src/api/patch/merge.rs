//! Applies a strategic merge patch to an object, or to another patch.
//!
//! Models `StrategicMergeMapPatch` and `mergeMap`, strategicpatch/patch.go, Kubernetes v1.36.
//! Left out: the arbitrary order in which Go visits a patch's keys; here it is the alphabet's.

use super::directive::{
    DELETE, DELETE_FROM_PRIMITIVE_LIST, PATCH, REPLACE, RETAIN_KEYS, SET_ELEMENT_ORDER, discard_nulls,
    field_of, remove_directives,
};
use super::list::{check_order, merge_list};
use super::lookup::Schema;
use super::order::{element_type, normalize, partition_by};
use super::{Object, PatchError, Result};
use crate::api::schema::go_print;
use serde_json::Value;

/// What a patch is merged into.
#[derive(Clone, Copy, Debug)]
pub(super) struct MergeOptions {
    /// Into an object, where parallel lists such as `$setElementOrder` act; into a patch, they are kept.
    pub(super) merge_parallel_list: bool,
    /// Nulls for fields that are not there are dropped.
    pub(super) ignore_unmatched_nulls: bool,
}

/// Applies a strategic merge patch to an object of a kind.
pub fn strategic_merge(original: &Value, patch: &Value, api_version: &str, kind: &str) -> Result<Value> {
    let Value::Object(patch) = patch else {
        let word = crate::api::schema::json_word(patch);
        let message =
            format!("json: cannot unmarshal {word} into Go value of type map[string]interface {{}}");
        return Err(PatchError::BadRequest(message));
    };
    let original = original.as_object().cloned().unwrap_or_default();
    let options = MergeOptions { merge_parallel_list: true, ignore_unmatched_nulls: true };
    merge_map(original, patch.clone(), Schema::of_kind(api_version, kind)?, options).map(Value::Object)
}

/// Merges a patch into an object.
pub(super) fn merge_map(
    mut original: Object,
    mut patch: Object,
    schema: Schema,
    options: MergeOptions,
) -> Result<Object> {
    if let Some(directive) = patch.get(PATCH) {
        return match directive.as_str() {
            Some(REPLACE) => {
                patch.remove(PATCH);
                Ok(patch)
            }
            Some(DELETE) => Ok(Object::new()),
            _ => Err(PatchError::bad_patch_type(directive, &patch)),
        };
    }
    retain_keys(&mut original, &mut patch, options)?;
    set_element_orders(&mut original, &mut patch, schema, options)?;
    for (key, value) in patch {
        if key.starts_with(DELETE_FROM_PRIMITIVE_LIST) {
            if options.merge_parallel_list {
                let field = field_of(&key, DELETE_FROM_PRIMITIVE_LIST)?;
                merge_field(&mut original, field, value, schema, true, options)?;
            } else {
                original.insert(key, value);
            }
        } else {
            merge_field(&mut original, key, value, schema, false, options)?;
        }
    }
    Ok(original)
}

fn merge_field(
    original: &mut Object,
    key: String,
    value: Value,
    schema: Schema,
    is_deletion_list: bool,
    options: MergeOptions,
) -> Result<()> {
    if value.is_null() {
        original.remove(&key);
        if options.ignore_unmatched_nulls {
            return Ok(());
        }
    }
    let merged = match (original.remove(&key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            let (schema, meta) = schema.field(&key)?;
            let merged = if meta.replace { new } else { merge_map(old, new, schema, options)? };
            Some(Value::Object(merged))
        }
        (Some(Value::Array(old)), Value::Array(new)) => {
            let (schema, meta) = schema.items(&key)?;
            Some(Value::Array(merge_list(old, new, schema, meta, is_deletion_list, options)?))
        }
        (old, _) if is_deletion_list => old,
        (_, mut new) => {
            if options.ignore_unmatched_nulls {
                discard_nulls(&mut new);
            }
            remove_directives(new)
        }
    };
    original.extend(merged.map(|merged| (key, merged)));
    Ok(())
}

/// Acts on `$retainKeys`: fields of the object that it does not name go.
fn retain_keys(original: &mut Object, patch: &mut Object, options: MergeOptions) -> Result<()> {
    let Some(retained) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if !options.merge_parallel_list {
        return match original.get(RETAIN_KEYS) {
            Some(other) if *other != retained => Err(PatchError::Internal(format!(
                "{} and {} are not deep equal: this may happen when calculating the 3-way diff patch",
                go_print(other),
                go_print(&retained)
            ))),
            _ => {
                original.insert(RETAIN_KEYS.to_owned(), retained);
                Ok(())
            }
        };
    }
    let Value::Array(retained) = retained else { return Err(PatchError::bad_retain_keys()) };
    let is_retained = |key: &str| retained.iter().any(|other| other.as_str() == Some(key));
    let is_parallel =
        |key: &str| key.starts_with(DELETE_FROM_PRIMITIVE_LIST) || key.starts_with(SET_ELEMENT_ORDER);
    if patch.iter().any(|(key, value)| !value.is_null() && !is_parallel(key) && !is_retained(key)) {
        return Err(PatchError::bad_retain_keys());
    }
    original.retain(|key, _| is_retained(key));
    Ok(())
}

/// Acts on each `$setElementOrder`, together with the list it is about.
fn set_element_orders(
    original: &mut Object,
    patch: &mut Object,
    schema: Schema,
    options: MergeOptions,
) -> Result<()> {
    let keys: Vec<String> = patch.keys().filter(|key| key.starts_with(SET_ELEMENT_ORDER)).cloned().collect();
    for key in keys {
        let Some(order) = patch.remove(&key) else { continue };
        if !options.merge_parallel_list {
            match original.get(&key) {
                Some(other) if *other != order => return Err(PatchError::bad_set_element_order()),
                _ => original.insert(key.clone(), order.clone()),
            };
        }
        let Value::Array(order) = order else { return Err(PatchError::bad_type("[]interface {}", &order)) };
        let field = field_of(&key, SET_ELEMENT_ORDER)?;
        let old = list_field(original.get(&field))?;
        let new = list_field(patch.get(&field))?;
        let (item_schema, meta) = schema.items(&field)?;
        check_order(new.as_deref().unwrap_or_default(), &order, meta.merge_key)?;
        let server_order = old.clone().unwrap_or_default();
        let kinds = [server_order.clone(), new.clone().unwrap_or_default()];
        let merged = match (old, new) {
            (None, None) => continue,
            (Some(old), None) => old,
            (None, Some(new)) => new.into_iter().filter_map(remove_directives).collect(),
            (Some(old), Some(new)) => merge_list(old, new, item_schema, meta, false, options)?,
        };
        let (patch_items, server_only) = partition_by(merged, &order, meta.merge_key)?;
        element_type(&[&kinds[0], &kinds[1]])?;
        let ordered = normalize(patch_items, server_only, &order, &server_order, meta.merge_key)?;
        original.insert(field.clone(), Value::Array(ordered));
        patch.remove(&field);
    }
    Ok(())
}

fn list_field(value: Option<&Value>) -> Result<Option<Vec<Value>>> {
    match value {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.clone())),
        Some(other) => Err(PatchError::bad_type("[]interface {}", other)),
    }
}
