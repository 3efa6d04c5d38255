//! `kubectl set image`: gives containers of a pod or a pod template other images.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/set/set_image.go`, Kubernetes v1.36. Left out: `--local`.

use serde_json::{Map, Value, json};

use super::pod_specs;
use crate::api::patch;
use crate::apiserver::{PatchType, Request, Subresource};
use crate::collections::sort;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::pairs;
use crate::kubectl::commands::shared_flags::{ALL, DRY_RUN, FILES, IGNORED, LOCAL, RECORD, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::{text_at, wire};
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};

/// `kubectl set image`
pub(super) const COMMAND: Command = Command {
    name: "image",
    short: "Update the image of a pod template",
    doc: "Gives containers other images. A StatefulSet then replaces its pods by its update strategy.",
    usage: "(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
    examples: "# One container\nkubectl set image sts/web nginx=registry.k8s.io/nginx-slim:0.9\n\n# All containers\n\
               kubectl set image sts/web '*=nginx:1.27'",
    flags: &[LOCAL, FILES, ALL, SELECTOR, DRY_RUN, RESULT, IGNORED, RECORD],
    run: Some(run),
    ..Command::EMPTY
};

type Images = Vec<(String, String)>;

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let args = context.args().to_vec();
    let (resources, image_args) = pairs::divide(&args, "image")?;
    let (mut images, _) = pairs::parse(image_args, "image", false)?;
    sort(&mut images);
    let all = context.flags.switch("all");
    let picks = Selection::of(context).args(resources).type_alone(all).latest().pick(context)?;
    CommandError::all(picks.errors)?;
    check(context, &images, all)?;
    let mut errors = Vec::new();
    let mut patched = Vec::new();
    // All patches are made before the first is sent.
    for picked in picks.items {
        let patch = image_patch(&picked, &images, &mut errors);
        patched.push((picked, patch));
    }
    for (picked, patch) in patched {
        let changed = match patch {
            Some(patch) => change(context, &picked, patch, &mut printer),
            None => Err(pod_specs::unsupported(&picked)),
        };
        errors.extend(changed.err());
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn check(context: &Context<'_>, images: &Images, all: bool) -> Result<(), CommandError> {
    let mut errors = Vec::new();
    let mut refuse = |message: &str| errors.push(CommandError::plain(message));
    if all && !context.flags.text("selector").is_empty() {
        refuse("cannot set --all and --selector at the same time");
    }
    if images.is_empty() {
        refuse("at least one image update is required");
    } else if images.len() > 1 && images.iter().any(|(name, _)| name == "*") {
        refuse(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        );
    }
    CommandError::all(errors)
}

/// The patch that gives the containers their images; `None` when the kind has none.
fn image_patch(picked: &Picked, images: &Images, errors: &mut Vec<CommandError>) -> Option<Value> {
    let path = pod_specs::path(picked.key.kind)?;
    let value = picked.value();
    let spec = path.iter().try_fold(&value, |at, part| at.get(part))?;
    let mut changes = Map::new();
    for (name, image) in images {
        let mut found = false;
        for list in ["initContainers", "containers"] {
            let containers = spec.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for container in containers {
                let own = text_at(container, &["name"]);
                if own != name && name != "*" {
                    continue;
                }
                found = true;
                if text_at(container, &["image"]) != image {
                    let change = json!({"name": own, "image": image});
                    if let Value::Array(list) = changes.entry(list).or_insert_with(|| json!([])) {
                        list.push(change);
                    }
                }
            }
        }
        if !found {
            errors
                .push(CommandError::plain(format!("error: unable to find container named {}", quote(name))));
        }
    }
    let nested =
        path.iter().rev().fold(Value::Object(changes.clone()), |inner, part| json!({ *part: inner }));
    Some(if changes.is_empty() { Value::Null } else { nested })
}

fn change(
    context: &mut Context<'_>,
    picked: &Picked,
    patch: Value,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    if patch.is_null() {
        return Ok(());
    }
    let kind = picked.key.kind;
    let failed =
        |why: String| CommandError::plain(format!("failed to patch image update to pod template: {why}"));
    let after = if printer.dry_run() == DryRun::Client {
        patch::strategic_merge(&picked.value(), &patch, &kind.api_version(), kind.resource().kind)
            .map_err(|error| failed(error.to_string()))?
    } else {
        let request = Request::Patch {
            key: picked.key.clone(),
            patch_type: PatchType::Strategic,
            patch,
            subresource: Subresource::Main,
            dry_run: printer.dry_run().is_server(),
            drops_unknown: false,
        };
        wire(&context.send(request).map_err(|error| failed(error.message))?)
    };
    printer.print(context, &after, "image updated")
}
