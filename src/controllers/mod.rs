//! kube-controller-manager: the controllers, each with a queue, all with one cache.
//!
//! Models cmd/kube-controller-manager and pkg/controller, Kubernetes v1.36. Left out: leader election,
//! several workers.
//!
//! A controller's policy is a pure function from what it sees to a plan and a verdict; `sync` gathers what it
//! sees and carries the plan out. Controllers never import each other.

pub mod verdict;
pub mod controller;
mod worker;
pub mod process;
pub mod volume;
pub mod api_access;
pub mod controller_ref;
pub mod history;
pub mod consistency;
pub mod expectations;
pub mod pod_control;
mod pod_state;
pub mod statefulset;
pub mod daemonset;
pub mod replicaset;
pub mod deployment;
pub mod disruption;
pub mod garbagecollector;
pub mod endpointslice;
pub mod namespace;
pub mod nodelifecycle;
pub mod tainteviction;
pub mod podgc;
pub mod serviceaccount;
pub mod kubernetes_service;
pub mod system_namespaces;
pub mod first_objects;

pub use controller::{Controller, SyncError, SyncResult};
pub use daemonset::DaemonSetController;
pub use deployment::DeploymentController;
pub use disruption::DisruptionController;
pub use endpointslice::EndpointSliceController;
pub use first_objects::first_objects;
pub use garbagecollector::GarbageCollector;
pub use kubernetes_service::KubernetesService;
pub use namespace::NamespaceController;
pub use nodelifecycle::NodeLifecycle;
pub use podgc::PodGc;
pub use process::ControllerManager;
pub use replicaset::ReplicaSetController;
pub use serviceaccount::ServiceAccounts;
pub use statefulset::StatefulSetController;
pub use system_namespaces::SystemNamespaces;
pub use tainteviction::TaintEviction;
pub use verdict::{Decision, Reason, Verdict};
