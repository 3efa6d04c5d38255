//! The description of a pod.
//!
//! Models `describePod`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.
//! Left out: ephemeral containers, scheduling groups.

use serde_json::Value;

use super::containers::{containers, resources};
use super::lines::{
    annotations, at, date, entries, items, labels, line, seccomp, spread_constraints, text, tolerations,
};
use super::volumes::volumes;
use crate::api::Timestamp;
use crate::api::meta::ObjectMeta;
use crate::kubectl::output::duration::human_duration;
use crate::kubectl::output::prefix_writer::PrefixWriter;
use crate::sim::Time;

pub(super) fn pod(w: &mut PrefixWriter, meta: &ObjectMeta, pod: &Value, now: Time) {
    head(w, meta, pod, now);
    let (spec, status) = (&pod["spec"], &pod["status"]);
    if at(spec, &["resources"]).is_some() {
        w.write_line(0, "Resources:");
        resources(w, 1, spec);
    }
    let init_containers = items(spec, &["initContainers"]);
    if !init_containers.is_empty() {
        let statuses = items(status, &["initContainerStatuses"]);
        containers(w, "Init Containers", init_containers, Some(statuses), Some(pod), "");
    }
    let statuses = items(status, &["containerStatuses"]);
    containers(w, "Containers", items(spec, &["containers"]), Some(statuses), Some(pod), "");
    let conditions = items(status, &["conditions"]);
    let gates = items(spec, &["readinessGates"]);
    if !gates.is_empty() {
        w.write_line(0, "Readiness Gates:\n  Type\tStatus");
        for gate in gates {
            let type_ = text(gate, &["conditionType"]);
            let met = conditions.iter().find(|condition| text(condition, &["type"]) == type_);
            let met = met.map_or_else(|| "<none>".to_owned(), |condition| text(condition, &["status"]));
            w.write_line(1, &format!("{type_} \t{met} "));
        }
    }
    if !conditions.is_empty() {
        w.write_line(0, "Conditions:\n  Type\tStatus");
        for condition in conditions {
            w.write_line(1, &format!("{} \t{} ", text(condition, &["type"]), text(condition, &["status"])));
        }
    }
    volumes(w, items(spec, &["volumes"]), "");
    line(w, 0, "QoS Class", &text(status, &["qosClass"]));
    labels(w, "Node-Selectors", &entries(spec, &["nodeSelector"]));
    tolerations(w, "Tolerations", items(spec, &["tolerations"]));
    spread_constraints(w, "", items(spec, &["topologySpreadConstraints"]));
}

fn head(w: &mut PrefixWriter, meta: &ObjectMeta, pod: &Value, now: Time) {
    let (spec, status) = (&pod["spec"], &pod["status"]);
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    for (title, field) in [
        ("Priority", "priority"),
        ("Priority Class Name", "priorityClassName"),
        ("Runtime Class Name", "runtimeClassName"),
        ("Service Account", "serviceAccountName"),
    ] {
        if at(spec, &[field]).is_some() {
            line(w, 0, title, &text(spec, &[field]));
        }
    }
    let node = text(spec, &["nodeName"]);
    let node =
        if node.is_empty() { "<none>".to_owned() } else { format!("{node}/{}", text(status, &["hostIP"])) };
    line(w, 0, "Node", &node);
    if at(status, &["startTime"]).is_some() {
        line(w, 0, "Start Time", &date(&text(status, &["startTime"])));
    }
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    let phase = text(status, &["phase"]);
    match meta.deletion_timestamp {
        Some(asked) if phase != "Failed" && phase != "Succeeded" => {
            line(w, 0, "Status", &format!("Terminating (lasts {})", lasts(asked, now)));
            let grace = meta.deletion_grace_period_seconds.unwrap_or_default();
            line(w, 0, "Termination Grace Period", &format!("{grace}s"));
        }
        _ => line(w, 0, "Status", &phase),
    }
    for (title, field) in [("Reason", "reason"), ("Message", "message")] {
        if at(status, &[field]).is_some() {
            line(w, 0, title, &text(status, &[field]));
        }
    }
    seccomp(w, 0, spec);
    line(w, 0, "IP", &text(status, &["podIP"]));
    addresses(w, status);
    if let Some(owner) = meta.controller_of() {
        line(w, 0, "Controlled By", &format!("{}/{}", owner.kind, owner.name));
    }
    let nominated = text(status, &["nominatedNodeName"]);
    if !nominated.is_empty() {
        line(w, 0, "NominatedNodeName", &nominated);
    }
}

fn addresses(w: &mut PrefixWriter, status: &Value) {
    let addresses = items(status, &["podIPs"]);
    if addresses.is_empty() {
        w.write_line(0, "IPs:\t<none>");
        return;
    }
    w.write_line(0, "IPs:");
    for address in addresses {
        line(w, 1, "IP", &text(address, &["ip"]));
    }
}

pub(super) fn lasts(since: Timestamp, now: Time) -> String {
    human_duration(since.age_seconds(now))
}
