//! Changes to an object as values: three kinds of patch, how they are applied, and how kubectl makes them.
//!
//! - [`strategic_merge`]: lists are merged by key, as the schema says.
//! - [`merge_patch`], [`json_patch`]: RFC 7386 and, as Go's library takes it, RFC 6902.
//! - [`two_way`], [`three_way`]: the strategic merge patch between objects, for kubectl edit and apply.
//!
//! Models staging/src/k8s.io/apimachinery/pkg/util/strategicpatch and the patchers of
//! staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, Kubernetes v1.36. Left out: server-side
//! apply.

mod conflict;
mod diff;
mod directive;
mod error;
mod json;
mod list;
mod lookup;
mod merge;
mod operation;
mod order;

pub use diff::{changes_identity, three_way, two_way};
pub use error::PatchError;
pub use json::{json_patch, merge_patch};
pub use merge::strategic_merge;

use serde_json::{Map, Value};

type Object = Map<String, Value>;
type Result<T> = std::result::Result<T, PatchError>;

#[cfg(test)]
mod tests;
