//! `kubectl create`: makes objects that must not exist yet, from files or from a few words.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/create, Kubernetes v1.36. Left out: `--edit`, `--raw` and
//! tokens; the generators of kinds that are not served say that they are.

pub(super) mod made;
mod sources;
mod generate;
mod deployment;
mod service;
mod secret;
mod disruption_budget;

use super::apply::{require_files, with_last_applied};
use super::shared_flags::{
    DRY_RUN, FILES, IGNORED, LINE_ENDINGS, RECORD, RESULT, SAVE_CONFIG, SELECTOR, VALIDATE,
};
use crate::api::Kind;
use crate::apiserver::{Body, Request};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::hints;
use crate::kubectl::objects::wire;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::Selection;

/// A kind that kubectl can make and the sandbox does not have.
const fn absent(name: &'static str, aliases: &'static [&'static str], short: &'static str) -> Command {
    Command { name, aliases, short, absent: true, ..Command::EMPTY }
}

const FLAGS: &[Flag] = &[
    Flag::switch("edit", "Opens the object in the editor first; not in the sandbox.").absent(),
    Flag::text("raw", "", "Sends the file to a path of the server; not in the sandbox.").absent(),
];

/// `kubectl create`
pub const COMMAND: Command = Command {
    name: "create",
    short: "Create a resource from a file or from stdin",
    doc: "Makes the objects that files describe. It is an error when one of them exists; apply changes it instead.",
    usage: "-f FILENAME",
    examples: "# Create what a file describes\nkubectl create -f web.yaml\n\n# Create a namespace\nkubectl create \
               namespace staging",
    flags: &[FLAGS, SAVE_CONFIG, LINE_ENDINGS, FILES, SELECTOR, DRY_RUN, RESULT, IGNORED, RECORD, VALIDATE],
    subcommands: &[
        generate::NAMESPACE,
        generate::CONFIG_MAP,
        generate::SERVICE_ACCOUNT,
        secret::SECRET,
        deployment::DEPLOYMENT,
        service::SERVICE,
        disruption_budget::DISRUPTION_BUDGET,
        absent("clusterrole", &[], "Create a cluster role"),
        absent("clusterrolebinding", &[], "Create a cluster role binding for a particular cluster role"),
        absent("cronjob", &["cj"], "Create a cron job with the specified name"),
        absent("ingress", &["ing"], "Create an ingress with the specified name"),
        absent("job", &[], "Create a job with the specified name"),
        absent("priorityclass", &["pc"], "Create a priority class with the specified name"),
        absent("quota", &["resourcequota"], "Create a quota with the specified name"),
        absent("role", &[], "Create a role with single rule"),
        absent("rolebinding", &[], "Create a role binding for a particular role or cluster role"),
        absent("token", &[], "Request a service account token"),
    ],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if let Some(word) = context.args().first() {
        let hint = hints::subcommand(word, COMMAND.subcommands.iter().map(|command| command.name));
        let message = format!("Unexpected args: [{}]", context.args().join(" "));
        return Err(context.usage_error(&message).with_hint(hint));
    }
    let mut printer = ResultPrinter::of(context)?;
    require_files(context)?;
    let picks = Selection::of(context).pick(context)?;
    picks.dropped.iter().for_each(|warning| context.warn(warning));
    let mut errors = Vec::new();
    let mut count = 0;
    for visit in picks.visits("creating") {
        let created = visit.and_then(|picked| {
            let manifest = picked.manifest.unwrap_or_default();
            let manifest =
                if context.flags.switch("save-config") { with_last_applied(&manifest) } else { manifest };
            create_one(context, picked.key.kind, &picked.key.namespace, manifest, &mut printer)
                .map_err(|error| error.when("creating", &picked.source))
        });
        match created {
            Ok(()) => count += 1,
            Err(error) => errors.push(error),
        }
    }
    CommandError::all(errors)?;
    if count == 0 {
        return Err(CommandError::plain("no objects passed to create"));
    }
    Ok(Step::Done)
}

/// Makes one object and prints the result.
pub(super) fn create_one(
    context: &mut Context<'_>,
    kind: Kind,
    namespace: &str,
    manifest: serde_json::Value,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let value = if printer.dry_run() == DryRun::Client {
        manifest
    } else {
        let request = Request::Create {
            kind,
            namespace: namespace.to_owned(),
            body: Body::Manifest(manifest),
            dry_run: printer.dry_run().is_server(),
        };
        wire(&context.send(request)?)
    };
    printer.print(context, &value, "created")
}
