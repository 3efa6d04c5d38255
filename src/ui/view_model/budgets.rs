//! Disruption budgets: the arithmetic behind each, and the evictions that it refused.

use crate::api::meta::Condition;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;

/// Refusals that are shown of a budget.
const REFUSALS_SHOWN: usize = 5;

/// A budget with its arithmetic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetView {
    /// Names the budget over the cluster's whole life.
    pub uid: String,
    /// The budget.
    pub key: ObjectKey,
    /// What it asks for: `minAvailable 2`.
    pub rule: String,
    /// Which pods it protects.
    pub selector: String,
    /// Pods that it counts.
    pub expected: i64,
    /// Pods that are healthy now.
    pub healthy: i64,
    /// Pods that must stay healthy.
    pub desired: i64,
    /// Pods that may be evicted now.
    pub allowed: i64,
    /// Pods whose eviction was granted and is not seen yet.
    pub granted: Vec<String>,
    /// Why nothing can be computed, when that is so.
    pub trouble: String,
    /// Evictions that it refused, newest first.
    pub refusals: Vec<Refused>,
}

/// One refused eviction, or many of the same pod in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The pod that was to go.
    pub pod: String,
    /// How often.
    pub times: u64,
    /// When last.
    pub at: String,
    /// Why, in the server's words.
    pub why: String,
}

/// All budgets of a cluster.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub fn budgets(cluster: &Cluster) -> Vec<BudgetView> {
    let listed = cluster.server().list(Kind::PodDisruptionBudget, None);
    listed
        .filter_map(|object| match object {
            Object::PodDisruptionBudget(budget) => Some(BudgetView::of(budget, cluster)),
            _ => None,
        })
        .collect()
}

impl BudgetView {
    /// `healthy − needed = allowed`, as it is written on the board.
    pub fn arithmetic(&self) -> String {
        let spare = (self.healthy - self.desired).max(0);
        format!("{} healthy − {} needed = {spare}", self.healthy, self.desired)
    }

    fn of(budget: &PodDisruptionBudget, cluster: &Cluster) -> Self {
        let (meta, spec, status) = (&budget.metadata, &budget.spec, &budget.status);
        let rule = match (&spec.min_available, &spec.max_unavailable) {
            (Some(min), _) => format!("minAvailable {min}"),
            (None, Some(max)) => format!("maxUnavailable {max}"),
            (None, None) => "no bound".to_owned(),
        };
        let key = ObjectKey::new(Kind::PodDisruptionBudget, meta.namespace.clone(), meta.name.clone());
        let condition = Condition::find(&status.conditions, "DisruptionAllowed");
        let trouble = condition.filter(|condition| condition.reason == "SyncFailed");
        let refusals = cluster.server().refused_evictions().iter().rev();
        Self {
            uid: meta.uid.clone(),
            rule,
            selector: spec.selector.as_ref().map_or("<none>".to_owned(), ToString::to_string),
            expected: status.expected_pods,
            healthy: status.current_healthy,
            desired: status.desired_healthy,
            allowed: status.disruptions_allowed,
            granted: status.disrupted_pods.keys().cloned().collect(),
            trouble: trouble.map(|condition| condition.message.clone()).unwrap_or_default(),
            refusals: refusals
                .filter(|refusal| refusal.budget == key)
                .take(REFUSALS_SHOWN)
                .map(|refusal| Refused {
                    pod: refusal.pod.name.clone(),
                    times: refusal.times,
                    at: super::summary::clock(refusal.last),
                    why: refusal.why.clone(),
                })
                .collect(),
            key,
        }
    }
}
