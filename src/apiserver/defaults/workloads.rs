//! Defaults of workloads.
//!
//! Models `SetDefaults_StatefulSet`, `SetDefaults_DaemonSet`, `SetDefaults_Deployment` and
//! `SetDefaults_ReplicaSet`, pkg/apis/apps/v1/defaults.go, Kubernetes v1.36. Left out: `maxUnavailable` of a
//! `StatefulSet`, whose feature gate is off in the recorded control plane.

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
    template(spec);
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
    if is_rolling(strategy)
        && let Some(parameters) = under(strategy, "rollingUpdate")
        && !parameters.contains_key("partition")
    {
        parameters.insert("partition".into(), 0.into());
    }
}

/// A `DaemonSet`.
pub(super) fn daemon_set(object: &mut Fields) {
    let Some(spec) = made_under(object, "spec") else {
        return;
    };
    if let Some(strategy) = made_under(spec, "updateStrategy") {
        set_default(strategy, "type", "RollingUpdate");
        if is_rolling(strategy)
            && let Some(parameters) = made_under(strategy, "rollingUpdate")
        {
            set_default(parameters, "maxUnavailable", 1);
            set_default(parameters, "maxSurge", 0);
        }
    }
    set_default(spec, "revisionHistoryLimit", 10);
    template(spec);
}

/// A `Deployment`.
pub(super) fn deployment(object: &mut Fields) {
    let Some(spec) = made_under(object, "spec") else {
        return;
    };
    set_default(spec, "replicas", 1);
    if let Some(strategy) = made_under(spec, "strategy") {
        set_default(strategy, "type", "RollingUpdate");
        if is_rolling(strategy)
            && let Some(parameters) = made_under(strategy, "rollingUpdate")
        {
            set_default(parameters, "maxUnavailable", "25%");
            set_default(parameters, "maxSurge", "25%");
        }
    }
    set_default(spec, "revisionHistoryLimit", 10);
    set_default(spec, "progressDeadlineSeconds", 600);
    template(spec);
}

/// A `ReplicaSet`.
pub(super) fn replica_set(object: &mut Fields) {
    let Some(spec) = made_under(object, "spec") else {
        return;
    };
    set_default(spec, "replicas", 1);
    template(spec);
}

fn template(spec: &mut Fields) {
    if let Some(template) = made_under(spec, "template").and_then(|template| made_under(template, "spec")) {
        pods::pod_spec(template);
    }
}

fn is_rolling(strategy: &Fields) -> bool {
    strategy.get("type").and_then(Value::as_str) == Some("RollingUpdate")
}
