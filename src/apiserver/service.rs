//! Gives Services their addresses and node ports, and keeps them.
//!
//! Models pkg/registry/core/service/storage (`alloc.go`, `patchAllocatedValues`), Kubernetes v1.36, on an IPv4 cluster with
//! the range 10.96.0.0/12 and node ports 30000 to 32767. Left out: dual stack, health check ports.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ApiServer;
use crate::api::network::{Service, ServicePort};
use crate::api::{Kind, Object};

/// 10.96.0.0.
const RANGE_START: u32 = 0x0a60_0000;
/// Addresses below this offset are kept for those who choose theirs.
const OFFSET_MIN: u64 = 4096;
const OFFSET_END: u64 = (1 << 20) - 1;
const NODE_PORT_MIN: u64 = 30_000;
const NODE_PORT_COUNT: u64 = 2_768;

impl ApiServer {
    /// Completes a new Service.
    pub(super) fn allocate(&mut self, service: &mut Service) {
        normalize_cluster_ips(service);
        if service.spec.type_ == "ExternalName" {
            return;
        }
        set_ip_families(service);
        if service.spec.cluster_ip.is_empty() {
            let taken = self.taken(|service| vec![service.spec.cluster_ip.clone()]);
            loop {
                let offset = OFFSET_MIN + self.rng.below(OFFSET_END - OFFSET_MIN);
                let [a, b, c, d] = (RANGE_START + u32::try_from(offset).unwrap_or_default()).to_be_bytes();
                let address = format!("{a}.{b}.{c}.{d}");
                if !taken.contains(&address) {
                    service.spec.cluster_ip = address;
                    break;
                }
            }
        }
        let address = service.spec.cluster_ip.clone();
        service.spec.extra.insert("clusterIPs".into(), json!([address]));
        self.allocate_node_ports(service);
    }

    fn allocate_node_ports(&mut self, service: &mut Service) {
        let wanted = match service.spec.type_.as_str() {
            "NodePort" => true,
            "LoadBalancer" => service.spec.extra.get("allocateLoadBalancerNodePorts") != Some(&json!(false)),
            _ => false,
        };
        if !wanted {
            return;
        }
        let mut taken = self.taken(|service| service.spec.ports.iter().filter_map(node_port).collect());
        for port in &mut service.spec.ports {
            if node_port(port).is_some() {
                continue;
            }
            let free = (0..NODE_PORT_COUNT)
                .map(|_| (NODE_PORT_MIN + self.rng.below(NODE_PORT_COUNT)).to_string())
                .find(|number| !taken.contains(number));
            if let Some(number) = free {
                port.extra.insert("nodePort".into(), number.parse::<u64>().unwrap_or_default().into());
                taken.insert(number);
            }
        }
    }

    /// What the stored Services hold.
    fn taken(&self, of: impl Fn(&Service) -> Vec<String>) -> BTreeSet<String> {
        let services = self.store.list(Kind::Service, None).filter_map(|object| match object {
            Object::Service(service) => Some(service),
            _ => None,
        });
        services.flat_map(|service| of(service)).collect()
    }
}

fn node_port(port: &ServicePort) -> Option<String> {
    port.extra.get("nodePort").and_then(Value::as_i64).filter(|number| *number != 0).map(|n| n.to_string())
}

/// The two ways to say the address say the same.
fn normalize_cluster_ips(service: &mut Service) {
    let first = service.spec.extra.get("clusterIPs").and_then(|ips| ips.get(0)?.as_str()).map(str::to_owned);
    match first {
        Some(first) if service.spec.cluster_ip.is_empty() => service.spec.cluster_ip = first,
        None if !service.spec.cluster_ip.is_empty() => {
            let ips = json!([service.spec.cluster_ip]);
            service.spec.extra.insert("clusterIPs".into(), ips);
        }
        _ => {}
    }
}

fn set_ip_families(service: &mut Service) {
    let dual = service.spec.cluster_ip == "None" && service.spec.selector.is_empty();
    let extra = &mut service.spec.extra;
    let policy = if dual { "RequireDualStack" } else { "SingleStack" };
    let policy = extra.entry("ipFamilyPolicy").or_insert_with(|| policy.into());
    let single = *policy == "SingleStack";
    let families = if dual && !single { json!(["IPv4", "IPv6"]) } else { json!(["IPv4"]) };
    extra.entry("ipFamilies").or_insert(families);
}

/// An update that says nothing of what was given out keeps it.
pub(super) fn keep_allocated(new: &mut Service, old: &Service) {
    let (new_type, old_type) = (new.spec.type_.as_str(), old.spec.type_.as_str());
    if new_type == "ExternalName" || old_type == "ExternalName" {
        normalize_cluster_ips(new);
        return;
    }
    if new.spec.cluster_ip.is_empty() && !new.spec.extra.contains_key("clusterIPs") {
        new.spec.cluster_ip.clone_from(&old.spec.cluster_ip);
    }
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if !new.spec.extra.contains_key(field)
            && let Some(value) = old.spec.extra.get(field)
        {
            new.spec.extra.insert(field.to_owned(), value.clone());
        }
    }
    let has_ports = |type_: &str| matches!(type_, "NodePort" | "LoadBalancer");
    if has_ports(&new.spec.type_) && has_ports(old_type) {
        for port in &mut new.spec.ports {
            let same = |other: &&ServicePort| other.name == port.name;
            let kept = old.spec.ports.iter().find(same).and_then(|old| old.extra.get("nodePort"));
            if node_port(port).is_none()
                && let Some(number) = kept
            {
                port.extra.insert("nodePort".into(), number.clone());
            }
        }
    }
    if !has_ports(&new.spec.type_) && has_ports(old_type) {
        for (port, old) in new.spec.ports.iter_mut().zip(&old.spec.ports) {
            if port.extra.get("nodePort") == old.extra.get("nodePort") {
                port.extra.remove("nodePort");
            }
        }
        for field in ["externalTrafficPolicy", "allocateLoadBalancerNodePorts"] {
            if new.spec.extra.get(field) == old.spec.extra.get(field) {
                new.spec.extra.remove(field);
            }
        }
    }
}
