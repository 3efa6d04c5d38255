//! `kubectl delete`: asks for objects' end and waits until they are gone.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/delete, Kubernetes v1.36. Left out: `--interactive`, `--raw`.

use super::deleting::{Deleting, Options};
use super::shared_flags::{ALL_NAMESPACES, DRY_RUN, FIELD_SELECTOR, FILES, SELECTOR};
use super::waiters::block;
use crate::apiserver::PropagationPolicy;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::result::DryRun;
use crate::kubectl::selection::Selection;

/// How long a deletion is waited for when nothing else is said: a week.
pub const WEEK_MS: i64 = 168 * 3600 * 1000;

const FLAGS: &[Flag] = &[
    Flag::switch("all", "Means all objects of the given types in the namespace."),
    Flag::text(
        "cascade",
        "background",
        "What becomes of what the object owns: background (deleted afterwards), foreground (deleted first) or orphan \
         (left alone).",
    )
    .bare("background"),
    Flag::switch("force", "Removes the object at once, without waiting for its end."),
    Flag::number("grace-period", "-1", "Seconds to end in; negative for the object's own. 0 only with --force."),
    Flag::switch("now", "The same as --grace-period=1."),
    Flag::switch("ignore-not-found", "An object that does not exist is no error."),
    Flag::switch("wait", "Waits until the objects are gone.").default("true"),
    Flag::duration("timeout", "0s", "How long to wait; 0 means as long as it takes."),
    Flag::text("output", "", "Only name: prints the names alone.").short('o'),
    Flag::text("raw", "", "Sends the request to a path of the server; not in the sandbox."),
    Flag::switch("interactive", "Asks before it deletes; not in the sandbox.").short('i'),
];

/// `kubectl delete`
pub const COMMAND: Command = Command {
    name: "delete",
    short: "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    doc: "Asks for the end of objects and waits until they are gone. A pod gets time to end in; what an object owns is \
          deleted after it, unless --cascade says otherwise.",
    usage: "([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])",
    examples: "# One pod\nkubectl delete pod web-2\n\n# A StatefulSet, but not its pods\nkubectl delete sts web \
               --cascade=orphan\n\n# A pod on a node that is gone\nkubectl delete pod web-2 --force --grace-period=0",
    flags: &[FLAGS, FILES, SELECTOR, FIELD_SELECTOR, ALL_NAMESPACES, DRY_RUN],
    suggest_for: &["rm", "remove"],
    run: Some(run),
    ..Command::EMPTY
};

impl Options {
    fn of(context: &mut Context<'_>) -> Result<Self, CommandError> {
        let propagation = propagation(context)?;
        let on = |name: &str| context.flags.switch(name);
        let mut grace_period = context.flags.number("grace-period");
        if on("now") {
            if grace_period != -1 {
                return Err(CommandError::plain("--now and --grace-period cannot be specified together"));
            }
            grace_period = 1;
        }
        if grace_period == 0 && !on("force") {
            grace_period = 1;
        }
        if on("force") && grace_period < 0 {
            grace_period = 0;
        }
        let selects = on("all")
            || !context.flags.text("selector").is_empty()
            || !context.flags.text("field-selector").is_empty();
        let ignore_not_found =
            on("ignore-not-found") || (selects && !context.flags.is_given("ignore-not-found"));
        let warns_of_scope = context.namespace_is_given() && !on("all-namespaces");
        let name_only = context.flags.text("output") == "name";
        let dry_run = DryRun::of(context)?;
        Ok(Self { propagation, grace_period, dry_run, ignore_not_found, name_only, warns_of_scope })
    }
}

pub(super) fn propagation(context: &mut Context<'_>) -> Result<PropagationPolicy, CommandError> {
    let cascade = context.flags.text("cascade").to_owned();
    let instead = match cascade.as_str() {
        "background" => return Ok(PropagationPolicy::Background),
        "foreground" => return Ok(PropagationPolicy::Foreground),
        "orphan" => return Ok(PropagationPolicy::Orphan),
        "1" | "t" | "T" | "true" | "TRUE" | "True" => "background",
        "0" | "f" | "F" | "false" | "FALSE" | "False" => "orphan",
        other => {
            return Err(CommandError::plain(format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    };
    context.err(&format!(
        "warning: --cascade={cascade} is deprecated (boolean value) and can be replaced with --cascade={instead}.\n"
    ));
    Ok(if instead == "orphan" { PropagationPolicy::Orphan } else { PropagationPolicy::Background })
}

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let options = Options::of(context)?;
    if !context.flags.text("raw").is_empty() {
        check(context, &options)?;
        return Err(CommandError::sandbox(
            "the sandbox takes no requests to paths; name the objects that are to be deleted",
        ));
    }
    let mut selection = Selection::of(context);
    selection.all = context.flags.switch("all");
    selection.lazy = true;
    if selection.all && (!selection.labels.is_empty() || !selection.fields.is_empty()) {
        return Err(CommandError::plain("setting 'all' parameter but found a non empty selector. "));
    }
    let picks = selection.pick(context)?;
    check(context, &options)?;
    let waits = context.flags.switch("wait") && options.dry_run.is_none();
    let timeout_ms = match context.flags.duration_ms("timeout") {
        0 => WEEK_MS,
        given => given,
    };
    let deleting = Deleting::new(context.path.clone(), picks, options, waits.then_some(timeout_ms));
    Ok(block(context, deleting))
}

fn check(context: &mut Context<'_>, options: &Options) -> Result<(), CommandError> {
    let output = context.flags.text("output");
    if !output.is_empty() && output != "name" {
        return Err(CommandError::plain(format!(
            "unexpected -o output mode: {output}. We only support '-o name'"
        )));
    }
    if context.flags.switch("interactive") {
        return Err(CommandError::sandbox("the sandbox does not ask back; leave out --interactive"));
    }
    if context.flags.switch("force") {
        if options.grace_period > 0 {
            return Err(CommandError::plain(
                "--force and --grace-period greater than 0 cannot be specified together",
            ));
        }
        context.err(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. \
             The resource may continue to run on the cluster indefinitely.\n",
        );
    }
    Ok(())
}
