//! Eviction: a deletion that budgets may refuse.
//!
//! Models `EvictionREST`, pkg/registry/core/pod/storage/eviction.go, Kubernetes v1.36: which pods need no
//! budget, the one budget that selects the pod, and the permission that is written down before the pod is
//! deleted. Left out: the retries after conflicts; a request is carried out in one instant here, so nobody
//! writes in between.

use std::rc::Rc;

use super::pods::{not_a_pod, set_condition};
use super::validation::Author;
use super::{ApiServer, Cause, DeleteOptions, StatusError, Subresource, preconditions, refused};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::policy::{DISRUPTION_ALLOWED, PodDisruptionBudget};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Timestamp};

/// Granted evictions that nobody has seen yet: beyond this many no more are granted.
const DISRUPTED_PODS_MAX: usize = 2000;
const WOULD_VIOLATE: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
/// Seconds after which a budget that was not looked at yet may be asked again.
const RETRY_AFTER_SECONDS: u32 = 10;

impl ApiServer {
    /// Deletes a pod as its budget allows.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn evict(
        &mut self,
        key: &ObjectKey,
        options: &DeleteOptions,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        self.check_namespace(key.kind, &key.namespace, &key.name)?;
        let Object::Pod(pod) = self.stored(key)? else {
            return Err(not_a_pod(key));
        };
        if !can_ignore_budgets(&pod) {
            self.ask_budget(&pod, dry_run)?;
        }
        self.add_condition_and_delete(key, options, dry_run)
    }

    /// Asks the budget that selects the pod, and takes the eviction off it.
    fn ask_budget(&mut self, pod: &Pod, dry_run: bool) -> Result<(), StatusError> {
        let budgets = self.budgets_of(pod);
        let budget = match budgets.as_slice() {
            [] => return Ok(()),
            [budget] => budget,
            _ => {
                return Err(StatusError::unknown(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                ));
            }
        };
        if !pod.is_ready() && may_evict_unhealthy(budget) {
            return Ok(());
        }
        let decremented = match check_and_decrement(budget, &pod.metadata.name, Timestamp::at(self.now)) {
            Ok(decremented) => decremented,
            Err(error) => {
                self.note_refusal(budget, pod, &error);
                return Err(error);
            }
        };
        if !dry_run {
            // Written before the pod is deleted, so that no other eviction counts the pod as healthy.
            let object = Object::from(decremented);
            self.update(&object.key(), object, Subresource::Status, Author::Component, false)?;
        }
        Ok(())
    }

    fn note_refusal(&mut self, budget: &PodDisruptionBudget, pod: &Pod, error: &StatusError) {
        let key = |kind, meta: &ObjectMeta| ObjectKey::new(kind, meta.namespace.as_str(), meta.name.as_str());
        let why = error.causes.first().map_or(&error.message, |cause| &cause.message);
        let budget = key(Kind::PodDisruptionBudget, &budget.metadata);
        refused::note(&mut self.refused, budget, key(Kind::Pod, &pod.metadata), why, self.now);
    }

    fn budgets_of(&self, pod: &Pod) -> Vec<Rc<PodDisruptionBudget>> {
        let budgets = self.list(Kind::PodDisruptionBudget, Some(&pod.metadata.namespace));
        let selecting = budgets.filter_map(|object| match object {
            Object::PodDisruptionBudget(budget) => {
                let selector = budget.spec.selector.as_ref()?;
                selector.matches(&pod.metadata.labels).then(|| Rc::clone(budget))
            }
            _ => None,
        });
        selecting.collect()
    }

    /// Marks the pod as evicted and deletes it.
    fn add_condition_and_delete(
        &mut self,
        key: &ObjectKey,
        options: &DeleteOptions,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        let old = self.stored(key)?;
        preconditions::before_deletion(key, &old, &options.preconditions)?;
        let Object::Pod(pod) = &old else {
            return Err(not_a_pod(key));
        };
        let mut options = options.clone();
        if !dry_run {
            let mut evicted = Pod::clone(pod);
            let (reason, message) = ("EvictionByEvictionAPI", "Eviction API: evicting");
            set_condition(&mut evicted, "DisruptionTarget", reason, message, self.now);
            self.replace(key, evicted.into(), &old, false);
            // The mark was this server's own change.
            options.preconditions.resource_version = None;
        }
        self.delete(key, &options, dry_run)
    }
}

/// Whether the pod's end disrupts nothing: it has not begun, is over or is under way.
pub fn can_ignore_budgets(pod: &Pod) -> bool {
    pod.is_terminating() || matches!(pod.status.phase.as_str(), "Succeeded" | "Failed" | "Pending")
}

/// Whether a pod that is not ready may go without being counted.
pub fn may_evict_unhealthy(budget: &PodDisruptionBudget) -> bool {
    let status = &budget.status;
    match budget.spec.unhealthy_pod_eviction_policy.as_deref() {
        Some("AlwaysAllow") => true,
        // `IfHealthyBudget`: while the others suffice.
        _ => status.desired_healthy > 0 && status.current_healthy >= status.desired_healthy,
    }
}

/// The budget with one eviction less, and with the pod that it was granted for.
fn check_and_decrement(
    budget: &PodDisruptionBudget,
    pod: &str,
    now: Timestamp,
) -> Result<PodDisruptionBudget, StatusError> {
    let (meta, status) = (&budget.metadata, &budget.status);
    if status.observed_generation < meta.generation {
        let why = format!("The disruption budget {} is still being processed by the server.", meta.name);
        return Err(too_many_requests(why, RETRY_AFTER_SECONDS));
    }
    if status.disruptions_allowed < 0 {
        return Err(forbidden(&meta.name, "pdb disruptions allowed is negative"));
    }
    if status.disrupted_pods.len() > DISRUPTED_PODS_MAX {
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        return Err(forbidden(&meta.name, why));
    }
    if status.disruptions_allowed == 0 {
        return Err(too_many_requests(refusal(budget), 0));
    }
    let mut decremented = budget.clone();
    decremented.status.disruptions_allowed -= 1;
    if decremented.status.disruptions_allowed == 0 {
        decremented.status.update_disruption_allowed(now);
    }
    decremented.status.disrupted_pods.insert(pod.to_owned(), now);
    Ok(decremented)
}

/// Why the budget allows nothing just now.
fn refusal(budget: &PodDisruptionBudget) -> String {
    let (name, status) = (&budget.metadata.name, &budget.status);
    let condition = Condition::find(&status.conditions, DISRUPTION_ALLOWED)
        .filter(|condition| condition.status == "False" && !condition.message.is_empty());
    match condition {
        Some(condition) if condition.reason == "SyncFailed" => format!(
            "The disruption budget {name} does not allow evicting pods currently because it failed sync: {}",
            condition.message
        ),
        _ if status.current_healthy <= status.desired_healthy => format!(
            "The disruption budget {name} needs {} healthy pods and has {} currently",
            status.desired_healthy, status.current_healthy
        ),
        Some(condition) => format!(
            "The disruption budget {name} does not allow evicting pods currently ({}): {}",
            condition.reason, condition.message
        ),
        None => format!("The disruption budget {name} does not allow evicting pods currently"),
    }
}

fn too_many_requests(why: String, retry_after_seconds: u32) -> StatusError {
    let mut error = StatusError::too_many_requests(WOULD_VIOLATE, retry_after_seconds);
    error.cause_type = "DisruptionBudget";
    error.causes.push(Cause { field: String::new(), message: why });
    error
}

/// Here upstream names the resource in the singular.
fn forbidden(name: &str, why: &str) -> StatusError {
    let mut error = StatusError::forbidden(Kind::PodDisruptionBudget, name, why);
    error.message = format!("poddisruptionbudget.policy \"{name}\" is forbidden: {why}");
    error
}
