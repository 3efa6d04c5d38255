//! kubesets: a Kubernetes cluster that runs in a browser tab.
pub mod sim;
pub mod api;
