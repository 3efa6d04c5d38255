//! `minikube`, as far as tutorials ask it where a Service is.
//!
//! Models `minikube ip`, `minikube service` and `minikube service list` of minikube v1.37. Its one node is
//! the first of this cluster. Left out: everything that makes or changes a cluster; tunnels, and browsers.

use super::Cluster;
use crate::api::network::{Service, ServicePort};
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::shell::programs::{Options, Wrong, brief};
use crate::shell::{Call, Io, Program};

const LONG: &[(&str, char)] =
    &[("namespace", 'n'), ("url", 'u'), ("profile", 'p'), ("https", 's'), ("wait", 'w'), ("all", 'a')];

/// What the exit codes of minikube mean.
const NOT_FOUND: i32 = 115;
const UNREACHABLE: i32 = 113;

/// Starts it.
pub(super) fn start(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| match Options::parse(call, "n:up:sw:a", LONG) {
        Ok(options) => run(&options, io),
        Err(Wrong(mistake, _)) => {
            let flag =
                mistake.text().rsplit('\'').nth(1).unwrap_or_default().trim_start_matches('-').to_owned();
            let what = if flag.len() == 1 { "unknown shorthand flag" } else { "unknown flag" };
            io.err(&format!("Error: {what}: --{flag}\nSee 'minikube --help' for usage.\n"));
            1
        }
    })
}

fn run(options: &Options, io: &mut Io<'_>) -> i32 {
    let words: Vec<&str> = options.operands.iter().map(String::as_str).collect();
    let Some(cluster) = io.world::<Cluster>() else { return 1 };
    match words.as_slice() {
        ["ip"] => {
            let address = address(cluster) + "\n";
            io.out(&address);
            0
        }
        ["service", "list"] => {
            let wanted = options.value('n');
            let listed = services(cluster)
                .filter(|service| wanted.is_none_or(|namespace| service.metadata.namespace == namespace));
            let text = table(&address(cluster), listed);
            io.out(&text);
            0
        }
        ["service"] => {
            io.err("\n\u{274c}  Exiting due to MK_USAGE: You must specify service name(s) or --all\n\n");
            14
        }
        ["service", name] => service(name, options, io),
        _ => {
            io.hint(
                "the sandbox's minikube has ip, service NAME [--url] [-n NAMESPACE], service list".to_owned(),
            );
            1
        }
    }
}

/// `minikube service NAME`.
fn service(name: &str, options: &Options, io: &mut Io<'_>) -> i32 {
    let namespace = options.value('n').unwrap_or("default");
    let Some(cluster) = io.world::<Cluster>() else { return 1 };
    let found = services(cluster).find(|service| is_named(service, namespace, name)).cloned();
    let Some(service) = found else {
        io.err(&format!(
            "\n\u{274c}  Exiting due to SVC_NOT_FOUND: Service '{name}' was not found in '{namespace}' namespace.\n\
             You may select another namespace by using 'minikube service {name} -n <namespace>'. Or list out all the \
             services using 'minikube service list'\n\n"
        ));
        return NOT_FOUND;
    };
    let (has_pod, address) = (has_running_pod(cluster, &service), address(cluster));
    let urls = urls(&service, &address);
    if !options.has('u') {
        io.out(&table(&address, std::iter::once(&service)));
    }
    if urls.is_empty() {
        io.err(&format!("\u{1f63f}  service {namespace}/{name} has no node port\n"));
        return 0;
    }
    if !has_pod {
        io.err(&format!(
            "\n\u{274c}  Exiting due to SVC_UNREACHABLE: service not available: no running pod for service {name} found\n\n"
        ));
        return UNREACHABLE;
    }
    if options.has('u') {
        io.out(&(urls.join("\n") + "\n"));
    } else {
        io.hint(format!("the sandbox opens no browser: curl -L {}", urls.first().map_or("", String::as_str)));
    }
    0
}

fn is_named(service: &Service, namespace: &str, name: &str) -> bool {
    service.metadata.namespace == namespace && service.metadata.name == name
}

fn services(cluster: &Cluster) -> impl Iterator<Item = &Service> {
    cluster.server.list(Service::KIND, None).filter_map(Service::of).map(|service| &**service)
}

/// The address of the first node.
fn address(cluster: &Cluster) -> String {
    let nodes = cluster.server.list(Node::KIND, None).filter_map(Node::of);
    nodes.into_iter().find_map(|node| crate::containers::node_address(node)).unwrap_or_default()
}

fn has_running_pod(cluster: &Cluster, service: &Service) -> bool {
    let pods = cluster.server.list(Pod::KIND, Some(&service.metadata.namespace)).filter_map(Pod::of);
    pods.into_iter().any(|pod| {
        let labels = &pod.metadata.labels;
        pod.status.phase == "Running"
            && service.spec.selector.iter().all(|(key, value)| labels.get(key) == Some(value))
    })
}

fn node_port(port: &ServicePort) -> Option<i64> {
    port.extra.get("nodePort").and_then(serde_json::Value::as_i64)
}

fn urls(service: &Service, address: &str) -> Vec<String> {
    service
        .spec
        .ports
        .iter()
        .filter_map(|port| Some(format!("http://{address}:{}", node_port(port)?)))
        .collect()
}

/// The table of Services, a line for each port.
fn table<'a>(address: &str, services: impl Iterator<Item = &'a Service>) -> String {
    let mut rows: Vec<[String; 4]> = Vec::new();
    for service in services {
        let meta = &service.metadata;
        let has_node_port = service.spec.ports.iter().any(|port| node_port(port).is_some());
        let none = [meta.namespace.clone(), meta.name.clone(), "No node port".to_owned(), String::new()];
        if !has_node_port {
            rows.push(none);
            continue;
        }
        for (nth, port) in service.spec.ports.iter().enumerate() {
            let target = if port.name.is_empty() {
                port.port.to_string()
            } else {
                format!("{}/{}", port.name, port.port)
            };
            let url = node_port(port).map(|at| format!("http://{address}:{at}")).unwrap_or_default();
            let shown = |text: &String| if nth == 0 { text.clone() } else { String::new() };
            rows.push([shown(&meta.namespace), shown(&meta.name), target, url]);
        }
    }
    let heads = ["NAMESPACE", "NAME", "TARGET PORT", "URL"];
    let widths: Vec<usize> = (0..heads.len())
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(String::len).chain([heads[at].len()]).max())
        .map(Option::unwrap_or_default)
        .collect();
    let rule = widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|");
    let head = heads.iter().zip(&widths).map(|(head, width)| format!(" {head:^width$} ", width = *width));
    let cell = |(text, width): (&String, &usize)| match text.parse::<i64>() {
        Ok(_) => format!(" {text:>width$} ", width = *width),
        Err(_) => format!(" {text:<width$} ", width = *width),
    };
    let lines = rows.iter().map(|row| row.iter().zip(&widths).map(cell).collect::<Vec<_>>().join("|"));
    let all = [rule.clone(), head.collect::<Vec<_>>().join("|"), rule.clone()].into_iter().chain(lines);
    all.chain([rule]).map(|line| ["|", &line, "|\n"].concat()).collect()
}
