//! `kubectl explain`: the fields of a type, with short descriptions of the sandbox's own.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/explain, Kubernetes v1.36. Left out: the older
//! `plaintext-openapiv2`, and types that are not served.

mod render;

use super::get::SUGGEST_API_RESOURCES;
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::quote::quote;
use crate::kubectl::resources::kind_of;

const FLAGS: &[Flag] = &[
    Flag::switch("recursive", "Prints the fields of the fields too, without descriptions.").short('R'),
    Flag::text("api-version", "", "The group and version, such as apps/v1."),
    Flag::text("output", "plaintext", "The format; plaintext only here.").short('o'),
];

/// `kubectl explain`
pub const COMMAND: Command = Command {
    name: "explain",
    short: "Get documentation for a resource",
    doc: "Describes the fields of a type: TYPE.FIELD.FIELD names one of them. The field names and types are those of \
          Kubernetes; the descriptions are the sandbox's own and shorter.",
    usage: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group]",
    examples: "# A type and its fields\nkubectl explain statefulsets\n\n# One field\nkubectl explain \
               sts.spec.updateStrategy\n\n# All fields below it\nkubectl explain sts.spec --recursive",
    flags: &[FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let asked = match context.args() {
        [] => {
            return Err(CommandError::plain(format!(
                "You must specify the type of resource to explain. {SUGGEST_API_RESOURCES}\n"
            )));
        }
        [one] => one.trim_end_matches('.').to_owned(),
        _ => return Err(CommandError::plain("We accept only this format: explain RESOURCE\n")),
    };
    if asked.contains(['[', ']', '*', '{', '}']) {
        return Err(CommandError::plain("invalid jsonpath syntax, all nodes must be field nodes"));
    }
    let api_version = context.flags.text("api-version").to_owned();
    let (first, _) = asked.split_once('.').unwrap_or((&asked, ""));
    let kind = match kind_of(first) {
        Ok(kind) => kind,
        Err(error) => {
            // Here kubectl names no error.
            context.err(&format!("the server doesn't have a resource type {}\n", quote(first)));
            return Err(error.hint_only());
        }
    };
    match context.flags.text("output") {
        "plaintext" | "" => {}
        "plaintext-openapiv2" => {
            return Err(CommandError::sandbox("the sandbox has the newer output alone: leave out --output"));
        }
        other => return Err(CommandError::plain(format!("unrecognized format: {other}"))),
    }
    if !api_version.is_empty() {
        check_version(kind, &api_version)?;
    }
    let text = render::page(kind, &path(kind, &asked, &api_version), context.flags.switch("recursive"))?;
    context.out(&text);
    Ok(Step::Done)
}

/// The fields behind the type; `statefulsets.apps.spec` names the group too.
fn path<'a>(kind: Kind, asked: &'a str, api_version: &str) -> Vec<&'a str> {
    let full = kind.group_resource();
    let rest = match asked.strip_prefix(&full) {
        Some(rest) if api_version.is_empty() => rest.trim_start_matches('.'),
        _ => asked.split_once('.').map_or("", |(_, rest)| rest),
    };
    rest.split('.').filter(|name| !name.is_empty()).collect()
}

fn check_version(kind: Kind, api_version: &str) -> Result<(), CommandError> {
    let (group, version) = match api_version.split('/').collect::<Vec<_>>().as_slice() {
        [version] => ("", *version),
        [group, version] => (*group, *version),
        _ => {
            return Err(CommandError::plain(format!("unexpected GroupVersion string: {api_version}")));
        }
    };
    if kind.api_version() == api_version {
        return Ok(());
    }
    let asked = format!("{group}/{version}, Resource={}", kind.resource().plural);
    let is_served = Kind::ALL.iter().any(|kind| kind.api_version() == api_version);
    Err(CommandError::plain(if is_served {
        format!("error: GVR ({asked}) not found in OpenAPI schema")
    } else {
        format!("couldn't find resource for \"{asked}\"")
    }))
}
