//! The descriptions of Deployments and `ReplicaSet`s.
//!
//! Models `describeDeployment` and `describeReplicaSet`,
//! staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use std::rc::Rc;

use serde_json::Value;

use super::lines::{annotations, date, labels, line, text};
use super::pod_template::write_pod_template;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::meta::Condition;
use crate::api::{Kind, Object};
use crate::apiserver::ApiServer;
use crate::kubectl::output::prefix_writer::PrefixWriter;
use crate::kubectl::replica_sets;

/// A Deployment with its sets.
pub(super) fn deployment(w: &mut PrefixWriter, found: &Deployment, value: &Value, server: &ApiServer) {
    let (meta, spec, status) = (&found.metadata, &found.spec, &found.status);
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    line(w, 0, "CreationTimestamp", &date(&text(value, &["metadata", "creationTimestamp"])));
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    line(w, 0, "Selector", &spec.selector.to_string());
    let counts = format!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        spec.replicas.unwrap_or(1),
        status.updated_replicas,
        status.replicas,
        status.available_replicas,
        status.unavailable_replicas
    );
    line(w, 0, "Replicas", &counts);
    line(w, 0, "StrategyType", &spec.strategy.type_);
    line(w, 0, "MinReadySeconds", &spec.min_ready_seconds.to_string());
    if let Some(rolling) = &spec.strategy.rolling_update {
        let amount = |number: &Option<crate::api::intstr::IntOrString>| {
            number.as_ref().map_or_else(|| "<nil>".to_owned(), ToString::to_string)
        };
        let (unavailable, surge) = (amount(&rolling.max_unavailable), amount(&rolling.max_surge));
        line(w, 0, "RollingUpdateStrategy", &format!("{unavailable} max unavailable, {surge} max surge"));
    }
    write_pod_template(w, &value["spec"]["template"]);
    conditions(w, &status.conditions);
    let (new, old) = replica_sets::of_deployment(server, found);
    if new.is_some() || !old.is_empty() {
        line(w, 0, "OldReplicaSets", &listed(&old));
        line(w, 0, "NewReplicaSet", &listed(new.as_slice()));
    }
}

fn listed(sets: &[&Rc<ReplicaSet>]) -> String {
    let one = |set: &&Rc<ReplicaSet>| {
        let (has, wants) = (set.status.replicas, set.spec.replicas.unwrap_or(1));
        format!("{} ({has}/{wants} replicas created)", set.metadata.name)
    };
    if sets.is_empty() { "<none>".to_owned() } else { sets.iter().map(one).collect::<Vec<_>>().join(", ") }
}

fn conditions(w: &mut PrefixWriter, conditions: &[Condition]) {
    if conditions.is_empty() {
        return;
    }
    w.write_line(0, "Conditions:\n  Type\tStatus\tReason");
    w.write_line(1, "----\t------\t------");
    for condition in conditions {
        w.write_line(1, &format!("{} \t{}\t{}", condition.type_, condition.status, condition.reason));
    }
}

/// A `ReplicaSet` with what its pods do.
pub(super) fn replica_set(w: &mut PrefixWriter, set: &ReplicaSet, value: &Value, server: &ApiServer) {
    let meta = &set.metadata;
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    line(w, 0, "Selector", &set.spec.selector.to_string());
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    if let Some(owner) = meta.controller_of() {
        line(w, 0, "Controlled By", &format!("{}/{}", owner.kind, owner.name));
    }
    let desired = set.spec.replicas.unwrap_or(1);
    line(w, 0, "Replicas", &format!("{} current / {desired} desired", set.status.replicas));
    line(w, 0, "Pods Status", &pods_status(set, server));
    write_pod_template(w, &value["spec"]["template"]);
    conditions(w, &set.status.conditions);
}

/// How many of the set's pods are in each phase.
fn pods_status(set: &ReplicaSet, server: &ApiServer) -> String {
    let own = |object: &&Object| {
        let meta = object.meta();
        meta.is_controlled_by(&set.metadata.uid) && set.spec.selector.matches(&meta.labels)
    };
    let pods: Vec<&Object> = server.list(Kind::Pod, Some(&set.metadata.namespace)).filter(own).collect();
    let count = |phase: &str| {
        pods.iter().filter(|object| matches!(object, Object::Pod(pod) if pod.status.phase == phase)).count()
    };
    let [running, waiting, succeeded, failed] = ["Running", "Pending", "Succeeded", "Failed"].map(count);
    format!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed")
}
