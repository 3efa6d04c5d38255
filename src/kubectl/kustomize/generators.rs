//! `ConfigMap`s and Secrets that a kustomization generates from literals and files.
//!
//! Models sigs.k8s.io/kustomize/api/internal/generators and api/kv/kv.go, v0.21. Left out: binary files.

use serde_json::{Map, Value, json};

use super::root::Root;
use super::{Kustomization, Resource, Wrong, kinds};
use crate::base64;
use crate::kubectl::objects::{set_at, text_at};
use crate::kubectl::quote::quote;

/// Base64 longer than this stands on several lines.
const LINE_LETTERS: usize = 70;

/// Adds what a kustomization generates to its resources.
pub(super) fn generate(
    kustomization: &Kustomization,
    root: &Root<'_>,
    resources: &mut Vec<Resource>,
) -> Result<(), Wrong> {
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for arguments in kustomization.list(field) {
            let made = one(kustomization, arguments, kind, root)?;
            place(made, text_at(arguments, &["behavior"]), resources)?;
        }
    }
    Ok(())
}

fn one(
    kustomization: &Kustomization,
    arguments: &Value,
    kind: &str,
    root: &Root<'_>,
) -> Result<Resource, Wrong> {
    let name = text_at(arguments, &["name"]);
    if name.is_empty() {
        return Err("a configmap must have a name".to_owned());
    }
    let mut object = json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name } });
    let namespace = text_at(arguments, &["namespace"]);
    if !namespace.is_empty() {
        set_at(&mut object, &["metadata", "namespace"], namespace.into());
    }
    if kind == "Secret" {
        let given = text_at(arguments, &["type"]);
        set_at(&mut object, &["type"], if given.is_empty() { "Opaque" } else { given }.into());
        set_at(&mut object, &["data"], Value::Object(Map::new()));
    }
    let mut known = Vec::new();
    for (key, value) in pairs(arguments, root).map_err(|why| format!("loading KV pairs: {why}"))? {
        if key.is_empty()
            || !key.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
        {
            return Err(format!("{} is not a valid key name", quote(&key)));
        }
        if known.contains(&key) {
            return Err(format!("configmap {name} illegally repeats the key `{key}`"));
        }
        let value = if kind == "Secret" { in_lines(&base64::encode(value.as_bytes())) } else { value };
        set_at(&mut object, &["data", &key], value.into());
        known.push(key);
    }
    // What holds for all generators gives way to what one says itself.
    let (all, own) = (kustomization.value("generatorOptions"), arguments.get("options"));
    for options in [all, own].into_iter().flatten() {
        for field in ["labels", "annotations"] {
            for (key, value) in options.get(field).and_then(Value::as_object).into_iter().flatten() {
                set_at(&mut object, &["metadata", field, key], value.clone());
            }
        }
    }
    let is_on = |field: &str| {
        [all, own].into_iter().flatten().any(|options| options.get(field) == Some(&Value::Bool(true)))
    };
    if is_on("immutable") {
        set_at(&mut object, &["immutable"], true.into());
    }
    let mut resource = Resource::of(object);
    resource.wants_hash = !is_on("disableNameSuffixHash");
    Ok(resource)
}

/// A new object is added; one that a base has may be replaced, or its data be merged.
fn place(made: Resource, behavior: &str, resources: &mut Vec<Resource>) -> Result<(), Wrong> {
    let known = resources.iter_mut().find(|known| known.is_called(&made));
    match (behavior, known) {
        ("merge" | "replace", None) => {
            Err(format!("merging from generator: id {} does not exist; cannot merge or replace", made.id()))
        }
        ("merge", Some(known)) => {
            for (key, value) in made.object.get("data").and_then(Value::as_object).into_iter().flatten() {
                set_at(&mut known.object, &["data", key], value.clone());
            }
            Ok(())
        }
        ("replace", Some(known)) => {
            if let Some(data) = made.object.get("data") {
                set_at(&mut known.object, &["data"], data.clone());
            }
            Ok(())
        }
        (_, Some(_)) => Err(format!(
            "merging from generator: may not add resource with an already registered id: {}",
            made.id()
        )),
        (_, None) => {
            resources.push(made);
            Ok(())
        }
    }
}

fn pairs(arguments: &Value, root: &Root<'_>) -> Result<Vec<(String, String)>, Wrong> {
    let texts = |field: &str| {
        let list = arguments.get(field).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    let mut envs = texts("envs");
    let env = text_at(arguments, &["env"]);
    if !env.is_empty() {
        envs.push(env.to_owned());
    }
    for file in &envs {
        let read = root.read(file).map_err(|why| format!("env source files: [{}]: {why}", envs.join(" ")))?;
        for line in read.lines().map(str::trim_start) {
            if !line.is_empty() && !line.starts_with('#') {
                let (key, value) = line.split_once('=').unwrap_or((line, ""));
                all.push((key.to_owned(), value.to_owned()));
            }
        }
    }
    let literals = texts("literals");
    for literal in &literals {
        match literal.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                all.push((key.to_owned(), without_quotes(value).to_owned()));
            }
            _ => {
                return Err(format!(
                    "literal sources [{}]: invalid literal source {literal}, expected key=value",
                    literals.join(" ")
                ));
            }
        }
    }
    let files = texts("files");
    for source in &files {
        let (key, file) =
            source.split_once('=').unwrap_or((source.rsplit('/').next().unwrap_or_default(), source));
        let wrong = |why: Wrong| format!("file sources: [{}]: {why}", files.join(" "));
        if key.is_empty() || file.is_empty() || file.contains('=') {
            return Err(wrong(format!("source {} key name or file path contains '='", quote(source))));
        }
        all.push((key.to_owned(), root.read(file).map_err(wrong)?.to_owned()));
    }
    Ok(all)
}

fn without_quotes(text: &str) -> &str {
    let inner = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Long base64 is broken into lines; the digest is made of it as it stands.
fn in_lines(text: &str) -> String {
    if text.len() < LINE_LETTERS {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(LINE_LETTERS).map(|line| line.iter().collect::<String>() + "\n").collect()
}

/// The kinds whose data a digest is made of.
pub(super) fn add_suffixes(resources: &mut [Resource]) {
    for resource in resources.iter_mut().filter(|resource| resource.wants_hash) {
        if kinds::GENERATED.contains(&resource.kind()) {
            let name = format!("{}-{}", resource.name(), super::hash::suffix(&resource.object));
            resource.rename(name);
        }
    }
}
