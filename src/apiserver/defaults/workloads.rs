//! Defaults of workloads.
//!
//! Models `SetDefaults_StatefulSet`, pkg/apis/apps/v1/defaults.go, Kubernetes v1.36.
//! Left out: `maxUnavailable`, whose feature gate is off in the recorded control plane.

use serde_json::{Value, json};

use super::super::fields::{Fields, each, made_under, set_default, under};
use super::{pods, storage};

/// A `StatefulSet`.
pub(super) fn stateful_set(object: &mut Fields) {
    let Some(spec) = made_under(object, "spec") else {
        return;
    };
    set_default(spec, "podManagementPolicy", "OrderedReady");
    if let Some(strategy) = made_under(spec, "updateStrategy") {
        update_strategy(strategy);
    }
    if let Some(policy) = made_under(spec, "persistentVolumeClaimRetentionPolicy") {
        set_default(policy, "whenDeleted", "Retain");
        set_default(policy, "whenScaled", "Retain");
    }
    set_default(spec, "replicas", 1);
    set_default(spec, "revisionHistoryLimit", 10);
    if let Some(template) = made_under(spec, "template").and_then(|template| made_under(template, "spec")) {
        pods::pod_spec(template);
    }
    for claim in each(spec, "volumeClaimTemplates") {
        set_default(claim, "apiVersion", "v1");
        set_default(claim, "kind", "PersistentVolumeClaim");
        storage::claim(claim);
        if let Some(status) = made_under(claim, "status") {
            set_default(status, "phase", "Pending");
        }
    }
}

fn update_strategy(strategy: &mut Fields) {
    if !strategy.contains_key("type") {
        strategy.insert("type".into(), "RollingUpdate".into());
        strategy.entry("rollingUpdate").or_insert_with(|| json!({}));
    }
    let rolling = strategy.get("type").and_then(Value::as_str) == Some("RollingUpdate");
    if rolling
        && let Some(parameters) = under(strategy, "rollingUpdate")
        && !parameters.contains_key("partition")
    {
        parameters.insert("partition".into(), 0.into());
    }
}
