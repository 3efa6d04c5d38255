//! What a kustomization changes in its objects: namespace, names, labels, annotations, replicas, images.
//!
//! Models the built-in transformers of sigs.k8s.io/kustomize/api/internal/builtins, v0.21, in their order.

use serde_json::{Map, Value};

use super::{Kustomization, Resource, Wrong, kinds};
use crate::collections::SortedMap;
use crate::kubectl::objects::{set_at, text_at};

/// Carries out everything but patches.
pub(super) fn transform(kustomization: &Kustomization, resources: &mut [Resource]) -> Result<(), Wrong> {
    let namespace = kustomization.text("namespace");
    let (prefix, suffix) = (kustomization.text("namePrefix"), kustomization.text("nameSuffix"));
    for resource in resources.iter_mut() {
        if !namespace.is_empty() {
            if resource.kind() == "Namespace" {
                resource.rename(namespace.to_owned());
            } else if !kinds::CLUSTER_SCOPED.contains(&resource.kind()) {
                set_at(&mut resource.object, &["metadata", "namespace"], namespace.into());
            }
        }
        let is_renamed = !prefix.is_empty() || !suffix.is_empty();
        if is_renamed && !kinds::UNPREFIXED.contains(&resource.kind()) {
            let name = format!("{prefix}{}{suffix}", resource.name());
            resource.rename(name);
        }
    }
    refer_anew(resources);
    for label in kustomization.list("labels") {
        let is_on = |field: &str| label.get(field) == Some(&Value::Bool(true));
        let pairs = entries(label.get("pairs"));
        for resource in resources.iter_mut() {
            add_labels(resource, &pairs, is_on("includeSelectors"), is_on("includeTemplates"));
        }
    }
    let pairs = entries(kustomization.value("commonLabels"));
    let annotations = entries(kustomization.value("commonAnnotations"));
    for resource in resources.iter_mut() {
        add_labels(resource, &pairs, true, true);
        add(&mut resource.object, &["metadata", "annotations"], &annotations, true);
        if let Some(path) = template(resource) {
            add(
                &mut resource.object,
                &[&path[..], &["metadata", "annotations"]].concat(),
                &annotations,
                true,
            );
        }
    }
    for replica in kustomization.list("replicas") {
        set_replicas(replica, resources)?;
    }
    for image in kustomization.list("images").chain(kustomization.list("imageTags")) {
        for resource in resources.iter_mut() {
            set_images(&mut resource.object, image);
        }
    }
    Ok(())
}

type Entries = Vec<(String, Value)>;

fn entries(value: Option<&Value>) -> Entries {
    let fields = value.and_then(Value::as_object).into_iter().flatten();
    fields.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn template(resource: &Resource) -> Option<Vec<&'static str>> {
    let found = kinds::TEMPLATES.iter().find(|(kind, _)| *kind == resource.kind());
    found.map(|(_, path)| path.to_vec())
}

/// Where a pod's spec stands.
fn pod_spec(resource: &Resource) -> Option<Vec<&'static str>> {
    if resource.kind() == "Pod" {
        return Some(vec!["spec"]);
    }
    template(resource).map(|path| [path, vec!["spec"]].concat())
}

/// Goes along a path through lists; what is at its end is changed.
fn each_at(value: &mut Value, path: &[&str], makes: bool, change: &mut dyn FnMut(&mut Value)) {
    if let Value::Array(items) = value {
        for item in items {
            each_at(item, path, makes, change);
        }
        return;
    }
    let Some((first, rest)) = path.split_first() else { return change(value) };
    if makes && value.is_null() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(fields) = value else { return };
    if makes && !fields.contains_key(*first) {
        fields.insert((*first).to_owned(), Value::Null);
    }
    if let Some(next) = fields.get_mut(*first) {
        each_at(next, rest, makes, change);
    }
}

fn add(object: &mut Value, path: &[&str], pairs: &Entries, makes: bool) {
    if pairs.is_empty() {
        return;
    }
    each_at(object, path, makes, &mut |found| {
        for (key, value) in pairs {
            set_at(found, &[key], value.clone());
        }
    });
}

fn add_labels(resource: &mut Resource, pairs: &Entries, selectors: bool, templates: bool) {
    add(&mut resource.object, &["metadata", "labels"], pairs, true);
    if !(selectors || templates) {
        return;
    }
    if let Some(path) = template(resource) {
        add(&mut resource.object, &[&path[..], &["metadata", "labels"]].concat(), pairs, true);
    }
    // A list is gone through, but none is made.
    if resource.kind() == "StatefulSet" && resource.object.pointer("/spec/volumeClaimTemplates").is_some() {
        add(&mut resource.object, &["spec", "volumeClaimTemplates", "metadata", "labels"], pairs, true);
    }
    if !selectors {
        return;
    }
    let kind = resource.kind().to_owned();
    for (_, path, makes) in kinds::SELECTORS.iter().filter(|(known, ..)| *known == kind) {
        add(&mut resource.object, path, pairs, *makes);
    }
    if matches!(kind.as_str(), "Deployment" | "StatefulSet") {
        for path in kinds::POD_SELECTORS {
            add(&mut resource.object, &[&["spec", "template", "spec"], *path].concat(), pairs, false);
        }
    }
}

/// Lets every object name the others as they are called now.
pub(super) fn refer_anew(resources: &mut [Resource]) {
    let mut names: SortedMap<(String, String), String> = SortedMap::new();
    for resource in resources.iter_mut() {
        if let Some(old) = resource.renamed_from.take() {
            names.insert((resource.kind().to_owned(), old), resource.name().to_owned());
        }
    }
    if names.is_empty() {
        return;
    }
    let follow = |object: &mut Value, path: &[&str], kind: &str| {
        each_at(object, path, false, &mut |found| {
            let known = found.as_str().and_then(|old| names.get(&(kind.to_owned(), old.to_owned())));
            if let Some(new) = known {
                *found = new.as_str().into();
            }
        });
    };
    for resource in resources {
        if let Some(spec) = pod_spec(resource) {
            for (kind, path) in kinds::POD_REFERENCES {
                follow(&mut resource.object, &[&spec[..], *path].concat(), kind);
            }
        }
        let own = resource.kind().to_owned();
        for (_, path, kind) in kinds::REFERENCES.iter().filter(|(known, ..)| *known == own) {
            follow(&mut resource.object, path, kind);
        }
    }
}

fn set_replicas(replica: &Value, resources: &mut [Resource]) -> Result<(), Wrong> {
    let name = text_at(replica, &["name"]);
    let count = replica.get("count").cloned().unwrap_or_else(|| 0.into());
    let mut is_found = false;
    for resource in resources.iter_mut() {
        if kinds::REPLICATED.contains(&resource.kind()) && resource.was_called(name) {
            is_found = true;
            set_at(&mut resource.object, &["spec", "replicas"], count.clone());
        }
    }
    if is_found {
        return Ok(());
    }
    let kinds: Vec<String> = kinds::REPLICATED.iter().map(|kind| format!("{kind}.[noVer].[noGrp]")).collect();
    Err(format!(
        "resource with name {name} does not match a config with the following GVK [{}]",
        kinds.join(" ")
    ))
}

fn set_images(value: &mut Value, image: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| set_images(item, image)),
        Value::Object(fields) => {
            for (key, value) in fields {
                if matches!(key.as_str(), "containers" | "initContainers") {
                    each_at(value, &["image"], false, &mut |found| {
                        if let Some(new) = found.as_str().and_then(|old| changed_image(old, image)) {
                            *found = new.into();
                        }
                    });
                }
                set_images(value, image);
            }
        }
        _ => {}
    }
}

/// The image by its new name, tag or digest; `None` when it is another.
fn changed_image(old: &str, image: &Value) -> Option<String> {
    let rest = old.strip_prefix(text_at(image, &["name"]))?;
    if !(rest.is_empty() || rest.starts_with([':', '@'])) {
        return None;
    }
    let (name, tag, digest) = split_image(old);
    let (new_name, new_tag) = (text_at(image, &["newName"]), text_at(image, &["newTag"]));
    let (new_digest, suffix) = (text_at(image, &["digest"]), text_at(image, &["tagSuffix"]));
    let name = if new_name.is_empty() { name } else { new_name };
    let (tag, digest) = match (new_tag.is_empty(), new_digest.is_empty()) {
        (false, _) => (new_tag.to_owned(), new_digest),
        (true, false) => (String::new(), new_digest),
        (true, true) if !suffix.is_empty() => (format!("{tag}{suffix}"), ""),
        (true, true) => (tag.to_owned(), digest),
    };
    let with = |sign: &str, part: &str| if part.is_empty() { String::new() } else { format!("{sign}{part}") };
    Some(format!("{name}{}{}", with(":", &tag), with("@", digest)))
}

fn split_image(image: &str) -> (&str, &str, &str) {
    let (named, digest) = image.split_once('@').unwrap_or((image, ""));
    let from = named.rfind('/').unwrap_or_default();
    match named.get(from..).and_then(|last| last.find(':')) {
        Some(at) => {
            let (name, tag) = named.split_at(from + at);
            (name, tag.trim_start_matches(':'), digest)
        }
        None => (named, "", digest),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::changed_image;

    #[test]
    fn images_are_changed_by_name() {
        let cases = [
            ("nginx:1.25", json!({ "name": "nginx", "newTag": "1.27" }), Some("nginx:1.27")),
            ("nginx", json!({ "name": "nginx", "newTag": "1.27" }), Some("nginx:1.27")),
            ("nginx-slim:1", json!({ "name": "nginx", "newTag": "1.27" }), None),
            (
                "r.io:5000/a:1@sha256:ab",
                json!({ "name": "r.io:5000/a", "newName": "b" }),
                Some("b:1@sha256:ab"),
            ),
            ("a:1", json!({ "name": "a", "digest": "sha256:cd" }), Some("a@sha256:cd")),
        ];
        for (old, image, expected) in cases {
            assert_eq!(changed_image(old, &image).as_deref(), expected, "{old}");
        }
    }
}
