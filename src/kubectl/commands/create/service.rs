//! `kubectl create service`: a Service of each type from a few words.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/create/create_service.go`, Kubernetes v1.36.

use serde_json::{Value, json};

use super::made::{make, name};
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{DRY_RUN, IGNORED, RESULT, SAVE_CONFIG, VALIDATE};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_syntax::is_subdomain;
use crate::kubectl::objects::set_at;
use crate::kubectl::quote::quote;

const TCP: &[Flag] =
    &[Flag::list("tcp", "The ports as PORT:TARGET_PORT, or PORT for the same on both sides.")];
const CLUSTER_IP: &[Flag] =
    &[Flag::text("clusterip", "", "The Service's own address, or None for a headless Service.")];
const NODE_PORT: &[Flag] =
    &[Flag::number("node-port", "0", "The port of every node that leads to the Service.")];
const EXTERNAL_NAME: &[Flag] =
    &[Flag::text("external-name", "", "The name outside that it stands for. Required.")];

/// `kubectl create service`
pub(super) const SERVICE: Command = Command {
    name: "service",
    aliases: &["svc"],
    short: "Create a service using a specified subcommand",
    doc: "Makes a Service for the pods with the label app=NAME.",
    usage: "SUBCOMMAND",
    subcommands: &[
        Command {
            name: "clusterip",
            short: "Create a ClusterIP service",
            doc: "Makes a Service with an address within the cluster, or a headless one.",
            usage: "NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]",
            examples: "# Port 5678 leads to port 8080 of the pods\nkubectl create service clusterip my-cs \
                       --tcp=5678:8080\n\n# Headless, as a StatefulSet wants it\nkubectl create service clusterip \
                       my-cs --clusterip=None",
            flags: &[TCP, CLUSTER_IP, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
            run: Some(|context| service(context, "ClusterIP")),
            ..Command::EMPTY
        },
        Command {
            name: "nodeport",
            short: "Create a NodePort service",
            doc: "Makes a Service that every node serves on a port of its own.",
            usage: "NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
            examples: "# The server chooses the port of the nodes\nkubectl create service nodeport my-ns --tcp=5678:8080",
            flags: &[TCP, NODE_PORT, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
            run: Some(|context| service(context, "NodePort")),
            ..Command::EMPTY
        },
        Command {
            name: "loadbalancer",
            short: "Create a LoadBalancer service",
            doc: "Makes a Service that asks for an address outside; none is ever given here.",
            usage: "NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
            examples: "# Ask for a load balancer\nkubectl create service loadbalancer my-lbs --tcp=5678:8080",
            flags: &[TCP, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
            run: Some(|context| service(context, "LoadBalancer")),
            ..Command::EMPTY
        },
        Command {
            name: "externalname",
            short: "Create an ExternalName service",
            doc: "Makes a Service that stands for a name outside the cluster.",
            usage: "NAME --external-name external.name [--dry-run=server|client|none]",
            examples: "# A name for a name\nkubectl create service externalname my-ns --external-name bar.com",
            flags: &[TCP, EXTERNAL_NAME, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
            required: &["external-name"],
            run: Some(|context| service(context, "ExternalName")),
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

fn service(context: &mut Context<'_>, type_: &str) -> Result<Step, CommandError> {
    let name = name(context)?;
    let tcp = context.flags.list("tcp").to_vec();
    let cluster_ip = context.flags.text("clusterip").to_owned();
    let external_name = context.flags.text("external-name").to_owned();
    if cluster_ip != "None" && tcp.is_empty() && type_ != "ExternalName" {
        return Err(CommandError::plain("at least one tcp port specifier must be provided"));
    }
    if type_ == "ExternalName" && !is_subdomain(&external_name) {
        return Err(CommandError::plain(format!("invalid service external name {external_name}")));
    }
    let node_port = context.flags.number("node-port");
    let ports = tcp.iter().map(|pair| port(pair, node_port)).collect::<Result<Vec<_>, _>>()?;
    let labels = json!({"app": name});
    let mut manifest = json!({
        "metadata": {"name": name, "labels": labels},
        "spec": {"type": type_, "selector": labels},
    });
    for (field, value) in [
        ("ports", Value::Array(ports)),
        ("clusterIP", cluster_ip.into()),
        ("externalName", external_name.into()),
    ] {
        let is_empty = value.as_array().is_some_and(Vec::is_empty) || value == "";
        if !is_empty {
            set_at(&mut manifest, &["spec", field], value);
        }
    }
    make(context, Kind::Service, manifest, Some(&format!("failed to create {type_} service:")))
}

/// `PORT` or `PORT:TARGET`, where the target may be a name.
fn port(pair: &str, node_port: i64) -> Result<Value, CommandError> {
    let mut parts = pair.split(':');
    let number = parse_port(parts.next().unwrap_or_default())?;
    let target = match parts.next() {
        None => json!(number),
        Some(target) => target_port(target).map_err(CommandError::plain)?,
    };
    let mut port =
        json!({"name": pair.replace(':', "-"), "port": number, "targetPort": target, "protocol": "TCP"});
    if node_port != 0 {
        set_at(&mut port, &["nodePort"], node_port.into());
    }
    Ok(port)
}

fn parse_port(text: &str) -> Result<u16, CommandError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let why = if is_number { "value out of range" } else { "invalid syntax" };
    text.parse::<u16>()
        .ok()
        .filter(|_| is_number)
        .ok_or_else(|| CommandError::plain(format!("strconv.ParseUint: parsing {}: {why}", quote(text))))
}

fn target_port(text: &str) -> Result<Value, String> {
    match text.parse::<i64>() {
        Ok(number) if (1..=65_535).contains(&number) => Ok(number.into()),
        Ok(_) => Err("must be between 1 and 65535, inclusive".to_owned()),
        Err(_) => {
            let errors = port_name_errors(text);
            if errors.is_empty() { Ok(text.into()) } else { Err(errors.join(",")) }
        }
    }
}

/// What is wrong with a port's name (`IsValidPortName`).
fn port_name_errors(name: &str) -> Vec<&'static str> {
    let rules = [
        (name.len() > 15, "must be no more than 15 characters"),
        (
            name.is_empty()
                || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
        (!name.bytes().any(|b| b.is_ascii_lowercase()), "must contain at least one letter (a-z)"),
        (name.contains("--"), "must not contain consecutive hyphens"),
        (name.starts_with('-') || name.ends_with('-'), "must not begin or end with a hyphen"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule).collect()
}
