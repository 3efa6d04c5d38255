//! Services and the addresses behind them.
//!
//! Models `v1.Service` and `discovery/v1.EndpointSlice`, staging/src/k8s.io/api, Kubernetes v1.36.
//! Left out: load balancers, node ports and traffic policies (kept, not interpreted).

use serde_json::Value;

use super::codec::api_struct;
use super::{Extra, LabelMap, ObjectMeta};

api_struct! {
    /// A name for a group of pods.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Service {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What it leads to.
        pub spec: ServiceSpec,
        /// Fields that are kept, not interpreted: the load balancer's state.
        pub extra: Extra [inline],
    }

    /// What a Service leads to.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ServiceSpec {
        /// Its address; `None` makes it headless.
        pub cluster_ip: String ["clusterIP", omitempty],
        /// Its ports.
        pub ports: Vec<ServicePort> [omitempty],
        /// Whether pods that are not ready are listed too.
        pub publish_not_ready_addresses: bool [omitempty],
        /// Which pods.
        pub selector: LabelMap [omitempty],
        /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
        pub type_: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// A port of a Service.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ServicePort {
        /// Its name.
        pub name: String [omitempty],
        /// The port clients use.
        pub port: i64,
        /// `TCP`, `UDP` or `SCTP`.
        pub protocol: String [omitempty],
        /// The pods' port: a number or a container port's name.
        pub target_port: Option<super::intstr::IntOrString> [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// Addresses behind a Service.
    #[derive(Clone, Debug, Default, PartialEq)]
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
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Endpoint {
        /// The pod's addresses.
        pub addresses: Vec<String>,
        /// Whether it can serve.
        pub conditions: EndpointConditions,
        /// The pod's name under the Service's.
        pub hostname: Option<String> [omitempty],
        /// The pod's node.
        pub node_name: Option<String> [omitempty],
        /// The pod.
        pub target_ref: Option<Value> [omitempty],
    }

    /// Whether an address can serve.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct EndpointConditions {
        /// Ready and not terminating, or published anyway.
        pub ready: Option<bool> [omitempty],
        /// Ready, even if terminating.
        pub serving: Option<bool> [omitempty],
        /// Deletion was asked for.
        pub terminating: Option<bool> [omitempty],
    }
}
