//! Manifests: YAML and JSON text as values, and values as YAML.
//!
//! Models sigs.k8s.io/yaml over go.yaml.in/yaml/v2, Kubernetes v1.36.
//! Left out: comments and the order of keys, which values do not keep.

pub mod float;
pub mod scalar;
pub mod timestamp;
mod key_order;
mod emit_style;
mod emit;

pub use emit::emit;
