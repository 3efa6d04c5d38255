//! Nodes: whether they take pods, whether they are lost, and whether a drain of them can ever end.

use std::rc::Rc;

use super::budget;
use super::decided::{HELD_UP_BY, decided, take_over};
use super::deletion::outage;
use super::explanation::{Class, Explanation, Field, Mend};
use super::rule::{Ends, Rule, rule};
use super::view::{View, count, named, pod_key};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::kubectl::Stream;

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
    "kubectl drain asks again every 5 s while a budget refuses, and waits until the object of each evicted Pod is gone. \
     When one of that never comes, it goes on for ever.",
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
    let mut pods: Vec<&Rc<Pod>> = view.list::<Pod>(None).filter(|pod| pod.spec.node_name == *name).collect();
    if node.spec.unschedulable {
        return cordoned(view, key, &pods);
    }
    pods.retain(|pod| !pod.is_terminal());
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

/// A node that is cordoned, and which of its pods a drain has to do with.
struct Cordoned<'a> {
    view: View<'a>,
    key: &'a ObjectKey,
    /// Those that a drain evicts: ended ones, too.
    left: Vec<&'a Rc<Pod>>,
    /// Those of `DaemonSet`s.
    daemons: usize,
    is_draining: bool,
}

fn cordoned(view: View<'_>, key: &ObjectKey, pods: &[&Rc<Pod>]) -> Explanation {
    let is_daemon = |pod: &Pod| {
        !pod.is_terminal()
            && view.controller(&pod.metadata).is_some_and(|owner| owner.kind == Kind::DaemonSet)
    };
    let left: Vec<&Rc<Pod>> = pods.iter().copied().filter(|pod| !is_daemon(pod)).collect();
    let (daemons, is_draining) = (pods.len() - left.len(), is_draining(view, &key.name));
    let node = Cordoned { view, key, left, daemons, is_draining };
    let mut refusing: Vec<(&Rc<Pod>, Explanation)> = (node.left.iter())
        .filter_map(|pod| Some((*pod, budget::refusing(view, pod)?)))
        .take(REFUSALS_LOOKED_AT)
        .collect();
    if let Some(at) = refusing.iter().position(|(_, budget)| budget.is_blocked() && !node.takes_away(budget))
    {
        let (pod, budget) = refusing.swap_remove(at);
        return node.refused_for_good(pod, &budget);
    }
    if !is_draining {
        return node.at_rest();
    }
    let mut leaving = node.left.iter().filter(|pod| pod.is_terminating());
    match leaving.find_map(|pod| view.blocked(&pod_key(pod))) {
        Some(stuck) => node.never_gone(stuck),
        None => node.goes_on(refusing.into_iter().next()),
    }
}

impl Cordoned<'_> {
    fn about(&self, rule: Rule, sentence: String) -> Explanation {
        Explanation::new(self.key, rule, sentence)
            .field(Field { object: self.key.clone(), path: "spec.unschedulable".to_owned() })
            .fact("podsToEvict", self.left.len())
            .fact("podsOfDaemonSets", self.daemons)
    }

    /// Whether the Pod for which a budget refuses is one that a drain evicts: another comes in its place.
    fn takes_away(&self, budget: &Explanation) -> bool {
        let Some(culprit) = &budget.held_up_by else { return false };
        let mut left = self.left.iter();
        left.any(|pod| pod_key(pod) == *culprit && budget::refusing(self.view, pod).is_none())
    }

    fn uncordon(&self) -> Mend {
        Mend::line("Let it take Pods again", format!("kubectl uncordon {}", self.key.name))
    }

    /// A budget, or several, never let a pod go.
    fn refused_for_good(&self, pod: &Pod, budget: &Explanation) -> Explanation {
        let (name, pod_name) = (&self.key.name, &pod.metadata.name);
        let is_shared = budget.rule.name == "SeveralBudgets";
        let never = if is_shared {
            budget.sentence.clone()
        } else {
            format!("{} never allows the eviction of {pod_name}", named(&budget.object))
        };
        let (rule, sentence) = if self.is_draining {
            (DRAIN_NEVER, format!("the drain of {name} never ends: {never}"))
        } else if is_shared {
            (CORDONED, format!("{name} is cordoned; a drain would fail: {never}"))
        } else if budget::has_refused(self.view, &budget.object, pod) {
            // Somebody has tried, and gave up or was told to.
            (DRAIN_NEVER, format!("no drain of {name} can end: {never}"))
        } else {
            (CORDONED, format!("{name} is cordoned; a drain would never end: {never}"))
        };
        let mut explanation = self.about(rule, sentence).fact(HELD_UP_BY, &budget.sentence);
        explanation.facts.extend(budget.facts.iter().filter(|(name, _)| name != HELD_UP_BY).cloned());
        explanation.mends.clone_from(&budget.mends);
        explanation.held_up_by = Some(budget.object.clone());
        explanation.mend(self.uncordon())
    }

    /// A pod was evicted, and its object stays.
    fn never_gone(&self, stuck: Explanation) -> Explanation {
        let sentence =
            format!("the drain of {} never ends: {} is still there", self.key.name, named(&stuck.object));
        let mut explanation = self.about(DRAIN_NEVER, sentence);
        take_over(&mut explanation, stuck);
        explanation
    }

    fn goes_on(&self, refusing: Option<(&Rc<Pod>, Explanation)>) -> Explanation {
        let name = &self.key.name;
        let sentence = match &refusing {
            Some((pod, budget)) => format!(
                "{name} is being drained: {} waits until {} allows its eviction",
                pod.metadata.name,
                named(&budget.object)
            ),
            None => format!("{name} is being drained: {} left", count(self.left.len(), "Pod")),
        };
        let mut explanation = self.about(DRAIN_GOES_ON, sentence);
        if let Some((_, budget)) = refusing {
            explanation.also.push((budget.by, budget.sentence));
            explanation.held_up_by = Some(budget.object);
        }
        explanation
    }

    /// Nobody drains it.
    fn at_rest(&self) -> Explanation {
        let name = &self.key.name;
        let running = self.left.iter().filter(|pod| !pod.is_terminal());
        let stay = match running.clone().count() + self.daemons {
            0 => "there are none here".to_owned(),
            1 => "the one that is here stays".to_owned(),
            number => format!("the {number} that are here stay"),
        };
        let sentence = format!("{name} is cordoned: the scheduler puts no new Pods here, and {stay}");
        let mut explanation = self.about(CORDONED, sentence).mend(self.uncordon());
        let Some(pod) = running.clone().next() else { return explanation };
        explanation.held_up_by = Some(pod_key(pod));
        let is_lone = running.clone().any(|pod| pod.metadata.controller_of().is_none());
        let (force, but) = if is_lone { (" --force", "; one that nobody owns is lost") } else { ("", "") };
        let line = format!("kubectl drain {name} --ignore-daemonsets --delete-emptydir-data{force}");
        explanation.mend(Mend::line(format!("Or move them away{but}"), line))
    }
}

/// Whether a `kubectl drain` of the node runs in a terminal: it has cordoned the node and has not said yet
/// that it is done with it.
fn is_draining(view: View<'_>, node: &str) -> bool {
    view.cluster.terminals.values().filter(|terminal| terminal.is_busy()).any(|terminal| {
        let Some(entry) = terminal.entries().last() else { return false };
        let (out, err) = (entry.text(Stream::Out), entry.text(Stream::Err));
        let begins = |text: &str| {
            out.lines()
                .any(|line| line.strip_prefix("node/").and_then(|rest| rest.strip_prefix(node)) == Some(text))
        };
        let is_drain = entry.line.contains("drain") || out.contains("evicting pod ");
        let has_begun = begins(" cordoned") || begins(" already cordoned");
        let is_over = begins(" drained") || err.contains(&format!("unable to drain node \"{node}\""));
        is_drain && has_begun && !is_over
    })
}
