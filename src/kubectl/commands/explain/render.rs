//! The pages of `kubectl explain`.
//!
//! Models the template staging/src/k8s.io/kubectl/pkg/explain/v2/templates/plaintext.tmpl, Kubernetes
//! v1.36, over the schema's own table. Left out: links to further documents.

use std::fmt::Write as _;

use crate::api::Kind;
use crate::api::schema::{self, Definition, Field, Struct, Type, item_struct};
use crate::collections::{sort, sort_by_key};
use crate::kubectl::error::CommandError;
use crate::kubectl::hints;
use crate::kubectl::quote::quote;

/// Types with their texts; below each, indented, its fields.
const TEXTS: &str = include_str!("texts.txt");
const NONE: &str = "<no description>";
/// Values that are shown of a field in a list before the rest is only hinted at.
const VALUES_MAX: usize = 4;

/// Named strings whose values the API's document does not list.
const OPEN: &[&str] = &[
    "ConditionStatus",
    "ContainerRestartPolicy",
    "ContainerRestartRuleAction",
    "ContainerRestartRuleOnExitCodesOperator",
    "CoordinatedLeaseStrategy",
    "LabelSelectorOperator",
    "LoadBalancerIPMode",
    "ManagedFieldsOperationType",
    "NodeAddressType",
    "PersistentVolumeClaimRetentionPolicyType",
    "PodResizeStatus",
    "PodSELinuxChangePolicy",
    "RecursiveReadOnlyMode",
    "ResourceHealthStatus",
    "ResourceResizeRestartPolicy",
    "SecretType",
];

/// The page of a type, or of the field at a path below it.
///
/// # Errors
/// kubectl's words for a field that does not exist.
pub(super) fn page(kind: Kind, path: &[&str], recursive: bool) -> Result<String, CommandError> {
    let names = kind.resource();
    let mut page = String::new();
    if !names.group.is_empty() {
        writeln!(page, "GROUP:      {}", names.group).unwrap_or_default();
    }
    write!(page, "KIND:       {}\nVERSION:    {}\n\n", names.kind, names.version).unwrap_or_default();
    let root = schema::root(&kind.api_version(), names.kind);
    let Some((owner, field)) = found(root, path) else {
        let (last, parents) = path.split_last().unwrap_or((&"", &[]));
        let parent = found(root, parents).and_then(|(owner, field)| match field {
            None => owner,
            Some(field) => item_struct(&field.ty),
        });
        let hint = parent.and_then(|parent| hints::field(last, parent));
        let message = format!("field {} does not exist", quote(last));
        return Err(CommandError::Printed { stdout: page, message }.with_hint(hint));
    };
    let mut texts = Vec::new();
    let shown = match field {
        None => root,
        Some(field) => {
            writeln!(page, "FIELD: {} <{}>", field.name, type_of(field)).unwrap_or_default();
            let values = values(&field.ty);
            if !values.is_empty() {
                page.push_str("ENUM:");
                for value in values {
                    write!(page, "\n    {value}").unwrap_or_default();
                }
            }
            page.push_str("\n\n");
            texts.extend(owner.and_then(|owner| text(owner, Some(field.name))));
            item_struct(&field.ty)
        }
    };
    texts.extend(shown.and_then(|shown| text(shown, None)));
    texts.dedup();
    page.push_str("DESCRIPTION:\n");
    for text in &texts {
        page.push_str(&wrapped(text, 4, 76));
    }
    page.push_str(if texts.is_empty() { "    <empty>\n" } else { "    \n" });
    if let Some(shown) = shown {
        page.push_str("FIELDS:\n");
        list(&mut page, shown, 1, recursive, &mut Vec::new());
    }
    page.push('\n');
    Ok(page)
}

/// The field at a path and the struct that it belongs to.
type Found = (Option<&'static Struct>, Option<&'static Field>);

fn found(root: Option<&'static Struct>, path: &[&str]) -> Option<Found> {
    let mut at = root;
    let mut found: Found = (root, None);
    for name in path {
        let field = at?.field(name)?;
        found = (at, Some(field));
        at = item_struct(&field.ty);
    }
    Some(found)
}

fn list(
    page: &mut String,
    of: &'static Struct,
    level: usize,
    recursive: bool,
    above: &mut Vec<&'static str>,
) {
    if above.contains(&of.name) {
        return;
    }
    above.push(of.name);
    let mut fields: Vec<&'static Field> = of.fields.iter().collect();
    sort_by_key(&mut fields, |field| field.name);
    let indent = "  ".repeat(level);
    for field in fields {
        let required = if field.required { " -required-" } else { "" };
        write!(page, "{indent}{}\t<{}>{required}", field.name, type_of(field)).unwrap_or_default();
        let values = values(&field.ty);
        if !values.is_empty() {
            let more = if values.len() > VALUES_MAX { ", ...." } else { "" };
            let shown = values.get(..VALUES_MAX).unwrap_or(&values).join(", ");
            write!(page, "\n{indent}enum: {shown}{more}").unwrap_or_default();
        }
        page.push('\n');
        if recursive {
            if let Some(below) = item_struct(&field.ty) {
                list(page, below, level + 1, true, above);
            }
            continue;
        }
        let below = || item_struct(&field.ty).and_then(|below| text(below, None));
        let shown = text(of, Some(field.name)).or_else(below).unwrap_or(NONE);
        page.push_str(&wrapped(shown, 2 * level + 2, 78 - 2 * level));
        page.push('\n');
    }
    above.pop();
}

fn type_of(field: &Field) -> String {
    if field.name == "fieldsV1" { "FieldsV1".to_owned() } else { type_name(&field.ty) }
}

/// A type as the page names it: `string`, `[]Container`, `map[string]Quantity`.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Pointer(inner) => type_name(inner),
        Type::Slice(element) => format!("[]{}", type_name(element)),
        Type::Map(_, element) => format!("map[string]{}", type_name(element)),
        Type::Bool => "boolean".to_owned(),
        Type::Int32 | Type::Int64 => "integer".to_owned(),
        Type::Quantity => "Quantity".to_owned(),
        Type::IntOrString => "IntOrString".to_owned(),
        Type::Raw => "RawExtension".to_owned(),
        Type::Named(name) => match schema::definition(name) {
            Some(Definition::Alias(target, _)) => type_name(target),
            _ => bare(name).to_owned(),
        },
        Type::String | Type::Bytes | Type::Time | Type::MicroTime => "string".to_owned(),
    }
}

/// The values that the API's document lists of a named string, in order; an empty one is `""`.
fn values(ty: &Type) -> Vec<&'static str> {
    let name = match ty {
        Type::Pointer(inner) => return values(inner),
        Type::Named(name) => bare(name),
        _ => return Vec::new(),
    };
    if OPEN.contains(&name) || name.ends_with("ConditionType") {
        return Vec::new();
    }
    let mut values = ty.values().to_vec();
    sort(&mut values);
    values
}

fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The text of a type, or of a field of it.
fn text(of: &Struct, field: Option<&str>) -> Option<&'static str> {
    let look_up = |owner: &str| {
        let mut inside = false;
        TEXTS.lines().find_map(|line| match (line.strip_prefix(' '), field) {
            (Some(line), Some(field)) if inside => line.strip_prefix(field)?.strip_prefix(' '),
            (Some(_), _) => None,
            (None, field) => {
                let (name, text) = line.split_once(' ').unwrap_or((line, ""));
                inside = name == owner;
                (inside && field.is_none()).then_some(text)
            }
        })
    };
    look_up(bare(of.name)).or_else(|| field.and_then(|_| look_up("*")))
}

/// A text in lines of at most so many letters, each behind an indentation.
fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            writeln!(out, "{:indent$}{line}", "").unwrap_or_default();
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{:indent$}{line}", "").unwrap_or_default();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_of_a_type_and_a_field_that_exist() {
        let mut owner: Option<&Struct> = None;
        for line in TEXTS.lines().filter(|line| !line.starts_with('#')) {
            match (line.strip_prefix(' '), owner) {
                (None, _) if line == "*" => owner = None,
                (None, _) => {
                    let name = line.split_once(' ').map(|(name, _)| name).unwrap();
                    owner = Some(schema::struct_named(name).unwrap_or_else(|| panic!("{line}")));
                }
                (Some(field), Some(owner)) => {
                    let (name, text) = field.split_once(' ').unwrap();
                    assert!(owner.field(name).is_some() && text.ends_with('.'), "{}: {line}", owner.name);
                }
                (Some(_), None) => {}
            }
        }
    }

    #[test]
    fn kinds_that_are_served_have_a_text() {
        for kind in Kind::ALL {
            let root = schema::root(&kind.api_version(), kind.resource().kind).unwrap();
            assert!(text(root, None).is_some(), "{kind}");
        }
    }
}
