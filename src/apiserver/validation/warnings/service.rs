//! What Services and slices of their endpoints are warned of.
//!
//! Models `GetWarningsForService`, pkg/api/service/warnings.go, in its order, and `WarningsOnCreate` of
//! pkg/registry/discovery/endpointslice/strategy.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::addresses;
use super::{Found, list};
use crate::apiserver::fields::{at, text};

const OLD_HINTS: &str = "service.kubernetes.io/topology-aware-hints";

impl Found {
    pub(super) fn service(&mut self, service: &Value) {
        if !at(service, &["metadata", "annotations", OLD_HINTS]).is_null() {
            self.0.push(format!(
                "annotation {OLD_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead"
            ));
        }
        let spec = at(service, &["spec"]);
        let is_set = |field: &str| !at(spec, &[field]).is_null();
        let type_ = text(spec, "type");
        let is_headless = text(spec, "clusterIP") == "None";
        if is_headless {
            if !text(spec, "loadBalancerIP").is_empty() {
                self.0.push("spec.loadBalancerIP is ignored for headless services".to_owned());
            }
            if is_set("externalIPs") {
                self.0.push("spec.externalIPs is ignored for headless services".to_owned());
            }
            if !matches!(text(spec, "sessionAffinity"), "None" | "") {
                self.0.push("spec.SessionAffinity is ignored for headless services".to_owned());
            }
        } else {
            self.addresses(spec, "clusterIPs");
        }
        self.addresses(spec, "externalIPs");
        if !is_headless && is_set("externalIPs") && type_ != "ExternalName" {
            self.0.push(
                "spec.externalIPs is deprecated and may no longer be implemented in some clusters".to_owned(),
            );
        }
        self.address("spec.loadBalancerIP", at(spec, &["loadBalancerIP"]));
        for (index, range) in list(spec, &["loadBalancerSourceRanges"]).enumerate() {
            if let Some(warning) = range.as_str().map(str::trim).and_then(addresses::cidr_warning) {
                self.add(&format!("spec.loadBalancerSourceRanges[{index}]"), &warning);
            }
        }
        if type_ == "ExternalName" && is_set("externalIPs") {
            self.0.push("spec.externalIPs is ignored when spec.type is \"ExternalName\"".to_owned());
        }
        if type_ != "ExternalName" && !text(spec, "externalName").is_empty() {
            self.0.push("spec.externalName is ignored when spec.type is not \"ExternalName\"".to_owned());
        }
        if text(spec, "trafficDistribution") == "PreferClose" {
            self.add("spec.trafficDistribution", "\"PreferClose\" is deprecated; use \"PreferSameZone\"");
        }
    }

    pub(super) fn endpoint_slice(&mut self, slice: &Value, is_new: bool) {
        const MANAGER: [&str; 3] = ["metadata", "labels", "endpointslice.kubernetes.io/managed-by"];
        if is_new && text(slice, "addressType") == "FQDN" {
            self.add("spec.addressType", "FQDN endpoints are deprecated");
        }
        if at(slice, &MANAGER) == "endpointslice-controller.k8s.io" {
            return;
        }
        for (index, endpoint) in list(slice, &["endpoints"]).enumerate() {
            for (place, address) in list(endpoint, &["addresses"]).enumerate() {
                self.address(&format!("endpoints[{index}].addresses[{place}]"), address);
            }
        }
    }

    fn addresses(&mut self, spec: &Value, field: &str) {
        for (index, address) in list(spec, &[field]).enumerate() {
            self.address(&format!("spec.{field}[{index}]"), address);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::warnings;
    use crate::api::{Kind, Object};

    fn of(spec: &Value) -> Vec<String> {
        let value = json!({"metadata": {"name": "s"}, "spec": spec});
        warnings(&Object::from_value(Kind::Service, value).unwrap(), None)
    }

    #[test]
    fn what_a_service_does_not_mind_is_told() {
        let headless = json!({"clusterIP": "None", "sessionAffinity": "ClientIP"});
        assert_eq!(of(&headless), ["spec.SessionAffinity is ignored for headless services"]);
        let old = json!({"clusterIP": "10.96.0.5", "trafficDistribution": "PreferClose"});
        let told = "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";
        assert_eq!(of(&old), [told]);
        let long = json!({"type": "LoadBalancer", "clusterIP": "10.96.0.5",
            "loadBalancerSourceRanges": ["10.0.0.0/8", " FE80::/64"]});
        let told = "spec.loadBalancerSourceRanges[1]: IPv6 CIDR value \"FE80::/64\" should be in RFC 5952 canonical \
                    format (\"fe80::/64\")";
        assert_eq!(of(&long), [told]);
    }

    #[test]
    fn names_as_endpoints_are_told() {
        let slice = json!({"metadata": {"name": "s"}, "addressType": "FQDN", "endpoints": []});
        let slice = Object::from_value(Kind::EndpointSlice, slice).unwrap();
        assert_eq!(warnings(&slice, None), ["spec.addressType: FQDN endpoints are deprecated"]);
    }
}
