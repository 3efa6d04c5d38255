//! The policy: what a budget's status should be, and why no eviction is allowed.
//!
//! Models `trySync`, `getExpectedPodCount`, `countHealthyPods`, `buildDisruptedPodMap`, `updatePdbStatus` and
//! `failSafe` of pkg/controller/disruption/disruption.go, and `UpdateDisruptionAllowedCondition` of
//! staging/src/k8s.io/component-helpers/apps/poddisruptionbudget, Kubernetes v1.36. Percentages are rounded
//! up.

use crate::collections::SortedMap;
use std::rc::Rc;

use super::scale::{Expected, Finder, expected_scale};
use super::waiting::{Outcome, WaitingFor};
use crate::api::intstr::IntOrString;
use crate::api::labels::LabelSelector;
use crate::api::pod::Pod;
use crate::api::policy::{PodDisruptionBudget, PodDisruptionBudgetStatus};
use crate::api::{Object, Timestamp};
use crate::client::EventType;
use crate::sim::{Span, Time};

/// How long a granted eviction may stay without a deletion.
pub(super) const DELETION_TIMEOUT: Span = Span::from_seconds(120);

/// What a sync sees.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// The budget.
    pub(super) budget: &'a Rc<PodDisruptionBudget>,
    /// The pods that it selects, by name.
    pub(super) pods: &'a [Rc<Pod>],
    /// Finds the scales of their controllers.
    pub(super) find_scale: Finder<'a>,
    /// The present instant.
    pub(super) now: Time,
}

/// An Event to tell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Telling {
    pub(super) about: Object,
    pub(super) type_: EventType,
    pub(super) reason: &'static str,
    pub(super) message: String,
}

/// What a sync does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// Events, in order.
    pub(super) events: Vec<Telling>,
    /// The status to write; `None` when it is as it should be.
    pub(super) status: Option<PodDisruptionBudgetStatus>,
    /// When a granted eviction is no longer believed in.
    pub(super) recheck_at: Option<Time>,
    /// How it ends.
    pub(super) outcome: Outcome,
}

/// Decides what becomes of a budget.
pub(super) fn sync_budget(view: &View<'_>) -> Plan {
    let mut events = Vec::new();
    if view.pods.is_empty() {
        events.push(about_budget(view, EventType::Normal, "NoPods", "No matching pods found".into()));
    }
    let needed = match expected_pod_count(view) {
        Ok(needed) => needed,
        Err(message) => {
            let told = format!("Failed to calculate the number of expected pods: {message}");
            events.push(about_budget(view, EventType::Warning, "CalculateExpectedPodCountFailed", told));
            return fail_safe(view, events, message);
        }
    };
    if !needed.unmanaged.is_empty() {
        let selector = go_string(view.budget.spec.selector.as_ref());
        let told = format!(
            "Pods selected by this PodDisruptionBudget (selector: {selector}) were found to be unmanaged. As a \
             result, the status of the PDB cannot be calculated correctly, which may result in undefined \
             behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an \
             integer value."
        );
        events.push(about_budget(view, EventType::Warning, "UnmanagedPods", told));
    }
    let (disrupted_pods, recheck_at) = build_disrupted_pod_map(view, &mut events);
    let current_healthy = count_healthy_pods(view.pods, &disrupted_pods, view.now);
    let spare = current_healthy - needed.desired_healthy;
    let mut status = PodDisruptionBudgetStatus {
        conditions: view.budget.status.conditions.clone(),
        current_healthy,
        desired_healthy: needed.desired_healthy,
        disrupted_pods,
        // A budget that covers no pod must stay safe when its first pods come.
        disruptions_allowed: if needed.expected <= 0 { 0 } else { spare.max(0) },
        expected_pods: needed.expected,
        observed_generation: view.budget.metadata.generation,
    };
    let outcome = outcome(view, &needed, &status);
    // Conditions of others are kept as they are.
    if status == view.budget.status && status.is_disruption_allowed_right() {
        return Plan { events, status: None, recheck_at, outcome };
    }
    status.update_disruption_allowed(Timestamp::at(view.now));
    Plan { events, status: Some(status), recheck_at, outcome }
}

/// What a budget asks for, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Needed {
    expected: i64,
    desired_healthy: i64,
    unmanaged: Vec<String>,
}

fn expected_pod_count(view: &View<'_>) -> Result<Needed, String> {
    let spec = &view.budget.spec;
    if let Some(max_unavailable) = &spec.max_unavailable {
        let Expected { count, unmanaged } = expected_scale(view.pods, view.find_scale)?;
        // 30 % of 7 pods are 2.1: three may be away, and four must stay.
        let may_be_away = max_unavailable.scaled(count, true)?;
        return Ok(Needed { expected: count, desired_healthy: (count - may_be_away).max(0), unmanaged });
    }
    match &spec.min_available {
        Some(IntOrString::Int(number)) => {
            let expected = i64::try_from(view.pods.len()).unwrap_or(i64::MAX);
            Ok(Needed { expected, desired_healthy: *number, unmanaged: Vec::new() })
        }
        Some(percent @ IntOrString::String(_)) => {
            let Expected { count, unmanaged } = expected_scale(view.pods, view.find_scale)?;
            Ok(Needed { expected: count, desired_healthy: percent.scaled(count, true)?, unmanaged })
        }
        None => Ok(Needed::default()),
    }
}

/// Of the evictions that were granted, those whose pod is still to be deleted; and when the first of them is
/// no longer believed in.
fn build_disrupted_pod_map(
    view: &View<'_>,
    events: &mut Vec<Telling>,
) -> (SortedMap<String, Timestamp>, Option<Time>) {
    let (mut kept, mut recheck_at) = (SortedMap::new(), None::<Time>);
    for pod in view.pods.iter().filter(|pod| !pod.is_terminating()) {
        let name = &pod.metadata.name;
        let Some(granted) = view.budget.status.disrupted_pods.get(name) else {
            continue;
        };
        let expected_deletion = granted.time() + DELETION_TIMEOUT;
        if expected_deletion < view.now {
            // Upstream names the namespace twice, never the budget.
            let namespace = &view.budget.metadata.namespace;
            events.push(Telling {
                about: Object::Pod(Rc::clone(pod)),
                type_: EventType::Warning,
                reason: "NotDeleted",
                message: format!(
                    "Pod was expected by PDB {namespace}/{namespace} to be deleted but it wasn't"
                ),
            });
            continue;
        }
        recheck_at = Some(recheck_at.map_or(expected_deletion, |at| at.min(expected_deletion)));
        kept.insert(name.clone(), *granted);
    }
    (kept, recheck_at)
}

/// Pods that are ready and neither ending nor about to.
fn count_healthy_pods(pods: &[Rc<Pod>], disrupted: &SortedMap<String, Timestamp>, now: Time) -> i64 {
    let is_about_to_end = |pod: &Pod| {
        disrupted.get(&pod.metadata.name).is_some_and(|granted| granted.time() + DELETION_TIMEOUT > now)
    };
    let healthy = pods.iter().filter(|pod| !pod.is_terminating() && !is_about_to_end(pod) && pod.is_ready());
    i64::try_from(healthy.count()).unwrap_or(i64::MAX)
}

/// When nothing is known, no eviction is allowed.
fn fail_safe(view: &View<'_>, events: Vec<Telling>, message: String) -> Plan {
    let mut status = view.budget.status.clone();
    status.disruptions_allowed = 0;
    status.set_disruption_allowed("False", "SyncFailed", &message, Timestamp::at(view.now));
    let status = (status != view.budget.status).then_some(status);
    let outcome = Outcome::Waiting(WaitingFor::Scale { message });
    Plan { events, status, recheck_at: None, outcome }
}

/// Why no eviction is allowed, the strongest reason first.
fn outcome(view: &View<'_>, needed: &Needed, status: &PodDisruptionBudgetStatus) -> Outcome {
    if status.disruptions_allowed > 0 {
        return Outcome::Converged;
    }
    let (healthy, desired, expected) = (status.current_healthy, needed.desired_healthy, needed.expected);
    Outcome::Waiting(if view.pods.is_empty() {
        WaitingFor::Pods
    } else if expected <= 0 && !needed.unmanaged.is_empty() {
        let first = needed.unmanaged.first().cloned().unwrap_or_default();
        WaitingFor::ManagedPods { count: i64::try_from(needed.unmanaged.len()).unwrap_or(i64::MAX), first }
    } else if let Some(pod) = status.disrupted_pods.keys().next() {
        WaitingFor::EvictedPod { pod: pod.clone(), count: status.disrupted_pods.len() }
    } else if healthy < desired {
        WaitingFor::HealthyPods { healthy, desired }
    } else if desired >= expected {
        WaitingFor::LargerScale { desired, expected }
    } else {
        WaitingFor::SparePod { healthy, desired }
    })
}

fn about_budget(view: &View<'_>, type_: EventType, reason: &'static str, message: String) -> Telling {
    Telling { about: Object::PodDisruptionBudget(Rc::clone(view.budget)), type_, reason, message }
}

/// A selector as Go prints a pointer to one.
fn go_string(selector: Option<&LabelSelector>) -> String {
    let Some(selector) = selector else {
        return "nil".to_owned();
    };
    let (mut labels, mut requirements) = (String::new(), String::new());
    for (key, value) in &selector.match_labels {
        labels.push_str(&format!("{key}: {value},"));
    }
    for requirement in &selector.match_expressions {
        requirements.push_str(&format!(
            "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
            requirement.key,
            requirement.operator,
            requirement.values.join(" ")
        ));
    }
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},\
         MatchExpressions:[]LabelSelectorRequirement{{{requirements}}},}}"
    )
}
