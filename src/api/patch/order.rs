//! Puts the items of a merged list in order: the patch's wish first, then the order they had.
//!
//! Models `normalizeElementOrder` and its parts, strategicpatch/patch.go, Kubernetes v1.36.
//! Left out: nothing.

use super::directive::is_deletion;
use super::{PatchError, Result};
use crate::api::schema::go_print;
use crate::collections::sort_by_key;
use serde_json::Value;
use std::mem::{Discriminant, discriminant};

/// Orders `patch` by `patch_order` and `server_only` by `server_order`, and interleaves them by the latter.
pub(super) fn normalize(
    patch: Vec<Value>,
    server_only: Vec<Value>,
    patch_order: &[Value],
    server_order: &[Value],
    merge_key: &str,
) -> Result<Vec<Value>> {
    let patch = sorted_by(patch, patch_order, merge_key)?;
    let server_only = sorted_by(server_only, server_order, merge_key)?;
    Ok(interleave(server_only, patch, server_order, merge_key))
}

/// Orders items as their namesakes stand in `order`; deletions go last.
pub(super) fn sorted_by(items: Vec<Value>, order: &[Value], merge_key: &str) -> Result<Vec<Value>> {
    if items.iter().any(Value::is_object) {
        require_key(&items, merge_key)?;
        require_key(order, merge_key)?;
    }
    let (deletions, mut kept): (Vec<_>, Vec<_>) = items.into_iter().partition(is_deletion);
    sort_by_key(&mut kept, |item| position(order, item, merge_key).unwrap_or(usize::MAX));
    kept.extend(deletions);
    Ok(kept)
}

/// Whether the items that `by` names come first, the others second.
pub(super) fn partition_by(
    items: Vec<Value>,
    by: &[Value],
    merge_key: &str,
) -> Result<(Vec<Value>, Vec<Value>)> {
    if !merge_key.is_empty() {
        require_key(&items, merge_key)?;
    }
    Ok(items.into_iter().partition(|item| position(by, item, merge_key).is_some()))
}

/// Checks that all items are objects that have the merge key.
pub(super) fn require_key(items: &[Value], merge_key: &str) -> Result<()> {
    for item in items {
        match item {
            Value::Object(entries) if entries.contains_key(merge_key) => {}
            Value::Object(entries) => return Err(PatchError::no_merge_key(entries, merge_key)),
            other => return Err(PatchError::bad_type("map[string]interface {}", other)),
        }
    }
    Ok(())
}

/// What tells an item from its neighbours: the value of its merge key, or itself.
pub(super) fn identity<'a>(item: &'a Value, merge_key: &str) -> Option<&'a Value> {
    if item.is_object() { item.get(merge_key) } else { Some(item) }
}

/// The place of an item's namesake in a list.
pub(super) fn position(list: &[Value], item: &Value, merge_key: &str) -> Option<usize> {
    let wanted = identity(item, merge_key);
    list.iter().position(|other| identity(other, merge_key) == wanted)
}

/// The type of all items; an error when they differ, are lists, or there are none.
pub(super) fn element_type(lists: &[&[Value]]) -> Result<Discriminant<Value>> {
    let mut all = lists.iter().copied().flatten();
    let Some(first) = all.next() else {
        return Err(PatchError::Internal("no elements in any of the given slices".to_owned()));
    };
    if first.is_array() {
        return Err(PatchError::list_of_lists());
    }
    if all.any(|item| !same_type(first, item)) {
        let lists: Value = lists.iter().map(|list| Value::Array(list.to_vec())).collect();
        return Err(PatchError::Internal(format!(
            "list element types are not identical: {}",
            go_print(&lists)
        )));
    }
    Ok(discriminant(first))
}

/// Whether Go decodes both values to the same type.
pub(super) fn same_type(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.is_f64() == right.is_f64(),
        _ => discriminant(left) == discriminant(right),
    }
}

fn interleave(left: Vec<Value>, right: Vec<Value>, order: &[Value], merge_key: &str) -> Vec<Value> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let take_left = match (left.peek(), right.peek()) {
            (None, None) => return out,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(l), Some(r)) => {
                let places = position(order, l, merge_key).zip(position(order, r, merge_key));
                places.is_some_and(|(l, r)| l < r)
            }
        };
        out.extend(if take_left { left.next() } else { right.next() });
    }
}
