//! Defaults of Services and `EndpointSlice`s.
//!
//! Models `SetDefaults_Service`, pkg/apis/core/v1/defaults.go, and `SetDefaults_EndpointPort`,
//! pkg/apis/discovery/v1/defaults.go, Kubernetes v1.36. Addresses are given out when the Service is stored.

use serde_json::{Value, json};

use super::super::fields::{Fields, each, is_empty, made_under, set_default, under};

/// How long a client stays with a pod: three hours.
const AFFINITY_SECONDS: i64 = 10_800;

/// A Service.
pub(super) fn service(object: &mut Fields) {
    let Some(spec) = made_under(object, "spec") else {
        return;
    };
    set_default(spec, "sessionAffinity", "None");
    match spec.get("sessionAffinity").and_then(Value::as_str) {
        Some("None") => {
            spec.remove("sessionAffinityConfig");
        }
        Some("ClientIP") => {
            let timeout =
                spec.get("sessionAffinityConfig").and_then(|c| c.get("clientIP")?.get("timeoutSeconds"));
            if timeout.is_none() {
                let config = json!({"clientIP": {"timeoutSeconds": AFFINITY_SECONDS}});
                spec.insert("sessionAffinityConfig".into(), config);
            }
        }
        _ => {}
    }
    set_default(spec, "type", "ClusterIP");
    for port in each(spec, "ports") {
        set_default(port, "protocol", "TCP");
        let target = port.get("targetPort");
        if target.is_none_or(|target| is_empty(target) || *target == 0)
            && let Some(number) = port.get("port").cloned()
        {
            port.insert("targetPort".into(), number);
        }
    }
    let type_ = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let outside = !is_empty(spec.get("externalIPs").unwrap_or(&Value::Null));
    if matches!(type_.as_str(), "NodePort" | "LoadBalancer") || (type_ == "ClusterIP" && outside) {
        set_default(spec, "externalTrafficPolicy", "Cluster");
    }
    if matches!(type_.as_str(), "NodePort" | "LoadBalancer" | "ClusterIP") {
        set_default(spec, "internalTrafficPolicy", "Cluster");
    }
    if type_ == "LoadBalancer" && !spec.contains_key("allocateLoadBalancerNodePorts") {
        spec.insert("allocateLoadBalancerNodePorts".into(), true.into());
    }
    let balancer = under(object, "status").and_then(|status| under(status, "loadBalancer"));
    for ingress in balancer.filter(|_| type_ == "LoadBalancer").into_iter().flat_map(|of| each(of, "ingress"))
    {
        if !is_empty(ingress.get("ip").unwrap_or(&Value::Null)) {
            set_default(ingress, "ipMode", "VIP");
        }
    }
}

/// An `EndpointSlice`.
pub(super) fn endpoint_slice(object: &mut Fields) {
    for port in each(object, "ports") {
        if !port.contains_key("name") {
            port.insert("name".into(), "".into());
        }
        set_default(port, "protocol", "TCP");
    }
}
