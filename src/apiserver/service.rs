//! Gives Services their addresses and node ports, and keeps them.
//!
//! Models pkg/registry/core/service (`storage/alloc.go`, `patchAllocatedValues`, and of `strategy.go`
//! `dropTypeDependentFields`), Kubernetes v1.36, on an IPv4 cluster with the range 10.96.0.0/12 and node
//! ports 30000 to 32767. Left out: dual stack, health check ports.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{ApiServer, Cause, StatusError};
use crate::api::network::{Service, ServicePort};
use crate::api::{Kind, Object};
use crate::collections::SortedSet;

/// 10.96.0.0.
const RANGE_START: u32 = 0x0a60_0000;
const RANGE_MASK: u32 = 0xfff0_0000;
/// Addresses below this offset are kept for those who choose theirs.
const OFFSET_MIN: u64 = 4096;
const OFFSET_END: u64 = (1 << 20) - 1;
const NODE_PORT_MIN: u64 = 30_000;
const NODE_PORT_COUNT: u64 = 2_768;

impl ApiServer {
    /// Completes a Service: `old` is what it held before, if it is not new.
    pub(super) fn allocate(
        &mut self,
        service: &mut Service,
        old: Option<&Service>,
    ) -> Result<(), StatusError> {
        normalize_cluster_ips(service);
        if service.spec.type_ == "ExternalName" {
            return Ok(());
        }
        set_ip_families(service);
        let taken = self.taken(|service| vec![service.spec.cluster_ip.clone()]);
        if service.spec.cluster_ip.is_empty() {
            service.spec.cluster_ip = self.free_address(&taken);
        } else if old.is_none_or(|old| old.spec.cluster_ip != service.spec.cluster_ip) {
            check_address(service, &taken)?;
        }
        // Both ways to say the address say the same, unless the client said otherwise.
        let address = service.spec.cluster_ip.clone();
        service.spec.extra.entry("clusterIPs").or_insert_with(|| json!([address]));
        self.allocate_node_ports(service, old)
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

    fn allocate_node_ports(
        &mut self,
        service: &mut Service,
        old: Option<&Service>,
    ) -> Result<(), StatusError> {
        let wanted = match service.spec.type_.as_str() {
            "NodePort" => true,
            "LoadBalancer" => service.spec.extra.get("allocateLoadBalancerNodePorts") != Some(&json!(false)),
            _ => return Ok(()),
        };
        let own: Vec<u64> = old.into_iter().flat_map(|old| &old.spec.ports).filter_map(node_port).collect();
        let mut taken = self.taken(|service| service.spec.ports.iter().filter_map(node_port).collect());
        let name = service.metadata.name.clone();
        for (index, port) in service.spec.ports.iter_mut().enumerate() {
            if let Some(number) = node_port(port) {
                if !own.contains(&number) {
                    check_node_port(&name, index, number, &taken)?;
                }
                taken.insert(number);
            } else if wanted {
                let free = (0..NODE_PORT_COUNT)
                    .map(|_| NODE_PORT_MIN + self.rng.below(NODE_PORT_COUNT))
                    .find(|number| !taken.contains(number));
                if let Some(number) = free {
                    port.extra.insert("nodePort".into(), number.into());
                    taken.insert(number);
                }
            }
        }
        Ok(())
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

fn node_port(port: &ServicePort) -> Option<u64> {
    port.extra.get("nodePort").and_then(Value::as_u64).filter(|number| *number != 0)
}

fn refused(name: &str, field: String, value: &Value, why: &str) -> StatusError {
    let cause = Cause { field, message: format!("Invalid value: {value}: {why}") };
    StatusError::invalid(Kind::Service, name, vec![cause])
}

/// Whether a client's own choice of an address can be had.
fn check_address(service: &Service, taken: &SortedSet<String>) -> Result<(), StatusError> {
    let address = &service.spec.cluster_ip;
    let Ok(parsed) = address.parse::<Ipv4Addr>() else {
        // No address at all: validation says so, or it is headless.
        return Ok(());
    };
    let in_range = parsed.to_bits() & RANGE_MASK == RANGE_START;
    let why = if !in_range {
        "the provided network does not match the current range"
    } else if taken.contains(address) {
        "provided IP is already allocated"
    } else {
        return Ok(());
    };
    let value = service.spec.extra.get("clusterIPs").cloned().unwrap_or_default();
    let why = format!("failed to allocate IP {address}: {why}");
    Err(refused(&service.metadata.name, "spec.clusterIPs".to_owned(), &value, &why))
}

/// Whether a client's own choice of a node port can be had.
fn check_node_port(name: &str, index: usize, number: u64, taken: &SortedSet<u64>) -> Result<(), StatusError> {
    let why = if !(NODE_PORT_MIN..NODE_PORT_MIN + NODE_PORT_COUNT).contains(&number) {
        "provided port is not in the valid range. The range of valid ports is 30000-32767"
    } else if taken.contains(&number) {
        "provided port is already allocated"
    } else {
        return Ok(());
    };
    Err(refused(name, format!("spec.ports[{index}].nodePort"), &json!(number), why))
}

/// A Service that names one address names the list too.
fn normalize_cluster_ips(service: &mut Service) {
    if !service.spec.cluster_ip.is_empty() && !service.spec.extra.contains_key("clusterIPs") {
        let ips = json!([service.spec.cluster_ip]);
        service.spec.extra.insert("clusterIPs".into(), ips);
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
    if has_node_ports(new) && has_node_ports(old) {
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
        let held: SortedSet<u64> = old.spec.ports.iter().filter_map(node_port).collect();
        if new.spec.ports.iter().filter_map(node_port).all(|number| held.contains(&number)) {
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
