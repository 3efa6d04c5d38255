//! kubectl: the command line of the cluster.
//!
//! Models k8s.io/kubectl, Kubernetes v1.36.
//! Left out: what needs a network, plugins, and configuration files.

pub mod output;
pub mod printers;
