//! `kubectl kustomize`: prints what a kustomization makes.
//!
//! Models sigs.k8s.io/kustomize/kustomize/v5/commands/build as kubectl v1.36 has it. Left out: flags that
//! write files, and those of Helm and of plugins.

use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::{formats, kustomize};

const FLAGS: &[Flag] = &[
    Flag::text("output", "", "The file to write to instead of printing.").short('o').absent(),
    Flag::text(
        "load-restrictor",
        "LoadRestrictionsRootOnly",
        "Which files may be read; those below the folder.",
    )
    .absent(),
    Flag::array("env", "For plugins.").short('e').absent(),
    Flag::array("mount", "For plugins.").absent(),
    Flag::switch("network", "For plugins.").absent(),
    Flag::text("network-name", "bridge", "For plugins.").absent(),
    Flag::switch("as-current-user", "For plugins.").absent(),
    Flag::switch("enable-alpha-plugins", "Runs plugins.").absent(),
    Flag::switch("enable-helm", "Renders Helm charts.").absent(),
    Flag::text("helm-command", "helm", "For Helm charts.").absent(),
    Flag::array("helm-api-versions", "For Helm charts.").absent(),
    Flag::text("helm-kube-version", "", "For Helm charts.").absent(),
    Flag::switch("helm-debug", "For Helm charts.").absent(),
];

/// `kubectl kustomize`
pub const COMMAND: Command = Command {
    name: "kustomize",
    short: "Build a kustomization target from a directory or URL",
    doc: "Prints the objects that the kustomization of a folder makes, as apply -k would apply them.",
    usage: "DIR [flags]",
    examples: "# Print what the current folder's kustomization makes\nkubectl kustomize ./",
    flags: &[FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let folder = match context.args() {
        [] => ".".to_owned(),
        [folder] => folder.clone(),
        _ => return Err(CommandError::plain("specify one path to kustomization.yaml")),
    };
    let built = kustomize::build(context.session, &folder)?;
    for warning in built.warnings {
        context.err(&format!("{warning}\n"));
    }
    let texts: Vec<String> = built.objects.iter().map(formats::to_yaml).collect();
    context.out(&texts.join("---\n"));
    Ok(Step::Done)
}
