//! kube-controller-manager: the controllers, each with a queue, all with one cache.
//!
//! Models cmd/kube-controller-manager and pkg/controller, Kubernetes v1.36. Left out: leader election,
//! several workers.
//!
//! A controller's policy is a pure function from what it sees to a plan and a verdict; `sync` gathers what it
//! sees and carries the plan out. Controllers never import each other.

pub mod verdict;
pub mod process;
pub mod api_access;
pub mod controller_ref;
pub mod history;
pub mod statefulset;

pub use process::{Controller, ControllerManager, SyncError, SyncResult};
pub use statefulset::StatefulSetController;
pub use verdict::{Decision, Reason, Verdict};
