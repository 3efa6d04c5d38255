//! `kubectl api-resources` and `api-versions`: what the server serves.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/apiresources, Kubernetes v1.36. Left out: `--verbs`, `-o wide`'s
//! verbs.

use crate::api::Kind;
use crate::collections::{sort, sort_by_key};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats::print_table;
use crate::kubectl::quote::quote;

const FLAGS: &[Flag] = &[
    Flag::text("api-group", "", "Only the types of this group."),
    Flag::switch("namespaced", "Only types whose objects live in namespaces, or only the others.")
        .default("true"),
    Flag::switch("no-headers", "Prints no headers."),
    Flag::text("output", "", "wide or name.").short('o'),
    Flag::text("sort-by", "", "name or kind."),
    Flag::switch("cached", "Uses what is known already; always so here."),
];

/// `kubectl api-resources`
pub const COMMAND: Command = Command {
    name: "api-resources",
    short: "Print the supported API resources on the server",
    doc: "Lists the types of objects that the server serves, with their short names.",
    usage: "[flags]",
    flags: &[FLAGS],
    run: Some(resources),
    ..Command::EMPTY
};

/// `kubectl api-versions`
pub const VERSIONS: Command = Command {
    name: "api-versions",
    short: "Print the supported API versions on the server, in the form of \"group/version\"",
    doc: "Lists the groups and versions that the server serves.",
    run: Some(versions),
    ..Command::EMPTY
};

fn resources(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if !context.args().is_empty() {
        let message = format!("unexpected arguments: [{}]", context.args().join(" "));
        return Err(context.usage_error(&message));
    }
    let sort_by = context.flags.text("sort-by");
    if !matches!(sort_by, "" | "name" | "kind") {
        return Err(CommandError::plain("--sort-by accepts only name or kind"));
    }
    let output = context.flags.text("output").to_owned();
    if !matches!(output.as_str(), "" | "wide" | "name") {
        return Err(CommandError::plain(format!("--output {output} is not available")));
    }
    let group = context.flags.is_given("api-group").then(|| context.flags.text("api-group"));
    let namespaced = context.flags.is_given("namespaced").then(|| context.flags.switch("namespaced"));
    let mut kinds: Vec<Kind> = Kind::ALL.to_vec();
    kinds.retain(|kind| {
        group.is_none_or(|group| group == kind.resource().group)
            && namespaced.is_none_or(|namespaced| namespaced == kind.is_namespaced())
    });
    sort_by_key(&mut kinds, |kind| {
        let names = kind.resource();
        let first = match sort_by {
            "name" => names.plural,
            "kind" => names.kind,
            _ => names.group,
        };
        (first, names.plural)
    });
    if output == "name" {
        let names: String = kinds.iter().map(|kind| kind.group_resource() + "\n").collect();
        context.out(&names);
        return Ok(Step::Done);
    }
    let headers = ["Name", "ShortNames", "APIVersion", "Namespaced", "Kind"].map(str::to_owned);
    let rows: Vec<Vec<String>> = kinds
        .iter()
        .map(|kind| {
            let names = kind.resource();
            vec![
                names.plural.to_owned(),
                names.short_names.join(","),
                kind.api_version(),
                names.namespaced.to_string(),
                names.kind.to_owned(),
            ]
        })
        .collect();
    let text = print_table(&headers, &rows, context.flags.switch("no-headers"));
    context.out(&text);
    Ok(Step::Done)
}

fn versions(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if let Some(argument) = context.args().first() {
        let message = format!("unexpected arguments: [{}]", quote(argument).trim_matches('"'));
        return Err(context.usage_error(&message));
    }
    let mut versions: Vec<String> = Kind::ALL.iter().map(|kind| kind.api_version()).collect();
    sort(&mut versions);
    versions.dedup();
    context.out(&(versions.join("\n") + "\n"));
    Ok(Step::Done)
}
