//! The description of a node.
//!
//! Models `describeNode` and `describeNodeResource`, staging/src/k8s.io/kubectl/pkg/describe/describe.go,
//! Kubernetes v1.36. Left out: the shares of huge pages, resource slices.

use serde_json::Value;

use super::lines::{annotations, at, date, items, joined, labels, line, text};
use crate::api::heartbeat::{LEASE_NAMESPACE, as_read};
use crate::api::node::Node;
use crate::api::pod::{Pod, ResourceList};
use crate::api::pod_resources::{ResourceField, aggregate, is_pod_level};
use crate::api::quantity::{Format, Quantity};
use crate::api::scheduling::Taint;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::ApiServer;
use crate::collections::sort_by_key;
use crate::kubectl::output::duration::human_duration;
use crate::kubectl::output::prefix_writer::PrefixWriter;
use crate::kubectl::printers::table::roles;

pub(super) fn node(w: &mut PrefixWriter, node: &Node, value: &Value, server: &ApiServer) {
    let meta = &node.metadata;
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Roles", &roles(node));
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    line(w, 0, "CreationTimestamp", &date(&text(value, &["metadata", "creationTimestamp"])));
    taints(w, node);
    line(w, 0, "Unschedulable", &node.spec.unschedulable.to_string());
    lease(w, &meta.name, server);
    conditions(w, items(value, &["status", "conditions"]));
    w.write_line(0, "Addresses:");
    for address in items(value, &["status", "addresses"]) {
        line(w, 1, &text(address, &["type"]), &text(address, &["address"]));
    }
    for (title, list) in [("Capacity", &node.status.capacity), ("Allocatable", &node.status.allocatable)] {
        if !list.is_empty() {
            w.write_line(0, &format!("{title}:"));
        }
        for (name, amount) in list {
            line(w, 0, &format!("  {name}"), amount);
        }
    }
    system(w, value);
    pods(w, node, server);
}

fn lease(w: &mut PrefixWriter, node: &str, server: &ApiServer) {
    let found = server.get(&ObjectKey::new(Kind::Lease, LEASE_NAMESPACE, node));
    let spec = match found {
        Ok(lease) => as_read(lease, server.now()).to_value(),
        Err(error) => {
            line(w, 0, "Lease", &format!("Failed to get lease: {}", error.message));
            return;
        }
    };
    let or_unset = |field: &str| {
        let text = text(&spec, &["spec", field]);
        if text.is_empty() { "<unset>".to_owned() } else { text }
    };
    let time = |field: &str| match or_unset(field).as_str() {
        "<unset>" => "<unset>".to_owned(),
        time => date(time),
    };
    w.write_line(0, "Lease:");
    line(w, 1, "HolderIdentity", &or_unset("holderIdentity"));
    line(w, 1, "AcquireTime", &time("acquireTime"));
    line(w, 1, "RenewTime", &time("renewTime"));
}

fn taints(w: &mut PrefixWriter, node: &Node) {
    w.write(0, "Taints:\t");
    if node.spec.taints.is_empty() {
        w.write_line(0, "<none>");
    }
    let mut taints: Vec<&Taint> = node.spec.taints.iter().collect();
    sort_by_key(&mut taints, |taint| format!("{},{}", taint.effect, taint.key));
    for (index, taint) in taints.into_iter().enumerate() {
        let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
        let start = if index == 0 { "" } else { "\t" };
        w.write_line(0, &format!("{start}{}{value}:{}", taint.key, taint.effect));
    }
}

fn conditions(w: &mut PrefixWriter, conditions: &[Value]) {
    if conditions.is_empty() {
        return;
    }
    w.write_line(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    w.write_line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in conditions {
        let field = |name: &str| text(condition, &[name]);
        let (beat, moved) = (date(&field("lastHeartbeatTime")), date(&field("lastTransitionTime")));
        let (type_, status) = (field("type"), field("status"));
        w.write_line(
            1,
            &format!("{type_} \t{status} \t{beat} \t{moved} \t{} \t{}", field("reason"), field("message")),
        );
    }
}

fn system(w: &mut PrefixWriter, value: &Value) {
    w.write_line(0, "System Info:");
    for (title, field) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        line(w, 0, &format!("  {title}"), &text(value, &["status", "nodeInfo", field]));
    }
    if at(value, &["spec", "podCIDR"]).is_some() {
        line(w, 0, "PodCIDR", &text(value, &["spec", "podCIDR"]));
    }
    if at(value, &["spec", "podCIDRs"]).is_some() {
        line(w, 0, "PodCIDRs", &joined(value, &["spec", "podCIDRs"], ","));
    }
    if at(value, &["spec", "providerID"]).is_some() {
        line(w, 0, "ProviderID", &text(value, &["spec", "providerID"]));
    }
}

fn amount(list: &ResourceList, name: &str) -> Quantity {
    list.get(name).and_then(|text| Quantity::parse(text).ok()).unwrap_or_else(nothing)
}

fn nothing() -> Quantity {
    Quantity::from_value(0, Format::DecimalSi)
}

/// What a pod asks for or may use: its containers together, unless it says so as a
/// whole, and what runs it (`PodRequests`, `PodLimits`).
fn of_pod(pod: &Pod, name: &str, field: ResourceField) -> Quantity {
    let mut needed = aggregate(&pod.spec, field, name).unwrap_or_else(nothing);
    let read = |value: &Value| Quantity::parse(value.as_str()?).ok();
    let whole =
        pod.spec.extra.get("resources").and_then(|resources| read(resources.get(field.name())?.get(name)?));
    if let Some(whole) = whole.filter(|_| is_pod_level(name)) {
        needed = whole;
    }
    // What has no limit gets none from what runs it.
    if let Some(overhead) = pod.spec.extra.get("overhead").and_then(|overhead| read(overhead.get(name)?))
        && (field == ResourceField::Requests || !needed.is_zero())
    {
        needed.add(&overhead);
    }
    needed
}

fn total(amounts: impl Iterator<Item = Quantity>) -> Quantity {
    amounts.fold(nothing(), |mut total, amount| {
        total.add(&amount);
        total
    })
}

/// What a node has to give.
fn allocatable(node: &Node) -> &ResourceList {
    if node.status.allocatable.is_empty() { &node.status.capacity } else { &node.status.allocatable }
}

/// `250m (6%)`: a share of what the node has to give, in whole percent.
fn share(used: &Quantity, node: &Node, name: &str) -> String {
    let parts = |of: &Quantity| if name == "cpu" { of.milli_value() } else { of.value() };
    format!("{used} ({}%)", percent(parts(used), parts(&amount(allocatable(node), name))))
}

/// As upstream reckons, with floating point: 1160 of 4000 are 28, for 0.29 times 100 is a little less than
/// 29.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the losses are upstream's, and seen"
)]
fn percent(used: i64, total: i64) -> i64 {
    if total == 0 { 0 } else { (used as f64 / total as f64 * 100.0) as i64 }
}

/// Resources that every node has.
const STANDARD: [&str; 4] = ["cpu", "memory", "ephemeral-storage", "pods"];

fn pods(w: &mut PrefixWriter, node: &Node, server: &ApiServer) {
    let pods: Vec<&Pod> = server
        .list(Kind::Pod, None)
        .filter_map(|object| match object {
            Object::Pod(pod) if pod.spec.node_name == node.metadata.name && !pod.is_terminal() => {
                Some(&**pod)
            }
            _ => None,
        })
        .collect();
    line(w, 0, "Non-terminated Pods", &format!("({} in total)", pods.len()));
    w.write_line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    w.write_line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let requests = |pod: &Pod, name: &str| of_pod(pod, name, ResourceField::Requests);
    let limits = |pod: &Pod, name: &str| of_pod(pod, name, ResourceField::Limits);
    for pod in &pods {
        let age = pod.metadata.creation_timestamp.map(|at| human_duration(at.age_seconds(server.now())));
        let cells = [
            share(&requests(pod, "cpu"), node, "cpu"),
            share(&limits(pod, "cpu"), node, "cpu"),
            share(&requests(pod, "memory"), node, "memory"),
            share(&limits(pod, "memory"), node, "memory"),
            age.unwrap_or_default(),
        ];
        w.write_line(
            1,
            &format!("{}\t{}\t\t{}", pod.metadata.namespace, pod.metadata.name, cells.join("\t")),
        );
    }
    w.write_line(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)");
    w.write_line(1, "Resource\tRequests\tLimits");
    w.write_line(1, "--------\t--------\t------");
    for name in ["cpu", "memory", "ephemeral-storage"] {
        let requests = total(pods.iter().map(|pod| requests(pod, name)));
        let limits = total(pods.iter().map(|pod| limits(pod, name)));
        w.write_line(1, &format!("{name}\t{}\t{}", share(&requests, node, name), share(&limits, node, name)));
    }
    for name in allocatable(node).keys().filter(|name| !STANDARD.contains(&name.as_str())) {
        let requests = total(pods.iter().map(|pod| requests(pod, name)));
        let limits = total(pods.iter().map(|pod| limits(pod, name)));
        w.write_line(1, &format!("{name}\t{requests}\t{limits}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ResourceField, of_pod, percent};
    use crate::api::codec::from_value;
    use crate::api::pod::Pod;

    #[test]
    fn a_pod_as_a_whole_counts_for_its_containers() {
        let container =
            json!({"name": "a", "resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}}});
        let shown = |extra: Value| {
            let mut spec = json!({"containers": [container, container]});
            spec.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let pod: Pod = from_value(json!({"spec": spec})).unwrap();
            let amount = |name: &str, field| of_pod(&pod, name, field);
            ["cpu", "memory"].map(|name| {
                format!("{} {}", amount(name, ResourceField::Requests), amount(name, ResourceField::Limits))
            })
        };
        assert_eq!(shown(json!({})), ["2 0", "0 2Gi"]);
        let whole = json!({"requests": {"cpu": "3", "memory": "1Gi"}, "limits": {"cpu": "4"}});
        assert_eq!(shown(json!({"resources": whole})), ["3 4", "1Gi 2Gi"]);
        let overhead = json!({"cpu": "250m", "memory": "1Gi"});
        assert_eq!(shown(json!({"overhead": overhead})), ["2250m 0", "1Gi 3Gi"]);
    }

    #[test]
    fn shares_are_cut_as_floating_point_has_them() {
        let cases = [(1160, 4000, 28), (1000, 4000, 25), (250, 4000, 6), (6000, 4000, 150), (1, 0, 0)];
        for (used, total, expected) in cases {
            assert_eq!(percent(used, total), expected, "{used} of {total}");
        }
    }
}
