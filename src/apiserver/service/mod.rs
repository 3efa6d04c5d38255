//! Gives Services their addresses and node ports, and keeps them.
//!
//! Models pkg/registry/core/service (`storage/alloc.go`, `patchAllocatedValues`, and of `strategy.go`
//! `dropTypeDependentFields`), Kubernetes v1.36, on a cluster with IPv4 alone, the range 10.96.0.0/12 and
//! node ports 30000 to 32767. Left out: health check ports.
//!
//! - `families`: IPv4 or IPv6. `node_ports`: ports of the nodes.

mod families;
mod node_ports;

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{ApiServer, Cause, StatusError};
use crate::api::network::Service;
use crate::api::{Kind, Object};
use crate::collections::SortedSet;

/// 10.96.0.0.
const RANGE_START: u32 = 0x0a60_0000;
const RANGE_MASK: u32 = 0xfff0_0000;
/// Addresses below this offset are kept for those who choose theirs.
const OFFSET_MIN: u64 = 4096;
const OFFSET_END: u64 = (1 << 20) - 1;

impl ApiServer {
    /// Completes a Service: `old` is what it held before, if it is not new.
    pub(super) fn allocate(
        &mut self,
        service: &mut Service,
        old: Option<&Service>,
    ) -> Result<(), StatusError> {
        normalize_cluster_ips(service);
        if service.spec.type_ == "ExternalName" {
            drop_internal_policy(service);
            return Ok(());
        }
        families::settle(service, old)?;
        let taken = self.taken(|service| vec![service.spec.cluster_ip.clone()]);
        if service.spec.cluster_ip.is_empty() {
            service.spec.cluster_ip = self.free_address(&taken);
        } else if old.is_none_or(|old| !has_address(old)) {
            check_address(service, &taken)?;
        }
        // Both ways to say the address say the same, unless the client said otherwise.
        let address = service.spec.cluster_ip.clone();
        service.spec.extra.entry("clusterIPs").or_insert_with(|| json!([address]));
        if !has_node_ports(service) {
            return Ok(());
        }
        let taken = self.taken(|service| service.spec.ports.iter().filter_map(node_ports::of).collect());
        let mut numbers = node_ports::Numbers { taken, rng: &mut self.rng };
        match old {
            Some(old) => numbers.give_more(service, old),
            None => numbers.give(service),
        }
    }

    fn free_address(&mut self, taken: &SortedSet<String>) -> String {
        loop {
            let offset = OFFSET_MIN + self.rng.below(OFFSET_END - OFFSET_MIN);
            let number = RANGE_START + u32::try_from(offset).unwrap_or_default();
            let address = Ipv4Addr::from_bits(number).to_string();
            if !taken.contains(&address) {
                return address;
            }
        }
    }

    /// What the stored Services hold.
    fn taken<T: Ord>(&self, of: impl Fn(&Service) -> Vec<T>) -> SortedSet<T> {
        let services = self.store.list(Kind::Service, None).filter_map(|object| match object {
            Object::Service(service) => Some(service),
            _ => None,
        });
        services.flat_map(|service| of(service)).collect()
    }
}

fn refused(field: String, value: &Value, why: &str) -> Cause {
    Cause { field, message: format!("Invalid value: {value}: {why}") }
}

/// The answer to a Service with this name, of which this is wrong.
fn invalid(name: &str, causes: Vec<Cause>) -> Result<(), StatusError> {
    if causes.is_empty() {
        return Ok(());
    }
    Err(StatusError::invalid(Kind::Service, name, causes))
}

/// Whether a client's own choice of an address can be had.
fn check_address(service: &Service, taken: &SortedSet<String>) -> Result<(), StatusError> {
    let address = &service.spec.cluster_ip;
    let Ok(parsed) = address.parse::<Ipv4Addr>() else {
        // No address at all: validation says so, or it is headless.
        return Ok(());
    };
    // The first address is the network's own, the last is for all in it.
    let number = parsed.to_bits();
    let in_range =
        number & RANGE_MASK == RANGE_START && number != RANGE_START && number != RANGE_START | !RANGE_MASK;
    let why = if !in_range {
        "the provided network does not match the current range"
    } else if taken.contains(address) {
        "provided IP is already allocated"
    } else {
        return Ok(());
    };
    let value = service.spec.extra.get("clusterIPs").cloned().unwrap_or_default();
    let why = format!("failed to allocate IP {address}: {why}");
    let cause = refused("spec.clusterIPs".to_owned(), &value, &why);
    invalid(&service.metadata.name, vec![cause])
}

/// A Service that names one address names the list too.
fn normalize_cluster_ips(service: &mut Service) {
    if !service.spec.cluster_ip.is_empty() && !service.spec.extra.contains_key("clusterIPs") {
        let ips = json!([service.spec.cluster_ip]);
        service.spec.extra.insert("clusterIPs".into(), ips);
    }
}

/// A name elsewhere has no endpoints here to choose among: what was set for it by mistake is not shown
/// (`defaultOnReadInternalTrafficPolicy`).
fn drop_internal_policy(service: &mut Service) {
    const FIELD: &str = "internalTrafficPolicy";
    let policy = service.spec.extra.get(FIELD).and_then(Value::as_str);
    if matches!(policy, Some("Cluster" | "Local")) {
        service.spec.extra.remove(FIELD);
    }
}

/// Whether a type of Service has an address; `None` is one too.
fn has_address(service: &Service) -> bool {
    service.spec.type_ != "ExternalName"
}

fn has_node_ports(service: &Service) -> bool {
    matches!(service.spec.type_.as_str(), "NodePort" | "LoadBalancer")
}

fn is_load_balancer(service: &Service) -> bool {
    service.spec.type_ == "LoadBalancer"
}

/// Whether it is reached from outside the cluster.
fn is_external(service: &Service) -> bool {
    let ips = service.spec.extra.get("externalIPs").and_then(Value::as_array);
    has_node_ports(service) || has_address(service) && ips.is_some_and(|ips| !ips.is_empty())
}

/// An update that says nothing of what was given out keeps it, or gives it up with the type that needs it.
pub(super) fn keep_allocated(new: &mut Service, old: &Service) {
    if has_address(new) && has_address(old) {
        keep_address(new, old);
    } else {
        normalize_cluster_ips(new);
    }
    node_ports::keep(new, old);
    drop_type_dependent_fields(new, old);
}

fn keep_address(new: &mut Service, old: &Service) {
    let (new_ips, old_ips) = (new.spec.extra.get("clusterIPs"), old.spec.extra.get("clusterIPs"));
    let same_list = new_ips == old_ips;
    if new.spec.cluster_ip.is_empty() {
        // Who clears the one address clears the list with it; what was given out comes back.
        if same_list || new_ips.is_none() {
            new.spec.extra.remove("clusterIPs");
            new.spec.cluster_ip.clone_from(&old.spec.cluster_ip);
        }
    } else if new.spec.cluster_ip != old.spec.cluster_ip && same_list {
        let ips = json!([new.spec.cluster_ip]);
        new.spec.extra.insert("clusterIPs".into(), ips);
    }
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        let same_address = new.spec.cluster_ip == old.spec.cluster_ip;
        if !new.spec.extra.contains_key(field)
            && (same_address || field != "clusterIPs")
            && let Some(value) = old.spec.extra.get(field)
        {
            new.spec.extra.insert(field.to_owned(), value.clone());
        }
    }
}

/// Fields that the new type does not know and the client did not touch go away with the old type
/// (`dropTypeDependentFields`); what the client did change, validation refuses.
fn drop_type_dependent_fields(new: &mut Service, old: &Service) {
    let mut untouched = Vec::new();
    if has_address(old) && !has_address(new) {
        let same_list = new.spec.extra.get("clusterIPs") == old.spec.extra.get("clusterIPs");
        if new.spec.cluster_ip == old.spec.cluster_ip && same_list {
            new.spec.cluster_ip.clear();
            untouched.push("clusterIPs");
        }
        untouched.extend(["ipFamilies", "ipFamilyPolicy"]);
    }
    if has_node_ports(old) && !has_node_ports(new) {
        let held: SortedSet<u64> = old.spec.ports.iter().filter_map(node_ports::of).collect();
        if new.spec.ports.iter().filter_map(node_ports::of).all(|number| held.contains(&number)) {
            new.spec.ports.iter_mut().for_each(|port| drop(port.extra.remove("nodePort")));
        }
    }
    if is_load_balancer(old) && !is_load_balancer(new) {
        untouched.extend(["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
    }
    if is_external(old) && !is_external(new) {
        untouched.push("externalTrafficPolicy");
    }
    for field in untouched {
        if new.spec.extra.get(field) == old.spec.extra.get(field) {
            new.spec.extra.remove(field);
        }
    }
}
