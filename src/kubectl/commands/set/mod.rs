//! `kubectl set`: changes one feature of objects with pod templates.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/set, Kubernetes v1.36. Left out: env, resources, selector,
//! serviceaccount, subject.

mod image;

use crate::kubectl::command::Command;

const fn absent(name: &'static str, short: &'static str) -> Command {
    Command { name, short, absent: true, ..Command::EMPTY }
}

/// `kubectl set`
pub const COMMAND: Command = Command {
    name: "set",
    short: "Set specific features on objects",
    doc: "Changes one feature of objects: the image of their containers, for example.",
    usage: "SUBCOMMAND",
    subcommands: &[
        absent("env", "Update environment variables on a pod template"),
        image::COMMAND,
        absent("resources", "Update resource requests/limits on objects with pod templates"),
        absent("selector", "Set the selector on a resource"),
        absent("serviceaccount", "Update the service account of a resource"),
        absent(
            "subject",
            "Update the user, group, or service account in a role binding or cluster role binding",
        ),
    ],
    ..Command::EMPTY
};
