//! What controllers have decided about an object, as an explanation: the gravest of their newest verdicts.

use super::explanation::{Class, Explanation};
use super::rule::Ends;
use super::rules::of_decision;
use super::view::{View, named};
use crate::api::{Kind, Object, ObjectKey};
use crate::controllers::{Decision, Reason, Verdict};

/// The fact that names the object that holds another one up.
pub(super) const HELD_UP_BY: &str = "heldUpBy";

/// The fact that says how long it still takes.
pub(super) const SECONDS_LEFT: &str = "secondsLeft";

/// The newest decision of each controller about an object; those that were made about an earlier one of its
/// name are left out. The newest comes first.
pub(super) fn last_words<'a>(view: View<'a>, key: &ObjectKey, uid: &str) -> Vec<&'a Decision> {
    let mut latest: Vec<&Decision> = Vec::new();
    for decision in view.cluster.decisions(key).iter().rev() {
        if decision.uid == uid && latest.iter().all(|known| known.by != decision.by) {
            latest.push(decision);
        }
    }
    latest
}

/// What was decided about an object; `None` when every controller is content, or none has looked yet.
pub(super) fn decided(view: View<'_>, key: &ObjectKey, object: &Object) -> Option<Explanation> {
    let words = last_words(view, key, &object.meta().uid);
    let mut found: Vec<Explanation> =
        words.iter().filter_map(|decision| explained(view, key, object, decision)).collect();
    // Of equally grave ones that which names what it waits for, then the newest: `max_by_key` takes the last.
    let weight = |about: &Explanation| (about.class, matches!(about.rule.ends, Ends::Other | Ends::Person));
    let heaviest = found.iter().map(weight).max()?;
    let first = found.iter().position(|about| weight(about) == heaviest)?;
    let mut chosen = found.remove(first);
    chosen.also = found.into_iter().map(|other| (other.by, other.sentence)).collect();
    Some(chosen)
}

fn explained(view: View<'_>, key: &ObjectKey, object: &Object, decision: &Decision) -> Option<Explanation> {
    let reason = decision.verdict.reason()?;
    let rule = of_decision(decision.by, reason.name);
    let mut explanation =
        Explanation::new(key, rule, reason.sentence.clone()).by(decision.by).at(Some(decision.at));
    explanation.facts.clone_from(&reason.facts);
    explanation.field = view.field(key, rule.path);
    let is_old = reason.object.as_ref().is_some_and(|awaited| view.is_unseen(awaited));
    match decision.verdict {
        Verdict::Converged => return None,
        Verdict::Progressing(_) => explanation.class = Class::Working,
        Verdict::Failed(_) => {
            explanation = super::refused::explain(view, explanation, object.meta(), reason);
        }
        Verdict::Waiting(_) => {
            time_left(view, &mut explanation, reason);
            explanation.held_up_by.clone_from(&reason.object);
            if rule.ends == Ends::Other {
                hold_up(view, &mut explanation, object, reason);
            }
            // Nothing will happen any more: then nothing ends it by itself either.
            if explanation.class == Class::Waiting && view.cluster.next_due().is_none() {
                explanation.class = Class::Blocked;
            }
        }
    }
    if is_old {
        let seen = " (as its controller last saw it; it has yet to see what has changed since)";
        explanation.sentence.push_str(seen);
    }
    Some(explanation)
}

/// How long it still takes where time alone ends it.
fn time_left(view: View<'_>, explanation: &mut Explanation, reason: &Reason) {
    if let Some(seconds) = reason.until.and_then(|until| view.seconds_until(until)) {
        explanation.sentence.push_str(&format!(": {seconds} s left"));
        explanation.facts.push((SECONDS_LEFT.to_owned(), seconds.to_string()));
    }
}

/// What is waited for may itself be blocked for good; then so is this.
fn hold_up(view: View<'_>, explanation: &mut Explanation, object: &Object, reason: &Reason) {
    let meta = object.meta();
    let named_one = reason.object.as_ref().filter(|awaited| awaited.kind != Kind::Node);
    let blocked = named_one.and_then(|awaited| view.blocked(awaited));
    let blocked = blocked.or_else(|| match object {
        Object::DaemonSet(_) | Object::StatefulSet(_) | Object::ReplicaSet(_) => {
            view.blocked_pod(&meta.namespace, &meta.uid)
        }
        Object::Deployment(_) => super::deployment::blocked_pod(view, meta),
        _ => None,
    });
    if let Some(blocked) = blocked {
        take_over(explanation, blocked);
    }
}

/// Takes what mends the object that is waited for as what mends this one.
pub(super) fn take_over(explanation: &mut Explanation, blocked: Explanation) {
    explanation.class = Class::Blocked;
    // The one at the end of the chain is the one to look at.
    let root = blocked.facts.iter().find(|(name, _)| name == HELD_UP_BY).map(|(_, value)| value.clone());
    let root = root.unwrap_or_else(|| format!("{}: {}", named(&blocked.object), blocked.sentence));
    explanation.facts.retain(|(name, _)| name != HELD_UP_BY);
    explanation.facts.push((HELD_UP_BY.to_owned(), root));
    explanation.mends = blocked.mends;
    explanation.held_up_by = Some(blocked.held_up_by.unwrap_or(blocked.object));
}
