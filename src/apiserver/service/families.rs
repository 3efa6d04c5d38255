//! Which kinds of addresses a Service has, and with how many it is content.
//!
//! Models `initIPFamilyFields`, pkg/registry/core/service/storage/alloc.go, Kubernetes v1.36, on a cluster
//! with IPv4 alone: what asks for more is refused here, before an address is drawn.

use serde_json::{Value, json};

use super::{invalid, refused};
use crate::api::Extra;
use crate::api::network::Service;
use crate::apiserver::{Cause, StatusError, validation};

const POLICY: &str = "ipFamilyPolicy";
const FAMILIES: &str = "ipFamilies";
const ADDRESSES: &str = "clusterIPs";
const ONLY_FAMILY: &str = "IPv4";

fn list<'a>(extra: &'a Extra, field: &str) -> &'a [Value] {
    extra.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn policy(service: &Service) -> &str {
    service.spec.extra.get(POLICY).and_then(Value::as_str).unwrap_or_default()
}

/// Settles both, or says what of it this cluster does not have.
pub(super) fn settle(service: &mut Service, old: Option<&Service>) -> Result<(), StatusError> {
    if old.is_some_and(|old| prefers_what_it_has(service, old)) {
        return Ok(());
    }
    let is_unmanaged = service.spec.cluster_ip == "None" && service.spec.selector.is_empty();
    let before = old.and_then(|old| old.spec.extra.get(POLICY)).cloned();
    let usual = if is_unmanaged { "RequireDualStack" } else { "SingleStack" };
    service.spec.extra.entry(POLICY).or_insert_with(|| before.unwrap_or_else(|| usual.into()));
    validation::service_addresses(service)?;
    let mut causes = Vec::new();
    if let Some(old) = old {
        fewer(service, old, &mut causes);
    }
    too_many_for_one(service, &mut causes);
    infer(service, &mut causes);
    invalid(&service.metadata.name, causes)?;
    if is_unmanaged {
        add_other(service);
        return Ok(());
    }
    let mut causes = Vec::new();
    if policy(service) == "RequireDualStack" {
        causes.push(of_policy(service, "this cluster is not configured for dual-stack services"));
    }
    for (index, family) in list(&service.spec.extra, FAMILIES).iter().enumerate() {
        if family != ONLY_FAMILY {
            let field = format!("spec.{FAMILIES}[{index}]");
            causes.push(refused(field, family, "not configured on this cluster"));
        }
    }
    invalid(&service.metadata.name, causes)?;
    service.spec.extra.entry(FAMILIES).or_insert_with(|| json!([ONLY_FAMILY]));
    Ok(())
}

/// Whether an update of a Service that takes what there is leaves all of this as it was.
fn prefers_what_it_has(new: &Service, old: &Service) -> bool {
    let same = |field: &str| list(&new.spec.extra, field) == list(&old.spec.extra, field);
    new.spec.type_ == old.spec.type_
        && [new, old].iter().all(|service| policy(service) == "PreferDualStack")
        && same(ADDRESSES)
        && same(FAMILIES)
}

fn of_policy(service: &Service, why: &str) -> Cause {
    refused(format!("spec.{POLICY}"), &policy(service).into(), why)
}

/// An update that gives a family up has to say that one is enough; who says so gives it up by that.
fn fewer(new: &mut Service, old: &Service, causes: &mut Vec<Cause>) {
    let (now, before) = (list(&new.spec.extra, FAMILIES), list(&old.spec.extra, FAMILIES));
    if policy(new) == "SingleStack" {
        if now == before && now.len() > 1 {
            let first = json!([now.first()]);
            new.spec.extra.insert(FAMILIES.into(), first);
        }
    } else if !now.is_empty() && now.len() < before.len() {
        causes.push(of_policy(new, "must be 'SingleStack' to release the secondary IP family"));
    }
}

fn too_many_for_one(service: &Service, causes: &mut Vec<Cause>) {
    for (field, what) in [(ADDRESSES, "cluster IPs"), (FAMILIES, "IP families")] {
        if policy(service) == "SingleStack" && list(&service.spec.extra, field).len() == 2 {
            let why =
                format!("must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
            causes.push(of_policy(service, &why));
        }
    }
}

/// An address says of which family it is.
fn infer(service: &mut Service, causes: &mut Vec<Cause>) {
    let addresses = service.spec.extra.get(ADDRESSES).cloned().unwrap_or_default();
    let mut families = list(&service.spec.extra, FAMILIES).to_vec();
    for (index, address) in addresses.as_array().into_iter().flatten().enumerate() {
        let address = address.as_str().unwrap_or_default();
        if address == "None" {
            break;
        }
        if index < families.len() {
            continue;
        }
        if address.contains(':') {
            let field = format!("spec.{ADDRESSES}[{index}]");
            causes.push(refused(field, &addresses, "IPv6 is not configured on this cluster"));
        } else {
            families.push(ONLY_FAMILY.into());
        }
    }
    if !families.is_empty() {
        service.spec.extra.insert(FAMILIES.into(), families.into());
    }
}

/// A Service without address and selector may be of any family: somebody else says what is behind it.
fn add_other(service: &mut Service) {
    let mut families = list(&service.spec.extra, FAMILIES).to_vec();
    if families.is_empty() {
        families.push(ONLY_FAMILY.into());
    }
    if families.len() < 2 && policy(service) != "SingleStack" {
        let other = if families.iter().any(|family| family == ONLY_FAMILY) { "IPv6" } else { ONLY_FAMILY };
        families.push(other.into());
    }
    service.spec.extra.insert(FAMILIES.into(), families.into());
}
