//! The cells of Services and their endpoints.
//!
//! Models `printService`, `printEndpoints` and `printEndpointSlice`,
//! pkg/printers/internalversion/printers.go, Kubernetes v1.36.

use serde_json::Value;

use super::cells::{age, at, first_three, or_none, text_at};
use super::{Column, always, wide};
use crate::api::labels::format_labels;
use crate::api::network::{EndpointSlice, Service};
use crate::api::object::Opaque;
use crate::sim::Time;

pub(super) const SERVICE: &[Column] = &[
    always("Name"),
    always("Type"),
    always("Cluster-IP"),
    always("External-IP"),
    always("Port(s)"),
    always("Age"),
    wide("Selector"),
];

pub(super) const ENDPOINT_SLICE: &[Column] =
    &[always("Name"), always("AddressType"), always("Ports"), always("Endpoints"), always("Age")];

pub(super) const ENDPOINTS: &[Column] = &[always("Name"), always("Endpoints"), always("Age")];

pub(super) fn service(service: &Service, now: Time) -> Vec<String> {
    let ports: Vec<String> = service
        .spec
        .ports
        .iter()
        .map(|port| match port.extra.get("nodePort").and_then(Value::as_i64) {
            Some(node_port) if node_port > 0 => format!("{}:{node_port}/{}", port.port, port.protocol),
            _ => format!("{}/{}", port.port, port.protocol),
        })
        .collect();
    vec![
        service.metadata.name.clone(),
        service.spec.type_.clone(),
        or_none(&service.spec.cluster_ip),
        external_ip(service),
        or_none(&ports.join(",")),
        age(&service.metadata, now),
        format_labels(&service.spec.selector),
    ]
}

fn external_ip(service: &Service) -> String {
    let list = |extra, path: &[&str]| at(extra, path).and_then(Value::as_array).into_iter().flatten();
    let mut external: Vec<&str> = Vec::new();
    if service.spec.type_ == "LoadBalancer" {
        let ingress = list(&service.extra, &["status", "loadBalancer", "ingress"]);
        external.extend(ingress.filter_map(|one| one["ip"].as_str().or_else(|| one["hostname"].as_str())));
    }
    external.extend(list(&service.spec.extra, &["externalIPs"]).filter_map(Value::as_str));
    match service.spec.type_.as_str() {
        "ExternalName" => text_at(&service.spec.extra, &["externalName"]).to_owned(),
        "LoadBalancer" if external.is_empty() => "<pending>".to_owned(),
        "ClusterIP" | "NodePort" | "LoadBalancer" => or_none(&external.join(",")),
        _ => "<unknown>".to_owned(),
    }
}

pub(super) fn endpoint_slice(slice: &EndpointSlice, now: Time) -> Vec<String> {
    let port = |port: &Value| match (&port["port"], port["name"].as_str()) {
        (Value::Number(number), _) => number.to_string(),
        (_, Some(name)) => name.to_owned(),
        _ => "*".to_owned(),
    };
    let ports: Vec<String> = slice.ports.iter().flatten().map(port).collect();
    let addresses: Vec<String> = slice.endpoints.iter().flat_map(|e| e.addresses.iter().cloned()).collect();
    vec![
        slice.metadata.name.clone(),
        slice.address_type.clone(),
        first_three(&ports),
        first_three(&addresses),
        age(&slice.metadata, now),
    ]
}

/// At most three addresses with their ports, and how many more there are (`formatEndpoints`).
pub(super) fn endpoints(endpoints: &Opaque, now: Time) -> Vec<String> {
    fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + Clone + use<'a> {
        value.get(name).and_then(Value::as_array).into_iter().flatten()
    }
    let mut all: Vec<String> = Vec::new();
    for subset in endpoints.extra.get("subsets").and_then(Value::as_array).into_iter().flatten() {
        let ips = items(subset, "addresses").filter_map(|address| address["ip"].as_str());
        if items(subset, "ports").next().is_none() {
            all.extend(ips.map(str::to_owned));
            continue;
        }
        for port in items(subset, "ports") {
            all.extend(ips.clone().map(|ip| format!("{ip}:{}", port["port"])));
        }
    }
    let shown = match all.as_slice() {
        [] if !endpoints.extra.contains_key("subsets") => "<none>".to_owned(),
        [a, b, c, more @ ..] if !more.is_empty() => format!("{a},{b},{c} + {} more...", more.len()),
        few => few.join(","),
    };
    vec![endpoints.metadata.name.clone(), shown, age(&endpoints.metadata, now)]
}
