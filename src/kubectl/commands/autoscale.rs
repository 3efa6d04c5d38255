//! `kubectl autoscale`: its checks; the sandbox has no autoscalers.
//!
//! Models the checks of staging/src/k8s.io/kubectl/pkg/cmd/autoscale, Kubernetes v1.36. Left out: the
//! object that it makes, on which no controller here would act.

use super::shared_flags::{DRY_RUN, FILES, IGNORED, RECORD, RESULT, SAVE_CONFIG};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::selection::Selection;

const FLAGS: &[Flag] = &[
    Flag::number("min", "-1", "The least number of pods."),
    Flag::number("max", "-1", "The greatest number of pods. Required."),
    Flag::number("cpu-percent", "-1", "Deprecated; use --cpu."),
    Flag::text("cpu", "", "How much cpu the pods should use, such as 70% or 500m."),
    Flag::text("memory", "", "How much memory the pods should use, such as 60% or 200Mi."),
    Flag::text("name", "", "The name of the autoscaler; the object's own when unset."),
];

/// `kubectl autoscale`
pub const COMMAND: Command = Command {
    name: "autoscale",
    short: "Auto-scale a deployment, replica set, stateful set, or replication controller",
    doc: "On a real cluster this makes an autoscaler, which changes the number of replicas as the load changes. The \
          sandbox has no load and no autoscalers.",
    usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY]",
    flags: &[FLAGS, SAVE_CONFIG, FILES, DRY_RUN, RESULT, IGNORED, RECORD],
    required: &["max"],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let (min, max) = (context.flags.number("min"), context.flags.number("max"));
    if max < 1 {
        return Err(CommandError::plain(format!(
            "--max=MAXPODS is required and must be at least 1, max: {max}"
        )));
    }
    if max < min {
        return Err(CommandError::plain(format!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}"
        )));
    }
    if context.flags.number("cpu-percent") > 0 && context.flags.is_given("cpu") {
        return Err(CommandError::plain("--cpu-percent and --cpu are mutually exclusive"));
    }
    let picks = Selection::of(context).latest().pick(context)?;
    CommandError::all(picks.errors)?;
    Err(CommandError::sandbox("the sandbox has no autoscalers; kubectl scale sets the number of pods"))
}
