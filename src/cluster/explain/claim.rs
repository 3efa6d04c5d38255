//! Claims: what a claim without a volume waits for, and whether it can ever get one.

use super::decided::{decided, take_over};
use super::explanation::{Class, Explanation, Mend};
use super::kinds::content;
use super::rule::{Ends, Rule, rule};
use super::view::{View, pod_key};
use crate::api::apps::StatefulSet;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::volume::{claim_class, is_reachable_from};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::controllers::volume::PROVISIONERS;

const NOBODY: Rule = rule(
    "persistentvolume-controller",
    "NobodyProvisions",
    Ends::Person,
    "spec.storageClassName",
    "A claim waits for the provisioner that its class names. One that does not run never makes a volume.",
);

pub(super) const RULES: &[&Rule] = &[&NOBODY];

/// Why a claim is as it is.
pub(super) fn explain(
    view: View<'_>,
    key: &ObjectKey,
    claim: &std::rc::Rc<PersistentVolumeClaim>,
) -> Explanation {
    let object = Object::PersistentVolumeClaim(claim.clone());
    let Some(mut explanation) = decided(view, key, &object) else {
        let sentence = match claim.spec.volume_name.as_str() {
            "" => format!("claim {} has no volume yet", key.name),
            volume => format!("claim {} is bound to volume {volume}", key.name),
        };
        return content(view, key, &object, sentence);
    };
    let class = claim_class(claim);
    explanation = explanation.fact("storageClassName", if class.is_empty() { "none" } else { class });
    match explanation.rule.name {
        // Nobody uses it: it waits as long as it takes, and nothing is wrong.
        "WaitForFirstConsumer" | "NodeSelected" => {
            explanation.class = Class::Waiting;
            explanation
        }
        "WaitForPodScheduled" => {
            if let Some(blocked) = unplaced_users(view, claim).find_map(|pod| view.blocked(&pod_key(pod))) {
                take_over(&mut explanation, blocked);
            }
            explanation
        }
        "ExternalProvisioning" => provisioning(view, explanation, class),
        _ => mended(view, key, claim, explanation),
    }
}

fn unplaced_users<'a>(view: View<'a>, claim: &'a PersistentVolumeClaim) -> impl Iterator<Item = &'a Pod> {
    let meta = &claim.metadata;
    let uses =
        move |pod: &&std::rc::Rc<Pod>| !pod.is_bound() && pod.claim_names().any(|name| name == meta.name);
    view.list::<Pod>(Some(&meta.namespace)).filter(uses).map(|pod| &**pod)
}

fn provisioning(view: View<'_>, explanation: Explanation, class: &str) -> Explanation {
    let provisioner = view.typed::<StorageClass>("", class).map(|class| class.provisioner.as_str());
    match provisioner {
        Some(name) if !PROVISIONERS.contains(&name) => {
            let sentence = format!(
                "the class {class} leaves it to {name} to make the volume, and nobody of that name runs here"
            );
            let (by, at, field) = (explanation.by, explanation.at, explanation.field.clone());
            let mut nobody = Explanation::new(&explanation.object, NOBODY, sentence).by(by).at(at);
            nobody.field = field;
            nobody.facts = explanation.facts;
            let line = "kubectl get storageclass";
            let words =
                format!("See which classes there are: here {} make volumes", PROVISIONERS.join(" and "));
            let seen = Mend::line(words, line);
            let nobody = nobody.fact("provisioner", name).mend(seen);
            let key = nobody.object.clone();
            renew(view, &key, nobody, "")
        }
        _ => explanation.class(Class::Working),
    }
}

fn mended(
    view: View<'_>,
    key: &ObjectKey,
    claim: &PersistentVolumeClaim,
    explanation: Explanation,
) -> Explanation {
    let class = claim_class(claim);
    let volume = &claim.spec.volume_name;
    match explanation.rule.name {
        "ProvisionerRecovery" => {
            let line = format!("fault clear sc/{class}");
            explanation
                .mend(Mend::line("Let the provisioner make volumes again; it is tried by itself", line))
        }
        "VolumeAvailable" => renew(view, key, explanation, "Make a volume that fits"),
        "ProvisionerExists" => {
            let mut names: Vec<&str> =
                view.list::<StorageClass>(None).map(|class| class.metadata.name.as_str()).collect();
            names.truncate(5);
            let explanation = explanation.fact("classesThatExist", names.join(", "));
            renew(view, key, explanation, &format!("Make a StorageClass of the name {class}"))
        }
        "VolumeExists" => renew(view, key, explanation, &format!("Make the volume {volume}")),
        "VolumeMatches" | "VolumeFree" => renew(view, key, explanation, ""),
        "VolumeLost" => {
            let line = format!("kubectl delete pvc {}{} --wait=false", key.name, view.flag(key));
            explanation.mend(Mend::line("Delete the claim: a new one gets a new, empty volume", line))
        }
        _ => explanation,
    }
}

/// With what else can be done, and the way to another claim: its spec stays as it is, and so do the
/// `volumeClaimTemplates` of a set.
pub(super) fn renew(
    view: View<'_>,
    key: &ObjectKey,
    mut explanation: Explanation,
    first: &str,
) -> Explanation {
    if !first.is_empty() {
        explanation = explanation.mend(Mend { words: first.to_owned(), line: None, field: None });
    }
    let or = if first.is_empty() { "Delete" } else { "Or delete" };
    let flag = view.flag(key);
    let claim = view.typed::<PersistentVolumeClaim>(&key.namespace, &key.name);
    let again = format!("kubectl delete pvc {}{flag} --wait=false", key.name);
    let Some((set, _)) = claim.and_then(|claim| template_of(view, &claim.metadata)) else {
        let words = format!("{or} the claim and apply it changed: its spec stays as it is");
        return explanation.mend(Mend::line(words, again));
    };
    let words = format!(
        "{or} the set and the claim, and apply the set changed: its volumeClaimTemplates stay as they are"
    );
    let line = format!("kubectl delete {} {}{flag}; {again}", set.kind.resource().singular, set.name);
    explanation.mend(Mend::line(words, line))
}

/// The set whose template a claim was made from, and the template's place.
pub(super) fn template_of(view: View<'_>, claim: &ObjectMeta) -> Option<(ObjectKey, usize)> {
    view.list::<StatefulSet>(Some(&claim.namespace)).find_map(|set| {
        let meta = &set.metadata;
        let of_set = |template: &PersistentVolumeClaim| {
            let rest = claim.name.strip_prefix(&format!("{}-{}-", template.metadata.name, meta.name));
            rest.is_some_and(|ordinal| ordinal.parse::<u32>().is_ok())
        };
        let index = set.spec.volume_claim_templates.iter().position(of_set)?;
        Some((ObjectKey::new(Kind::StatefulSet, meta.namespace.clone(), meta.name.clone()), index))
    })
}

/// The nodes from which the volume of a claim can be reached; `None` when it has none.
pub(super) fn reachable_from(view: View<'_>, claim: &ObjectKey) -> Option<String> {
    let claim = view.typed::<PersistentVolumeClaim>(&claim.namespace, &claim.name)?;
    let volume = view.typed::<PersistentVolume>("", &claim.spec.volume_name)?;
    let nodes = view.list::<Node>(None).filter(|node| is_reachable_from(volume, node));
    let names: Vec<&str> = nodes.take(5).map(|node| node.metadata.name.as_str()).collect();
    Some(if names.is_empty() { "no node".to_owned() } else { names.join(", ") })
}
