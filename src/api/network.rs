//! Services and the addresses behind them.
//!
//! Models `v1.Service` and `discovery/v1.EndpointSlice`, staging/src/k8s.io/api, Kubernetes v1.36.
//! Left out: load balancers, node ports and traffic policies (kept, not interpreted).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Extra, LabelMap, ObjectMeta};

/// A name for a group of pods.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Identity and labels.
    pub metadata: ObjectMeta,
    /// What it leads to.
    pub spec: ServiceSpec,
    /// Fields that are kept, not interpreted: the load balancer's state.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a Service leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpec {
    /// Its address; `None` makes it headless.
    #[serde(rename = "clusterIP", skip_serializing_if = "String::is_empty")]
    pub cluster_ip: String,
    /// Its ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ServicePort>,
    /// Whether pods that are not ready are listed too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub publish_not_ready_addresses: bool,
    /// Which pods.
    #[serde(skip_serializing_if = "LabelMap::is_empty")]
    pub selector: LabelMap,
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub type_: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A port of a Service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePort {
    /// Its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The port clients use.
    pub port: i64,
    /// `TCP`, `UDP` or `SCTP`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub protocol: String,
    /// The pods' port: a number or a container port's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_port: Option<super::intstr::IntOrString>,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Addresses behind a Service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSlice {
    /// Identity; a label names the Service.
    pub metadata: ObjectMeta,
    /// `IPv4` or `IPv6`.
    pub address_type: String,
    /// The addresses.
    pub endpoints: Vec<Endpoint>,
    /// The ports that all of them have.
    pub ports: Option<Vec<Value>>,
}

/// One address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    /// The pod's addresses.
    pub addresses: Vec<String>,
    /// Whether it can serve.
    pub conditions: EndpointConditions,
    /// The pod's name under the Service's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The pod's node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_name: Option<String>,
    /// The pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<Value>,
}

/// Whether an address can serve.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointConditions {
    /// Ready and not terminating, or published anyway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<bool>,
    /// Ready, even if terminating.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving: Option<bool>,
    /// Deletion was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating: Option<bool>,
}
