//! Rules for the addresses of Services and for the families that these are of.
//!
//! Models `ValidateServiceClusterIPsRelatedFields`, pkg/apis/core/validation/validation.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{at, items, text};
use super::addresses;
use super::causes::{Causes, Path};
use crate::collections::SortedSet;

/// Whether it is to have no address.
pub(super) fn is_headless(spec: &Value) -> bool {
    matches!(items(spec, "clusterIPs"), [only] if only == "None")
}

/// The addresses of a Service and the families that they are of.
pub(super) fn cluster_ips(spec: &Value, path: &Path, causes: &mut Causes) {
    if text(spec, "type") == "ExternalName" {
        return;
    }
    let list = at(spec, &["clusterIPs"]);
    let ips = items(spec, "clusterIPs");
    let of_ips = path.child("clusterIPs");
    let single = text(spec, "clusterIP");
    match ips.first() {
        None if !single.is_empty() => causes.required(&of_ips, ""),
        Some(first) if !single.is_empty() && first != single => {
            causes.invalid(&of_ips, list.clone(), "first value must match `clusterIP`");
        }
        Some(_) if single.is_empty() => {
            causes.invalid(&of_ips, list.clone(), "must be empty when `clusterIP` is not specified");
        }
        _ => {}
    }
    families(spec, path, causes);
    let mut are_valid = true;
    for (index, address) in ips.iter().filter_map(Value::as_str).enumerate() {
        if index == 0 && address == "None" {
            if ips.len() > 1 {
                causes.invalid(&of_ips, list.clone(), "'None' must be the first and only value");
                are_valid = false;
            }
        } else if let Some(error) = addresses::ip(address) {
            causes.invalid(&of_ips.index(index), address, error);
            are_valid = false;
        }
    }
    if ips.len() > 2 {
        causes.invalid(&of_ips, list.clone(), "may only hold up to 2 values");
    }
    let are_new: Vec<bool> =
        ips.iter().filter_map(Value::as_str).map(|address| address.contains(':')).collect();
    if !are_valid || is_headless(spec) {
        return;
    }
    if are_new.len() > 1 && !(are_new.contains(&true) && are_new.contains(&false)) {
        causes.invalid(&of_ips, list.clone(), "may specify no more than one IP for each IP family");
    }
    for (index, (family, is_new)) in items(spec, "ipFamilies").iter().zip(are_new).enumerate() {
        let family = family.as_str().unwrap_or_default();
        if matches!((family, is_new), ("IPv4", true) | ("IPv6", false)) {
            let address = ips.get(index).cloned().unwrap_or_default();
            let detail = format!("expected an {family} value as indicated by `ipFamilies[{index}]`");
            causes.invalid(&of_ips.index(index), address, &detail);
        }
    }
}

fn families(spec: &Value, path: &Path, causes: &mut Causes) {
    let mut seen = SortedSet::new();
    for (index, family) in items(spec, "ipFamilies").iter().filter_map(Value::as_str).enumerate() {
        let path = path.child("ipFamilies").index(index);
        causes.one_of(&path, family, &["IPv4", "IPv6"]);
        if !seen.insert(family) {
            causes.duplicate(&path, family);
        }
    }
    if let Some(policy) = spec.get("ipFamilyPolicy").and_then(Value::as_str) {
        let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
        causes.one_of(&path.child("ipFamilyPolicy"), policy, &policies);
    }
}
