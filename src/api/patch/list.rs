//! Merges a patch's list into an object's list.
//!
//! Models `mergeSlice`, strategicpatch/patch.go, Kubernetes v1.36. Left out: nothing.

use super::directive::{DELETE, MERGE, PATCH, REPLACE, is_deletion, is_marked};
use super::lookup::Schema;
use super::merge::{MergeOptions, merge_map};
use super::order::{element_type, identity, normalize, partition_by, require_key};
use super::{Object, PatchError, Result};
use crate::api::schema::{PatchMeta, go_print};
use serde_json::Value;
use std::mem::discriminant;

/// Merges the lists, or replaces the one by the other, as the field's rules say.
pub(super) fn merge_list(
    original: Vec<Value>,
    patch: Vec<Value>,
    schema: Schema,
    meta: PatchMeta,
    is_deletion_list: bool,
    options: MergeOptions,
) -> Result<Vec<Value>> {
    if !meta.merge && !is_deletion_list {
        return Ok(patch);
    }
    if original.is_empty() && patch.is_empty() {
        return Ok(original);
    }
    let objects = element_type(&[&original, &patch])? == discriminant(&Value::Object(Object::new()));
    let key = meta.merge_key;
    if objects && key.is_empty() {
        return Err(PatchError::Internal(format!(
            "cannot merge lists without merge key for {}",
            schema.go_kind()
        )));
    }
    let (merged, original, patch) = if objects {
        let (original, patch) = without_special_items(original, patch, key)?;
        let merged = merge_items(original.clone(), patch.clone(), key, schema, options)?;
        (merged, original, patch)
    } else if options.merge_parallel_list && is_deletion_list {
        return Ok(original.into_iter().filter(|item| !patch.contains(item)).collect());
    } else {
        (deduplicate(original.iter().chain(&patch).cloned().collect()), original, patch)
    };
    let (patch_items, server_only) = partition_by(merged, &patch, key)?;
    normalize(patch_items, server_only, &patch, &original, key)
}

/// Acts on the items marked with `$patch`: what remains of the object's list and of the patch's.
fn without_special_items(
    mut original: Vec<Value>,
    patch: Vec<Value>,
    key: &str,
) -> Result<(Vec<Value>, Vec<Value>)> {
    let mut plain = Vec::new();
    let mut replace = false;
    for item in patch {
        let Value::Object(entries) = &item else {
            return Err(PatchError::bad_type("map[string]interface {}", &item));
        };
        let Some(directive) = entries.get(PATCH) else {
            plain.push(item);
            continue;
        };
        match directive.as_str() {
            Some(DELETE) => {
                let gone = entries.get(key).ok_or_else(|| PatchError::no_merge_key(entries, key))?;
                original.retain(|other| other.get(key) != Some(gone));
            }
            Some(REPLACE) => replace = true,
            Some(MERGE) => {
                return Err(PatchError::Internal(
                    "merging lists cannot yet be specified in the patch".to_owned(),
                ));
            }
            _ => return Err(PatchError::bad_patch_type(directive, entries)),
        }
    }
    Ok(if replace { (plain, Vec::new()) } else { (original, plain) })
}

fn merge_items(
    mut original: Vec<Value>,
    patch: Vec<Value>,
    key: &str,
    schema: Schema,
    options: MergeOptions,
) -> Result<Vec<Value>> {
    for item in patch {
        let Value::Object(entries) = item else {
            return Err(PatchError::bad_type("map[string]interface {}", &item));
        };
        let name = entries.get(key).ok_or_else(|| PatchError::no_merge_key(&entries, key))?;
        match original.iter_mut().find(|other| other.get(key) == Some(name)) {
            Some(Value::Object(found)) => {
                *found = merge_map(std::mem::take(found), entries, schema, options)?;
            }
            _ => original.push(Value::Object(entries)),
        }
    }
    Ok(original)
}

/// Drops repeated items; the last one takes a dropped one's place, as upstream, before the order is restored.
pub(super) fn deduplicate(mut items: Vec<Value>) -> Vec<Value> {
    let mut i = 0;
    while i < items.len() {
        let mut j = i + 1;
        while j < items.len() {
            if items.get(i) == items.get(j) {
                items.swap_remove(j);
            } else {
                j += 1;
            }
        }
        i += 1;
    }
    items
}

/// Checks that the items of a patch's list stand in the order that the patch asks for.
pub(super) fn check_order(patch: &[Value], order: &[Value], key: &str) -> Result<()> {
    if patch.is_empty() || order.is_empty() {
        return Ok(());
    }
    if !key.is_empty() {
        require_key(patch, key)?;
        require_key(order, key)?;
    }
    let mut wanted = order.iter();
    for item in patch.iter().filter(|item| !is_marked(item) && !is_deletion(item)) {
        if !wanted.any(|other| identity(other, key) == identity(item, key)) {
            let (patch, order) =
                (go_print(&Value::from(patch.to_vec())), go_print(&Value::from(order.to_vec())));
            return Err(PatchError::Internal(format!(
                "The order in patch list:\n{patch}\n doesn't match $setElementOrder list:\n{order}\n"
            )));
        }
    }
    Ok(())
}
