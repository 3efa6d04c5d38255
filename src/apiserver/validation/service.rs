//! Rules for Services.
//!
//! Models `validateService` and `ValidateServiceUpdate`, pkg/apis/core/validation/validation.go, Kubernetes
//! v1.36. Left out: ports of health checks where a load balancer needs them.

use serde_json::Value;

use super::super::fields::{at, is_empty, items, number, text};
use super::causes::{Causes, Path};
use super::load_balancer::{self, ONLY_LOAD_BALANCER};
use super::service_addresses::{cluster_ips, is_headless};
use super::{addresses, containers, names, selectors};
use crate::collections::SortedSet;

/// The annotation that asks for near endpoints, and its old name.
const TOPOLOGY: [&str; 2] =
    ["service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints"];

/// A new Service.
pub(super) fn create(service: &Value, causes: &mut Causes) {
    service_of(service, &Value::Null, causes);
}

/// A Service, and what it was before.
fn service_of(service: &Value, old: &Value, causes: &mut Causes) {
    topology(at(service, &["metadata", "annotations"]), causes);
    let (spec, path) = (at(service, &["spec"]), Path::new("spec"));
    let type_ = text(spec, "type");
    let headless = is_headless(spec);
    let ports = items(spec, "ports");
    if ports.is_empty() && !headless && type_ != "ExternalName" {
        causes.required(&path.child("ports"), "");
    }
    match type_ {
        "LoadBalancer" | "NodePort" if headless => {
            let detail = format!("may not be set to 'None' for {type_} services");
            causes.invalid(&path.child("clusterIPs").index(0), "None", &detail);
        }
        "ExternalName" => external_name(spec, &path, causes),
        _ => {}
    }
    each_port(ports, &path.child("ports"), causes);
    selectors::labels(at(spec, &["selector"]), &path.child("selector"), causes);
    session_affinity(spec, &path, causes);
    cluster_ips(spec, &path, causes);
    for (index, address) in items(spec, "externalIPs").iter().filter_map(Value::as_str).enumerate() {
        let path = path.child("externalIPs").index(index);
        addresses::reachable(address, &path, causes);
    }
    causes.required_one_of(
        &path.child("type"),
        type_,
        &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
    );
    node_ports(type_, ports, &path.child("ports"), causes);
    load_balancer::source_ranges(service, old, causes);
    if type_ != "LoadBalancer" && !at(spec, &["allocateLoadBalancerNodePorts"]).is_null() {
        causes.forbidden(&path.child("allocateLoadBalancerNodePorts"), ONLY_LOAD_BALANCER);
    }
    load_balancer::class(spec, &path.child("loadBalancerClass"), causes);
    traffic(spec, type_, &path, causes);
}

/// Both names of one wish.
fn topology(annotations: &Value, causes: &mut Causes) {
    let [mode, hints] = TOPOLOGY.map(|name| annotations.get(name).and_then(Value::as_str));
    if let (Some(mode), Some(hints)) = (mode, hints)
        && mode != hints
    {
        let path = Path::new("metadata.annotations").key(TOPOLOGY[0]);
        let detail = format!("must match annotations[{}] when both are specified", TOPOLOGY[1]);
        causes.invalid(&path, mode, &detail);
    }
}

fn external_name(spec: &Value, path: &Path, causes: &mut Causes) {
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if !is_empty(at(spec, &[field])) {
            causes.forbidden(&path.child(field), "may not be set for ExternalName services");
        }
    }
    let name = text(spec, "externalName");
    let name = name.strip_suffix('.').unwrap_or(name);
    let path = path.child("externalName");
    if name.is_empty() {
        causes.required(&path, "");
    } else {
        causes.invalid_each(&path, name, names::dns_subdomain(name));
    }
}

fn each_port(ports: &[Value], list: &Path, causes: &mut Causes) {
    let mut seen = SortedSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = list.index(index);
        let name = text(port, "name");
        if name.is_empty() {
            if ports.len() > 1 {
                causes.required(&path.child("name"), "");
            }
        } else {
            causes.invalid_each(&path.child("name"), name, names::dns_label(name));
            if !seen.insert(name) {
                causes.duplicate(&path.child("name"), name);
            }
        }
        containers::port_number(number(port, "port").unwrap_or_default(), &path.child("port"), causes);
        causes.required_one_of(&path.child("protocol"), text(port, "protocol"), &["SCTP", "TCP", "UDP"]);
        containers::port_or_name(at(port, &["targetPort"]), &path.child("targetPort"), causes);
        if let Some(protocol) = port.get("appProtocol").and_then(Value::as_str) {
            causes.invalid_each(&path.child("appProtocol"), protocol, names::qualified_name(protocol));
        }
    }
}

fn session_affinity(spec: &Value, path: &Path, causes: &mut Causes) {
    let affinity = text(spec, "sessionAffinity");
    causes.required_one_of(&path.child("sessionAffinity"), affinity, &["ClientIP", "None"]);
    let config = at(spec, &["sessionAffinityConfig"]);
    let path = path.child("sessionAffinityConfig");
    if affinity == "None" && !config.is_null() {
        causes.forbidden(&path, "must not be set when session affinity is None");
    }
    if let Some(seconds) = at(config, &["clientIP", "timeoutSeconds"]).as_i64()
        && !(1..=86_400).contains(&seconds)
    {
        let path = path.child("clientIP").child("timeoutSeconds");
        causes.invalid(&path, seconds, "must be greater than 0 and less than 86400");
    }
}

fn node_ports(type_: &str, ports: &[Value], path: &Path, causes: &mut Causes) {
    let node_port = |port: &Value| number(port, "nodePort").unwrap_or_default();
    let (mut taken, mut seen) = (SortedSet::new(), SortedSet::new());
    for (index, port) in ports.iter().enumerate() {
        let number = node_port(port);
        if number == 0 {
            continue;
        }
        let path = path.index(index).child("nodePort");
        if type_ == "ClusterIP" {
            causes.forbidden(&path, "may not be used when `type` is 'ClusterIP'");
        }
        if !taken.insert((text(port, "protocol"), number)) {
            causes.duplicate(&path, number);
        }
    }
    for (index, port) in ports.iter().enumerate() {
        let (protocol, number) = (text(port, "protocol"), number(port, "port").unwrap_or_default());
        if !seen.insert((protocol, number)) {
            let protocol = crate::api::schema::quote(protocol);
            let shown = format!(
                "{{\"Name\":\"\",\"Protocol\":{protocol},\"AppProtocol\":null,\"Port\":{number},\
                 \"TargetPort\":0,\"NodePort\":0}}"
            );
            causes.duplicate_shown(&path.index(index), &shown, "");
        }
    }
}

fn traffic(spec: &Value, type_: &str, path: &Path, causes: &mut Causes) {
    let outside = matches!(type_, "NodePort" | "LoadBalancer")
        || (type_ == "ClusterIP" && !items(spec, "externalIPs").is_empty());
    let external = text(spec, "externalTrafficPolicy");
    let of_external = path.child("externalTrafficPolicy");
    if outside {
        causes.required_one_of(&of_external, external, &["Cluster", "Local"]);
    } else if !external.is_empty() {
        causes.invalid(&of_external, external, "may only be set for externally-accessible services");
    }
    let needs_check = type_ == "LoadBalancer" && external == "Local";
    if let Some(port) = number(spec, "healthCheckNodePort").filter(|port| *port != 0) {
        let path = path.child("healthCheckNodePort");
        if !needs_check {
            let detail =
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
            causes.invalid(&path, port, detail);
        } else if let Some(error) = names::port_number(port) {
            causes.invalid(&path, port, error);
        }
    }
    if let Some(internal) = spec.get("internalTrafficPolicy").and_then(Value::as_str) {
        causes.one_of(&path.child("internalTrafficPolicy"), internal, &["Cluster", "Local"]);
    }
    if let Some(distribution) = spec.get("trafficDistribution").and_then(Value::as_str) {
        let path = path.child("trafficDistribution");
        causes.one_of(&path, distribution, &["PreferClose", "PreferSameZone", "PreferSameNode"]);
    }
}

/// A changed Service: its address stays, and so does the class of its load balancer.
pub(super) fn update(new: &Value, old: &Value, causes: &mut Causes) {
    let (new_spec, old_spec) = (at(new, &["spec"]), at(old, &["spec"]));
    let external = [new_spec, old_spec].iter().any(|spec| text(spec, "type") == "ExternalName");
    let headless = is_headless(new_spec) && is_headless(old_spec);
    if !external && !headless {
        let (new_ips, old_ips) = (at(new_spec, &["clusterIPs"]), at(old_spec, &["clusterIPs"]));
        let path = Path::new("spec.clusterIPs").index(0);
        let first = |spec: &Value| items(spec, "clusterIPs").first().cloned();
        match (first(new_spec), first(old_spec)) {
            (None, Some(_)) => causes.invalid(&path, new_ips.clone(), "primary clusterIP can not be unset"),
            (new, old) if old.is_some() && new != old => {
                causes.invalid(&path, new_ips.clone(), "may not change once set");
            }
            _ => debug_assert!(old_ips.is_null() || old_ips.is_array(), "a list of addresses"),
        }
    }
    let (new_class, old_class) = (at(new_spec, &["loadBalancerClass"]), at(old_spec, &["loadBalancerClass"]));
    let are_balancers = [new_spec, old_spec].iter().all(|spec| text(spec, "type") == "LoadBalancer");
    if are_balancers && new_class != old_class {
        causes.invalid(&Path::new("spec.loadBalancerClass"), new_class.clone(), "may not change once set");
    }
    service_of(new, old, causes);
}
