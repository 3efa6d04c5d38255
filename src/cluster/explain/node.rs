//! Nodes: whether they take pods, whether they are lost, and whether a drain of them can ever end.

use std::rc::Rc;

use super::budget;
use super::decided::{HELD_UP_BY, decided, take_over};
use super::deletion::outage;
use super::explanation::{Class, Explanation, Field, Mend};
use super::print::clock;
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
     When one of that never comes, it goes on for ever, or gives up at its --timeout.",
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
        .at_a_second()
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
        .fact("machineAwaySince", clock(since))
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
    /// The drain that runs, if any.
    drain: Option<Drain>,
}

fn cordoned(view: View<'_>, key: &ObjectKey, pods: &[&Rc<Pod>]) -> Explanation {
    let is_daemon = |pod: &Pod| {
        !pod.is_terminal()
            && view.controller(&pod.metadata).is_some_and(|owner| owner.kind == Kind::DaemonSet)
    };
    let left: Vec<&Rc<Pod>> = pods.iter().copied().filter(|pod| !is_daemon(pod)).collect();
    let (daemons, drain) = (pods.len() - left.len(), drain_of(view, &key.name));
    let node = Cordoned { view, key, left, daemons, drain };
    let mut refusing: Vec<(&Rc<Pod>, Explanation)> = (node.left.iter())
        .filter_map(|pod| Some((*pod, budget::refusing(view, pod)?)))
        .take(REFUSALS_LOOKED_AT)
        .collect();
    if let Some(at) = refusing.iter().position(|(_, budget)| budget.is_blocked() && !node.takes_away(budget))
    {
        let (pod, budget) = refusing.swap_remove(at);
        return node.refused_for_good(pod, &budget);
    }
    let Some(drain) = &node.drain else { return node.at_rest() };
    let mut leaving = node.left.iter().filter(|pod| pod.is_terminating());
    match leaving.find_map(|pod| view.blocked(&pod_key(pod))) {
        Some(stuck) => node.never_gone(drain, stuck),
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
        let (rule, sentence) = if let Some(drain) = &self.drain {
            (DRAIN_NEVER, format!("the drain of {name} {}: {never}", drain.ends()))
        } else if is_shared {
            (CORDONED, format!("{name} is cordoned; a drain would fail: {never}"))
        } else if budget::has_refused(self.view, &budget.object, pod) {
            // Somebody has tried, and gave up or was told to.
            (DRAIN_NEVER, format!("no drain can empty {name}: {never}"))
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
    fn never_gone(&self, drain: &Drain, stuck: Explanation) -> Explanation {
        let (name, ends) = (&self.key.name, drain.ends());
        let sentence = format!("the drain of {name} {ends}: {} is still there", named(&stuck.object));
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

/// A `kubectl drain` that runs.
struct Drain {
    /// When it gives up, as its line says it: `60s`.
    timeout: Option<String>,
}

impl Drain {
    /// How one ends that cannot empty its node.
    fn ends(&self) -> String {
        match &self.timeout {
            Some(timeout) => format!("gives up at its timeout of {timeout}"),
            None => "never ends".to_owned(),
        }
    }
}

/// The `kubectl drain` of the node that runs in a terminal: it has cordoned the node and has not said yet
/// that it is done with it.
fn drain_of(view: View<'_>, node: &str) -> Option<Drain> {
    view.cluster.terminals.values().filter(|terminal| terminal.is_busy()).find_map(|terminal| {
        let entry = terminal.entries().last()?;
        let (out, err) = (entry.text(Stream::Out), entry.text(Stream::Err));
        let begins = |text: &str| {
            out.lines()
                .any(|line| line.strip_prefix("node/").and_then(|rest| rest.strip_prefix(node)) == Some(text))
        };
        let is_drain = entry.line.contains("drain") || out.contains("evicting pod ");
        let has_begun = begins(" cordoned") || begins(" already cordoned");
        let is_over = begins(" drained") || err.contains(&format!("unable to drain node \"{node}\""));
        (is_drain && has_begun && !is_over).then(|| Drain { timeout: timeout_of(&entry.line) })
    })
}

/// The value of a line's `--timeout`; `None` when the drain goes on as long as it takes.
fn timeout_of(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let value = words.find_map(|word| word.strip_prefix("--timeout"))?;
    let value = match value.strip_prefix('=') {
        Some(value) => value,
        None => words.next()?,
    };
    let is_for_ever = value.trim_end_matches(char::is_alphabetic).chars().all(|digit| digit == '0');
    (!is_for_ever).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::timeout_of;

    #[test]
    fn a_drain_gives_up_at_the_timeout_of_its_line() {
        for (line, expected) in [
            ("kubectl drain node-1", None),
            ("kubectl drain node-1 --timeout=30s --force", Some("30s")),
            ("kubectl drain node-1 --timeout 1m", Some("1m")),
            ("kubectl drain node-1 --timeout=0s", None),
            ("kubectl drain node-1 --timeout=0", None),
        ] {
            assert_eq!(timeout_of(line).as_deref(), expected, "{line}");
        }
    }
}
