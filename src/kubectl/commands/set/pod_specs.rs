//! What the subcommands of `kubectl set` share: where pod specs are, which containers are meant, and how a
//! change is sent.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/set/helper.go and
//! kubectl/pkg/polymorphichelpers/updatepodspec.go, Kubernetes v1.36.

use serde_json::{Value, json};

use crate::api::{Kind, patch};
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::{text_at, wire};
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::Picked;

/// Where a kind has its pod spec.
pub(super) fn path(kind: Kind) -> Option<&'static [&'static str]> {
    match kind {
        Kind::Pod => Some(&["spec"]),
        Kind::StatefulSet | Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet => {
            Some(&["spec", "template", "spec"])
        }
        _ => None,
    }
}

/// The refusal of a kind without pod spec.
pub(super) fn unsupported(picked: &Picked) -> CommandError {
    CommandError::plain(format!(
        "error: {} the object is not a pod or does not have a pod template: *v1.{}\n",
        picked.object_name(),
        picked.key.kind
    ))
}

/// The containers of an object whose names match, those that start the pod last (`selectContainers`).
pub(super) fn containers<'v>(value: &'v mut Value, path: &[&str], pattern: &str) -> Vec<&'v mut Value> {
    let spec = path.iter().try_fold(value, |at, part| at.get_mut(*part));
    let Some(Value::Object(fields)) = spec else { return Vec::new() };
    let (mut of_pod, mut starting) = (Vec::new(), Vec::new());
    for (field, list) in fields.iter_mut() {
        let list = list.as_array_mut().into_iter().flatten();
        let meant = list.filter(|container| is_meant(text_at(container, &["name"]), pattern));
        match field.as_str() {
            "containers" => of_pod.extend(meant),
            "initContainers" => starting.extend(meant),
            _ => {}
        }
    }
    of_pod.extend(starting);
    of_pod
}

/// Whether a name matches a pattern with `*` (`selectString`).
pub(super) fn is_meant(name: &str, pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return name == pattern };
    let Some(rest) = name.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    let mut rest = rest;
    middle.iter().all(|part| match rest.split_once(part) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

/// Sends what changed, if anything did, and prints `done`. `failed` is what a refusal begins with.
pub(super) fn change(
    context: &mut Context<'_>,
    picked: &Picked,
    changed: Value,
    printer: &mut ResultPrinter,
    (done, failed): (&str, &str),
) -> Result<(), CommandError> {
    let kind = picked.key.kind;
    let patch = patch::two_way(&picked.value(), &changed, &kind.api_version(), kind.resource().kind)
        .map_err(|error| CommandError::plain(format!("error: {} {error}\n", picked.object_name())))?;
    if patch == json!({}) {
        return Ok(());
    }
    let after = if printer.dry_run() == DryRun::Client {
        changed
    } else {
        let request = Request::Patch {
            key: picked.key.clone(),
            patch_type: PatchType::Strategic,
            patch,
            subresource: Subresource::Main,
            dry_run: printer.dry_run().is_server(),
            drops_unknown: false,
        };
        let sent = context.send(request);
        wire(&sent.map_err(|error| CommandError::plain(format!("{failed} {}", error.message)))?)
    };
    printer.print(context, &after, done)
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    #[test]
    fn stars_stand_for_any_letters() {
        for (name, pattern, expected) in [
            ("web", "*", true),
            ("web", "web", true),
            ("web", "we", false),
            ("web-1", "web*", true),
            ("my-web", "*web", true),
            ("a-b-c", "a*b*c", true),
            ("a-c", "a*b*c", false),
            ("aa", "a*aa", false),
        ] {
            assert_eq!(is_meant(name, pattern), expected, "{name} {pattern}");
        }
    }
}
