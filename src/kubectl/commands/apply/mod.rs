//! `kubectl apply`: makes objects as files describe them, or changes what differs.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/apply, Kubernetes v1.36: what was applied last is remembered in
//! an annotation, so that a field taken out of the file is taken out of the object. Left out: server-side
//! apply, `--prune`, `edit-last-applied`.

mod view_last_applied;
mod set_last_applied;

use serde_json::Value;

use super::delete::propagation;
use super::shared_flags::{DRY_RUN, FILES, IGNORED, RECORD, RESULT, SELECTOR, SUBRESOURCE, VALIDATE};
use crate::api::{Kind, patch};
use crate::apiserver::{Body, PatchType, Request, Subresource};
use crate::kubectl::command::{CHANGE_CAUSE, Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;
use crate::kubectl::objects::{fetch, remove_at, set_at, text_at, wire};
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};

/// Where the last applied configuration is remembered.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const ANNOTATION: [&str; 3] = ["metadata", "annotations", LAST_APPLIED];

const FLAGS: &[Flag] = &[
    Flag::switch("server-side", "Lets the server merge; not in the sandbox."),
    Flag::switch("force-conflicts", "Takes over fields that others set; with --server-side only."),
    Flag::switch("force", "Deletes and makes anew what cannot be changed; not in the sandbox."),
    Flag::switch("prune", "Deletes what was applied before and is in no file any more; not in the sandbox."),
    Flag::array("prune-allowlist", "The types that --prune may delete; not in the sandbox."),
    Flag::switch("all", "Means all objects of the namespace; with --prune only."),
    Flag::switch("overwrite", "Puts the file's values over values that others changed.").default("true"),
    Flag::switch("openapi-patch", "Merges lists as the schema says; always so here.").default("true"),
    Flag::switch("wait", "Waits for deleted objects to be gone."),
    Flag::text("cascade", "background", "What becomes of what a deleted object owns.").bare("background"),
    Flag::number("grace-period", "-1", "Seconds that a deleted object gets to end."),
    Flag::duration("timeout", "0s", "How long to wait for a deletion."),
];

/// `kubectl apply`
pub const COMMAND: Command = Command {
    name: "apply",
    short: "Apply a configuration to a resource by file name or stdin",
    doc: "Makes the objects that files describe, or changes them where they differ. What was applied is remembered with \
          each object, so that a field taken out of the file is taken out of the object, and fields that the file never \
          had are left alone.",
    usage: "(-f FILENAME | -k DIRECTORY)",
    examples: "# Apply a file\nkubectl apply -f web.yaml\n\n# See what would happen\nkubectl apply -f web.yaml \
               --dry-run=server",
    flags: &[FLAGS, FILES, SELECTOR, DRY_RUN, RESULT, SUBRESOURCE, IGNORED, RECORD, VALIDATE],
    subcommands: &[
        Command {
            name: "edit-last-applied",
            short: "Edit latest last-applied-configuration annotations of a resource/object",
            absent: true,
            ..Command::EMPTY
        },
        set_last_applied::COMMAND,
        view_last_applied::COMMAND,
    ],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if !context.args().is_empty() {
        let message = format!("Unexpected args: [{}]", context.args().join(" "));
        return Err(context.usage_error(&message));
    }
    let mut printer = ResultPrinter::of(context)?;
    propagation(context)?;
    require_files(context)?;
    check_flags(context, printer.dry_run())?;
    let picks = Selection::of(context).pick(context)?;
    picks.dropped.iter().for_each(|warning| context.warn(warning));
    let (mut items, mut unpicked) = (Vec::new(), Vec::new());
    for visit in picks.visits("creating") {
        match visit {
            Ok(picked) => items.push(picked),
            Err(error) => unpicked.push(error),
        }
    }
    // What cannot be picked is one error, which comes before those of objects.
    let mut errors: Vec<CommandError> = CommandError::all(unpicked).err().into_iter().collect();
    if items.is_empty() && errors.is_empty() {
        return Err(CommandError::plain("no objects passed to apply"));
    }
    let mut objects = Vec::new();
    for picked in &items {
        match apply_one(context, picked, &mut printer) {
            Ok(object) => objects.push(object),
            Err(error) => errors.push(error),
        }
    }
    CommandError::all(errors)?;
    if printer.prints_object() {
        print_objects(context, &mut printer, objects)?;
    }
    Ok(Step::Done)
}

/// Refuses a command without files.
pub(super) fn require_files(context: &Context<'_>) -> Result<(), CommandError> {
    if !context.names_files() {
        return Err(CommandError::plain("must specify one of -f and -k"));
    }
    Ok(())
}

fn check_flags(context: &Context<'_>, dry_run: DryRun) -> Result<(), CommandError> {
    let on = |name: &str| context.flags.switch(name);
    if on("force-conflicts") && !on("server-side") {
        return Err(CommandError::plain("--force-conflicts only works with --server-side"));
    }
    if on("server-side") && dry_run == DryRun::Client {
        return Err(CommandError::plain(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
        ));
    }
    if on("force") && dry_run == DryRun::Server {
        return Err(CommandError::plain("--dry-run=server cannot be used with --force"));
    }
    if !context.flags.text("subresource").is_empty() && !on("server-side") {
        return Err(CommandError::plain("--subresource can only be specified for --server-side"));
    }
    for (name, instead) in [
        ("server-side", "leave the flag out: the result is the same unless others changed the object"),
        ("prune", "delete by hand what is in no file any more"),
        ("prune-allowlist", "delete by hand what is in no file any more"),
        ("force", "delete the object and apply again"),
    ] {
        if on(name) || name == "prune-allowlist" && context.flags.is_given(name) {
            return Err(CommandError::sandbox(format!(
                "the sandbox does not have apply --{name} yet; {instead}"
            )));
        }
    }
    Ok(())
}

/// Applies one document and prints what became of it; the object is returned.
fn apply_one(
    context: &mut Context<'_>,
    picked: &Picked,
    printer: &mut ResultPrinter,
) -> Result<Value, CommandError> {
    let Some(manifest) = &picked.manifest else {
        return Err(CommandError::Exit);
    };
    let generate_name = text_at(manifest, &["metadata", "generateName"]);
    if picked.key.name.is_empty() && !generate_name.is_empty() {
        return Err(CommandError::plain(format!(
            "from {generate_name}: cannot use generate name with apply"
        )));
    }
    let mut manifest = manifest.clone();
    if let Some(cause) = context.change_cause() {
        set_at(&mut manifest, &["metadata", "annotations", CHANGE_CAUSE], cause.into());
    }
    let modified = with_last_applied(&manifest);
    let (object, operation) = match fetch(context.api, &picked.key) {
        Ok(object) => change(context, picked, &modified, wire(&object), printer)?,
        Err(error) if error.is_not_found() => (create(context, picked, modified, printer)?, "created"),
        Err(error) => {
            let doing =
                format!("retrieving current configuration of:\n{}\nfrom server for:", describe(picked));
            return Err(error.when(&doing, &picked.source));
        }
    };
    if !printer.prints_object() {
        printer.print(context, &object, operation)?;
    }
    Ok(object)
}

/// The manifest with itself as an annotation (`GetModifiedConfiguration`).
pub(super) fn with_last_applied(manifest: &Value) -> Value {
    let mut modified = without_last_applied(manifest);
    let text = formats::compact(&modified) + "\n";
    set_at(&mut modified, &ANNOTATION, text.into());
    modified
}

/// The manifest without that annotation, but with a place for it.
pub(super) fn without_last_applied(manifest: &Value) -> Value {
    let mut modified = manifest.clone();
    if !modified
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"))
        .is_some_and(Value::is_object)
    {
        set_at(&mut modified, &["metadata", "annotations"], Value::Object(serde_json::Map::new()));
    }
    remove_at(&mut modified, &ANNOTATION);
    modified
}

fn create(
    context: &mut Context<'_>,
    picked: &Picked,
    mut modified: Value,
    printer: &mut ResultPrinter,
) -> Result<Value, CommandError> {
    prune_nulls(&mut modified);
    if printer.dry_run() == DryRun::Client {
        return Ok(modified);
    }
    let request = Request::Create {
        kind: picked.key.kind,
        namespace: picked.key.namespace.clone(),
        body: Body::Manifest(modified),
        dry_run: printer.dry_run().is_server(),
    };
    let object =
        context.send(request).map_err(|error| CommandError::from(error).when("creating", &picked.source))?;
    Ok(wire(&object))
}

fn change(
    context: &mut Context<'_>,
    picked: &Picked,
    modified: &Value,
    current: Value,
    printer: &mut ResultPrinter,
) -> Result<(Value, &'static str), CommandError> {
    let last_applied = text_at(&current, &ANNOTATION);
    if last_applied.is_empty() {
        context.err(&format!(
            "Warning: resource {} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl \
             apply should only be used on resources created declaratively by either kubectl create --save-config or \
             kubectl apply. The missing annotation will be patched automatically.\n",
            picked.object_name()
        ));
    }
    let kind = picked.key.kind;
    let (api_version, kind_name) = (kind.api_version(), kind.resource().kind);
    let overwrite = context.flags.switch("overwrite");
    let source = if printer.dry_run() == DryRun::Client { "" } else { &picked.source };
    let applying = |error: CommandError, patch: &str| {
        let doing = format!("applying patch:\n{patch}\nto:\n{}\nfor:", describe(picked));
        error.when("patching", source).when(&doing, &picked.source)
    };
    let patch = three_way(context, last_applied, modified, &current, kind, overwrite)
        .map_err(|error| applying(error, ""))?;
    if patch.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok((current, "unchanged"));
    }
    if printer.dry_run() == DryRun::Client {
        let patched = patch::strategic_merge(&current, &patch, &api_version, kind_name)
            .map_err(|error| CommandError::plain(error.to_string()))?;
        return Ok((patched, "configured"));
    }
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Strategic,
        patch: patch.clone(),
        subresource: Subresource::Main,
        dry_run: printer.dry_run().is_server(),
        drops_unknown: false,
    };
    let object = context
        .send(request)
        .map_err(|error| applying(CommandError::from(error), &formats::compact(&patch)))?;
    if object.meta().is_terminating() {
        context.err(&format!(
            "Warning: Detected changes to resource {} which is currently being deleted.\n",
            object.meta().name
        ));
    }
    Ok((wire(&object), "configured"))
}

/// The patch for an object that was applied before (`patchSimple`). Where it cannot be made by the server's
/// schemas, which is only warned of, it cannot be made by kubectl's own either.
pub(super) fn three_way(
    context: &mut Context<'_>,
    last_applied: &str,
    modified: &Value,
    current: &Value,
    kind: Kind,
    overwrite: bool,
) -> Result<Value, CommandError> {
    let original = serde_json::from_str(last_applied).unwrap_or(Value::Null);
    let (api_version, kind) = (kind.api_version(), kind.resource().kind);
    patch::three_way(&original, modified, current, (&api_version, kind), overwrite).map_err(|why| {
        for spec in ["openapi v3", "openapi"] {
            context.err(&format!("warning: error calculating patch from {spec} spec: {why}\n"));
        }
        let (modified, current) = (formats::compact(modified), formats::compact(current));
        CommandError::plain(format!(
            "creating patch with:\noriginal:\n{last_applied}\nmodified:\n{modified}\n\ncurrent:\n{current}\n\nfor: {why}"
        ))
    })
}

/// What an error says about the object (`Info.String`).
fn describe(picked: &Picked) -> String {
    let names = picked.key.kind.resource();
    format!(
        "Resource: {}, GroupVersionKind: {}\nName: {}, Namespace: {}",
        quote(&crate::kubectl::resources::group_version_resource(picked.key.kind)),
        quote(&format!("{}/{}, Kind={}", names.group, names.version, names.kind)),
        quote(&picked.key.name),
        quote(&picked.key.namespace)
    )
}

fn prune_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(prune_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(prune_nulls),
        _ => {}
    }
}

fn print_objects(
    context: &mut Context<'_>,
    printer: &mut ResultPrinter,
    mut objects: Vec<Value>,
) -> Result<(), CommandError> {
    let value = match objects.len() {
        1 => objects.remove(0),
        _ => serde_json::json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": objects}),
    };
    printer.print(context, &value, "")
}
