//! The descriptions of `EndpointSlice`s and of Endpoints.
//!
//! Models `describeEndpointSliceV1` and `describeEndpoints`,
//! staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use super::lines::{annotations, at, items, joined, labels, line, text};
use crate::api::ObjectMeta;
use crate::kubectl::output::prefix_writer::PrefixWriter;

fn head(w: &mut PrefixWriter, meta: &ObjectMeta) {
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
}

fn or(text: String, other: &str) -> String {
    if text.is_empty() { other.to_owned() } else { text }
}

fn ports(w: &mut PrefixWriter, level: usize, ports: &[Value]) {
    w.write_line(level, "Ports:");
    w.write_line(level + 1, "Name\tPort\tProtocol");
    w.write_line(level + 1, "----\t----\t--------");
    for port in ports {
        let field = |name: &str| or(text(port, &[name]), "<unset>");
        w.write_line(level + 1, &format!("{}\t{}\t{}", field("name"), field("port"), field("protocol")));
    }
}

/// A slice: its ports and each endpoint.
pub(super) fn endpoint_slice(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    line(w, 0, "AddressType", &text(value, &["addressType"]));
    match items(value, &["ports"]) {
        [] => w.write_line(0, "Ports: <unset>"),
        some => ports(w, 0, some),
    }
    let endpoints = items(value, &["endpoints"]);
    w.write_line(0, if endpoints.is_empty() { "Endpoints: <none>" } else { "Endpoints:" });
    for endpoint in endpoints {
        let field = |path: &[&str]| or(text(endpoint, path), "<unset>");
        let addresses = or(joined(endpoint, &["addresses"], ", "), "<none>");
        w.write_line(1, &format!("- Addresses:\t{addresses}"));
        w.write_line(2, "Conditions:");
        line(w, 3, "Ready", &field(&["conditions", "ready"]));
        line(w, 2, "Hostname", &field(&["hostname"]));
        if let Some(target) = at(endpoint, &["targetRef"]) {
            line(w, 2, "TargetRef", &format!("{}/{}", text(target, &["kind"]), text(target, &["name"])));
        }
        line(w, 2, "NodeName", &field(&["nodeName"]));
        line(w, 2, "Zone", &field(&["zone"]));
    }
}

/// Endpoints: the addresses of each subset.
pub(super) fn endpoints(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    w.write_line(0, "Subsets:");
    for subset in items(value, &["subsets"]) {
        for (title, field) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let ips: Vec<String> = items(subset, &[field]).iter().map(|one| text(one, &["ip"])).collect();
            line(w, 1, title, &or(ips.join(","), "<none>"));
        }
        if !items(subset, &["ports"]).is_empty() {
            ports(w, 1, items(subset, &["ports"]));
        }
        w.write_line(0, "");
    }
}
