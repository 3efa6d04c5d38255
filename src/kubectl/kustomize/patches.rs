//! Patches of a kustomization: strategic merge patches and JSON patches, by target or by name.
//!
//! Models `PatchTransformer`, sigs.k8s.io/kustomize/api/internal/builtins, v0.21. Left out: selecting by
//! annotations; patterns in a target's name other than a whole name.

use serde_json::Value;

use super::root::Root;
use super::{Kustomization, LACKS, Resource, Wrong};
use crate::api::patch::{json_patch, strategic_merge};
use crate::kubectl::label_selector::LabelQuery;
use crate::kubectl::objects::{set_at, text_at};

/// Applies the patches of a kustomization.
pub(super) fn patch(
    kustomization: &Kustomization,
    root: &Root<'_>,
    resources: &mut Vec<Resource>,
) -> Result<(), Wrong> {
    for named in kustomization.list("patchesStrategicMerge").filter_map(Value::as_str) {
        let text = root.read(named).unwrap_or(named);
        each_document(text, &Value::Null, resources)?;
    }
    for entry in kustomization.list("patches").chain(kustomization.list("patchesJson6902")) {
        let (path, inline) = (text_at(entry, &["path"]), text_at(entry, &["patch"]));
        let text = match (path.is_empty(), inline.is_empty()) {
            (true, true) => {
                return Err("must specify one of patch and path in\n".to_owned() + &entry.to_string());
            }
            (false, false) => {
                return Err("patch and path can't be set at the same time\n".to_owned() + &entry.to_string());
            }
            (true, false) => inline,
            (false, true) => root.read(path)?,
        };
        each_document(text, entry.get("target").unwrap_or(&Value::Null), resources)?;
    }
    Ok(())
}

fn each_document(text: &str, target: &Value, resources: &mut Vec<Resource>) -> Result<(), Wrong> {
    for document in crate::kubectl::formats::documents(text) {
        let patch =
            document.map_err(|why| format!("unable to parse SM or JSON patch from [{text}]: {why}"))?;
        match &patch {
            Value::Null => {}
            Value::Array(_) if target.is_null() => {
                return Err("must specify a target for JSON patch".to_owned());
            }
            _ if target.is_null() => by_name(&patch, resources)?,
            _ => by_target(&patch, target, resources)?,
        }
    }
    Ok(())
}

/// A patch that names its object.
fn by_name(patch: &Value, resources: &mut Vec<Resource>) -> Result<(), Wrong> {
    let named = Resource::of(patch.clone());
    let is_meant = |resource: &Resource| {
        resource.kind() == named.kind()
            && resource.group_version() == named.group_version()
            && resource.was_called(named.name())
            && (named.namespace().is_empty() || named.namespace() == resource.namespace())
    };
    let Some(place) = resources.iter().position(is_meant) else {
        let id = named.id();
        return Err(format!(
            "no resource matches strategic merge patch \"{id}\": no matches for Id {id}; failed to find unique \
             target for patch {id}"
        ));
    };
    if !change(patch, resources.get_mut(place))? {
        resources.remove(place);
    }
    Ok(())
}

fn by_target(patch: &Value, target: &Value, resources: &mut Vec<Resource>) -> Result<(), Wrong> {
    if !text_at(target, &["annotationSelector"]).is_empty() {
        return Err(format!("{LACKS}annotationSelector"));
    }
    let labels = LabelQuery::parse(text_at(target, &["labelSelector"]))?;
    let mut gone = Vec::new();
    for (place, resource) in resources.iter_mut().enumerate() {
        let asks = |field: &str, is: &str| {
            let wanted = text_at(target, &[field]);
            wanted.is_empty() || wanted == is
        };
        let (group, version) = resource.group_version();
        let held = resource.object.pointer("/metadata/labels").cloned().unwrap_or_default();
        let held = crate::api::codec::from_value(held).unwrap_or_default();
        let name = text_at(target, &["name"]).trim_start_matches('^').trim_end_matches('$');
        let is_meant = asks("group", group)
            && asks("version", version)
            && asks("kind", resource.kind())
            && asks("namespace", resource.namespace())
            && (matches!(name, "" | ".*") || resource.was_called(name))
            && labels.matches(&held);
        if is_meant && !change(patch, Some(resource))? {
            gone.push(place);
        }
    }
    for place in gone.into_iter().rev() {
        resources.remove(place);
    }
    Ok(())
}

/// Applies a patch; `false` when it deletes the object.
fn change(patch: &Value, resource: Option<&mut Resource>) -> Result<bool, Wrong> {
    let Some(resource) = resource else { return Ok(true) };
    if text_at(patch, &["$patch"]) == "delete" {
        return Ok(false);
    }
    let (name, kind) = (resource.name().to_owned(), resource.kind().to_owned());
    let patched = if patch.is_array() {
        json_patch(&resource.object, patch).map(|(patched, _)| patched)
    } else {
        let api_version = text_at(&resource.object, &["apiVersion"]).to_owned();
        // Kind and name say what is patched; they are not changed.
        let mut bare = patch.clone();
        set_at(&mut bare, &["apiVersion"], api_version.as_str().into());
        set_at(&mut bare, &["kind"], kind.as_str().into());
        set_at(&mut bare, &["metadata", "name"], name.as_str().into());
        strategic_merge(&resource.object, &bare, &api_version, &kind)
    };
    resource.object = patched.map_err(|why| why.to_string())?;
    Ok(true)
}
