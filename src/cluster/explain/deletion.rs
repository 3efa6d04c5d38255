//! Objects that are to be deleted and are still there: a grace period, a lost node, or a finalizer.
//!
//! Models `removedFinalizers`/graceful deletion, staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go,
//! Kubernetes v1.36: an object goes when its kubelet is done with it and its last finalizer is gone.

use std::rc::Rc;

use super::decided::{decided, last_words, take_over};
use super::explanation::{Class, Explanation, Field, Mend};
use super::print::clock;
use super::rule::{Ends, Rule, rule};
use super::view::{View, instant, named};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Timestamp};
use crate::controllers::Verdict;
use crate::kubelet::Outage;
use crate::sim::{Span, Time};

const TERMINATING: Rule = rule(
    "kubelet",
    "Terminating",
    Ends::Done,
    "spec.terminationGracePeriodSeconds",
    "A Pod that is deleted gets SIGTERM, terminationGracePeriodSeconds to end, then SIGKILL; its object goes when the \
     kubelet has reported that all its containers have ended.",
);
const ON_LOST_NODE: Rule = rule(
    "taint-eviction-controller",
    "TerminatingOnLostNode",
    Ends::Person,
    "",
    "Only the node's own kubelet can say that a Pod has ended. While the node is lost nobody can, and the Pod's object \
     stays, so that nothing runs twice under one name.",
);
const FINALIZER: Rule = rule(
    "api-server",
    "Finalizer",
    Ends::Person,
    "metadata.finalizers",
    "An object with finalizers stays until whoever put each of them there takes it away. No controller of this \
     cluster does that for this one.",
);
const UNDER_WAY: Rule = rule(
    "api-server",
    "Deleting",
    Ends::Itself,
    "metadata.finalizers",
    "An object with finalizers stays until whoever put each of them there takes it away.",
);

pub(super) const RULES: &[&Rule] = &[&TERMINATING, &ON_LOST_NODE, &FINALIZER, &UNDER_WAY];

/// What differs where volumes are attached to machines.
const ATTACHED: &str = "this cluster's volumes are not attached to machines; with a disk that is, as a cloud's, a Pod \
    in place of one that was removed by force would wait (FailedAttachVolume, Multi-Attach error) up to 6 minutes, or \
    until the node is tainted node.kubernetes.io/out-of-service";

/// Finalizers that a controller of this cluster takes away.
const SERVED: [&str; 4] =
    ["kubernetes.io/pvc-protection", "kubernetes.io/pv-protection", "foregroundDeletion", "orphan"];

/// Why an object that is to be deleted is still there.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, object: &Object) -> Explanation {
    if let Object::Pod(pod) = object
        && let Some(explanation) = of_pod(view, key, pod)
    {
        return explanation;
    }
    if let Some(explanation) = finalizer(view, key, object) {
        return explanation;
    }
    let Some(mut explanation) = decided(view, key, object) else {
        let since = asked_at(object.meta());
        let sentence = format!("{} is being deleted", named(key));
        return Explanation::new(key, UNDER_WAY, sentence).at(since).at_a_second();
    };
    // A namespace, or an owner, goes no earlier than what is in it or below it.
    if let Some(below) = stuck_below(view, key, object) {
        take_over(&mut explanation, below);
    }
    in_use(view, key, explanation)
}

/// A claim goes when its last pod goes, a volume when its claim does; that is a person's to begin.
fn in_use(view: View<'_>, key: &ObjectKey, mut explanation: Explanation) -> Explanation {
    let user = match (explanation.rule.name, view.object(key)) {
        ("ClaimUnused", _) => explanation.held_up_by.clone(),
        ("VolumeUnused", Some(Object::PersistentVolume(volume))) => {
            volume.spec.claim_ref.as_ref().map(|claim| {
                ObjectKey::new(Kind::PersistentVolumeClaim, claim.namespace.clone(), claim.name.clone())
            })
        }
        _ => None,
    };
    let found = user.as_ref().and_then(|user| view.object(user));
    let (Some(user), Some(found)) = (user, found) else { return explanation };
    explanation.held_up_by = Some(user.clone());
    if found.meta().is_terminating() {
        // It goes first; what keeps it keeps this one.
        if let Some(blocked) = view.blocked(&user) {
            take_over(&mut explanation, blocked);
        }
        return explanation;
    }
    let line = format!("kubectl delete {} {}{}", user.kind.resource().singular, user.name, view.flag(&user));
    let explanation = explanation.class(Class::Blocked);
    explanation.mend(Mend::line(format!("Delete {}, which uses it, too", named(&user)), line))
}

/// When the deletion was asked for.
fn asked_at(meta: &ObjectMeta) -> Option<Time> {
    let grace = meta.deletion_grace_period_seconds.unwrap_or_default();
    let grace = Span::from_seconds(u64::try_from(grace).unwrap_or_default());
    let end = instant(meta.deletion_timestamp)?;
    Some(Time::from_ms(end.ms().saturating_sub(grace.ms())))
}

/// By whom a pod's deletion was asked for, and when: the taint eviction, a controller of the pod's, or else
/// somebody who asked the API server.
fn asked_for(view: View<'_>, key: &ObjectKey, pod: &Pod, explanation: Explanation) -> Explanation {
    let meta = &pod.metadata;
    let eviction = last_words(view, key, &meta.uid).into_iter();
    let mut eviction = eviction.filter(|decision| decision.by == ON_LOST_NODE.by);
    let asked = asked_at(meta);
    let owner = view.controller(meta);
    let by_owner = || {
        let decisions = view.cluster.decisions(owner.as_ref()?);
        decisions.iter().rfind(|decision| {
            let Verdict::Progressing(reason) = &decision.verdict else { return false };
            let is_then = asked == instant(Some(Timestamp::at(decision.at)));
            reason.object.as_ref() == Some(key) && is_then
        })
    };
    match eviction.next().or_else(by_owner) {
        Some(decision) => explanation.by(decision.by).at(Some(decision.at)),
        None => explanation.by("api-server").at(asked).at_a_second(),
    }
}

/// A finalizer that nobody here takes away.
fn finalizer(view: View<'_>, key: &ObjectKey, object: &Object) -> Option<Explanation> {
    let finalizers = &object.meta().finalizers;
    let foreign = finalizers.iter().find(|name| !SERVED.contains(&name.as_str()))?;
    let line = format!(
        "kubectl patch {} {}{} --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'",
        key.kind.resource().singular,
        key.name,
        view.flag(key)
    );
    let sentence =
        format!("{} is to be deleted and stays: its finalizer {foreign} is never taken away", named(key));
    let field = Field { object: key.clone(), path: "metadata.finalizers".to_owned() };
    Some(
        Explanation::new(key, FINALIZER, sentence)
            .at(asked_at(object.meta()))
            .at_a_second()
            .fact("metadata.finalizers", finalizers.join(", "))
            .field(field)
            .mend(Mend::line("Take the finalizers away, if what they stand for is done or not wanted", line)),
    )
}

fn of_pod(view: View<'_>, key: &ObjectKey, pod: &Rc<Pod>) -> Option<Explanation> {
    if !pod.is_bound() {
        return None;
    }
    let node = view.typed::<Node>("", &pod.spec.node_name)?;
    let meta = &pod.metadata;
    let force = format!("kubectl delete pod {}{} --grace-period=0 --force", key.name, view.flag(key));
    let is_collected = || {
        let object = Object::Pod(Rc::clone(pod));
        decided(view, key, &object).is_some_and(|decided| decided.rule.name == "CollectorLook")
    };
    if !node.is_ready() {
        if is_collected() {
            return None;
        }
        let sentence = format!(
            "Pod {} was to end, but its node {} is lost: nobody can say whether it has, so its object stays",
            key.name, pod.spec.node_name
        );
        let ready = Condition::find(&node.status.conditions, "Ready");
        let mut explanation = asked_for(view, key, pod, Explanation::new(key, ON_LOST_NODE, sentence))
            .fact("node", &pod.spec.node_name)
            .fact("nodeReady", ready.map_or("none", |ready| ready.status.as_str()));
        explanation.held_up_by = Some(ObjectKey::new(Kind::Node, "", pod.spec.node_name.clone()));
        if let Some((outage, since)) = outage(view, &pod.spec.node_name) {
            explanation.facts.push((format!("node{}", outage_words(outage)), clock(since)));
            explanation = explanation.mend(Mend::line(
                "Bring the node back: its kubelet then ends the Pod and reports it",
                format!("fault start node/{}", pod.spec.node_name),
            ));
        }
        if pod.claim_names().next().is_some() {
            explanation.also.push(("attachdetach-controller", ATTACHED.to_owned()));
        }
        return Some(explanation.mend(Mend::line(
            "Remove the object by force, once you are sure that the machine is off: it may still run there",
            force,
        )));
    }
    if !meta.finalizers.is_empty() && pod.is_terminal() {
        return None;
    }
    let grace = meta.deletion_grace_period_seconds.unwrap_or_default();
    let sentence = format!(
        "Pod {} is ending: the kubelet of {} has sent SIGTERM and kills what is left after {grace} s",
        key.name, pod.spec.node_name
    );
    Some(
        Explanation::new(key, TERMINATING, sentence)
            .at(asked_at(&pod.metadata))
            .at_a_second()
            .fact("terminationGracePeriodSeconds", grace)
            .fact("deletionTimestamp", meta.deletion_timestamp.map(|at| at.to_string()).unwrap_or_default())
            .field(view.pod_field(pod, "spec.terminationGracePeriodSeconds")),
    )
}

/// What keeps a machine away, and since when.
pub(super) fn outage(view: View<'_>, node: &str) -> Option<(Outage, Time)> {
    view.cluster.kubelets().machines().find(|(name, _)| *name == node)?.1
}

/// The end of `node has …`, in one word.
pub(super) fn outage_words(outage: Outage) -> &'static str {
    match outage {
        Outage::KubeletStopped => "WithoutKubelet",
        Outage::Partitioned => "CutOff",
        Outage::PoweredOff => "WithoutPower",
    }
}

/// The first object in a namespace, or below an owner, that is stuck in its own deletion.
fn stuck_below(view: View<'_>, key: &ObjectKey, object: &Object) -> Option<Explanation> {
    let uid = object.meta().uid.as_str();
    let namespace = if key.kind == Kind::Namespace { &key.name } else { &key.namespace };
    let is_below = |below: &&Object| {
        key.kind == Kind::Namespace || below.meta().owner_references.iter().any(|owner| owner.uid == uid)
    };
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_namespaced() && **kind != Kind::Event);
    let mut below = kinds.flat_map(|kind| view.cluster.server().list(*kind, Some(namespace.as_str())));
    below.find_map(|below| {
        let is_leaving = below.meta().is_terminating() && is_below(&below);
        if is_leaving { view.blocked(&below.key()) } else { None }
    })
}

/// What else runs under a pod's name, and how its machine is: what the API server cannot know.
pub(super) fn truth_about(view: View<'_>, pod: &Pod) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some((outage, since)) = outage(view, &pod.spec.node_name) {
        let how = match outage {
            Outage::KubeletStopped => "has no kubelet",
            Outage::Partitioned => "cannot be reached",
            Outage::PoweredOff => "has no power",
        };
        let node = &pod.spec.node_name;
        facts.push(("machine".to_owned(), format!("{node} {how} since {}", clock(since))));
    }
    let meta = &pod.metadata;
    let others = view.cluster.kubelets().running().filter(|running| {
        let other = &running.pod.metadata;
        other.name == meta.name && other.namespace == meta.namespace && other.uid != meta.uid
    });
    for other in others {
        let (uid, node) = (&other.pod.metadata.uid, other.node);
        let value = format!(
            "an earlier {} (uid {uid}) still runs on {node}: its object was removed without waiting for its end",
            meta.name
        );
        facts.push(("runsTwice".to_owned(), value));
    }
    facts
}
