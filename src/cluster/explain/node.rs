//! Nodes: whether they take pods, whether they are lost, and whether a drain of them can ever end.

use std::rc::Rc;

use super::budget;
use super::decided::decided;
use super::deletion::outage;
use super::explanation::{Class, Explanation, Field, Mend};
use super::rule::{Ends, Rule, rule};
use super::view::{View, count, named, pod_key};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};

const OPEN: Rule = rule(
    "default-scheduler",
    "Open",
    Ends::Settled,
    "spec.taints",
    "The scheduler considers each node that is not cordoned; its taints keep off Pods that do not tolerate them.",
);
const CORDONED: Rule = rule(
    "a person",
    "NodeCordoned",
    Ends::Settled,
    "spec.unschedulable",
    "A cordoned node gets no new Pods; those that run there stay until somebody evicts or deletes them.",
);
const DRAIN_GOES_ON: Rule = rule(
    "kubectl drain",
    "DrainGoesOn",
    Ends::Itself,
    "spec.unschedulable",
    "kubectl drain asks for the eviction of each Pod that no DaemonSet owns, and asks again every 5 s while a budget \
     refuses. It ends when all are gone.",
);
const DRAIN_NEVER: Rule = rule(
    "kubectl drain",
    "DrainNever",
    Ends::Person,
    "spec.unschedulable",
    "kubectl drain asks again every 5 s while a budget refuses. When the budget will never allow it, it asks for ever.",
);

/// Pods of a node whose budgets are asked whether they will ever let them go.
const REFUSALS_LOOKED_AT: usize = 20;

pub(super) const RULES: &[&Rule] = &[&OPEN, &CORDONED, &DRAIN_GOES_ON, &DRAIN_NEVER];

/// Why a node is as it is.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, node: &Rc<Node>) -> Explanation {
    let object = Object::Node(Rc::clone(node));
    if let Some(decided) = decided(view, key, &object).filter(|decided| decided.class != Class::Settled) {
        return lost(view, key, decided);
    }
    let name = &key.name;
    let pods: Vec<&Rc<Pod>> =
        view.list::<Pod>(None).filter(|pod| pod.spec.node_name == *name && !pod.is_terminal()).collect();
    if node.spec.unschedulable {
        return cordoned(view, key, &pods);
    }
    let taints: Vec<String> =
        node.spec.taints.iter().map(|taint| format!("{}:{}", taint.key, taint.effect)).collect();
    let since = Condition::find(&node.status.conditions, "Ready")
        .and_then(|ready| super::view::instant(ready.last_transition_time));
    let sentence = match taints.as_slice() {
        [] => format!("the scheduler may put Pods on {name}; {} there now", are(pods.len())),
        taints => format!(
            "the scheduler puts only Pods on {name} that tolerate {}; {} there now",
            taints.join(", "),
            are(pods.len())
        ),
    };
    Explanation::new(key, OPEN, sentence)
        .at(since)
        .fact("pods", pods.len())
        .field(Field { object: key.clone(), path: "spec.taints".to_owned() })
}

fn are(number: usize) -> String {
    match number {
        0 => "none is".to_owned(),
        1 => "1 is".to_owned(),
        number => format!("{number} are"),
    }
}

/// What its controller says, and how the machine comes back.
fn lost(view: View<'_>, key: &ObjectKey, mut explanation: Explanation) -> Explanation {
    let name = &key.name;
    let Some((_, since)) = outage(view, name) else {
        return explanation;
    };
    // Nothing brings a machine back by itself; until it is lost, that is waited for.
    if matches!(explanation.rule.ends, Ends::Other | Ends::Person) {
        explanation.class = Class::Blocked;
    }
    explanation
        .fact("machineAwaySince", crate::api::Timestamp::at(since))
        .mend(Mend::line("Bring the machine back", format!("fault start node/{name}")))
        .mend(Mend::line(
            "Or, once it is off for good, delete the node: its Pods are then removed and replaced",
            format!("kubectl delete node {name}"),
        ))
}

fn cordoned(view: View<'_>, key: &ObjectKey, pods: &[&Rc<Pod>]) -> Explanation {
    let name = &key.name;
    let is_daemon =
        |pod: &Pod| view.controller(&pod.metadata).is_some_and(|owner| owner.kind == Kind::DaemonSet);
    let left: Vec<&Rc<Pod>> = pods.iter().copied().filter(|pod| !is_daemon(pod)).collect();
    let uncordon = Mend::line("Let it take Pods again", format!("kubectl uncordon {name}"));
    let about = |rule, sentence: String| {
        Explanation::new(key, rule, sentence)
            .field(Field { object: key.clone(), path: "spec.unschedulable".to_owned() })
            .fact("podsToEvict", left.len())
            .fact("podsOfDaemonSets", pods.len() - left.len())
    };
    let refusing: Vec<(&Rc<Pod>, Explanation)> = (left.iter().filter(|pod| !pod.is_terminating()))
        .filter_map(|pod| Some((*pod, budget::refusing(view, pod)?)))
        .take(REFUSALS_LOOKED_AT)
        .collect();
    let is_draining = is_draining(view, name);
    if let Some((pod, budget)) = refusing.iter().find(|(_, budget)| budget.is_blocked()) {
        let never = format!("{} never allows the eviction of {}", named(&budget.object), pod.metadata.name);
        let (rule, sentence) = if is_draining {
            (DRAIN_NEVER, format!("the drain of {name} never ends: {never}"))
        } else if budget::has_refused(view, &budget.object, pod) {
            // Somebody has tried, and gave up or was told to.
            (DRAIN_NEVER, format!("no drain of {name} can end: {never}"))
        } else {
            (CORDONED, format!("{name} is cordoned; a drain would never end: {never}"))
        };
        let mut explanation = about(rule, sentence).fact("heldUpBy", &budget.sentence);
        explanation.facts.extend(budget.facts.iter().filter(|(name, _)| name != "heldUpBy").cloned());
        explanation.mends.clone_from(&budget.mends);
        explanation.held_up_by = Some(budget.object.clone());
        return explanation.mend(uncordon);
    }
    if is_draining {
        let refusing = refusing.into_iter().next();
        let sentence = match &refusing {
            Some((pod, budget)) => format!(
                "{name} is being drained: {} waits until {} allows its eviction",
                pod.metadata.name,
                named(&budget.object)
            ),
            None => format!("{name} is being drained: {} left", count(left.len(), "Pod")),
        };
        let mut explanation = about(DRAIN_GOES_ON, sentence);
        if let Some((_, budget)) = refusing {
            explanation.also.push((budget.by, budget.sentence));
            explanation.held_up_by = Some(budget.object);
        }
        return explanation;
    }
    let stay = match pods.len() {
        0 => "there are none here".to_owned(),
        1 => "the one that is here stays".to_owned(),
        number => format!("the {number} that are here stay"),
    };
    let sentence = format!("{name} is cordoned: the scheduler puts no new Pods here, and {stay}");
    let mut explanation = about(CORDONED, sentence).mend(uncordon);
    if let Some(pod) = left.first() {
        explanation.held_up_by = Some(pod_key(pod));
        let line = format!("kubectl drain {name} --ignore-daemonsets --delete-emptydir-data");
        explanation = explanation.mend(Mend::line("Or move them away", line));
    }
    explanation
}

/// Whether a `kubectl drain` of the node runs in a terminal.
fn is_draining(view: View<'_>, node: &str) -> bool {
    view.cluster.terminals.values().filter(|terminal| terminal.is_busy()).any(|terminal| {
        let line = terminal.entries().last().map(|entry| entry.line.as_str()).unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        words.contains(&"drain") && words.iter().any(|word| word.trim_start_matches("node/") == node)
    })
}
