//! `--overrides`: changes a made-up object before it is sent.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/util/override_options.go`, Kubernetes v1.36.

use serde_json::Value;

use crate::api::{Kind, patch};
use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;

/// `--overrides`, `--override-type`
pub(super) const OVERRIDES: &[Flag] = &[
    Flag::text("overrides", "", "JSON that changes the object before it is sent."),
    Flag::text("override-type", "merge", "How it changes the object: json, merge, or strategic."),
];

/// The object with the overrides.
///
/// # Errors
/// When they do not fit the object.
pub(super) fn apply(context: &Context<'_>, kind: Kind, object: Value) -> Result<Value, CommandError> {
    let text = context.flags.text("overrides");
    if text.is_empty() {
        return Ok(object);
    }
    let refuse = |why: String| CommandError::plain(why);
    // kubectl keeps the parser's own words to itself.
    let change: Value =
        serde_json::from_str(text).ok().ok_or_else(|| refuse("Invalid JSON Patch".to_owned()))?;
    match context.flags.text("override-type") {
        "json" => patch::json_patch(&object, &change).map(|(object, _)| object),
        "merge" | "" => patch::merge_patch(&object, &change),
        "strategic" => patch::strategic_merge(&object, &change, &kind.api_version(), kind.resource().kind),
        other => return Err(refuse(format!("invalid override type: {other}"))),
    }
    .map_err(|error| refuse(error.to_string()))
}
