//! Rules for the annotations of pods, and of templates of pods, that mean something.
//!
//! Models `ValidatePodSpecificAnnotations` and `ValidatePodSpecificAnnotationUpdates`,
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36. Left out: tolerations as an annotation, which no
//! scheduler reads any more; whether old annotations about profiles say what the fields say.

use serde_json::Value;

use super::super::fields::{CONTAINER_LISTS, at, entries, items, text};
use super::causes::{Causes, Path};
use super::security;
use crate::api::pod::{DELETION_COST, parse_deletion_cost};

const MIRROR: &str = "kubernetes.io/config.mirror";
const SECCOMP: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The annotations of a pod or template.
pub(super) fn annotations(pod: &Value, path: &Path, causes: &mut Causes) {
    let (metadata, spec) = (at(pod, &["metadata"]), at(pod, &["spec"]));
    let all =
        || entries(metadata, "annotations").map(|(key, value)| (key, value.as_str().unwrap_or_default()));
    for (key, value) in all() {
        if key == MIRROR && text(spec, "nodeName").is_empty() {
            causes.invalid(&path.key(key), value, "must set spec.nodeName if mirror pod annotation is set");
        }
        if key == DELETION_COST && parse_deletion_cost(value).is_none() {
            causes.invalid(&path.key(key), value, "must be a 32bit integer");
        }
    }
    for (key, value) in all().filter(|(key, _)| *key == SECCOMP || key.starts_with(SECCOMP_OF_CONTAINER)) {
        let path = path.child(key);
        match value.strip_prefix("localhost/") {
            Some(profile) => security::local_profile(profile, &path, causes),
            None if matches!(value, "runtime/default" | "docker/default" | "unconfined") => {}
            None => causes.invalid(&path, value, "must be a valid seccomp profile"),
        }
    }
    for (key, value) in all() {
        let Some(container) = key.strip_prefix(APP_ARMOR) else { continue };
        let mut known = CONTAINER_LISTS
            .into_iter()
            .flat_map(|list| items(spec, list))
            .map(|container| text(container, "name"));
        if !known.any(|name| name == container) {
            causes.invalid(&path.key(key), container, "container not found");
        }
        if !matches!(value, "" | "runtime/default" | "unconfined") && !value.starts_with("localhost/") {
            let detail = format!("invalid AppArmor profile name: {}", crate::api::schema::quote(value));
            causes.invalid(&path.key(key), value, &detail);
        }
    }
}

/// What may not change in those of a pod.
pub(super) fn update(new: &Value, old: &Value, path: &Path, causes: &mut Causes) {
    let of = |pod| at(pod, &["metadata", "annotations"]);
    let mut forbid = |key: &str, verb: &str| {
        if key.starts_with(APP_ARMOR) {
            causes.forbidden(&path.key(key), &format!("may not {verb} AppArmor annotations"));
        }
        if key == MIRROR {
            causes.forbidden(&path.key(key), &format!("may not {verb} mirror pod annotation"));
        }
    };
    for (key, before) in entries(at(old, &["metadata"]), "annotations") {
        if of(new).get(key) != Some(before) {
            forbid(key, "remove or update");
        }
    }
    for (key, _) in entries(at(new, &["metadata"]), "annotations") {
        if of(old).get(key).is_none() {
            forbid(key, "add");
        }
    }
}
