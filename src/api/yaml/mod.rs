//! Manifests: YAML and JSON text as values, and values as YAML.
//!
//! Models sigs.k8s.io/yaml over go.yaml.in/yaml/v2, Kubernetes v1.36. Left out: comments and the order of
//! keys, which values do not keep.

pub mod float;
pub mod scalar;
pub mod timestamp;
mod key_order;
mod emit_style;
mod emit;
mod error;
mod limits;
mod go_syntax;
mod load;
mod json_stream;
mod manifest;

pub use emit::emit;
pub use error::YamlError;
pub use json_stream::unmarshal_fault;
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS};
pub use load::parse;
pub use manifest::{Document, Manifest, read_manifest};
