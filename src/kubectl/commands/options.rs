//! `kubectl options`: the flags that every command has.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/options, Kubernetes v1.36.

use super::GLOBAL_FLAGS;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::help;

/// `kubectl options`
pub const COMMAND: Command = Command {
    name: "options",
    short: "Print the list of flags inherited by all commands",
    run: Some(run),
    ..Command::EMPTY
};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut text = "The following options can be passed to any command:\n\n".to_owned();
    let blocks: Vec<String> = GLOBAL_FLAGS.iter().map(help::option).collect();
    text.push_str(&blocks.join("\n"));
    context.out(&text);
    Ok(Step::Done)
}
