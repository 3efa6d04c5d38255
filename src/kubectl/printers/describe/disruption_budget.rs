//! The description of disruption budgets.
//!
//! Models `describePodDisruptionBudgetV1`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes
//! v1.36. It shows no labels, no annotations and no conditions.

use super::lines::line;
use crate::api::policy::PodDisruptionBudget;
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// A budget: what it asks for, and what holds.
pub(super) fn disruption_budget(w: &mut PrefixWriter, budget: &PodDisruptionBudget) {
    let (meta, spec, status) = (&budget.metadata, &budget.spec, &budget.status);
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    if let Some(min) = &spec.min_available {
        line(w, 0, "Min available", &min.to_string());
    } else if let Some(max) = &spec.max_unavailable {
        line(w, 0, "Max unavailable", &max.to_string());
    }
    let selector = spec.selector.as_ref().map_or_else(|| "<unset>".to_owned(), ToString::to_string);
    line(w, 0, "Selector", &selector);
    w.write_line(0, "Status:");
    line(w, 2, "Allowed disruptions", &status.disruptions_allowed.to_string());
    line(w, 2, "Current", &status.current_healthy.to_string());
    line(w, 2, "Desired", &status.desired_healthy.to_string());
    line(w, 2, "Total", &status.expected_pods.to_string());
}
