//! `kubectl diff`: what applying files would change, as `diff -u` shows it.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/diff, Kubernetes v1.36: the live object beside what the server
//! would make of it, as files of two folders. Left out: server-side apply, `--prune`, other programs than
//! `diff`.

use serde_json::Value;

use super::apply::{LAST_APPLIED, require_files, three_way, without_last_applied};
use super::shared_flags::{FILES, IGNORED, SELECTOR};
use crate::api::Timestamp;
use crate::apiserver::{Body, PatchType, Request, Subresource};
use crate::collections::sort_by;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;
use crate::kubectl::objects::{fetch, text_at, wire};
use crate::kubectl::output::unified_diff::unified_diff;
use crate::kubectl::selection::{Picked, Selection, drop_unknown_fields};

const ANNOTATION: [&str; 3] = ["metadata", "annotations", LAST_APPLIED];
/// Differences were found.
const EXIT_DIFFERS: i32 = 1;
/// Something went wrong.
const EXIT_FAILED: i32 = 2;

const FLAGS: &[Flag] = &[
    Flag::switch("server-side", "Lets the server merge; not in the sandbox."),
    Flag::switch("force-conflicts", "Takes over fields that others set; with --server-side only."),
    Flag::switch("prune", "Shows also what pruning would delete; not in the sandbox."),
    Flag::array("prune-allowlist", "The kinds that --prune may delete."),
    Flag::switch("show-managed-fields", "Keeps metadata.managedFields; the sandbox has none."),
    Flag::switch("show-secrets", "Shows the values of Secrets."),
    Flag::number("concurrency", "1", "How many objects are looked at side by side; ignored here."),
];

/// `kubectl diff`
pub const COMMAND: Command = Command {
    name: "diff",
    short: "Diff the live version against a would-be applied version",
    doc: "Shows, line by line, what applying files would change. It ends with 0 when nothing would, with 1 when something \
          would, and with a greater number when it failed.",
    usage: "-f FILENAME",
    examples: "# What applying web.yaml would change\nkubectl diff -f web.yaml",
    flags: &[FLAGS, FILES, SELECTOR, IGNORED],
    run: Some(run),
    ..Command::EMPTY
};

/// One object in both versions.
struct Versions {
    file: String,
    live: Option<Value>,
    merged: Value,
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of every command")]
fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    match compare(context) {
        Ok(text) => {
            if !text.is_empty() {
                context.out(&text);
                context.output.exit = EXIT_DIFFERS;
            }
        }
        Err(error) => {
            context.output.fail(&error);
            context.output.exit = EXIT_FAILED;
        }
    }
    Ok(Step::Done)
}

fn compare(context: &mut Context<'_>) -> Result<String, CommandError> {
    if !context.args().is_empty() {
        let message = format!("Unexpected args: [{}]", context.args().join(" "));
        return Err(context.usage_error(&message));
    }
    require_files(context)?;
    let on = |name: &str| context.flags.switch(name);
    if on("force-conflicts") && !on("server-side") {
        return Err(CommandError::plain("--force-conflicts only works with --server-side"));
    }
    if let Some(name) = ["server-side", "prune"].into_iter().find(|name| on(name)) {
        return Err(CommandError::sandbox(format!("the sandbox does not have diff --{name}")));
    }
    let mut all = Vec::new();
    // The first that is wrong ends the visit.
    for visit in Selection::of(context).pick(context)?.in_order() {
        let mut picked = visit?;
        // The server, which nobody told how strict it is to be, warns of fields that it does not know.
        if let Some(manifest) = &mut picked.manifest {
            for warning in drop_unknown_fields(picked.key.kind, manifest) {
                context.warn(&warning);
            }
        }
        all.push(versions(context, &picked)?);
    }
    sort_by(&mut all, |a, b| a.file.cmp(&b.file));
    let shows_secrets = context.flags.switch("show-secrets");
    let (now, mut text) = (context.api.now(), String::new());
    // The folders of real diffs have random names; here the instant tells them apart.
    let number = 1_000_000_000 + now.ms();
    for Versions { file, mut live, mut merged } in all {
        if !shows_secrets && text_at(&merged, &["kind"]) == "Secret" {
            mask(live.as_mut(), &mut merged);
        }
        let (old, new) = (live.as_ref().map(formats::to_yaml).unwrap_or_default(), formats::to_yaml(&merged));
        let hunks = unified_diff(&old, &new);
        if hunks.is_empty() {
            continue;
        }
        let (live, merged) = (format!("/tmp/LIVE-{number}/{file}"), format!("/tmp/MERGED-{number}/{file}"));
        let at = Timestamp::at(now).to_string().replace('T', " ").replace('Z', ".000000000 +0000");
        text.push_str(&format!("diff -u -N {live} {merged}\n--- {live}\t{at}\n+++ {merged}\t{at}\n{hunks}"));
    }
    Ok(text)
}

fn versions(context: &mut Context<'_>, picked: &Picked) -> Result<Versions, CommandError> {
    let Some(manifest) = &picked.manifest else {
        return Err(CommandError::Exit);
    };
    let kind = picked.key.kind;
    let names = kind.resource();
    let group = if names.group.is_empty() { String::new() } else { format!("{}.", names.group) };
    let file =
        format!("{group}{}.{}.{}.{}", names.version, names.kind, picked.key.namespace, picked.key.name);
    let live = match fetch(context.api, &picked.key) {
        Ok(object) => wire(&object),
        Err(error) if error.is_not_found() => {
            let request = Request::Create {
                kind,
                namespace: picked.key.namespace.clone(),
                body: Body::Manifest(manifest.clone()),
                dry_run: true,
            };
            let merged = wire(&context.send(request)?);
            return Ok(Versions { file, live: None, merged });
        }
        Err(error) => return Err(error),
    };
    let merged = merged(context, picked, manifest, &live)?;
    if !text_at(&merged, &["metadata", "deletionTimestamp"]).is_empty() {
        let name = &picked.key.name;
        context.err(&format!(
            "Warning: Detected changes to resource {name} which is currently being deleted.\n"
        ));
    }
    Ok(Versions { file, live: Some(live), merged })
}

/// What the server would make of the object.
fn merged(
    context: &mut Context<'_>,
    picked: &Picked,
    manifest: &Value,
    live: &Value,
) -> Result<Value, CommandError> {
    let modified = without_last_applied(manifest);
    let patch = three_way(context, text_at(live, &ANNOTATION), &modified, live, picked.key.kind, true)
        .map_err(|error| error.when("patching", &picked.source))?;
    if patch.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(live.clone());
    }
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Strategic,
        patch,
        subresource: Subresource::Main,
        dry_run: true,
        drops_unknown: false,
    };
    Ok(wire(&context.send(request)?))
}

/// Hides the values of a Secret and shows only which of them differ.
fn mask(live: Option<&mut Value>, merged: &mut Value) {
    let data = |value: &Value| value.get("data").and_then(Value::as_object).cloned().unwrap_or_default();
    let (mut old, mut new) = (live.as_deref().map(data).unwrap_or_default(), data(merged));
    for (key, value) in &mut old {
        let (before, after) = match new.get(key) {
            Some(other) if other != value => ("*** (before)", "*** (after)"),
            _ => ("***", "***"),
        };
        *value = before.into();
        if let Some(other) = new.get_mut(key) {
            *other = after.into();
        }
    }
    for (key, value) in &mut new {
        if !old.contains_key(key) {
            *value = "***".into();
        }
    }
    for (value, masked) in [(live, old), (Some(merged), new)] {
        if let Some(Value::Object(fields)) = value
            && fields.contains_key("data")
        {
            fields.insert("data".to_owned(), Value::Object(masked));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::mask;

    #[test]
    fn values_of_secrets_are_hidden() {
        let mut live = json!({"data": {"a": "x", "b": "y", "gone": "z"}});
        let mut merged = json!({"data": {"a": "x", "b": "other", "new": "w"}});
        mask(Some(&mut live), &mut merged);
        assert_eq!(live, json!({"data": {"a": "***", "b": "*** (before)", "gone": "***"}}));
        assert_eq!(merged, json!({"data": {"a": "***", "b": "*** (after)", "new": "***"}}));
    }
}
