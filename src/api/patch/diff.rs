//! Makes the strategic merge patch that leads from one object to another.
//!
//! Models `CreateTwoWayMergePatch` and `CreateThreeWayMergePatch`, strategicpatch/patch.go, Kubernetes v1.36.
//! Left out: documents that hold patch directives themselves.

use super::conflict::maps_conflict;
use super::directive::{DELETE_FROM_PRIMITIVE_LIST, RETAIN_KEYS, SET_ELEMENT_ORDER, deletion};
use super::list::deduplicate;
use super::lookup::Schema;
use super::merge::{MergeOptions, merge_map};
use super::order::{element_type, identity, same_type, sorted_by};
use super::{Object, PatchError, Result};
use crate::api::codec::map_of;
use crate::api::schema::go_print;
use crate::api::yaml::emit;
use crate::collections::sort;
use serde_json::Value;
use std::cmp::Ordering;
use std::mem::discriminant;

/// Which differences go into a patch.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself, as upstream")]
struct DiffOptions {
    set_element_order: bool,
    ignore_changes_and_additions: bool,
    ignore_deletions: bool,
    build_retain_keys: bool,
}

/// The patch that makes `original` into `modified`.
pub fn two_way(original: &Value, modified: &Value, api_version: &str, kind: &str) -> Result<Value> {
    let schema = Schema::of_kind(api_version, kind)?;
    let options = DiffOptions { set_element_order: true, ..DiffOptions::default() };
    diff_maps(&document(original)?, &document(modified)?, schema, options).map(Value::Object)
}

/// The patch that brings what changed from `original` (last applied) to `modified` into `current`.
///
/// Without `overwrite`, it is an error that `current` was changed elsewhere in a field of the patch.
pub fn three_way(
    original: &Value,
    modified: &Value,
    current: &Value,
    (api_version, kind): (&str, &str),
    overwrite: bool,
) -> Result<Value> {
    let schema = Schema::of_kind(api_version, kind)?;
    let (original, modified, current) = (document(original)?, document(modified)?, document(current)?);
    let additions = DiffOptions { ignore_deletions: true, set_element_order: true, ..DiffOptions::default() };
    let delta = diff_maps(&current, &modified, schema, additions)?;
    let deletions =
        DiffOptions { ignore_changes_and_additions: true, set_element_order: true, ..DiffOptions::default() };
    let deletions = diff_maps(&original, &modified, schema, deletions)?;
    let options = MergeOptions { merge_parallel_list: false, ignore_unmatched_nulls: false };
    let patch = merge_map(deletions, delta, schema, options)?;
    if !overwrite {
        let changed = diff_maps(&original, &current, schema, DiffOptions::default())?;
        if maps_conflict(&patch, &changed, schema)? {
            return Err(PatchError::Conflict(format!(
                "patch:\n{}\nconflicts with changes made from original to current:\n{}\n",
                emit(&Value::Object(patch)),
                emit(&Value::Object(changed))
            )));
        }
    }
    Ok(Value::Object(patch))
}

/// Whether a patch changes what an object is: its API version, kind or name.
pub fn changes_identity(patch: &Value) -> bool {
    let name = patch.get("metadata").and_then(|metadata| metadata.get("name"));
    patch.get("apiVersion").is_some() || patch.get("kind").is_some() || name.is_some()
}

fn document(value: &Value) -> Result<Object> {
    match value {
        Value::Null => Ok(Object::new()),
        Value::Object(entries) => Ok(entries.clone()),
        _ => Err(PatchError::BadRequest("invalid JSON document".to_owned())),
    }
}

fn diff_maps(original: &Object, modified: &Object, schema: Schema, options: DiffOptions) -> Result<Object> {
    let mut patch = Object::new();
    for (key, new) in modified {
        match original.get(key) {
            Some(old) if same_type(old, new) => diff_values(key, old, new, &mut patch, schema, options)?,
            _ if !options.ignore_changes_and_additions => {
                patch.insert(key.clone(), new.clone());
            }
            _ => {}
        }
    }
    let missing = || original.iter().filter(|(key, _)| !modified.contains_key(*key));
    if !options.ignore_deletions {
        patch.extend(missing().map(|(key, _)| (key.clone(), Value::Null)));
    }
    if options.build_retain_keys {
        // The keys of a map are sorted already.
        let retained: Vec<Value> = modified
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, _)| Value::from(key.as_str()))
            .collect();
        if !retained.is_empty() && (!patch.is_empty() || missing().any(|(_, value)| !value.is_null())) {
            patch.insert(RETAIN_KEYS.to_owned(), Value::Array(retained));
        }
    }
    Ok(patch)
}

fn diff_values(
    key: &str,
    old: &Value,
    new: &Value,
    patch: &mut Object,
    schema: Schema,
    mut options: DiffOptions,
) -> Result<()> {
    let may_change = !options.ignore_changes_and_additions;
    match (old, new) {
        (Value::Object(old_map), Value::Object(new_map)) => {
            let (schema, meta) = match schema.field(key) {
                Err(_) if old == new => return Ok(()),
                found => found?,
            };
            options.build_retain_keys = meta.retain_keys;
            if !meta.replace {
                let changes = diff_maps(old_map, new_map, schema, options)?;
                if !changes.is_empty() {
                    patch.insert(key.to_owned(), Value::Object(changes));
                }
            } else if may_change {
                patch.insert(key.to_owned(), new.clone());
            }
        }
        (Value::Array(old_list), Value::Array(new_list)) => {
            let (schema, meta) = match schema.items(key) {
                Err(_) if old == new => return Ok(()),
                found => found?,
            };
            if meta.merge {
                options.build_retain_keys = meta.retain_keys;
                let changes = diff_lists(old_list, new_list, schema, meta.merge_key, options)?;
                changes.write(key, patch);
            } else if may_change && old != new {
                patch.insert(key.to_owned(), new.clone());
            }
        }
        _ if may_change && old != new => {
            patch.insert(key.to_owned(), new.clone());
        }
        _ => {}
    }
    Ok(())
}

/// What a patch says of one list.
#[derive(Default)]
struct ListChanges {
    items: Vec<Value>,
    deleted: Vec<Value>,
    order: Vec<Value>,
}

impl ListChanges {
    fn write(self, key: &str, patch: &mut Object) {
        let keys = [
            (key.to_owned(), self.items),
            (format!("{DELETE_FROM_PRIMITIVE_LIST}/{key}"), self.deleted),
            (format!("{SET_ELEMENT_ORDER}/{key}"), self.order),
        ];
        patch.extend(
            keys.into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| (key, list.into())),
        );
    }
}

fn diff_lists(
    original: &[Value],
    modified: &[Value],
    schema: Schema,
    merge_key: &str,
    options: DiffOptions,
) -> Result<ListChanges> {
    if original.is_empty() {
        let items = if options.ignore_changes_and_additions { Vec::new() } else { modified.to_vec() };
        return Ok(ListChanges { items, ..ListChanges::default() });
    }
    if element_type(&[original, modified])? != discriminant(&Value::Object(Object::new())) {
        return diff_lists_of_scalars(original, modified, options);
    }
    let (items, deletions) = diff_lists_of_maps(original, modified, schema, merge_key, options)?;
    let mut items = sorted_by(items, modified, merge_key)?;
    items.extend(deletions);
    let same_order = original.len() == modified.len()
        && original
            .iter()
            .zip(modified)
            .all(|(old, new)| identity(old, merge_key) == identity(new, merge_key));
    let changed = (!options.ignore_changes_and_additions && (!items.is_empty() || !same_order))
        || (!options.ignore_deletions && !items.is_empty());
    let order = if options.set_element_order && changed {
        let only_key = |item: &Value| {
            let key = item.get(merge_key).map(|name| (merge_key.to_owned(), name.clone()));
            Value::Object(map_of(key))
        };
        modified.iter().map(only_key).collect()
    } else {
        Vec::new()
    };
    Ok(ListChanges { items, deleted: Vec::new(), order })
}

fn diff_lists_of_scalars(
    original: &[Value],
    modified: &[Value],
    options: DiffOptions,
) -> Result<ListChanges> {
    let (mut items, mut deleted) = (Vec::new(), Vec::new());
    walk_sorted(
        original,
        modified,
        |item| Ok(go_print(item)),
        |old, new| {
            match (old, new) {
                (None, Some(new)) if !options.ignore_changes_and_additions => items.push(new.clone()),
                (Some(old), None) if !options.ignore_deletions => deleted.push(old.clone()),
                _ => {}
            }
            Ok(())
        },
    )?;
    let items = sorted_by(items, modified, "")?;
    let deleted = deduplicate(deleted);
    let changed = (!options.ignore_deletions && !deleted.is_empty())
        || (!options.ignore_changes_and_additions && original != modified);
    let order = if options.set_element_order && changed { modified.to_vec() } else { Vec::new() };
    Ok(ListChanges { items, deleted, order })
}

/// The items that were added or changed, and the deletions.
fn diff_lists_of_maps(
    original: &[Value],
    modified: &[Value],
    schema: Schema,
    merge_key: &str,
    options: DiffOptions,
) -> Result<(Vec<Value>, Vec<Value>)> {
    let (mut items, mut deletions) = (Vec::new(), Vec::new());
    let name = |item: &Value| match item {
        Value::Object(entries) => {
            entries.get(merge_key).map(go_print).ok_or_else(|| PatchError::no_merge_key(entries, merge_key))
        }
        _ => Err(PatchError::bad_type("map[string]interface {}", item)),
    };
    walk_sorted(original, modified, name, |old, new| {
        match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let mut changes = diff_maps(old, new, schema, options)?;
                if !changes.is_empty() {
                    changes.extend(new.get(merge_key).map(|name| (merge_key.to_owned(), name.clone())));
                    items.push(Value::Object(changes));
                }
            }
            (None, Some(new)) if !options.ignore_changes_and_additions => items.push(new.clone()),
            (Some(old), None) if !options.ignore_deletions => {
                deletions.extend(old.get(merge_key).map(|name| deletion(merge_key, name)));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((items, deletions))
}

/// Visits the items of two lists in the order of their names, namesakes together.
fn walk_sorted(
    original: &[Value],
    modified: &[Value],
    name: impl Fn(&Value) -> Result<String>,
    mut visit: impl FnMut(Option<&Value>, Option<&Value>) -> Result<()>,
) -> Result<()> {
    let sorted = |list: &[Value]| -> Result<Vec<(String, usize)>> {
        let mut names = Vec::new();
        for (place, item) in list.iter().enumerate() {
            names.push((name(item)?, place));
        }
        sort(&mut names);
        Ok(names)
    };
    let (old_names, new_names) = (sorted(original)?, sorted(modified)?);
    let (mut olds, mut news) = (old_names.iter().peekable(), new_names.iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let old = if order == Ordering::Greater { None } else { olds.next() };
        let new = if order == Ordering::Less { None } else { news.next() };
        visit(
            old.and_then(|(_, place)| original.get(*place)),
            new.and_then(|(_, place)| modified.get(*place)),
        )?;
    }
}
