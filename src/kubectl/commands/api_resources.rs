//! `kubectl api-resources` and `api-versions`: what the server serves.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/apiresources, Kubernetes v1.36. Left out: types that are not
//! served.

use serde_json::{Value, json};

use crate::api::Kind;
use crate::collections::{sort, sort_by_key};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;
use crate::kubectl::quote::quote;

const FLAGS: &[Flag] = &[
    Flag::text("api-group", "", "Only the types of this group."),
    Flag::switch("namespaced", "Only types whose objects live in namespaces, or only the others.")
        .default("true"),
    Flag::list("verbs", "Only types that have all of these verbs."),
    Flag::list("categories", "Only types that belong to all of these categories, such as all."),
    Flag::switch("no-headers", "Prints no headers."),
    Flag::text("output", "", "wide, name, json or yaml.").short('o'),
    Flag::text("sort-by", "", "name or kind."),
    Flag::switch("cached", "Uses what is known already; always so here."),
];

/// What may be asked of a type; namespaces are not deleted in numbers.
fn verbs(kind: Kind) -> Vec<&'static str> {
    let mut verbs = vec!["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    if kind == Kind::Namespace {
        verbs.retain(|verb| *verb != "deletecollection");
    }
    verbs
}

fn categories(kind: Kind) -> &'static [&'static str] {
    if kind.resource().in_all { &["all"] } else { &[] }
}

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
    if !matches!(output.as_str(), "" | "wide" | "name" | "json" | "yaml") {
        return Err(CommandError::plain(format!(
            "unable to match a printer suitable for the output format {}, allowed formats are: json,kyaml,name,wide,yaml",
            quote(&output)
        )));
    }
    let kinds = chosen(context, sort_by);
    let text = match output.as_str() {
        "name" => kinds.iter().map(|kind| kind.group_resource() + "\n").collect(),
        "json" => formats::to_json(&list(&kinds)),
        "yaml" => formats::to_yaml(&list(&kinds)),
        _ => table(&kinds, output == "wide", context.flags.switch("no-headers")),
    };
    context.out(&text);
    Ok(Step::Done)
}

fn chosen(context: &Context<'_>, sort_by: &str) -> Vec<Kind> {
    let flags = &context.flags;
    let group = flags.is_given("api-group").then(|| flags.text("api-group"));
    let namespaced = flags.is_given("namespaced").then(|| flags.switch("namespaced"));
    let has_all = |wanted: &[String], known: &[&str]| wanted.iter().all(|one| known.contains(&one.as_str()));
    let mut kinds: Vec<Kind> = Kind::ALL.to_vec();
    kinds.retain(|kind| {
        group.is_none_or(|group| group == kind.resource().group)
            && namespaced.is_none_or(|namespaced| namespaced == kind.is_namespaced())
            && has_all(flags.list("verbs"), &verbs(*kind))
            && has_all(flags.list("categories"), categories(*kind))
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
    kinds
}

fn table(kinds: &[Kind], wide: bool, no_headers: bool) -> String {
    let mut headers = ["Name", "ShortNames", "APIVersion", "Namespaced", "Kind"].map(str::to_owned).to_vec();
    if wide {
        headers.extend(["Verbs", "Categories"].map(str::to_owned));
    }
    let row = |kind: &Kind| {
        let names = kind.resource();
        let mut row = vec![
            names.plural.to_owned(),
            names.short_names.join(","),
            kind.api_version(),
            names.namespaced.to_string(),
            names.kind.to_owned(),
        ];
        if wide {
            row.extend([verbs(*kind).join(","), categories(*kind).join(",")]);
        }
        row
    };
    let rows: Vec<Vec<String>> = kinds.iter().map(row).collect();
    formats::print_table_always(&headers, &rows, no_headers)
}

/// The types as an `APIResourceList`.
fn list(kinds: &[Kind]) -> Value {
    let one = |kind: &Kind| {
        let names = kind.resource();
        let mut one = json!({
            "kind": names.kind,
            "name": names.plural,
            "namespaced": names.namespaced,
            "singularName": names.singular,
            "verbs": verbs(*kind),
            "version": names.version,
        });
        for (field, words) in [("shortNames", names.short_names), ("categories", categories(*kind))] {
            if !words.is_empty() {
                one[field] = json!(words);
            }
        }
        if !names.group.is_empty() {
            one["group"] = names.group.into();
        }
        one
    };
    let resources: Vec<Value> = kinds.iter().map(one).collect();
    json!({"apiVersion": "v1", "groupVersion": "", "kind": "APIResourceList", "resources": resources})
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
