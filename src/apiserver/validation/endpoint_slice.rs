//! Rules for `EndpointSlice`s that people write: components' are right.
//!
//! Models `ValidateEndpointSlice`, pkg/apis/discovery/validation/validation.go, Kubernetes v1.36. Left out:
//! hints, and the old topology, which no served version has.

use serde_json::Value;

use super::super::fields::{at, items, text};
use super::causes::{Causes, Path};
use super::{addresses, names};
use crate::collections::SortedSet;

const ADDRESSES_MAX: usize = 100;
const PORTS_MAX: usize = 20_000;
const ENDPOINTS_MAX: usize = 1000;

/// A slice, and what it was before if it is not new.
pub(super) fn endpoint_slice(slice: &Value, old: &Value, causes: &mut Causes) {
    let (type_, path) = (text(slice, "addressType"), Path::new("addressType"));
    causes.required_one_of(&path, type_, &["FQDN", "IPv4", "IPv6"]);
    ports(slice, causes);
    if at(old, &["endpoints"]) != at(slice, &["endpoints"]) {
        endpoints(items(slice, "endpoints"), type_, causes);
    }
    if !old.is_null() && text(old, "addressType") != type_ {
        causes.invalid(&path, type_, "field is immutable");
    }
}

fn ports(slice: &Value, causes: &mut Causes) {
    let (ports, path) = (items(slice, "ports"), Path::new("ports"));
    if ports.len() > PORTS_MAX {
        return causes.too_many(&path, ports.len(), PORTS_MAX);
    }
    let mut seen = SortedSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        let name = text(port, "name");
        if !name.is_empty() {
            causes.invalid_each(&path.child("name"), name, names::dns_label(name));
        }
        if !seen.insert(name) {
            causes.duplicate(&path.child("name"), name);
        }
        causes.required_one_of(&path.child("protocol"), text(port, "protocol"), &["SCTP", "TCP", "UDP"]);
        if let Some(protocol) = port.get("appProtocol").and_then(Value::as_str) {
            causes.invalid_each(&path.child("appProtocol"), protocol, names::qualified_name(protocol));
        }
    }
}

fn endpoints(endpoints: &[Value], type_: &str, causes: &mut Causes) {
    let path = Path::new("endpoints");
    if endpoints.len() > ENDPOINTS_MAX {
        return causes.too_many(&path, endpoints.len(), ENDPOINTS_MAX);
    }
    for (index, endpoint) in endpoints.iter().enumerate() {
        let path = path.index(index);
        let list = path.child("addresses");
        match items(endpoint, "addresses").len() {
            0 => causes.required(&list, "must contain at least 1 address"),
            count if count > ADDRESSES_MAX => causes.too_many(&list, count, ADDRESSES_MAX),
            _ => {}
        }
        for (index, address) in items(endpoint, "addresses").iter().filter_map(Value::as_str).enumerate() {
            one_address(address, type_, &list, &list.index(index), causes);
        }
        let name = text(endpoint, "nodeName");
        if !name.is_empty() {
            causes.invalid_each(&path.child("nodeName"), name, names::dns_subdomain(name));
        }
        if let Some(name) = endpoint.get("hostname").and_then(Value::as_str) {
            causes.invalid_each(&path.child("hostname"), name, names::dns_label(name));
        }
    }
}

fn one_address(address: &str, type_: &str, list: &Path, path: &Path, causes: &mut Causes) {
    match type_ {
        "IPv4" | "IPv6" => {
            let is_new = address.contains(':');
            if addresses::ip(address).is_none() {
                let form = addresses::canonical_form(address).filter(|_| is_new && type_ == "IPv6");
                if let Some(form) = form {
                    let detail = format!("must be in canonical form ({})", crate::api::schema::quote(&form));
                    return causes.invalid(path, address, &detail);
                }
                if is_new != (type_ == "IPv6") {
                    causes.invalid(list, address, &format!("must be an {type_} address"));
                }
            }
            addresses::reachable(address, path, causes);
        }
        "FQDN" => domain(address, path, causes),
        _ => {}
    }
}

/// A name in the worldwide tree of names.
fn domain(name: &str, path: &Path, causes: &mut Causes) {
    if name.is_empty() {
        return causes.required(path, "");
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let errors = names::dns_subdomain(name);
    if !errors.is_empty() {
        causes.invalid(path, name, &errors.join(","));
    } else if !name.contains('.') {
        let detail = "should be a domain with at least two segments separated by dots";
        causes.invalid(path, name, detail);
    } else {
        for label in name.split('.') {
            let errors = names::dns_label(label);
            if !errors.is_empty() {
                causes.invalid(path, label, &errors.join(","));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn there_are_only_so_many_ports() {
        let said = |count: usize| {
            let ports: Vec<Value> =
                (0..count).map(|index| json!({"name": format!("p{index}"), "protocol": "TCP"})).collect();
            let slice = json!({"addressType": "IPv4", "ports": ports, "endpoints": []});
            let mut causes = Causes::default();
            endpoint_slice(&slice, &Value::Null, &mut causes);
            causes.0.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect::<Vec<_>>()
        };
        assert!(said(PORTS_MAX).is_empty());
        assert_eq!(said(PORTS_MAX + 1), ["ports: Too many: 20001: must have at most 20000 items"]);
    }
}
