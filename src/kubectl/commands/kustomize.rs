//! `kubectl kustomize`: prints what a kustomization makes.
//!
//! Models sigs.k8s.io/kustomize/kustomize/v5/commands/build as kubectl v1.36 has it. Left out: flags that
//! write files, and those of plugins.

use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::{formats, kustomize};

/// `kubectl kustomize`
pub const COMMAND: Command = Command {
    name: "kustomize",
    short: "Build a kustomization target from a directory or URL",
    doc: "Prints the objects that the kustomization of a folder makes, as apply -k would apply them.",
    usage: "DIR [flags]",
    examples: "# Print what the current folder's kustomization makes\nkubectl kustomize ./",
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
