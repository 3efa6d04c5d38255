//! The description of a `DaemonSet`.
//!
//! Models `describeDaemonSet`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use super::lines::{annotations, labels, line};
use super::pod_template::write_pod_template;
use super::pods_status::pods_status;
use crate::api::daemonset::DaemonSet;
use crate::api::labels::format_labels;
use crate::apiserver::ApiServer;
use crate::kubectl::output::prefix_writer::PrefixWriter;

pub(super) fn daemon_set(w: &mut PrefixWriter, set: &DaemonSet, value: &Value, server: &ApiServer) {
    let (meta, status) = (&set.metadata, &set.status);
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    line(w, 0, "Selector", &set.spec.selector.to_string());
    line(w, 0, "Node-Selector", &format_labels(&set.spec.template.spec.node_selector));
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    for (title, count) in [
        ("Desired Number of Nodes Scheduled", status.desired_number_scheduled),
        ("Current Number of Nodes Scheduled", status.current_number_scheduled),
        ("Number of Nodes Scheduled with Up-to-date Pods", status.updated_number_scheduled),
        ("Number of Nodes Scheduled with Available Pods", status.number_available),
        ("Number of Nodes Misscheduled", status.number_misscheduled),
    ] {
        w.write_line(0, &format!("{title}: {count}"));
    }
    line(w, 0, "Pods Status", &pods_status(meta, server));
    write_pod_template(w, &value["spec"]["template"]);
}
