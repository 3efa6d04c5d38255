//! `kubectl set env --list`: the variables of containers, and what references lead to.
//!
//! Models `RunEnv` of `staging/src/k8s.io/kubectl/pkg/cmd/set/set_env.go` and `env/env_resolve.go`,
//! Kubernetes v1.36.

use serde_json::Value;

use crate::api::pod_resources::in_units;
use crate::api::quantity::Quantity;
use crate::api::{Kind, ObjectKey};
use crate::base64;
use crate::collections::{SortedMap, sort};
use crate::kubectl::command::Context;
use crate::kubectl::objects::{text_at, wire};
use crate::kubectl::quote::quote;
use crate::kubectl::selection::Picked;

/// Prints the variables of an object's containers.
///
/// # Errors
/// When a reference leads nowhere.
pub(super) fn print(
    context: &mut Context<'_>,
    picked: &Picked,
    object: &Value,
    containers: &[Value],
) -> Result<(), String> {
    let resolve = context.flags.switch("resolve");
    let mut failed = false;
    for container in containers {
        let (kind, name) = (picked.key.kind, &picked.key.name);
        let mut text = format!("# {kind} {name}, container {}\n", text_at(container, &["name"]));
        let mut errors: SortedMap<String, Vec<&str>> = SortedMap::new();
        for variable in container.get("env").and_then(Value::as_array).into_iter().flatten() {
            let name = text_at(variable, &["name"]);
            let Some(source) = variable.get("valueFrom") else {
                text.push_str(&format!("{name}={}\n", text_at(variable, &["value"])));
                continue;
            };
            let value =
                if resolve { value_of(context, object, container, source).map_err(Some) } else { Err(None) };
            match value {
                Ok(value) => {
                    text.push_str(&format!("{name}={value}\n"));
                }
                Err(why) => {
                    text.push_str(&format!("# {name} from {}\n", reference(source)));
                    if let Some(why) = why {
                        errors.entry(why).or_default().push(name);
                    }
                }
            }
        }
        context.out(&text);
        let mut lines: Vec<String> = Vec::new();
        for (why, mut names) in errors {
            sort(&mut names);
            lines.push(format!("error retrieving reference for {}: {why}\n", names.join(", ")));
        }
        sort(&mut lines);
        failed |= !lines.is_empty();
        context.err(&lines.concat());
    }
    if failed { Err("failed to retrieve valueFrom references".to_owned()) } else { Ok(()) }
}

/// What a variable refers to (`GetEnvVarRefString`).
fn reference(source: &Value) -> String {
    let text = |path: &[&str]| text_at(source, path);
    if source.get("configMapKeyRef").is_some() {
        let (name, key) = (text(&["configMapKeyRef", "name"]), text(&["configMapKeyRef", "key"]));
        format!("configmap {name}, key {key}")
    } else if source.get("secretKeyRef").is_some() {
        format!("secret {}, key {}", text(&["secretKeyRef", "name"]), text(&["secretKeyRef", "key"]))
    } else if source.get("fieldRef").is_some() {
        format!("field path {}", text(&["fieldRef", "fieldPath"]))
    } else if source.get("resourceFieldRef").is_some() {
        let container = text(&["resourceFieldRef", "containerName"]);
        let slash = if container.is_empty() { "" } else { "/" };
        format!("resource field {container}{slash}{}", text(&["resourceFieldRef", "resource"]))
    } else {
        "invalid valueFrom".to_owned()
    }
}

/// The value that a reference leads to (`GetEnvVarRefValue`).
fn value_of(
    context: &Context<'_>,
    object: &Value,
    container: &Value,
    source: &Value,
) -> Result<String, String> {
    for (field, kind, words) in
        [("secretKeyRef", Kind::Secret, "secret"), ("configMapKeyRef", Kind::ConfigMap, "config map")]
    {
        if source.get(field).is_none() {
            continue;
        }
        let (name, key) = (text_at(source, &[field, "name"]), text_at(source, &[field, "key"]));
        let found = context.api.get(&ObjectKey::new(kind, context.namespace(), name));
        let found = wire(found.map_err(|error| error.message)?);
        let value = found.get("data").and_then(|data| data.get(key)).and_then(Value::as_str);
        let value = value.ok_or_else(|| format!("key {key} not found in {words} {name}"))?;
        return Ok(if kind == Kind::Secret {
            base64::decode(value).unwrap_or_default()
        } else {
            value.to_owned()
        });
    }
    if source.get("fieldRef").is_some() {
        return field(object, text_at(source, &["fieldRef", "fieldPath"]));
    }
    if source.get("resourceFieldRef").is_some() {
        return amount(container, source);
    }
    Err("invalid valueFrom".to_owned())
}

/// An amount of a container, rounded up to whole divisors (`extractContainerResourceValue`).
fn amount(container: &Value, source: &Value) -> Result<String, String> {
    let resource = text_at(source, &["resourceFieldRef", "resource"]);
    let quantity = |text: &str| Quantity::parse(text).unwrap_or_default();
    let divisor = quantity(text_at(source, &["resourceFieldRef", "divisor"]));
    let (list, name) = resource.split_once('.').unwrap_or_default();
    let is_known = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    if !matches!(list, "limits" | "requests") || !is_known {
        return Err(format!("Unsupported container resource : {resource}"));
    }
    let amount = quantity(text_at(container, &["resources", list, name]));
    Ok(in_units(name, &amount, Some(&divisor)).to_string())
}

/// A field of the object itself (`extractFieldPathAsString`).
fn field(object: &Value, path: &str) -> Result<String, String> {
    if let Some((map, key)) = path.strip_suffix("']").and_then(|path| path.split_once("['")) {
        return match map {
            "metadata.annotations" | "metadata.labels" => {
                let map = map.trim_start_matches("metadata.");
                Ok(text_at(object, &["metadata", map, key]).to_owned())
            }
            _ => Err(format!("fieldPath {} does not support subscript", quote(path))),
        };
    }
    match path {
        "metadata.annotations" | "metadata.labels" => {
            let map = object.pointer(&format!("/{}", path.replace('.', "/"))).and_then(Value::as_object);
            let line = |(key, value): (&String, &Value)| {
                format!("{key}={}", quote(value.as_str().unwrap_or_default()))
            };
            let lines: Vec<String> = map.into_iter().flatten().map(line).collect();
            Ok(lines.join("\n"))
        }
        "metadata.name" | "metadata.namespace" | "metadata.uid" => {
            let field = path.trim_start_matches("metadata.");
            Ok(text_at(object, &["metadata", field]).to_owned())
        }
        _ => Err(format!("unsupported fieldPath: {path}")),
    }
}
