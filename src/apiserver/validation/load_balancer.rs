//! Rules for what Services say of their load balancers.
//!
//! Models `validateLoadBalancerClassField`, `ValidateLoadBalancerStatus` and the part of `validateService`
//! about source ranges, pkg/apis/core/validation/validation.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{at, items, text};
use super::causes::{Causes, Path};
use super::{addresses, names};

/// The annotation that named source ranges before there was a field for them.
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
/// Why a field may not be set in Services of other types.
pub(super) const ONLY_LOAD_BALANCER: &str = "may only be used when `type` is 'LoadBalancer'";

/// The state of a load balancer, as a person changed it.
pub(super) fn status(new: &Value, old: &Value, causes: &mut Causes) {
    let path = Path::new("status.loadBalancer.ingress");
    let of = |service| items(at(service, &["status", "loadBalancer"]), "ingress");
    if text(at(new, &["spec"]), "type") != "LoadBalancer" && !of(new).is_empty() {
        causes.forbidden(&path, "may only be used when `spec.type` is 'LoadBalancer'");
        return;
    }
    for (index, ingress) in of(new).iter().enumerate() {
        let path = path.index(index);
        let (ip, mode, host) =
            (text(ingress, "ip"), at(ingress, &["ipMode"]).as_str(), text(ingress, "hostname"));
        let is_old = || of(old).iter().any(|old| text(old, "ip") == ip);
        if let Some(error) = addresses::ip(ip).filter(|_| !ip.is_empty() && !is_old()) {
            causes.invalid(&path.child("ip"), ip, error);
        }
        let path_of_mode = path.child("ipMode");
        match mode {
            None if !ip.is_empty() => causes.required(&path_of_mode, "must be specified when `ip` is set"),
            None => {}
            Some(_) if ip.is_empty() => {
                causes.forbidden(&path_of_mode, "may not be specified when `ip` is not set");
            }
            Some(mode) => causes.one_of(&path_of_mode, mode, &["Proxy", "VIP"]),
        }
        if !host.is_empty() {
            let path = path.child("hostname");
            causes.invalid_each(&path, host, names::dns_subdomain(host));
            if addresses::is_one(host) {
                causes.invalid(&path, host, "must be a DNS name, not an IP address");
            }
        }
    }
}

/// From where a load balancer may be reached: what was accepted before stays.
pub(super) fn source_ranges(service: &Value, old: &Value, causes: &mut Causes) {
    const FIELD: &str = "loadBalancerSourceRanges";
    let spec = at(service, &["spec"]);
    let is_misplaced = text(spec, "type") != "LoadBalancer";
    let ranges = items(spec, FIELD);
    if !ranges.is_empty() {
        // Upstream spells it as Go does.
        let path = Path::new("spec.LoadBalancerSourceRanges");
        if is_misplaced {
            causes.forbidden(&path, ONLY_LOAD_BALANCER);
        }
        let old = items(at(old, &["spec"]), FIELD);
        let is_old = |range: &str| old.iter().filter_map(Value::as_str).any(|old| old.trim() == range);
        for (index, range) in ranges.iter().filter_map(Value::as_str).map(str::trim).enumerate() {
            if let Some(error) = addresses::cidr(range).filter(|_| !is_old(range)) {
                causes.invalid(&path.index(index), range, error);
            }
        }
        return;
    }
    let annotation = |service: &Value| at(service, &["metadata", "annotations", SOURCE_RANGES]).clone();
    let Value::String(ranges) = annotation(service) else {
        return;
    };
    let path = Path::new("metadata.annotations").key(SOURCE_RANGES);
    if is_misplaced {
        causes.forbidden(&path, ONLY_LOAD_BALANCER);
    }
    if annotation(old) != *ranges && !ranges.trim().is_empty() {
        for range in ranges.trim().split(',').map(str::trim) {
            if let Some(error) = addresses::cidr(range) {
                causes.invalid(&path, range, error);
            }
        }
    }
}

/// Who makes the balancer.
pub(super) fn class(spec: &Value, path: &Path, causes: &mut Causes) {
    if let Some(class) = spec.get("loadBalancerClass").and_then(Value::as_str) {
        if text(spec, "type") == "LoadBalancer" {
            causes.invalid_each(path, class, names::qualified_name(class));
        } else {
            causes.forbidden(path, ONLY_LOAD_BALANCER);
        }
    }
}
