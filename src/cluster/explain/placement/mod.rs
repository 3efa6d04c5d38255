//! Pods without a node: what the scheduler's last attempt found, and whether another one can find more.
//!
//! Of several plugins that refuse nodes the one that is asked last counts: the nodes that it refused passed
//! all others, so they are the nearest to being possible.

mod rules;

pub(super) use self::rules::RULES;

use std::rc::Rc;

use self::rules::{
    BINDING, CLAIM_MISSING, CLAIM_UNBOUND, GATED, NO_NODES, NOT_BOUND, OTHER_SCHEDULER, PREEMPTING, QUEUED,
    SCHEDULER,
};
use super::change::owned;
use super::decided::take_over;
use super::explanation::{Class, Explanation, Field, Mend};
use super::obstacle;
use super::view::{View, count, pod_key};
use crate::api::pod::Pod;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, ObjectKey, Timestamp};
use crate::scheduler::{Attempt, Place, Plugin, Preemption, Rejection};

/// The attempts for a pod, the newest first; those for an earlier one of its name are left out.
pub(super) fn attempts<'a>(view: View<'a>, pod: &Pod) -> Vec<&'a Attempt> {
    let since = pod.metadata.creation_timestamp;
    let key = pod_key(pod);
    let all = view.cluster.scheduler().attempts(&key).rev();
    let of_it = |attempt: &&Rc<Attempt>| since.is_none_or(|since| Timestamp::at(attempt.at) >= since);
    all.take_while(of_it).map(|attempt| &**attempt).collect()
}

/// Why a pod has no node.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Explanation {
    let name = &key.name;
    let scheduler = pod.spec.scheduler_name.as_str();
    if !scheduler.is_empty() && scheduler != SCHEDULER {
        let explanation = Explanation::new(
            key,
            OTHER_SCHEDULER,
            format!("Pod {name} waits for the scheduler {scheduler}, and there is none of that name"),
        )
        .fact("schedulerName", scheduler)
        .field(view.pod_field(pod, "spec.schedulerName"));
        let words = "Take schedulerName away, so that default-scheduler places it";
        return owned(view, key, pod).edit(explanation, words, "spec.schedulerName");
    }
    let place = view.cluster.scheduler().place(&pod.metadata.uid);
    if place == Some(Place::Gated) {
        let field = view.pod_field(pod, "spec.schedulingGates");
        let line = format!(
            "kubectl patch pod {name}{} --type=merge -p '{{\"spec\":{{\"schedulingGates\":null}}}}'",
            view.flag(key)
        );
        return Explanation::new(
            key,
            GATED,
            format!("Pod {name} has scheduling gates: it is not placed before they are taken away"),
        )
        .field(field)
        .mend(Mend::line("Take the gates away", line));
    }
    let tried = attempts(view, pod);
    let Some(attempt) = tried.first().copied() else {
        return Explanation::new(key, QUEUED, format!("Pod {name} waits for the scheduler's first look"));
    };
    let explanation = by_attempt(view, key, pod, attempt).at(Some(attempt.at)).fact("attempts", tried.len());
    match place {
        Some(Place::Backoff | Place::ErrorBackoff | Place::Active) => {
            explanation.fact("queue", "it is tried again in a moment")
        }
        _ => explanation,
    }
}

fn by_attempt(view: View<'_>, key: &ObjectKey, pod: &Pod, attempt: &Attempt) -> Explanation {
    let name = &key.name;
    if let Some(why) = &attempt.not_bound {
        let node = attempt.chosen.as_deref().unwrap_or_default();
        return Explanation::new(
            key,
            NOT_BOUND,
            format!("Pod {name} was to run on {node}, and could not be bound: {why}"),
        )
        .fact("node", node);
    }
    if let Some(node) = &attempt.chosen {
        return volumes_binding(view, key, pod, node);
    }
    if let Some((plugin, message)) = &attempt.before {
        return refused_at_once(view, key, pod, *plugin, message);
    }
    if let Preemption::Victims { node, pods } = &attempt.preemption {
        let have = if pods.len() == 1 { "has" } else { "have" };
        let sentence =
            format!("Pod {name} waits until {} on {node} {have} made room for it", pods.join(", "));
        return Explanation::new(key, PREEMPTING, sentence)
            .fact("nominatedNodeName", node)
            .fact("victims", pods.join(", "))
            .fact("priority", pod.spec.priority.unwrap_or_default());
    }
    let groups = groups(attempt);
    let Some((_, nearest)) = groups.last() else {
        return Explanation::new(key, NO_NODES, format!("Pod {name} has no node: {}", attempt.message))
            .mend(Mend::line("Let a machine join", "fault add node/NAME"));
    };
    let mut explanation = obstacle::explain(view, key, pod, nearest, attempt.nodes.len());
    for (plugin, refused) in &groups {
        let mut words: Vec<&str> =
            refused.iter().flat_map(|(_, no)| no.reasons.iter().map(AsRef::as_ref)).collect();
        words.dedup();
        explanation =
            explanation.fact(plugin.name(), format!("refuses {}: {}", nodes(refused), words.join(", ")));
    }
    // Another node may be easier to open than the nearest is to mend.
    let cordoned = groups.iter().rev().skip(1).find(|(plugin, _)| *plugin == Plugin::NodeUnschedulable);
    if let Some((_, refused)) = cordoned {
        explanation.first_mend(obstacle::uncordon(view, key, refused));
    }
    explanation
}

/// The nodes of a group by name, or how many they are.
fn nodes(refused: &[Refused<'_>]) -> String {
    if refused.len() > 4 {
        return count(refused.len(), "node");
    }
    refused.iter().map(|(node, _)| *node).collect::<Vec<_>>().join(", ")
}

/// A node, and why it was refused.
pub(super) type Refused<'a> = (&'a str, &'a Rejection);

/// The refused nodes by plugin, in the order in which the plugins are asked.
fn groups(attempt: &Attempt) -> Vec<(Plugin, Vec<Refused<'_>>)> {
    let of = |plugin: Plugin| {
        let refused = attempt.nodes.iter().filter_map(|verdict| {
            let no = verdict.rejected.as_ref().filter(|no| no.plugin == plugin)?;
            Some((&*verdict.node, no))
        });
        (plugin, refused.collect::<Vec<_>>())
    };
    Plugin::FILTERS.into_iter().map(of).filter(|(_, refused)| !refused.is_empty()).collect()
}

/// A node is chosen; the claims are on their way.
fn volumes_binding(view: View<'_>, key: &ObjectKey, pod: &Pod, node: &str) -> Explanation {
    let name = &key.name;
    let mut claims = pod.claim_names();
    let unbound = claims.find(|claim| {
        let claim = view.typed::<PersistentVolumeClaim>(&key.namespace, claim);
        claim.is_none_or(|claim| claim.status.phase != "Bound")
    });
    let mut explanation = Explanation::new(
        key,
        BINDING,
        match &unbound {
            Some(claim) => {
                format!("Pod {name} is to run on {node}, and waits until its claim {claim} has a volume")
            }
            None => format!("Pod {name} is to run on {node}, and is being bound"),
        },
    );
    explanation = explanation.fact("node", node);
    if let Some(claim) = unbound {
        let claim = ObjectKey::new(Kind::PersistentVolumeClaim, key.namespace.clone(), claim);
        explanation.held_up_by = Some(claim.clone());
        if let Some(blocked) = view.blocked(&claim) {
            take_over(&mut explanation, blocked);
        }
    }
    explanation
}

/// A plugin refused the pod before any node was looked at: its claims, or node names that exclude each other.
fn refused_at_once(view: View<'_>, key: &ObjectKey, pod: &Pod, plugin: Plugin, message: &str) -> Explanation {
    let name = &key.name;
    if plugin == Plugin::NodeAffinity {
        return obstacle::no_node_matches(
            view,
            key,
            pod,
            format!("no node can have all names that Pod {name} asks for"),
            &[],
        );
    }
    let claim_key = |claim: &str| ObjectKey::new(Kind::PersistentVolumeClaim, key.namespace.clone(), claim);
    for claim in pod.claim_names() {
        let claim = claim.as_ref();
        let claim_key = claim_key(claim);
        let Some(found) = view.typed::<PersistentVolumeClaim>(&key.namespace, claim) else {
            let index = pod.spec.volumes.iter().position(|volume| {
                volume.persistent_volume_claim.as_ref().is_some_and(|source| source.claim_name == claim)
            });
            let path = format!("spec.volumes[{}].persistentVolumeClaim.claimName", index.unwrap_or_default());
            let sentence = format!("Pod {name} waits for its claim {claim}, which does not exist");
            let mut explanation = Explanation::new(key, CLAIM_MISSING, sentence).fact("claim", claim);
            let template = missing_field(view, pod, claim);
            let is_of_template = template.is_some();
            explanation.field = Some(template.unwrap_or_else(|| view.pod_field(pod, &path)));
            explanation = explanation.fact("scheduler", message);
            if is_of_template {
                // Its set makes claims with its Pods, and so with the next one of the name.
                let line = format!("kubectl delete pod {name}{}", view.flag(key));
                return explanation
                    .mend(Mend::line("Delete the Pod: the next one comes with its claim", line));
            }
            let words = format!("Apply a claim of the name {claim}: the Pod is tried again then");
            explanation = explanation.mend(Mend { words, line: None, field: None });
            return owned(view, key, pod).edit(explanation, "Or name a claim that exists", &path);
        };
        if found.status.phase != "Bound" {
            let sentence = format!("Pod {name} waits until its claim {claim} has a volume");
            let mut explanation = Explanation::new(key, CLAIM_UNBOUND, sentence).fact("claim", claim);
            explanation.field = view.field(&claim_key, "spec.storageClassName");
            explanation.held_up_by = Some(claim_key.clone());
            if let Some(blocked) = view.blocked(&claim_key) {
                take_over(&mut explanation, blocked);
            }
            return explanation;
        }
    }
    Explanation::new(key, CLAIM_UNBOUND, format!("Pod {name} is not placed: {message}")).class(Class::Waiting)
}

/// Where a set says what its claims look like.
fn missing_field(view: View<'_>, pod: &Pod, claim: &str) -> Option<Field> {
    let workload = view.workload(&pod.metadata).filter(|workload| workload.kind == Kind::StatefulSet)?;
    let set = view.typed::<crate::api::apps::StatefulSet>(&workload.namespace, &workload.name)?;
    let templates = &set.spec.volume_claim_templates;
    let index = templates
        .iter()
        .position(|template| claim == format!("{}-{}", template.metadata.name, pod.metadata.name))?;
    Some(Field { object: workload, path: format!("spec.volumeClaimTemplates[{index}]") })
}
