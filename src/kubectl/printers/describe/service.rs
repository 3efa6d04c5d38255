//! The description of a Service.
//!
//! Models `describeService`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use super::lines::{annotations, at, items, joined, labels, line, text};
use crate::api::Kind;
use crate::api::labels::format_labels;
use crate::api::network::{EndpointSlice, Service};
use crate::api::object::Typed as _;
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
    line(w, 0, "Selector", &format_labels(&service.spec.selector));
    line(w, 0, "Type", &service.spec.type_);
    if at(spec, &["ipFamilyPolicy"]).is_some() {
        line(w, 0, "IP Family Policy", &text(spec, &["ipFamilyPolicy"]));
    }
    line(w, 0, "IP Families", &or_none(joined(spec, &["ipFamilies"], ",")));
    line(w, 0, "IP", &service.spec.cluster_ip);
    line(w, 0, "IPs", &or_none(joined(spec, &["clusterIPs"], ",")));
    optional(
        w,
        spec,
        &[
            ("External IPs", "externalIPs"),
            ("Desired LoadBalancer IP", "loadBalancerIP"),
            ("External Name", "externalName"),
        ],
    );
    let ingress: Vec<String> = items(value, &["status", "loadBalancer", "ingress"])
        .iter()
        .map(|one| match (text(one, &["ip"]), text(one, &["ipMode"])) {
            (ip, _) if ip.is_empty() => text(one, &["hostname"]),
            (ip, mode) if mode.is_empty() => ip,
            (ip, mode) => format!("{ip} ({mode})"),
        })
        .collect();
    if !ingress.is_empty() {
        line(w, 0, "LoadBalancer Ingress", &ingress.join(", "));
    }
    for port in items(spec, &["ports"]) {
        self::port(w, service, port, server);
    }
    line(w, 0, "Session Affinity", &text(spec, &["sessionAffinity"]));
    optional(
        w,
        spec,
        &[
            ("External Traffic Policy", "externalTrafficPolicy"),
            ("Internal Traffic Policy", "internalTrafficPolicy"),
            ("HealthCheck NodePort", "healthCheckNodePort"),
            ("LoadBalancer Source Ranges", "loadBalancerSourceRanges"),
            ("Traffic Distribution", "trafficDistribution"),
        ],
    );
}

/// Fields that are shown where they are set.
fn optional(w: &mut PrefixWriter, spec: &Value, fields: &[(&str, &str)]) {
    for (title, path) in fields {
        match at(spec, &[path]) {
            Some(Value::Array(_)) => line(w, 0, title, &joined(spec, &[path], ",")),
            Some(_) => line(w, 0, title, &text(spec, &[path])),
            None => {}
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
    if at(port, &["appProtocol"]).is_some() {
        line(w, 0, "AppProtocol", &text(port, &["appProtocol"]));
    }
    if at(port, &["nodePort"]).is_some() {
        line(w, 0, "NodePort", &format!("{shown}\t{}/{protocol}", text(port, &["nodePort"])));
    }
    line(w, 0, "Endpoints", &endpoints(service, &name, server));
}

/// At most three addresses of a port, and how many more there are (`formatEndpointSlices`).
fn endpoints(service: &Service, port_name: &str, server: &ApiServer) -> String {
    let of_service = |slice: &&EndpointSlice| {
        slice.metadata.labels.get("kubernetes.io/service-name") == Some(&service.metadata.name)
    };
    let listed = server.list(Kind::EndpointSlice, Some(&service.metadata.namespace));
    let slices: Vec<&EndpointSlice> =
        listed.filter_map(EndpointSlice::of).map(AsRef::as_ref).filter(of_service).collect();
    if slices.is_empty() {
        return "<none>".to_owned();
    }
    let addresses: Vec<String> =
        slices.into_iter().flat_map(|slice| ready_addresses(slice, port_name)).collect();
    match addresses.get(..ADDRESSES_MAX) {
        Some(shown) if addresses.len() > ADDRESSES_MAX => {
            format!("{} + {} more...", shown.join(","), addresses.len() - ADDRESSES_MAX)
        }
        _ => addresses.join(","),
    }
}

fn ready_addresses(slice: &EndpointSlice, port_name: &str) -> Vec<String> {
    let ready = slice.endpoints.iter().filter(|endpoint| endpoint.conditions.ready != Some(false));
    let ips: Vec<&String> = ready.filter_map(|endpoint| endpoint.addresses.first()).collect();
    let ports = slice.ports.as_deref().unwrap_or_default();
    if ports.is_empty() {
        return ips.into_iter().cloned().collect();
    }
    let named = ports.iter().filter(|port| text(port, &["name"]) == port_name);
    named.flat_map(|port| ips.iter().map(move |ip| format!("{ip}:{}", text(port, &["port"])))).collect()
}
