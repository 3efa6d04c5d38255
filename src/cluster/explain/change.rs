//! How what is wrong with a Pod can be changed: that depends on whose it is.
//!
//! Of a Pod's own spec the API server changes little (`ValidatePodUpdate`, pkg/apis/core/validation,
//! Kubernetes v1.36), so a Pod that nobody owns is deleted and applied again. A Pod that a workload owns is
//! changed in the workload's template; where the workload does not replace it then, it is deleted besides.
//! And a Pod of a template that was given up needs only its deletion: going back would bring that template
//! back.

use std::rc::Rc;

use serde_json::Value;

use super::decided::take_over;
use super::explanation::{Class, Explanation, Mend};
use super::stateful_set::{index_of, partition_line, partition_of};
use super::view::{PODS_LOOKED_AT, View, named, pod_key};
use crate::api::apps::{CONTROLLER_REVISION_HASH, ControllerRevision};
use crate::api::codec::to_value;
use crate::api::deployment::{Deployment, ReplicaSet, equal_ignore_hash};
use crate::api::pod::{Container, Pod, PodSpec, PodTemplateSpec};
use crate::api::{Kind, Object, ObjectKey};

/// Paths of a Pod's fields that may be changed while it is there; an image has a command of its own.
const CHANGEABLE: [&str; 2] = ["metadata.labels", "spec.tolerations"];

/// What wakes the controller of a set that sleeps: any change of the set.
pub(super) fn wake(view: View<'_>, key: &ObjectKey) -> Mend {
    let line = format!("kubectl annotate {}{} woken=yes --overwrite", named(key), view.flag(key));
    Mend::line("Change anything about the set: that wakes its controller", line)
}

/// A Pod and whose it is.
pub(super) struct Owned<'a> {
    view: View<'a>,
    key: &'a ObjectKey,
    pod: &'a Pod,
    /// The workload that it comes from in the end.
    workload: Option<ObjectKey>,
}

/// A Pod as it is owned.
pub(super) fn owned<'a>(view: View<'a>, key: &'a ObjectKey, pod: &'a Pod) -> Owned<'a> {
    Owned { view, key, pod, workload: view.workload(&pod.metadata) }
}

impl Owned<'_> {
    /// With what changes a field of the Pod: `words` say to what.
    pub(super) fn edit(&self, explanation: Explanation, words: &str, path: &str) -> Explanation {
        if let Some(workload) = self.workload.as_ref().filter(|it| self.keeps_fault(it, path)) {
            let change = Mend::edit(words, self.view.pod_field(self.pod, path));
            return self.changed_again(explanation, change, workload);
        }
        let is_changeable = self.workload.is_some() || CHANGEABLE.contains(&path);
        let mend = if is_changeable {
            Mend::edit(words, self.view.pod_field(self.pod, path))
        } else {
            let words =
                format!("{words}: delete it and apply it changed, as a Pod's own spec stays as it is");
            Mend::line(words, self.deletion())
        };
        self.with(explanation, Some(mend))
    }

    /// With another image for a container.
    pub(super) fn image(&self, explanation: Explanation, container: &Container) -> Explanation {
        let target = self.workload.as_ref().unwrap_or(self.key);
        let flag = self.view.flag(self.key);
        let line = format!("kubectl set image {} {}=IMAGE{flag}", named(target), container.name);
        let change = Mend::line("Give it an image that can be pulled", line);
        let at = self.pod.spec.containers.iter().position(|known| known.name == container.name);
        let path = at.map(|at| format!("spec.containers[{at}].image")).unwrap_or_default();
        match self.workload.as_ref().filter(|it| self.keeps_fault(it, &path)) {
            Some(workload) => self.changed_again(explanation, change, workload),
            None => self.with(explanation, Some(change)),
        }
    }

    /// With what follows from the template alone, as nobody knows which field of it is wrong.
    pub(super) fn template(&self, explanation: Explanation) -> Explanation {
        self.with(explanation, None)
    }

    /// With a change of the Pod, or of its template, and what must come after that.
    fn with(&self, mut explanation: Explanation, change: Option<Mend>) -> Explanation {
        match &self.workload {
            Some(workload) if self.is_outdated(workload) => self.replaced(explanation, workload),
            _ => {
                explanation.mends.extend(change);
                self.follow(explanation)
            }
        }
    }

    fn deletion(&self) -> String {
        deletion(self.view, self.key)
    }

    /// Whether the set has another template by now, and a field in which that is no better.
    fn keeps_fault(&self, workload: &ObjectKey, path: &str) -> bool {
        if !self.is_outdated(workload) {
            return false;
        }
        let template = match self.view.object(workload) {
            Some(Object::StatefulSet(set)) => &set.spec.template,
            Some(Object::DaemonSet(set)) => &set.spec.template,
            _ => return false,
        };
        let Some(path) = path.strip_prefix("spec.") else { return false };
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        let value = |spec: &PodSpec| to_value(spec).pointer(&pointer).cloned();
        let (own, wanted) = (value(&self.pod.spec), value(&template.spec));
        if path == "tolerations" {
            // Each Pod gets some besides.
            let list = |value: Option<Value>| value.and_then(|value| value.as_array().cloned());
            let own = list(own).unwrap_or_default();
            return list(wanted).unwrap_or_default().iter().all(|wanted| own.contains(wanted));
        }
        own == wanted
    }

    /// The template that the set has now must be changed as well, and the Pod must go.
    fn changed_again(&self, explanation: Explanation, change: Mend, workload: &ObjectKey) -> Explanation {
        let has = format!("{} has another one by now, with the same fault", named(workload));
        let words =
            format!("Then delete the stuck Pod: it comes back with the template of {}", named(workload));
        explanation.fact("template", has).mend(change).mend(Mend::line(words, self.deletion()))
    }

    /// The template is another one by now: it is the Pod that must go.
    fn replaced(&self, explanation: Explanation, workload: &ObjectKey) -> Explanation {
        let mut explanation =
            explanation.fact("template", format!("{} has another one by now", named(workload)));
        if workload.kind == Kind::Deployment {
            if self.is_paused(workload) {
                return explanation.mend(self.resume(workload, "Resume the rollout: it takes the Pod away"));
            }
            // The rollout takes Pods of old templates away that are not ready.
            explanation.class = explanation.class.min(Class::Waiting);
            return explanation;
        }
        if let Some(line) = self.lower_partition(workload) {
            explanation = explanation
                .mend(Mend::line("Let the update reach the Pod: the partition keeps it off", line));
        }
        let is_first = explanation.mends.is_empty();
        let words = if is_first { "Delete" } else { "Then delete" };
        let words = format!(
            "{words} the stuck Pod: it comes back with the template that {} has now",
            named(workload)
        );
        explanation.mend(Mend::line(words, self.deletion()))
    }

    /// Going back, and what must follow where a new template does not reach the Pod.
    fn follow(&self, mut explanation: Explanation) -> Explanation {
        let Some(workload) = &self.workload else { return explanation };
        if self.is_paused(workload) {
            let words = "Then resume the rollout: a paused Deployment rolls no template out";
            return explanation.mend(self.resume(workload, words));
        }
        if has_earlier_revision(self.view, workload) {
            let line = format!("kubectl rollout undo {}{}", named(workload), self.view.flag(workload));
            explanation = explanation.mend(Mend::line("Or go back to the template before", line));
        }
        if explanation.mends.is_empty() {
            return explanation;
        }
        if let Some(line) = self.lower_partition(workload) {
            let words = "Then let the update reach the Pod: the partition keeps it off";
            explanation = explanation.mend(Mend::line(words, line));
        }
        match self.stays_because(workload) {
            Some(why) => {
                explanation.mend(Mend::line(format!("Then delete the stuck Pod: {why}"), self.deletion()))
            }
            None => explanation,
        }
    }

    /// Why a new template alone does not replace the Pod.
    fn stays_because(&self, workload: &ObjectKey) -> Option<&'static str> {
        match self.view.object(workload)? {
            Object::StatefulSet(set) if set.spec.update_strategy.type_ == "OnDelete" => Some(ON_DELETE),
            Object::DaemonSet(set) if set.spec.update_strategy.type_ == "OnDelete" => Some(ON_DELETE),
            Object::StatefulSet(set) if set.spec.pod_management_policy != "Parallel" => {
                Some("OrderedReady waits for it, and a new template alone never reaches it")
            }
            Object::ReplicaSet(_) => {
                Some("a ReplicaSet makes new Pods of a new template, and leaves those it has")
            }
            _ => None,
        }
    }

    /// The line that lets an update reach a Pod below the partition.
    fn lower_partition(&self, workload: &ObjectKey) -> Option<String> {
        let Some(Object::StatefulSet(set)) = self.view.object(workload) else { return None };
        let index = index_of(set, &self.pod.metadata.name)?;
        let is_rolling = set.spec.update_strategy.type_ != "OnDelete";
        (is_rolling && index < partition_of(set)).then(|| partition_line(self.view, workload, index))
    }

    fn is_paused(&self, workload: &ObjectKey) -> bool {
        matches!(self.view.object(workload), Some(Object::Deployment(deployment)) if deployment.spec.paused)
    }

    fn resume(&self, workload: &ObjectKey, words: &str) -> Mend {
        let line = format!("kubectl rollout resume {}{}", named(workload), self.view.flag(workload));
        Mend::line(words, line)
    }

    /// Whether the workload has another template than the one that the Pod was made of.
    fn is_outdated(&self, workload: &ObjectKey) -> bool {
        match self.view.object(workload) {
            Some(Object::StatefulSet(_) | Object::DaemonSet(_)) => self.is_of_old_revision(workload),
            Some(Object::Deployment(deployment)) => self.is_of_old_set(deployment),
            Some(Object::ReplicaSet(set)) => !is_made_of(self.pod, &set.spec.template),
            _ => false,
        }
    }

    fn is_of_old_revision(&self, workload: &ObjectKey) -> bool {
        let newest = revisions(self.view, workload).max_by_key(|revision| revision.revision);
        let (Some(own), Some(newest)) = (self.pod.metadata.labels.get(CONTROLLER_REVISION_HASH), newest)
        else {
            return false;
        };
        // A StatefulSet's Pods bear the revision's name, a DaemonSet's its hash.
        *own != newest.metadata.name && newest.metadata.labels.get(CONTROLLER_REVISION_HASH) != Some(own)
    }

    fn is_of_old_set(&self, deployment: &Deployment) -> bool {
        let set = self.view.controller(&self.pod.metadata);
        let set = set.and_then(|set| self.view.typed::<ReplicaSet>(&set.namespace, &set.name));
        set.is_some_and(|set| !equal_ignore_hash(&set.spec.template, &deployment.spec.template))
    }
}

const ON_DELETE: &str = "OnDelete leaves it to people to replace Pods";

/// The line that deletes a Pod.
pub(super) fn deletion(view: View<'_>, pod: &ObjectKey) -> String {
    format!("kubectl delete pod {}{}", pod.name, view.flag(pod))
}

/// Why a Pod of a set's newest template is stuck; `None` where all of them are well, or will be.
pub(super) fn stuck_update(view: View<'_>, set: &ObjectKey) -> Option<Explanation> {
    let uid = view.object(set)?.meta().uid.clone();
    let newest = revisions(view, set).max_by_key(|revision| revision.revision)?;
    let hash = newest.metadata.labels.get(CONTROLLER_REVISION_HASH);
    let is_unwell = |pod: &&Rc<Pod>| {
        let own = pod.metadata.labels.get(CONTROLLER_REVISION_HASH);
        let is_new = own.is_some() && (own == Some(&newest.metadata.name) || own == hash);
        is_new && !pod.is_running_and_ready() && !pod.is_terminating()
    };
    let mut pods = view.pods_of(&set.namespace, &uid).filter(is_unwell).take(PODS_LOOKED_AT);
    pods.find_map(|pod| view.blocked(&pod_key(pod)))
}

/// What is said of an `OnDelete` update one of whose Pods is stuck: that one comes first.
pub(super) fn stuck_first(mut explanation: Explanation, stuck: Explanation) -> Explanation {
    explanation.sentence = format!(
        "{} has the new template and does not get ready: before other Pods are deleted for it, see to that one",
        named(&stuck.object)
    );
    take_over(&mut explanation, stuck);
    explanation
}

/// Whether a Pod may have been made of a template, by what most often keeps Pods from running: what is added
/// to each new Pod makes the whole differ.
fn is_made_of(pod: &Pod, template: &PodTemplateSpec) -> bool {
    let same = |(own, wanted): (&Container, &Container)| {
        own.image == wanted.image && own.command == wanted.command && own.resources == wanted.resources
    };
    let (own, wanted) = (&pod.spec, &template.spec);
    let all = own.containers.iter().chain(&own.init_containers);
    own.containers.len() == wanted.containers.len()
        && all.zip(wanted.containers.iter().chain(&wanted.init_containers)).all(same)
        && own.node_selector == wanted.node_selector
        && own.affinity == wanted.affinity
}

fn revisions<'a>(view: View<'a>, workload: &ObjectKey) -> impl Iterator<Item = &'a ControllerRevision> {
    let uid = view.object(workload).map(|object| object.meta().uid.clone());
    let all = view.list::<ControllerRevision>(Some(&workload.namespace));
    all.filter(move |revision| uid.as_ref().is_some_and(|uid| revision.metadata.is_controlled_by(uid)))
        .map(|revision| &**revision)
}

/// Whether a workload has had another template before.
pub(super) fn has_earlier_revision(view: View<'_>, workload: &ObjectKey) -> bool {
    if workload.kind != Kind::Deployment {
        return revisions(view, workload).nth(1).is_some();
    }
    let Some(uid) = view.object(workload).map(|object| object.meta().uid.as_str()) else { return false };
    let mut sets = view.list::<ReplicaSet>(Some(&workload.namespace));
    sets.by_ref().filter(|set| set.metadata.is_controlled_by(uid)).nth(1).is_some()
}
