//! `kubectl set`: changes one feature of objects with pod templates.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/set, Kubernetes v1.36. Left out: selector, subject.

mod env;
mod env_list;
mod image;
mod pod_specs;
mod resources;
mod service_account;

use crate::kubectl::command::Command;

const fn absent(name: &'static str, short: &'static str) -> Command {
    Command { name, short, absent: true, ..Command::EMPTY }
}

/// `kubectl set`
pub const COMMAND: Command = Command {
    name: "set",
    short: "Set specific features on objects",
    doc: "Changes one feature of objects: the images of their containers, what these ask for, or their environment.",
    usage: "SUBCOMMAND",
    subcommands: &[
        env::COMMAND,
        image::COMMAND,
        resources::COMMAND,
        absent("selector", "Set the selector on a resource"),
        service_account::COMMAND,
        absent(
            "subject",
            "Update the user, group, or service account in a role binding or cluster role binding",
        ),
    ],
    ..Command::EMPTY
};
