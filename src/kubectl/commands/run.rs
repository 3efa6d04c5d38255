//! `kubectl run`: one pod from a few words.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/run/run.go and kubectl/pkg/generate/versioned/run.go, Kubernetes
//! v1.36. `run_attached`: what comes after for a pod that is attached to.

use serde_json::{Map, Value, json};

use super::create::made::send;
use super::overrides::{self, OVERRIDES};
use super::pairs;
use super::run_attached;
use super::service_manifest::{Wishes, labels, number, service};
use super::shared_flags::{DRY_RUN, IGNORED, RECORD, RESULT, SAVE_CONFIG};
use crate::api::Kind;
use crate::api::image_reference::is_reference;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_syntax::env_name_errors;
use crate::kubectl::objects::{set_at, text_at};
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};

const FLAGS: &[Flag] = &[
    Flag::array("annotations", "An annotation of the pod, KEY=VALUE."),
    Flag::text("image", "", "The image to run. Required."),
    Flag::text("image-pull-policy", "", "When the image is pulled: Always, IfNotPresent, Never."),
    Flag::switch("rm", "Deletes the pod when it has ended; only with --attach or -i."),
    Flag::array("env", "A variable of the container's environment, KEY=VALUE."),
    Flag::text("port", "", "The port that the container listens on."),
    Flag::text("labels", "", "The pod's labels, as a=b,c=d; run=NAME by itself.").short('l'),
    Flag::switch("stdin", "Keeps the container's input open, and attaches to it.").short('i'),
    Flag::switch("tty", "Gives the container a terminal; needs -i.").short('t'),
    Flag::switch("attach", "Waits for the pod and shows what it prints."),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait for the pod."),
    Flag::text("detach-keys", "ctrl-p,ctrl-q", "The keys that detach; ignored here."),
    Flag::switch("leave-stdin-open", "Leaves the input open after the first time."),
    Flag::text("restart", "Always", "When the container is started again: Always, OnFailure, Never."),
    Flag::switch("command", "Takes the words after -- as the command, not as its arguments."),
    Flag::switch("expose", "Makes a Service for the pod too; needs --port."),
    Flag::switch("quiet", "Prints less.").short('q'),
    Flag::switch("privileged", "Runs the container with all rights."),
];

/// Flags for deletions that change nothing of the one that `--rm` brings (`DeleteFlags`).
const DELETION: &[Flag] = &[
    Flag::text("cascade", "background", "What becomes of what the pod owns; ignored here.")
        .bare("background"),
    Flag::list("filename", "Ignored here.").short('f'),
    Flag::switch("force", "Ignored here."),
    Flag::number("grace-period", "-1", "Seconds that the pod gets to end; ignored here."),
    Flag::text("kustomize", "", "Ignored here.").short('k'),
    Flag::switch("recursive", "Ignored here.").short('R'),
    Flag::duration("timeout", "0s", "How long to wait for the deletion; ignored here."),
    Flag::switch("wait", "Waits for the deletion; ignored here."),
];

/// `kubectl run`
pub const COMMAND: Command = Command {
    name: "run",
    short: "Run a particular image on the cluster",
    doc: "Makes a pod that runs an image. Nobody brings it back when it is deleted; a Deployment would.",
    usage: "NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] \
            [--overrides=inline-json] [--command] -- [COMMAND] [args...]",
    examples: "# A pod\nkubectl run nginx --image=nginx\n\n# A shell in a pod that goes away afterwards\nkubectl run -it \
               --rm shell --image=busybox:1.28 --restart=Never\n\n# A pod that ends\nkubectl run once --image=busybox \
               --restart=Never -- echo done\n\n# Only look at it\nkubectl run nginx --image=nginx --dry-run=client -o yaml",
    flags: &[FLAGS, DELETION, OVERRIDES, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, RECORD],
    required: &["image"],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    check(context, printer.dry_run())?;
    let pod = overrides::apply(context, Kind::Pod, pod(context)?)?;
    let made = send(context, Kind::Pod, pod, printer.dry_run(), None)?;
    // The Service is told of before the pod.
    let exposes = context.flags.switch("expose");
    let service = if exposes { expose(context, &mut printer) } else { Ok(()) };
    if attaches(context) {
        service?;
        let name = text_at(&made, &["metadata", "name"]).to_owned();
        return Ok(run_attached::start(context, &name, exposes));
    }
    printer.print(context, &made, "created")?;
    service?;
    Ok(Step::Done)
}

fn check(context: &Context<'_>, dry_run: DryRun) -> Result<(), CommandError> {
    let flags = &context.flags;
    let usage = |message: &str| Err(context.usage_error(message));
    if context.args().is_empty() || flags.args_before_dashes == Some(0) {
        return usage("NAME is required for run");
    }
    let image = flags.text("image");
    if image.is_empty() {
        return Err(CommandError::plain("--image is required"));
    }
    if !is_reference(image) {
        let image = quote(image);
        return Err(CommandError::plain(format!("Invalid image name {image}: invalid reference format")));
    }
    if flags.switch("tty") && !flags.switch("stdin") {
        return usage("-i/--stdin is required for containers with -t/--tty=true");
    }
    if flags.switch("expose") && flags.text("port").is_empty() {
        return usage("--port must be set when exposing a service");
    }
    let restart = flags.text("restart");
    if !matches!(restart, "" | "Always" | "OnFailure" | "Never") {
        return usage(&format!("invalid restart policy: {restart}"));
    }
    let attach = attaches(context);
    if !attach && flags.switch("rm") {
        return usage("--rm should only be used for attached containers");
    }
    if attach && !dry_run.is_none() {
        return usage(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
        );
    }
    let policy = flags.text("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        return usage(&format!("invalid image pull policy: {policy}"));
    }
    Ok(())
}

/// Whether the terminal is joined to the pod.
fn attaches(context: &Context<'_>) -> bool {
    let flags = &context.flags;
    if flags.is_given("attach") { flags.switch("attach") } else { flags.switch("stdin") }
}

fn pod(context: &Context<'_>) -> Result<Value, CommandError> {
    let flags = &context.flags;
    let (name, words) =
        context.args().split_first().map_or(("", [].as_slice()), |(name, rest)| (name.as_str(), rest));
    let mut container = json!({"name": name, "image": flags.text("image")});
    let mut set = |field: &str, value: Value| set_at(&mut container, &[field], value);
    if !words.is_empty() {
        set(if flags.switch("command") { "command" } else { "args" }, json!(words));
    }
    let env = flags.list("env").iter().map(|text| variable(text)).collect::<Result<Vec<_>, _>>()?;
    if !env.is_empty() {
        set("env", env.into());
    }
    let (annotations, _) = pairs::parse(flags.list("annotations"), "annotations", false)?;
    let labels = match flags.text("labels") {
        "" => json!({"run": name}),
        text => labels(text)?,
    };
    if flags.switch("stdin") {
        set("stdin", true.into());
        if !flags.switch("leave-stdin-open") {
            set("stdinOnce", true.into());
        }
    }
    if flags.switch("tty") {
        set("tty", true.into());
    }
    if flags.switch("privileged") {
        set("securityContext", json!({"privileged": true}));
    }
    if !flags.text("image-pull-policy").is_empty() {
        set("imagePullPolicy", flags.text("image-pull-policy").into());
    }
    if !flags.text("port").is_empty() {
        set("ports", json!([{"containerPort": number(flags.text("port"))?}]));
    }
    let restart = Some(flags.text("restart")).filter(|text| !text.is_empty()).unwrap_or("Always");
    let mut pod = json!({
        "metadata": {"name": name, "labels": labels},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart},
    });
    if !annotations.is_empty() {
        let annotations: Map<String, Value> =
            annotations.into_iter().map(|(key, value)| (key, value.into())).collect();
        set_at(&mut pod, &["metadata", "annotations"], annotations.into());
    }
    Ok(pod)
}

fn variable(text: &str) -> Result<Value, CommandError> {
    let pair = text.split_once('=').filter(|(name, _)| env_name_errors(name).is_empty());
    let (name, value) = pair.ok_or_else(|| CommandError::plain(format!("invalid env: {text}")))?;
    Ok(if value.is_empty() { json!({"name": name}) } else { json!({"name": name, "value": value}) })
}

fn expose(context: &mut Context<'_>, printer: &mut ResultPrinter) -> Result<(), CommandError> {
    let name = context.args().first().cloned().unwrap_or_default();
    let labels = context.flags.text("labels").to_owned();
    let selector = if labels.is_empty() { format!("run={name}") } else { labels.clone() };
    let ports = context.flags.text("port").to_owned();
    let manifest = service(&Wishes { name, selector, labels, ports, ..Wishes::default() })?;
    let made = send(context, Kind::Service, manifest, printer.dry_run(), None)?;
    printer.print(context, &made, "created")?;
    if context.flags.text("output") == "yaml" {
        context.out("---\n");
    }
    Ok(())
}
