//! What `get` and `describe` print for each kind.
//!
//! Models pkg/printers/internalversion/printers.go and staging/src/k8s.io/kubectl/pkg/describe, Kubernetes
//! v1.36. Left out: kinds that are not served.

pub mod table;
pub mod describe;

pub use describe::{describe, interval};
pub use table::{Table, meta_table, pod_status, scale_table, table, wide_cells};
