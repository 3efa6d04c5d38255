//! The commands, one file for each, in the order of kubectl's own table.
//!
//! Models `NewKubectlCommand`, staging/src/k8s.io/kubectl/pkg/cmd/cmd.go, Kubernetes v1.36. Left out: what
//! needs a network; such commands say so.

pub mod shared_flags;
mod subresource;
pub mod explain;
pub mod get;
pub mod describe;
pub mod apply;
pub mod create;
pub mod expose;
pub mod run;
mod run_attached;
mod target;
pub mod attach;
mod overrides;
mod service_manifest;
pub mod replace;
mod replace_force;
pub mod delete;
mod deleting;
pub mod scale;
pub mod patch;
pub mod edit;
pub mod set;
pub mod rollout;
pub mod kustomize;
pub mod label;
pub mod annotate;
pub mod pairs;
pub mod cordon;
pub mod drain;
pub mod taint;
pub mod wait;
pub mod waiters;
pub mod events;
pub mod diff;
pub mod logs;
pub mod exec;
pub mod api_resources;
pub mod auth;
pub mod autoscale;
pub mod cluster_info;
pub mod completion;
pub mod config;
pub mod options;
pub mod top;
pub mod version;

use super::command::Command;
use super::flags::Flag;

/// The flags that every command has.
pub static GLOBAL_FLAGS: &[Flag] = &[
    Flag::switch("help", "Prints this help.").short('h'),
    Flag::text("namespace", "", "The namespace to work in.").short('n'),
    Flag::text("context", "", "The kubeconfig context to use; the sandbox has one."),
    Flag::text("cluster", "", "The kubeconfig cluster to use; the sandbox has one."),
    Flag::text("user", "", "The kubeconfig user to use; the sandbox has one."),
    Flag::text("kubeconfig", "", "The kubeconfig file; the sandbox does not read it."),
    Flag::text("server", "", "The address of the server; there is one here.").short('s'),
    Flag::text("as", "", "Who to act as; everybody may do everything here."),
    Flag::list("as-group", "The groups to act as; ignored here."),
    Flag::text("as-uid", "", "The uid to act as; ignored here."),
    Flag::text("token", "", "A token for the server; ignored here."),
    Flag::text("certificate-authority", "", "The certificate to check the server by; ignored here."),
    Flag::text("client-certificate", "", "The certificate to show to the server; ignored here."),
    Flag::text("client-key", "", "The key of that certificate; ignored here."),
    Flag::switch("insecure-skip-tls-verify", "Does not check the server's certificate; ignored here."),
    Flag::text("tls-server-name", "", "The name in the server's certificate; ignored here."),
    Flag::text("cache-dir", "", "Where to remember what the server serves; ignored here."),
    Flag::switch("match-server-version", "Insists on a server of the same version; always so here."),
    Flag::text(
        "request-timeout",
        "0",
        "How long one request may take; it ends watches, all else takes no time here.",
    ),
    Flag::number("v", "0", "How much to log; ignored here.").short('v'),
    Flag::switch("warnings-as-errors", "Treats the server's warnings as errors."),
];

/// A command of kubectl that the sandbox does not have yet.
const fn absent(name: &'static str, short: &'static str) -> Command {
    Command { name, short, absent: true, ..Command::EMPTY }
}

/// The groups of the overview.
pub static GROUPS: &[(&str, &[&str])] = &[
    ("Basic Commands (Beginner):", &["create", "expose", "run", "set"]),
    ("Basic Commands (Intermediate):", &["explain", "get", "edit", "delete"]),
    ("Deploy Commands:", &["rollout", "scale", "autoscale"]),
    (
        "Cluster Management Commands:",
        &["certificate", "cluster-info", "top", "cordon", "uncordon", "drain", "taint"],
    ),
    (
        "Troubleshooting and Debugging Commands:",
        &["describe", "logs", "attach", "exec", "port-forward", "proxy", "cp", "auth", "debug", "events"],
    ),
    ("Advanced Commands:", &["diff", "apply", "patch", "replace", "wait", "kustomize"]),
    ("Settings Commands:", &["label", "annotate", "completion"]),
    ("Subcommands provided by plugins:", &[]),
    ("Other Commands:", &["api-resources", "api-versions", "config", "kuberc", "plugin", "version"]),
];

/// kubectl itself: the group of all commands, in the order in which they are suggested.
pub static ROOT: Command = Command {
    name: "kubectl",
    short: "kubectl controls the Kubernetes cluster manager.",
    subcommands: &[
        create::COMMAND,
        expose::COMMAND,
        run::COMMAND,
        set::COMMAND,
        explain::COMMAND,
        get::COMMAND,
        edit::COMMAND,
        delete::COMMAND,
        rollout::COMMAND,
        scale::COMMAND,
        autoscale::COMMAND,
        absent("certificate", "Modify certificate resources"),
        cluster_info::COMMAND,
        top::COMMAND,
        cordon::CORDON,
        cordon::UNCORDON,
        drain::COMMAND,
        taint::COMMAND,
        describe::COMMAND,
        logs::COMMAND,
        attach::COMMAND,
        exec::COMMAND,
        absent("port-forward", "Forward one or more local ports to a pod"),
        absent("proxy", "Run a proxy to the Kubernetes API server"),
        absent("cp", "Copy files and directories to and from containers"),
        auth::COMMAND,
        absent("debug", "Create debugging sessions for troubleshooting workloads and nodes"),
        events::COMMAND,
        diff::COMMAND,
        apply::COMMAND,
        patch::COMMAND,
        replace::COMMAND,
        wait::COMMAND,
        kustomize::COMMAND,
        label::COMMAND,
        annotate::COMMAND,
        completion::COMMAND,
        absent("alpha", "Commands for features in alpha"),
        config::COMMAND,
        absent("kuberc", "Manage kuberc configuration files"),
        absent("plugin", "Provides utilities for interacting with plugins"),
        version::COMMAND,
        api_resources::VERSIONS,
        api_resources::COMMAND,
        options::COMMAND,
        Command { name: "help", short: "Help about any command", ..Command::EMPTY },
    ],
    ..Command::EMPTY
};
