//! `kubectl completion`: refused; the terminal completes words by itself.
//!
//! Models the arguments of staging/src/k8s.io/kubectl/pkg/cmd/completion, Kubernetes v1.36. Left out: the
//! scripts.

use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::quote::quote;

/// `kubectl completion`
pub const COMMAND: Command = Command {
    name: "completion",
    short: "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)",
    doc: "On a real machine this prints a script that teaches the shell kubectl's words. Here Tab completes them anyway.",
    usage: "SHELL",
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    match context.args() {
        [] => Err(context.usage_error("Shell not specified.")),
        [shell] if ["bash", "zsh", "fish", "powershell"].contains(&shell.as_str()) => {
            Err(CommandError::sandbox(
                "this terminal needs no completion script: press Tab and it completes commands, types and names",
            ))
        }
        [shell] => Err(context.usage_error(&format!("Unsupported shell type {}.", quote(shell)))),
        _ => Err(context.usage_error("Too many arguments. Expected only the shell type.")),
    }
}
