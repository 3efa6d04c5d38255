//! Budgets: whether one will ever allow an eviction.
//!
//! A budget that wants as many healthy pods as there should be allows none, now and later; a drain that needs
//! one waits for ever.

use std::rc::Rc;

use super::decided::{decided, take_over};
use super::explanation::{Class, Explanation, Field, Mend};
use super::kinds::{content, is_seen, unseen};
use super::rule::{Ends, Rule, rule};
use super::selected::{instead_of, without_pods};
use super::view::{View, count, instant, pod_key};
use crate::api::intstr::IntOrString;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, LabelMap, Object, ObjectKey};
use crate::apiserver::{can_ignore_budgets, may_evict_unhealthy};

const NEVER: Rule = rule(
    "controllermanager",
    "NeverAllows",
    Ends::Person,
    "spec",
    "An eviction is allowed while more Pods are healthy than the budget wants. A budget that wants all Pods that there \
     should be allows none even when all are healthy, so kubectl drain waits for ever.",
);
const UNHEALTHY: Rule = rule(
    "controllermanager",
    "UnhealthyForGood",
    Ends::Person,
    "spec.unhealthyPodEvictionPolicy",
    "Healthy Pods may be evicted while more are healthy than the budget wants, and a Pod that never gets well does not \
     count. A Pod that is Pending may be evicted always, one that runs and is not ready while enough others are \
     healthy (IfHealthyBudget), or always (AlwaysAllow).",
);
const SEVERAL: Rule = rule(
    "api-server",
    "SeveralBudgets",
    Ends::Person,
    "spec.selector",
    "A Pod that more than one PodDisruptionBudget selects cannot be evicted, whatever the budgets allow.",
);

/// Pods of a budget that are looked at: the page asks with every change.
const PODS_LOOKED_AT: usize = 50;

pub(super) const RULES: &[&Rule] = &[&NEVER, &UNHEALTHY, &SEVERAL];

/// Why a budget allows evictions, or does not.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, budget: &Rc<PodDisruptionBudget>) -> Explanation {
    let object = Object::PodDisruptionBudget(Rc::clone(budget));
    let status = &budget.status;
    if !is_seen(&object) {
        return unseen(key);
    }
    if let Some(several) = shared(view, key, budget) {
        return several;
    }
    let Some(explanation) = decided(view, key, &object) else {
        let allowed = status.disruptions_allowed;
        let allowed = count(usize::try_from(allowed).unwrap_or_default(), "eviction");
        let sentence = format!(
            "{allowed} allowed now: {} healthy, {} wanted",
            status.current_healthy, status.desired_healthy
        );
        return content(view, key, &object, sentence)
            .fact("currentHealthy", status.current_healthy)
            .fact("desiredHealthy", status.desired_healthy)
            .fact("disruptionsAllowed", status.disruptions_allowed);
    };
    match explanation.rule.name {
        "Pods" => no_pods(view, key, budget, explanation),
        "LargerScale" | "HealthyPods" | "SparePod" if status.desired_healthy >= status.expected_pods => {
            never(view, key, budget, explanation)
        }
        "HealthyPods" | "SparePod" => unhealthy(view, key, budget, explanation),
        "ManagedPods" | "Scale" => {
            let line = patch(view, key, "{\"minAvailable\":1,\"maxUnavailable\":null}");
            let explanation = explanation.field(bound(key, budget));
            explanation.mend(Mend::line("Ask for a number of Pods: that needs no controller", line))
        }
        _ => explanation,
    }
}

/// Why the eviction of a pod is refused now; `None` when it is not.
pub(super) fn refusing(view: View<'_>, pod: &Pod) -> Option<Explanation> {
    if can_ignore_budgets(pod) {
        return None;
    }
    let budgets = budgets_of(view, pod);
    let budget = match budgets.as_slice() {
        [] => return None,
        [budget] => budget,
        several => return Some(in_several(view, &pod_key(pod), several)),
    };
    let may_go = !pod.is_ready() && may_evict_unhealthy(budget);
    if may_go || budget.status.disruptions_allowed > 0 {
        return None;
    }
    view.explain(&key_of(budget))
}

fn key_of(budget: &PodDisruptionBudget) -> ObjectKey {
    let meta = &budget.metadata;
    ObjectKey::new(Kind::PodDisruptionBudget, meta.namespace.clone(), meta.name.clone())
}

fn budgets_of<'a>(view: View<'a>, pod: &Pod) -> Vec<&'a Rc<PodDisruptionBudget>> {
    let meta = &pod.metadata;
    let selects = |budget: &&Rc<PodDisruptionBudget>| {
        budget.spec.selector.as_ref().is_some_and(|selector| selector.matches(&meta.labels))
    };
    view.list::<PodDisruptionBudget>(Some(&meta.namespace)).filter(selects).collect()
}

/// A pod that several budgets select.
fn in_several(view: View<'_>, pod: &ObjectKey, budgets: &[&Rc<PodDisruptionBudget>]) -> Explanation {
    let names: Vec<&str> = budgets.iter().map(|budget| budget.metadata.name.as_str()).collect();
    let sentence = format!("Pod {} cannot be evicted: more than one budget selects it", pod.name);
    let object = budgets.first().map_or_else(|| pod.clone(), |budget| key_of(budget));
    let explanation = Explanation::new(&object, SEVERAL, sentence).fact("budgets", names.join(", "));
    let others = names.get(1..).unwrap_or_default().join(" ");
    let line = format!("kubectl delete pdb {others}{}", view.flag(pod));
    explanation.mend(Mend::line("Keep one of them, or let each select other Pods", line))
}

/// A budget that shares a pod with another one.
fn shared(view: View<'_>, key: &ObjectKey, budget: &PodDisruptionBudget) -> Option<Explanation> {
    view.list::<PodDisruptionBudget>(Some(&key.namespace)).nth(1)?;
    let selector = budget.spec.selector.as_ref()?;
    let mut pods = view.list::<Pod>(Some(&key.namespace)).filter(|pod| !pod.is_terminal());
    pods.by_ref().filter(|pod| selector.matches(&pod.metadata.labels)).take(PODS_LOOKED_AT).find_map(|pod| {
        let budgets = budgets_of(view, pod);
        (budgets.len() > 1).then(|| {
            let mut explanation = in_several(view, &pod_key(pod), &budgets);
            explanation.object = key.clone();
            explanation.held_up_by = Some(pod_key(pod));
            explanation.field(Field { object: key.clone(), path: "spec.selector".to_owned() })
        })
    })
}

/// Whether somebody asked for the eviction of a pod, and its budget refused.
pub(super) fn has_refused(view: View<'_>, budget: &ObjectKey, pod: &Pod) -> bool {
    let key = pod_key(pod);
    let since = instant(pod.metadata.creation_timestamp);
    let mut refused = view.cluster.server().refused_evictions().iter();
    // A pod of the same name may have been there before.
    let is_it = |time| since.is_none_or(|since| time >= since);
    refused.any(|refused| refused.budget == *budget && refused.pod == key && is_it(refused.last))
}

/// A field that the budget really has.
fn bound(key: &ObjectKey, budget: &PodDisruptionBudget) -> Field {
    let path =
        if budget.spec.max_unavailable.is_some() { "spec.maxUnavailable" } else { "spec.minAvailable" };
    Field { object: key.clone(), path: path.to_owned() }
}

fn patch(view: View<'_>, key: &ObjectKey, spec: &str) -> String {
    format!("kubectl patch pdb {}{} --type=merge -p '{{\"spec\":{spec}}}'", key.name, view.flag(key))
}

fn no_pods(
    view: View<'_>,
    key: &ObjectKey,
    budget: &PodDisruptionBudget,
    explanation: Explanation,
) -> Explanation {
    let none = LabelMap::default();
    let selector = budget.spec.selector.as_ref();
    let wanted = selector.map_or(&none, |selector| &selector.match_labels);
    let shown = selector.map_or("<none>".to_owned(), ToString::to_string);
    let mut explanation = explanation.fact("selector", shown);
    // Which pods may come, or were meant, is said next.
    "no Pod matches the selector: there is nothing to protect".clone_into(&mut explanation.sentence);
    let matches = |labels: &LabelMap| selector.is_some_and(|selector| selector.matches(labels));
    without_pods(view, explanation, matches, wanted, |labels| {
        patch(view, key, &format!("{{\"selector\":{{\"matchLabels\":{}}}}}", instead_of(wanted, labels)))
    })
}

/// Even when all are healthy no eviction is allowed.
fn never(view: View<'_>, key: &ObjectKey, budget: &PodDisruptionBudget, decided: Explanation) -> Explanation {
    let (status, spec) = (&budget.status, &budget.spec);
    let asks = match (&spec.min_available, &spec.max_unavailable) {
        (Some(min), _) => format!("minAvailable {min}"),
        (None, Some(max)) => format!("maxUnavailable {max}"),
        (None, None) => "its bound".to_owned(),
    };
    let sentence = format!(
        "no eviction is ever allowed: with {asks} the budget wants {} healthy, and there should be {}",
        count(usize::try_from(status.desired_healthy).unwrap_or_default(), "Pod"),
        status.expected_pods
    );
    let mut explanation = Explanation::new(key, NEVER, sentence).by(decided.by).at(decided.at);
    explanation.facts = decided.facts;
    explanation.also = decided.also;
    let allows_one = match (&spec.min_available, &spec.max_unavailable) {
        (Some(IntOrString::Int(_)), _) => {
            format!("{{\"minAvailable\":{}}}", (status.expected_pods - 1).max(0))
        }
        (Some(_), _) => "{\"minAvailable\":null,\"maxUnavailable\":1}".to_owned(),
        _ => "{\"maxUnavailable\":1}".to_owned(),
    };
    explanation.facts.retain(|(name, _)| name != "currentHealthy");
    explanation
        .fact("currentHealthy", status.current_healthy)
        .fact("disruptionsAllowed", status.disruptions_allowed)
        .field(bound(key, budget))
        .mend(Mend::line("Let one Pod be away", patch(view, key, &allows_one)))
        .mend(Mend::edit(
            "Or change the bound in its manifest; a larger workload helps where minAvailable is a number",
            bound(key, budget),
        ))
}

/// Pods are missing; perhaps they never get well.
fn unhealthy(
    view: View<'_>,
    key: &ObjectKey,
    budget: &PodDisruptionBudget,
    decided: Explanation,
) -> Explanation {
    let selects = |pod: &&Rc<Pod>| {
        let selector = budget.spec.selector.as_ref();
        !pod.is_ready() && selector.is_some_and(|selector| selector.matches(&pod.metadata.labels))
    };
    let mut pods = view.list::<Pod>(Some(&key.namespace)).filter(selects).take(PODS_LOOKED_AT);
    let found = pods.find_map(|pod| Some((pod, view.blocked(&pod_key(pod))?)));
    let Some((pod, blocked)) = found else { return decided };
    let policy = budget.spec.unhealthy_pod_eviction_policy.as_deref().unwrap_or("IfHealthyBudget");
    let may_go = can_ignore_budgets(pod) || may_evict_unhealthy(budget);
    let stays = if may_go { "no healthy Pod" } else { "none" };
    let name = &pod.metadata.name;
    let sentence = format!(
        "{}; Pod {name} does not get well by itself, and until it does {stays} can be evicted",
        decided.sentence
    );
    let mut explanation = Explanation::new(key, UNHEALTHY, sentence).by(decided.by).at(decided.at);
    explanation.facts = decided.facts;
    explanation.field = Some(bound(key, budget));
    take_over(&mut explanation, blocked);
    explanation = explanation.class(Class::Blocked).fact("unhealthyPodEvictionPolicy", policy);
    if may_go {
        return explanation;
    }
    let line = patch(view, key, "{\"unhealthyPodEvictionPolicy\":\"AlwaysAllow\"}");
    explanation.mend(Mend::line("Or let Pods that are not ready be evicted whatever the budget says", line))
}
