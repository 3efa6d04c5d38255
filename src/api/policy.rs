//! How many pods may be away on purpose: the `PodDisruptionBudget`.
//!
//! Models `policy/v1`, staging/src/k8s.io/api/policy/v1/types.go, Kubernetes v1.36.

use super::codec::api_struct;
use super::intstr::IntOrString;
use super::labels::LabelSelector;
use super::meta::Condition;
use super::{Extra, ObjectMeta, Timestamp};
use crate::collections::SortedMap;

api_struct! {
    /// Bounds how many of the selected pods may be evicted.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodDisruptionBudget {
        /// Identity and labels.
        pub metadata: ObjectMeta,
        /// What should hold.
        pub spec: PodDisruptionBudgetSpec,
        /// What holds, as the controller and the eviction subresource last saw it.
        pub status: PodDisruptionBudgetStatus,
    }

    /// What a budget asks for.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodDisruptionBudgetSpec {
        /// How many of the pods may be away.
        pub max_unavailable: Option<IntOrString> [omitempty],
        /// How many of the pods must stay.
        pub min_available: Option<IntOrString> [omitempty],
        /// Which pods it protects; empty selects all, absent none.
        pub selector: Option<LabelSelector> [omitempty],
        /// `IfHealthyBudget` or `AlwaysAllow`.
        pub unhealthy_pod_eviction_policy: Option<String> [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// What holds for a budget.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodDisruptionBudgetStatus {
        /// `DisruptionAllowed`.
        pub conditions: Vec<Condition> [omitempty],
        /// Pods that are ready and not about to be evicted.
        pub current_healthy: i64,
        /// Pods that must stay healthy.
        pub desired_healthy: i64,
        /// Pods whose eviction was granted and is not seen yet, with the time it was granted.
        pub disrupted_pods: SortedMap<String, Timestamp> [omitempty],
        /// How many pods may be evicted now.
        pub disruptions_allowed: i64,
        /// Pods that the budget counts.
        pub expected_pods: i64,
        /// Generation of the spec that the controller has seen.
        pub observed_generation: i64 [omitempty],
    }
}

/// The condition that says whether a budget allows an eviction.
pub const DISRUPTION_ALLOWED: &str = "DisruptionAllowed";

impl PodDisruptionBudgetStatus {
    /// Lets the condition say what the numbers say (`UpdateDisruptionAllowedCondition`).
    pub fn update_disruption_allowed(&mut self, now: Timestamp) {
        let (status, reason) = self.disruption_allowed();
        self.set_disruption_allowed(status, reason, "", now);
    }

    /// Sets the condition.
    pub fn set_disruption_allowed(&mut self, status: &str, reason: &str, message: &str, now: Timestamp) {
        let condition = Condition {
            type_: DISRUPTION_ALLOWED.to_owned(),
            status: status.to_owned(),
            observed_generation: Some(self.observed_generation).filter(|generation| *generation != 0),
            last_transition_time: Some(now),
            reason: reason.to_owned(),
            message: message.to_owned(),
            ..Condition::default()
        };
        Condition::set(&mut self.conditions, condition);
    }

    /// Whether the condition says what the numbers say (`ConditionsAreUpToDate`).
    pub fn is_disruption_allowed_right(&self) -> bool {
        let (status, reason) = self.disruption_allowed();
        Condition::find(&self.conditions, DISRUPTION_ALLOWED)
            .is_some_and(|condition| condition.status == status && condition.reason == reason)
    }

    fn disruption_allowed(&self) -> (&'static str, &'static str) {
        if self.disruptions_allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") }
    }
}
