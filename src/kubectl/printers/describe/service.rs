//! The description of a Service.
//!
//! Models `describeService`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use super::lines::{annotations, at, items, joined, labels, line, text};
use crate::api::network::{EndpointSlice, Service};
use crate::api::{Kind, Object};
use crate::apiserver::ApiServer;
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// Addresses that are listed before the rest is only counted.
const ADDRESSES_MAX: usize = 3;

pub(super) fn service(w: &mut PrefixWriter, service: &Service, value: &Value, server: &ApiServer) {
    let meta = &service.metadata;
    let spec = &value["spec"];
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    let selector: Vec<String> =
        service.spec.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    line(w, 0, "Selector", &or_none(selector.join(",")));
    line(w, 0, "Type", &service.spec.type_);
    if at(spec, &["ipFamilyPolicy"]).is_some() {
        line(w, 0, "IP Family Policy", &text(spec, &["ipFamilyPolicy"]));
    }
    line(w, 0, "IP Families", &or_none(joined(spec, &["ipFamilies"], ",")));
    line(w, 0, "IP", &service.spec.cluster_ip);
    line(w, 0, "IPs", &or_none(joined(spec, &["clusterIPs"], ",")));
    for (title, path) in [("External IPs", "externalIPs"), ("External Name", "externalName")] {
        match at(spec, &[path]) {
            Some(Value::Array(_)) => line(w, 0, title, &joined(spec, &[path], ",")),
            Some(_) => line(w, 0, title, &text(spec, &[path])),
            None => {}
        }
    }
    for port in items(spec, &["ports"]) {
        self::port(w, service, port, server);
    }
    line(w, 0, "Session Affinity", &text(spec, &["sessionAffinity"]));
    for (title, path) in [
        ("External Traffic Policy", "externalTrafficPolicy"),
        ("Internal Traffic Policy", "internalTrafficPolicy"),
    ] {
        if at(spec, &[path]).is_some() {
            line(w, 0, title, &text(spec, &[path]));
        }
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text }
}

fn port(w: &mut PrefixWriter, service: &Service, port: &Value, server: &ApiServer) {
    let (name, protocol) = (text(port, &["name"]), text(port, &["protocol"]));
    let shown = if name.is_empty() { "<unset>" } else { &name };
    line(w, 0, "Port", &format!("{shown}\t{}/{protocol}", text(port, &["port"])));
    line(w, 0, "TargetPort", &format!("{}/{protocol}", text(port, &["targetPort"])));
    if at(port, &["nodePort"]).is_some() {
        line(w, 0, "NodePort", &format!("{shown}\t{}/{protocol}", text(port, &["nodePort"])));
    }
    line(w, 0, "Endpoints", &endpoints(service, &name, server));
}

fn endpoints(service: &Service, port_name: &str, server: &ApiServer) -> String {
    let slices = server.list(Kind::EndpointSlice, Some(&service.metadata.namespace));
    let mut addresses = Vec::new();
    for object in slices {
        let Object::EndpointSlice(slice) = object else {
            continue;
        };
        if slice.metadata.labels.get("kubernetes.io/service-name") == Some(&service.metadata.name) {
            addresses.extend(ready_addresses(slice, port_name));
        }
    }
    match addresses.len() {
        0 => String::new(),
        count if count > ADDRESSES_MAX => {
            let shown = addresses.get(..ADDRESSES_MAX).unwrap_or_default().join(",");
            format!("{shown} + {} more...", count - ADDRESSES_MAX)
        }
        _ => addresses.join(","),
    }
}

fn ready_addresses(slice: &EndpointSlice, port_name: &str) -> Vec<String> {
    let ports = slice.ports.as_deref().unwrap_or_default();
    let ports =
        ports.iter().filter(|port| text(port, &["name"]) == port_name).map(|port| text(port, &["port"]));
    let of_port = |port: String| {
        let ready = slice.endpoints.iter().filter(|endpoint| endpoint.conditions.ready != Some(false));
        ready.flat_map(move |endpoint| {
            let port = port.clone();
            endpoint.addresses.iter().map(move |address| format!("{address}:{port}"))
        })
    };
    ports.flat_map(of_port).collect()
}
