//! Eviction: a deletion that budgets may refuse.
//!
//! Models `EvictionREST`, pkg/registry/core/pod/storage/eviction.go, Kubernetes v1.36: which pods need no
//! budget, the one budget that selects the pod, and the permission that is written down before the pod is
//! deleted. Left out: the retries after conflicts; a request is carried out in one instant here, so nobody
//! writes in between.

use std::rc::Rc;

use super::delete::check_preconditions;
use super::pods::{not_a_pod, set_condition};
use super::validation::Author;
use super::{ApiServer, Cause, DeleteOptions, StatusError, Subresource, refused};
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
        check_preconditions(key, &old, &options.preconditions)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::intstr::IntOrString;
    use crate::api::labels::LabelSelector;
    use crate::apiserver::{Preconditions, Request};
    use crate::collections::sort_by_key;
    use crate::sim::{Rng, Time};

    fn labels() -> crate::api::LabelMap {
        [("app".to_owned(), "web".to_owned())].into()
    }

    /// A server with one bound pod, `Running` and ready unless `words` say otherwise.
    fn server_with(words: &str) -> ApiServer {
        let mut server = ApiServer::new(Rng::new(1));
        server.set_now(Time::from_ms(5_000));
        let mut pod = Pod::default();
        pod.metadata.name = "web-0".into();
        pod.metadata.namespace = "default".into();
        pod.metadata.labels = labels();
        pod.spec.node_name = "node-1".into();
        pod.spec.termination_grace_period_seconds = Some(30);
        let Ok(Object::Pod(pod)) = server.handle(Request::create(pod)) else { panic!() };
        let mut pod = Pod::clone(&pod);
        pod.status.phase = ["Pending", "Succeeded", "Failed"]
            .into_iter()
            .find(|phase| words.contains(phase))
            .unwrap_or("Running")
            .into();
        if pod.status.phase == "Running" && !words.contains("unready") {
            set_condition(&mut pod, "Ready", "", "", server.now());
        }
        server.handle(Request::update_status(pod)).unwrap();
        if words.contains("ending") {
            let key = ObjectKey::new(Kind::Pod, "default", "web-0");
            server.handle(Request::delete(key, DeleteOptions::default())).unwrap();
        }
        server
    }

    /// `allowed=1 healthy=2 desired=1`: a budget's status, as its controller wrote it.
    fn put_budget(server: &mut ApiServer, name: &str, words: &str) {
        let mut budget = PodDisruptionBudget::default();
        budget.metadata.name = name.into();
        budget.metadata.namespace = "default".into();
        budget.spec.min_available = Some(IntOrString::Int(1));
        budget.spec.selector = Some(LabelSelector { match_labels: labels(), ..LabelSelector::default() });
        if words.contains("AlwaysAllow") {
            budget.spec.unhealthy_pod_eviction_policy = Some("AlwaysAllow".into());
        }
        let Ok(Object::PodDisruptionBudget(budget)) = server.handle(Request::create(budget)) else {
            panic!()
        };
        let mut budget = PodDisruptionBudget::clone(&budget);
        let number = |name: &str| {
            let found = words.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            found.map_or(0, |value| value.parse::<i64>().unwrap())
        };
        budget.status.disruptions_allowed = number("allowed");
        budget.status.current_healthy = number("healthy");
        budget.status.desired_healthy = number("desired");
        budget.status.observed_generation = i64::from(!words.contains("unseen"));
        if words.contains("SyncFailed") {
            budget.status.set_disruption_allowed("False", "SyncFailed", "no scale", Timestamp::default());
        }
        for index in 0..number("disrupted") {
            budget.status.disrupted_pods.insert(format!("p{index}"), Timestamp::default());
        }
        // As if an older server had stored it: the status is not looked at again.
        let key = ObjectKey::new(Kind::PodDisruptionBudget, "default", name);
        let old = server.stored(&key).unwrap();
        server.replace(&key, budget.into(), &old, false);
    }

    fn said(answer: Result<Object, StatusError>) -> String {
        match answer {
            Ok(_) => "evicted".to_owned(),
            Err(error) => {
                let causes: Vec<String> = error
                    .causes
                    .iter()
                    .map(|cause| format!(" [{}: {}]", error.cause_type, cause.message))
                    .collect();
                let retry = error.retry_after_seconds.map_or(String::new(), |s| format!(" (after {s} s)"));
                format!("{} {}{retry}{}", error.code, error.message, causes.concat())
            }
        }
    }

    #[test]
    fn budgets_are_asked_as_upstream() {
        const WOULD: &str = "429 Cannot evict pod as it would violate the pod's disruption budget.";
        let needs = |budget: &str| format!("{WOULD} [DisruptionBudget: The disruption budget {budget}]");
        let table = [
            ("", "", "evicted".to_owned()),
            ("", "allowed=1 healthy=2 desired=1", "evicted".to_owned()),
            ("", "healthy=1 desired=1", needs("pdb needs 1 healthy pods and has 1 currently")),
            ("Pending", "healthy=1 desired=1", "evicted".to_owned()),
            ("Succeeded", "healthy=1 desired=1", "evicted".to_owned()),
            ("Failed", "healthy=1 desired=1", "evicted".to_owned()),
            ("ending", "healthy=1 desired=1", "evicted".to_owned()),
            ("unready", "healthy=0 desired=1", needs("pdb needs 1 healthy pods and has 0 currently")),
            ("unready", "healthy=1 desired=1", "evicted".to_owned()),
            ("unready", "healthy=0 desired=0", needs("pdb needs 0 healthy pods and has 0 currently")),
            ("unready", "healthy=0 desired=1 AlwaysAllow", "evicted".to_owned()),
            ("", "healthy=0 desired=1 AlwaysAllow", needs("pdb needs 1 healthy pods and has 0 currently")),
            (
                "",
                "allowed=1 unseen",
                format!(
                    "{WOULD} (after 10 s) [DisruptionBudget: The disruption budget pdb is still being processed by \
                     the server.]"
                ),
            ),
            (
                "",
                "healthy=3 desired=2 SyncFailed",
                needs("pdb does not allow evicting pods currently because it failed sync: no scale"),
            ),
            ("", "healthy=3 desired=2", needs("pdb does not allow evicting pods currently")),
            (
                "",
                "allowed=-1",
                "403 poddisruptionbudget.policy \"pdb\" is forbidden: pdb disruptions allowed is negative".to_owned(),
            ),
            (
                "",
                "allowed=1 disrupted=2001",
                "403 poddisruptionbudget.policy \"pdb\" is forbidden: DisruptedPods map too big - too many evictions \
                 not confirmed by PDB controller"
                    .to_owned(),
            ),
        ];
        for (pod, budget, expected) in table {
            for dry_run in [true, false] {
                let mut server = server_with(pod);
                if !budget.is_empty() {
                    put_budget(&mut server, "pdb", budget);
                }
                let before = server.store().revision();
                let key = ObjectKey::new(Kind::Pod, "default", "web-0");
                let answer =
                    server.handle(Request::Evict { key, options: DeleteOptions::default(), dry_run });
                let is_refused = answer.is_err();
                assert_eq!(said(answer), expected, "{pod} / {budget}");
                let wrote = server.store().revision() != before;
                assert_eq!(wrote, !dry_run && !is_refused, "{pod} / {budget}, dry run {dry_run}");
            }
        }
    }

    #[test]
    fn two_budgets_are_one_too_many() {
        let mut server = server_with("");
        put_budget(&mut server, "a", "allowed=1");
        put_budget(&mut server, "b", "allowed=1");
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        let answer = server.handle(Request::Evict { key, options: DeleteOptions::default(), dry_run: false });
        assert_eq!(
            said(answer),
            "500 This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        );
    }

    #[test]
    fn the_permission_is_written_before_the_pod_is_deleted() {
        let mut server = server_with("");
        put_budget(&mut server, "pdb", "allowed=1 healthy=2 desired=1");
        let before = server.store().revision();
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        server
            .handle(Request::Evict { key: key.clone(), options: DeleteOptions::default(), dry_run: false })
            .unwrap();
        let mut written: Vec<(u64, Object)> = Vec::new();
        for kind in [Kind::PodDisruptionBudget, Kind::Pod] {
            let log = server.store().watch_log(kind).unwrap();
            let news = log.since(0).unwrap().filter(|event| event.revision > before);
            written.extend(news.map(|event| (event.revision, event.object.clone())));
        }
        sort_by_key(&mut written, |(revision, _)| *revision);
        let kinds: Vec<Kind> = written.iter().map(|(_, object)| object.kind()).collect();
        assert_eq!(kinds, [Kind::PodDisruptionBudget, Kind::Pod, Kind::Pod]);
        let Object::PodDisruptionBudget(budget) = &written[0].1 else { panic!() };
        assert_eq!(budget.status.disruptions_allowed, 0);
        assert_eq!(budget.status.disrupted_pods.get("web-0"), Some(&Timestamp::at(Time::from_ms(5_000))));
        assert_eq!(budget.status.conditions[0].reason, "InsufficientPods");
        assert!(written[2].1.meta().is_terminating());
    }

    #[test]
    fn preconditions_are_looked_at_after_the_budget() {
        let mut server = server_with("");
        put_budget(&mut server, "pdb", "allowed=1 healthy=2 desired=1");
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        let preconditions = Preconditions { uid: Some("another".into()), resource_version: None };
        let options = DeleteOptions { preconditions, ..DeleteOptions::default() };
        let answer = server.handle(Request::Evict { key, options, dry_run: false });
        assert!(answer.unwrap_err().is_conflict());
        let budget = server.get(&ObjectKey::new(Kind::PodDisruptionBudget, "default", "pdb")).unwrap();
        let Object::PodDisruptionBudget(budget) = budget else { panic!() };
        assert_eq!(budget.status.disruptions_allowed, 0, "the permission is spent, as upstream");
    }
}
