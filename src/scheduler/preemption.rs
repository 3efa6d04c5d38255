//! Making room: whether the removal of pods of lower priority would let a pod in, and of which.
//!
//! Models `DefaultPreemption`, pkg/scheduler/framework/plugins/defaultpreemption, and `Evaluator`,
//! pkg/scheduler/framework/preemption/preemption.go, Kubernetes v1.36: on each node that could help, the
//! least important pods that must go, those whose budget would be violated last; then the node where it
//! hurts least. Upstream chooses among equal nodes by Go's random map order, here the first is taken. Left
//! out: extenders, pod groups.

use std::cmp::Reverse;
use std::rc::Rc;

use super::cluster_state::ClusterState;
use super::framework::{Diagnosis, NodeVerdict, Plugin, Rejection};
use super::nominations::{Nominations, nominated_node, priority_of};
use super::plugins::{Claims, Cycle};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::client::Cache;
use crate::collections::sort_by_key;
use crate::sim::{Rng, Time};

/// The least share of the nodes that could help which are looked at, in percent.
const CANDIDATES_PERCENT: usize = 10;
/// The least number of them.
const CANDIDATES_MIN: usize = 100;

/// The reason of a victim's `DisruptionTarget`.
pub(crate) const PREEMPTION_BY_SCHEDULER: &str = "PreemptionByScheduler";

/// What is seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The pod that found no node, as the cache shows it now.
    pub(crate) pod: &'a Rc<Pod>,
    /// Its claims.
    pub(crate) claims: &'a Claims,
    /// Nodes and placed pods.
    pub(crate) state: &'a ClusterState,
    /// Nodes that are kept for others.
    pub(crate) nominations: &'a Nominations,
    /// Budgets.
    pub(crate) cache: &'a Cache,
    /// The present instant.
    pub(crate) now: Time,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Finding {
    /// These pods go, and the node is kept for the pod.
    Victims {
        /// The node.
        node: Rc<str>,
        /// The pods, the most important first.
        pods: Vec<Rc<Pod>>,
    },
    /// Nothing can be done; the last part of the attempt's message.
    Nothing {
        /// Why.
        message: String,
        /// Whether a node that was kept for the pod is given up.
        gives_up_node: bool,
    },
}

/// Pods that must leave a node.
#[derive(Clone, Debug)]
struct Candidate {
    node: Rc<str>,
    victims: Vec<Rc<Pod>>,
    violations: usize,
}

/// Looks for pods whose removal would let the pod in (`PostFilter`).
pub(crate) fn post_filter(view: &View<'_>, verdicts: &[NodeVerdict], rng: &mut Rng) -> Finding {
    let nothing = |why: &str, gives_up_node| Finding::Nothing {
        message: format!("no new claims to deallocate, preemption: {why}"),
        gives_up_node,
    };
    if let Some(why) = why_not_eligible(view, verdicts) {
        return nothing(why, false);
    }
    let resolvable: Vec<&NodeVerdict> = verdicts
        .iter()
        .filter(|verdict| verdict.rejected.as_ref().is_some_and(|rejection| rejection.is_resolvable))
        .collect();
    let mut diagnosis = Diagnosis { node_count: view.state.nodes().len(), ..Diagnosis::default() };
    let unhelpful = diagnosis.node_count - resolvable.len();
    if unhelpful > 0 {
        diagnosis.reasons.insert("Preemption is not helpful for scheduling".into(), unhelpful);
    }
    let candidates = find_candidates(view, &resolvable, &mut diagnosis, rng);
    match pick_one_node(candidates, view.now) {
        Some(best) => Finding::Victims { node: best.node, pods: best.victims },
        None => nothing(&diagnosis.to_string(), true),
    }
}

/// Why the pod may not drive others out (`PodEligibleToPreemptOthers`).
fn why_not_eligible(view: &View<'_>, verdicts: &[NodeVerdict]) -> Option<&'static str> {
    let pod = view.pod;
    if pod.spec.extra.get("preemptionPolicy").and_then(|policy| policy.as_str()) == Some("Never") {
        return Some("not eligible due to preemptionPolicy=Never.");
    }
    let node = nominated_node(pod);
    let at = view.state.position(node)?;
    let verdict = verdicts.iter().find(|verdict| &*verdict.node == node);
    let is_hopeless = verdict
        .and_then(|verdict| verdict.rejected.as_ref())
        .is_none_or(|rejection| !rejection.is_resolvable);
    if is_hopeless {
        return None;
    }
    let leaves = |victim: &Rc<Pod>| {
        priority_of(victim) < priority_of(pod)
            && victim.is_terminating()
            && Condition::find(&victim.status.conditions, "DisruptionTarget").is_some_and(|condition| {
                condition.status == "True" && condition.reason == PREEMPTION_BY_SCHEDULER
            })
    };
    view.state
        .pods_on(at)
        .any(leaves)
        .then_some("not eligible due to a terminating pod on the nominated node.")
}

/// Tries the nodes from a random one on until there are enough candidates (`DryRunPreemption`).
fn find_candidates(
    view: &View<'_>,
    resolvable: &[&NodeVerdict],
    diagnosis: &mut Diagnosis,
    rng: &mut Rng,
) -> Vec<Candidate> {
    let count = resolvable.len();
    let wanted = (count * CANDIDATES_PERCENT / 100).max(CANDIDATES_MIN).min(count);
    // With few nodes all are tried, and the random start changes nothing.
    let offset =
        if count > wanted { usize::try_from(rng.below(count as u64)).unwrap_or_default() } else { 0 };
    let (mut found, mut harmless) = (Vec::new(), 0);
    for step in 0..count {
        let Some(verdict) = resolvable.get((offset + step) % count) else {
            continue;
        };
        match select_victims_on_node(view, &verdict.node) {
            Ok(candidate) => {
                harmless += usize::from(candidate.violations == 0);
                found.push(candidate);
            }
            Err(rejection) => diagnosis.note(&rejection),
        }
        if harmless > 0 && found.len() >= wanted {
            break;
        }
    }
    found
}

/// The fewest pods that must leave a node, or why even all of them do not suffice.
fn select_victims_on_node(view: &View<'_>, node: &str) -> Result<Candidate, Rejection> {
    let no_victims =
        || Rejection::unresolvable(Plugin::DefaultPreemption, "No preemption victims found for incoming pod");
    let at = view.state.position(node).ok_or_else(no_victims)?;
    if view.state.lower_priority_count(at, priority_of(view.pod)) == 0 {
        return Err(no_victims());
    }
    let mut state = view.state.clone();
    let mut potential: Vec<Rc<Pod>> =
        state.pods_on(at).filter(|pod| priority_of(pod) < priority_of(view.pod)).map(Rc::clone).collect();
    for pod in &potential {
        state.remove_pod(&pod.metadata.uid);
    }
    if let Some(rejection) = rejection(view, &state, at) {
        return Err(rejection);
    }
    sort_by_key(&mut potential, |pod| importance(pod, view.now));
    let (violating, others) = split_by_budgets(&potential, view.cache);
    let node: Rc<str> = node.into();
    let (mut victims, mut violations) = (Vec::new(), 0);
    // As many as possible are spared, those first whose budget would be violated.
    for (pod, violates) in
        violating.iter().map(|pod| (pod, true)).chain(others.iter().map(|pod| (pod, false)))
    {
        state.assume(pod, &node);
        if rejection(view, &state, at).is_some() {
            state.remove_pod(&pod.metadata.uid);
            victims.push(Rc::clone(pod));
            violations += usize::from(violates);
        }
    }
    sort_by_key(&mut victims, |pod| importance(pod, view.now));
    Ok(Candidate { node, victims, violations })
}

/// Why the node cannot take the pod, with and without the pods that it is kept for.
pub(crate) fn rejection(view: &View<'_>, state: &ClusterState, at: usize) -> Option<Rejection> {
    let filter = |state: &ClusterState| {
        let mut state = state.clone();
        let cycle = Cycle::new(view.pod, view.claims.clone(), &mut state);
        cycle.filter(at, state.nodes().get(at)?)
    };
    let node = Rc::clone(&state.nodes().get(at)?.name);
    let mut ahead = view.nominations.ahead_of(view.pod, &node).peekable();
    if ahead.peek().is_some() {
        let mut with_them = state.clone();
        for pod in ahead {
            with_them.assume(pod, &node);
        }
        if let Some(rejection) = filter(&with_them) {
            return Some(rejection);
        }
    }
    filter(state)
}

/// The more important, the smaller: priority comes first, then age (`MoreImportantPod`).
fn importance(pod: &Pod, now: Time) -> (Reverse<i64>, i64) {
    (Reverse(priority_of(pod)), started_at(pod, now))
}

/// When the pod started; one that has not yet starts now.
fn started_at(pod: &Pod, now: Time) -> i64 {
    pod.status.start_time.unwrap_or_else(|| crate::api::Timestamp::at(now)).unix_seconds()
}

/// Parts pods whose removal would go beyond a budget from the others; both keep their order.
fn split_by_budgets(pods: &[Rc<Pod>], cache: &Cache) -> (Vec<Rc<Pod>>, Vec<Rc<Pod>>) {
    let mut budgets: Vec<(&Rc<PodDisruptionBudget>, i64)> = cache
        .list::<PodDisruptionBudget>(None)
        .map(|budget| (budget, budget.status.disruptions_allowed))
        .collect();
    let (mut violating, mut others) = (Vec::new(), Vec::new());
    for pod in pods {
        let meta = &pod.metadata;
        let mut violates = false;
        for (budget, allowed) in &mut budgets {
            // Here an empty selector selects nothing.
            let selects = budget.metadata.namespace == meta.namespace
                && !meta.labels.is_empty()
                && budget
                    .spec
                    .selector
                    .as_ref()
                    .is_some_and(|selector| !selector.is_empty() && selector.matches(&meta.labels));
            if selects && !budget.status.disrupted_pods.contains_key(&meta.name) {
                *allowed -= 1;
                violates |= *allowed < 0;
            }
        }
        let side = if violates { &mut violating } else { &mut others };
        side.push(Rc::clone(pod));
    }
    (violating, others)
}

/// The node where it hurts least (`pickOneNodeForPreemption`).
fn pick_one_node(candidates: Vec<Candidate>, now: Time) -> Option<Candidate> {
    let cost = |candidate: &Candidate| {
        let victims = &candidate.victims;
        let highest = victims.first().map_or(i64::MIN, |pod| priority_of(pod));
        // Every priority counts as positive, so that few victims are better than many.
        let sum: i64 = victims.iter().map(|pod| priority_of(pod) + i64::from(i32::MAX) + 1).sum();
        let earliest = victims
            .iter()
            .filter(|pod| priority_of(pod) == highest)
            .map(|pod| started_at(pod, now))
            .min()
            .unwrap_or_default();
        (candidate.violations, highest, sum, victims.len(), Reverse(earliest))
    };
    candidates.into_iter().reduce(|best, other| if cost(&other) < cost(&best) { other } else { best })
}
