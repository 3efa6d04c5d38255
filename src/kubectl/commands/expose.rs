//! `kubectl expose`: makes a Service for the pods of an object.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/expose/expose.go, Kubernetes v1.36, with its habit of taking
//! what the first of several objects said for all of them.

use serde_json::Value;

use super::create::made::send;
use super::overrides::{self, OVERRIDES};
use super::service_manifest::{Wishes, service};
use super::shared_flags::{DRY_RUN, FILES, IGNORED, RECORD, RESULT, SAVE_CONFIG};
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::objects::text_at;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::{Picked, Selection};

const FLAGS: &[Flag] = &[
    Flag::text("protocol", "", "The protocol of the Service; TCP by itself."),
    Flag::text("port", "", "The Service's port; by itself that of the object."),
    Flag::text("type", "", "ClusterIP, NodePort, LoadBalancer, or ExternalName; ClusterIP by itself."),
    Flag::text("load-balancer-ip", "", "The address of a LoadBalancer."),
    Flag::text("selector", "", "The labels of the Service's pods; by itself those that the object selects."),
    Flag::text("labels", "", "The Service's own labels; by itself those of the object.").short('l'),
    Flag::text("target-port", "", "The containers' port, as a number or a name; by itself the Service's."),
    Flag::text("external-ip", "", "A further address that the Service accepts."),
    Flag::text("name", "", "The Service's name; by itself that of the object."),
    Flag::text("session-affinity", "", "None or ClientIP: whether a client stays with a pod."),
    Flag::text("cluster-ip", "", "The Service's own address, or None for a headless Service."),
];

/// `kubectl expose`
pub const COMMAND: Command = Command {
    name: "expose",
    short: "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    doc: "Makes a Service that leads to the pods of a Deployment, a ReplicaSet, a Service or a pod.",
    usage: "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] \
            [--name=name] [--external-ip=external-ip-of-service] [--type=type]",
    examples: "# Port 80 of the Service leads to port 8080 of the pods\nkubectl expose deployment web --port=80 \
               --target-port=8080\n\n# A headless Service\nkubectl expose deployment web --port=80 --cluster-ip=None",
    flags: &[FLAGS, OVERRIDES, SAVE_CONFIG, FILES, DRY_RUN, RESULT, IGNORED, RECORD],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    // Here --selector speaks of the Service's pods.
    let picks = Selection { labels: String::new(), ..Selection::of(context) }.pick(context)?;
    let mut errors = picks.errors;
    let mut wishes = wishes_of(context);
    for picked in picks.items {
        if let Err(error) = expose(context, &picked, &mut wishes, &mut printer) {
            errors.push(error);
        }
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn wishes_of(context: &Context<'_>) -> Wishes {
    let text = |flag: &str| context.flags.text(flag).to_owned();
    Wishes {
        name: String::new(),
        selector: text("selector"),
        labels: text("labels"),
        ports: text("port"),
        protocol: text("protocol"),
        protocols: Vec::new(),
        target_port: text("target-port"),
        external_ip: text("external-ip"),
        load_balancer_ip: text("load-balancer-ip"),
        type_: text("type"),
        session_affinity: text("session-affinity"),
        cluster_ip: text("cluster-ip"),
    }
}

fn expose(
    context: &mut Context<'_>,
    picked: &Picked,
    wishes: &mut Wishes,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let (kind, value) = (picked.key.kind, picked.value());
    if !matches!(kind, Kind::Service | Kind::Pod | Kind::Deployment | Kind::ReplicaSet) {
        let group = kind.resource().group;
        let dot = if group.is_empty() { "" } else { "." };
        return Err(CommandError::plain(format!("cannot expose a {kind}{dot}{group}")));
    }
    if wishes.selector.is_empty() {
        wishes.selector = selector(kind, &value).map_err(|why| {
            CommandError::plain(format!(
                "couldn't retrieve selectors via --selector flag or introspection: {why}"
            ))
        })?;
    }
    let ports = ports(kind, &value);
    if wishes.ports.is_empty() {
        let mut numbers: Vec<&str> = Vec::new();
        for (number, _) in &ports {
            if !numbers.contains(&number.as_str()) {
                numbers.push(number);
            }
        }
        if numbers.is_empty() && wishes.cluster_ip != "None" {
            return Err(CommandError::plain("couldn't find port via --port flag or introspection"));
        }
        wishes.ports = numbers.join(",");
    }
    if !ports.is_empty() {
        wishes.protocols = ports;
    }
    if wishes.labels.is_empty() {
        wishes.labels = pairs(value.pointer("/metadata/labels"));
    }
    if wishes.selector.is_empty() {
        return Err(CommandError::plain("selector must be specified"));
    }
    wishes.name = match context.flags.text("name") {
        "" => picked.key.name.chars().take(63).collect(),
        name => name.to_owned(),
    };
    let manifest = overrides::apply(context, Kind::Service, service(wishes)?)?;
    let made = send(context, Kind::Service, manifest, printer.dry_run(), None)?;
    printer.print(context, &made, "exposed")
}

/// The labels of the object's pods, as if they were typed.
fn selector(kind: Kind, value: &Value) -> Result<String, String> {
    let refuse = |why: &str| Err(why.to_owned());
    match kind {
        Kind::Pod => match pairs(value.pointer("/metadata/labels")) {
            labels if labels.is_empty() => refuse("the pod has no labels and cannot be exposed"),
            labels => Ok(labels),
        },
        Kind::Service => match value.pointer("/spec/selector") {
            None => refuse("the service has no pod selector set"),
            labels => Ok(pairs(labels)),
        },
        _ => {
            let labels = pairs(value.pointer("/spec/selector/matchLabels"));
            let expressions = value.pointer("/spec/selector/matchExpressions").and_then(Value::as_array);
            match expressions.filter(|expressions| !expressions.is_empty()) {
                _ if labels.is_empty() => {
                    let kind = kind.to_string().to_ascii_lowercase();
                    Err(format!("invalid {kind}: no selectors, therefore cannot be exposed"))
                }
                Some(expressions) => Err(format!(
                    "couldn't convert expressions - \"{}\" to map-based selector format",
                    go_expressions(expressions)
                )),
                None => Ok(labels),
            }
        }
    }
}

/// Expressions as Go prints them with `%+v`.
fn go_expressions(expressions: &[Value]) -> String {
    let one = |expression: &Value| {
        let values =
            expression.get("values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        let (key, operator) = (text_at(expression, &["key"]), text_at(expression, &["operator"]));
        format!("{{Key:{key} Operator:{operator} Values:[{}]}}", values.join(" "))
    };
    let all: Vec<String> = expressions.iter().map(one).collect();
    format!("[{}]", all.join(" "))
}

fn pairs(labels: Option<&Value>) -> String {
    let labels = labels.and_then(Value::as_object).into_iter().flatten();
    let pairs: Vec<String> =
        labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    pairs.join(",")
}

/// The ports of the object's containers, or of the Service, each with its protocol.
fn ports(kind: Kind, value: &Value) -> Vec<(String, String)> {
    let list = |value: &Value, field: &str| -> Vec<Value> {
        value.get(field).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let (owners, field) = match kind {
        Kind::Service => (value.pointer("/spec").cloned().into_iter().collect(), "port"),
        Kind::Pod => {
            (value.pointer("/spec").map(|spec| list(spec, "containers")).unwrap_or_default(), "containerPort")
        }
        _ => {
            let spec = value.pointer("/spec/template/spec");
            (spec.map(|spec| list(spec, "containers")).unwrap_or_default(), "containerPort")
        }
    };
    let ports = owners.iter().flat_map(|owner| list(owner, "ports"));
    ports
        .map(|port| {
            let number = port.get(field).and_then(Value::as_i64).unwrap_or_default();
            let protocol =
                Some(text_at(&port, &["protocol"])).filter(|text| !text.is_empty()).unwrap_or("TCP");
            (number.to_string(), protocol.to_owned())
        })
        .collect()
}
