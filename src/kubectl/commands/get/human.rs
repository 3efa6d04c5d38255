//! Prints tables: one for each kind, with an empty line between them.
//!
//! Models `GetOptions.Run`, staging/src/k8s.io/kubectl/pkg/cmd/get/get.go, Kubernetes v1.36.

use serde_json::Value;

use super::decorate::TableOptions;
use crate::api::{Kind, Object};
use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::formats;
use crate::kubectl::objects::wire;
use crate::kubectl::selection::Picks;

/// Prints what was picked as tables.
pub(super) fn print(context: &mut Context<'_>, picks: Picks) -> Result<(), CommandError> {
    let mut objects: Vec<Object> = picks.items.into_iter().filter_map(|picked| picked.object).collect();
    let sort_by = context.flags.text("sort-by").to_owned();
    let mut options = TableOptions::of(context);
    let several =
        objects.iter().any(|object| objects.first().is_some_and(|first| first.kind() != object.kind()));
    options.kind |= several || picks.kinds.len() > 1;
    // Objects of files are fetched whole.
    let scales = context.flags.text("subresource") == "scale" && !context.names_files();
    if !sort_by.is_empty() && !options.server_print && objects.len() > 1 {
        sort_objects(&mut objects, &sort_by, false)?;
    }
    let mut text = String::new();
    for group in groups(&mut objects) {
        let Some(kind) = group.first().map(Object::kind) else { continue };
        let mut group = group;
        // Objects that were named come one by one, and so stay in the order of their names.
        if !sort_by.is_empty() && picks.listed && options.server_print {
            sort_objects(&mut group, &sort_by, true)?;
        }
        let table = if scales {
            options.scales(kind, &mut group, context.api.now())
        } else {
            options.table(kind, &group, context.api.now())
        };
        if !text.is_empty() && !options.no_headers {
            text.push('\n');
        }
        text.push_str(&formats::print_table(&table.columns, &table.rows, options.no_headers));
    }
    context.out(&text);
    let ignores = context.flags.switch("ignore-not-found");
    if text.is_empty() && !ignores && picks.errors.is_empty() {
        let message = if context.flags.switch("all-namespaces")
            || !picks.kinds.iter().all(|kind| kind.is_namespaced())
        {
            "No resources found\n".to_owned()
        } else {
            format!("No resources found in {} namespace.\n", context.namespace())
        };
        context.err(&message);
    }
    CommandError::listed(picks.errors, context.names_files())
}

/// Runs of objects of the same kind.
fn groups(objects: &mut Vec<Object>) -> Vec<Vec<Object>> {
    let mut groups: Vec<Vec<Object>> = Vec::new();
    let mut last: Option<Kind> = None;
    for object in objects.drain(..) {
        let kind = object.kind();
        match groups.last_mut() {
            Some(group) if last == Some(kind) => group.push(object),
            _ => groups.push(vec![object]),
        }
        last = Some(kind);
    }
    groups
}

fn sort_objects(objects: &mut Vec<Object>, sort_by: &str, table: bool) -> Result<(), CommandError> {
    let values: Vec<Value> = objects.iter().map(wire).collect();
    let order = formats::sorted_order(&values, sort_by, table).map_err(CommandError::plain)?;
    *objects = order.iter().filter_map(|index| objects.get(*index).cloned()).collect();
    Ok(())
}

/// Sorts values by a field.
pub(super) fn sort_values(values: &mut Vec<Value>, sort_by: &str) -> Result<(), CommandError> {
    let order = formats::sorted_order(values, sort_by, false).map_err(CommandError::plain)?;
    *values = order.iter().filter_map(|index| values.get(*index).cloned()).collect();
    Ok(())
}
