//! `kubectl rollout restart`: makes the pods anew, from the same template but for a time in it.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_restart.go` and
//! polymorphichelpers/objectrestarter.go, Kubernetes v1.36.

use serde_json::json;

use super::{change_each, patch, refused};
use crate::api::{Kind, Object, Timestamp};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{FILES, IGNORED, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::text_at;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::Picked;

const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// `kubectl rollout restart`
pub(super) const COMMAND: Command = Command {
    name: "restart",
    short: "Restart a resource",
    doc: "Makes the pods of an object anew, by its update strategy, without another change.",
    usage: "RESOURCE",
    examples: "# All pods of a StatefulSet, one after the other\nkubectl rollout restart sts/web",
    flags: &[FILES, SELECTOR, RESULT, IGNORED],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    change_each(context, restart)
}

fn restart(
    context: &mut Context<'_>,
    picked: &Picked,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let name = &picked.key.name;
    let is_paused = matches!(&picked.object, Some(Object::Deployment(deployment)) if deployment.spec.paused);
    let why_not = match picked.key.kind {
        Kind::Deployment if is_paused => "can't restart paused deployment (run rollout resume first)",
        Kind::StatefulSet | Kind::DaemonSet | Kind::Deployment => "",
        _ => "restarting is not supported",
    };
    if !why_not.is_empty() {
        return Err(refused(picked, why_not));
    }
    let now = Timestamp::at(context.api.now()).to_string();
    if text_at(&picked.value(), &["spec", "template", "metadata", "annotations", RESTARTED_AT]) == now {
        return Err(CommandError::plain(format!(
            "failed to create patch for {name}: if restart has already been triggered within the past second, please \
             wait before attempting to trigger another"
        )));
    }
    let change = json!({"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: now}}}}});
    patch(context, picked, change, (printer, "restarted"))
}
