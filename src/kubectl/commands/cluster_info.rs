//! `kubectl cluster-info`: where the control plane is.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo, Kubernetes v1.36. Left out: Services of the cluster
//! itself (there are none), `dump`.

use super::config::SERVER;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;

/// `kubectl cluster-info`
pub const COMMAND: Command = Command {
    name: "cluster-info",
    short: "Display cluster information",
    doc: "Says where the control plane is. The sandbox's address leads nowhere.",
    subcommands: &[Command {
        name: "dump",
        short: "Dump relevant information for debugging and diagnosis",
        absent: true,
        ..Command::EMPTY
    }],
    run: Some(run),
    ..Command::EMPTY
};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    context.out(&format!(
        "Kubernetes control plane is running at {SERVER}\n\nTo further debug and diagnose cluster problems, use \
         'kubectl cluster-info dump'.\n"
    ));
    Ok(Step::Done)
}
