//! The cells of workloads and of budgets.
//!
//! Models `printStatefulSet`, `printDaemonSet`, `printDeployment`, `printReplicaSet` and
//! `printPodDisruptionBudget`, pkg/printers/internalversion/printers.go, Kubernetes v1.36.

use super::cells::age;
use super::{Column, always, wide};
use crate::api::apps::StatefulSet;
use crate::api::daemonset::DaemonSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::intstr::IntOrString;
use crate::api::labels::format_labels;
use crate::api::pod::{Container, PodTemplateSpec};
use crate::api::policy::PodDisruptionBudget;
use crate::sim::Time;

pub(super) const STATEFUL_SET: &[Column] =
    &[always("Name"), always("Ready"), always("Age"), wide("Containers"), wide("Images")];
pub(super) const DAEMON_SET: &[Column] = &[
    always("Name"),
    always("Desired"),
    always("Current"),
    always("Ready"),
    always("Up-to-date"),
    always("Available"),
    always("Node Selector"),
    always("Age"),
    wide("Containers"),
    wide("Images"),
    wide("Selector"),
];
pub(super) const DEPLOYMENT: &[Column] = &[
    always("Name"),
    always("Ready"),
    always("Up-to-date"),
    always("Available"),
    always("Age"),
    wide("Containers"),
    wide("Images"),
    wide("Selector"),
];
pub(super) const REPLICA_SET: &[Column] = &[
    always("Name"),
    always("Desired"),
    always("Current"),
    always("Ready"),
    always("Age"),
    wide("Containers"),
    wide("Images"),
    wide("Selector"),
];
pub(super) const POD_DISRUPTION_BUDGET: &[Column] = &[
    always("Name"),
    always("Min Available"),
    always("Max Unavailable"),
    always("Allowed Disruptions"),
    always("Age"),
];

pub(super) fn stateful_set(set: &StatefulSet, now: Time) -> Vec<String> {
    vec![
        set.metadata.name.clone(),
        format!("{}/{}", set.status.ready_replicas, set.spec.replicas.unwrap_or(1)),
        age(&set.metadata, now),
        container_names(&set.spec.template),
        images(&set.spec.template),
    ]
}

pub(super) fn daemon_set(set: &DaemonSet, now: Time) -> Vec<String> {
    let status = &set.status;
    vec![
        set.metadata.name.clone(),
        status.desired_number_scheduled.to_string(),
        status.current_number_scheduled.to_string(),
        status.number_ready.to_string(),
        status.updated_number_scheduled.to_string(),
        status.number_available.to_string(),
        format_labels(&set.spec.template.spec.node_selector),
        age(&set.metadata, now),
        container_names(&set.spec.template),
        images(&set.spec.template),
        set.spec.selector.to_string(),
    ]
}

pub(super) fn deployment(deployment: &Deployment, now: Time) -> Vec<String> {
    let status = &deployment.status;
    vec![
        deployment.metadata.name.clone(),
        format!("{}/{}", status.ready_replicas, deployment.spec.replicas.unwrap_or(1)),
        status.updated_replicas.to_string(),
        status.available_replicas.to_string(),
        age(&deployment.metadata, now),
        container_names(&deployment.spec.template),
        images(&deployment.spec.template),
        deployment.spec.selector.to_string(),
    ]
}

pub(super) fn replica_set(set: &ReplicaSet, now: Time) -> Vec<String> {
    vec![
        set.metadata.name.clone(),
        set.spec.replicas.unwrap_or(1).to_string(),
        set.status.replicas.to_string(),
        set.status.ready_replicas.to_string(),
        age(&set.metadata, now),
        container_names(&set.spec.template),
        images(&set.spec.template),
        set.spec.selector.to_string(),
    ]
}

pub(super) fn pod_disruption_budget(budget: &PodDisruptionBudget, now: Time) -> Vec<String> {
    let bound = |bound: &Option<IntOrString>| bound.as_ref().map_or("N/A".to_owned(), ToString::to_string);
    vec![
        budget.metadata.name.clone(),
        bound(&budget.spec.min_available),
        bound(&budget.spec.max_unavailable),
        budget.status.disruptions_allowed.to_string(),
        age(&budget.metadata, now),
    ]
}

fn joined(template: &PodTemplateSpec, part: impl Fn(&Container) -> &str) -> String {
    template.spec.containers.iter().map(part).collect::<Vec<_>>().join(",")
}

fn container_names(template: &PodTemplateSpec) -> String {
    joined(template, |container| &container.name)
}

fn images(template: &PodTemplateSpec) -> String {
    joined(template, |container| &container.image)
}
