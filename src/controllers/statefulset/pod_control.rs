//! Carries out one thing of a plan: makes a pod and its claims, deletes, mends, and tells Events about it.
//!
//! Models `stateful_pod_control.go`, `newStatefulSetPod` and `updateIdentity`, pkg/controller/statefulset,
//! Kubernetes v1.36. An update that meets a conflict is tried again with the pod as the server then has it:
//! upstream looks into its cache, which in the pause before each try has caught up, above all with the set's
//! own adoption of the pod. Left out: these pauses, and a cache that stays behind for longer than they last.

use std::rc::Rc;

use super::claims::{Holder, new_claim, storage_matches, update_storage, updated_owners};
use super::ordinals::{in_range, pod_name};
use super::plan::{ClaimStep, Side, Task, TaskKind};
use super::pods::{POD_INDEX_LABEL, POD_NAME_LABEL, PodTable};
use crate::api::apps::{CONTROLLER_REVISION_HASH, StatefulSet};
use crate::api::pod::{Pod, PodTemplateSpec};
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::{Cache, DeleteOptions, EventType, Request, StatusError};
use crate::controllers::api_access::Api;

/// The source of the controller's Events.
pub(crate) const COMPONENT: &str = "statefulset-controller";

/// How often an update that meets conflicts is tried (`retry.DefaultBackoff`).
const UPDATE_TRIES: usize = 4;

/// A template with the name of its revision.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// The revision's name.
    pub(crate) revision: String,
    /// The template.
    pub(crate) spec: Rc<PodTemplateSpec>,
}

/// What is done to a pod or claim, as Events spell it.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Create,
    Update,
    Delete,
}

impl Verb {
    const fn title(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }
}

/// A sync's hands.
pub(crate) struct PodControl<'a> {
    /// The server.
    pub(crate) api: &'a mut dyn Api,
    /// The controller's copy.
    pub(crate) cache: &'a Cache,
    /// The set.
    pub(crate) set: &'a Rc<StatefulSet>,
    /// Its pods.
    pub(crate) pods: &'a PodTable,
    /// The template of the current revision.
    pub(crate) current: &'a Template,
    /// The template of the update revision.
    pub(crate) update: &'a Template,
    /// The newest version of each kind that was written.
    pub(crate) wrote: Vec<(Kind, u64)>,
}

impl PodControl<'_> {
    /// Does one thing of a plan.
    pub(super) fn carry_out(&mut self, task: &Task) -> Result<(), String> {
        match task.kind {
            TaskKind::Create { side } => self.create_pod(task, side),
            TaskKind::Delete(_) => self.delete_pod(task.ordinal),
            TaskKind::Update => self.update_pod(task),
            TaskKind::EnsureClaims => {
                self.create_claims(task)?;
                self.own_claims(task)
                    .inspect_err(|error| self.pod_event(Verb::Update, task.ordinal, Some(error)))
            }
            TaskKind::OwnClaims => self.own_claims(task),
        }
    }

    fn create_pod(&mut self, task: &Task, side: Side) -> Result<(), String> {
        if let Err(error) = self.create_claims(task) {
            self.pod_event(Verb::Create, task.ordinal, Some(&error));
            return Err(error);
        }
        let template = match side {
            Side::Current => self.current,
            Side::Update => self.update,
        };
        let pod = new_stateful_set_pod(self.set, template, task.ordinal);
        let created = self.write(Request::create(pod));
        if let Err(error) = &created
            && error.is_already_exists()
        {
            return Err(error.message.clone());
        }
        if let Err(error) = self.own_claims(task) {
            self.pod_event(Verb::Update, task.ordinal, Some(&error));
            return Err(error);
        }
        let created = created.map(|_| ()).map_err(|error| error.message);
        self.pod_event(Verb::Create, task.ordinal, created.as_ref().err().map(String::as_str));
        created
    }

    fn delete_pod(&mut self, ordinal: i64) -> Result<(), String> {
        let key = self.key(Kind::Pod, pod_name(self.set, ordinal));
        match self.api.request(Request::delete(key, DeleteOptions::default())) {
            Err(error) if !error.is_not_found() => {
                self.pod_event(Verb::Delete, ordinal, Some(&error.message));
                Err(error.message)
            }
            _ => {
                self.pod_event(Verb::Delete, ordinal, None);
                Ok(())
            }
        }
    }

    fn update_pod(&mut self, task: &Task) -> Result<(), String> {
        let result = self.mend_pod(task);
        self.pod_event(Verb::Update, task.ordinal, result.as_ref().err().map(String::as_str));
        result
    }

    fn mend_pod(&mut self, task: &Task) -> Result<(), String> {
        let Some(slot) = self.pods.slot(task.ordinal) else {
            return Ok(());
        };
        let mut pod = self.mended(&slot.pod, task.ordinal);
        self.create_claims(task)?;
        self.own_claims(task)?;
        for _ in 1..UPDATE_TRIES {
            match self.write(Request::update(pod.clone())) {
                Ok(_) => return Ok(()),
                Err(error) if !error.is_conflict() => return Err(error.message),
                Err(_) => {}
            }
            let Ok(Object::Pod(newest)) = self.api.live(&self.key(Kind::Pod, pod.metadata.name.clone()))
            else {
                continue;
            };
            pod = self.mended(&newest, task.ordinal);
            // Whoever changed it has left nothing to mend; the claims have been seen to.
            if pod == *newest {
                return Ok(());
            }
        }
        self.write(Request::update(pod)).map(|_| ()).map_err(|error| error.message)
    }

    /// The pod with the identity and the volumes of its ordinal.
    fn mended(&self, pod: &Pod, ordinal: i64) -> Pod {
        let mut pod = pod.clone();
        update_identity(&mut pod, ordinal);
        if !storage_matches(self.set, &pod) {
            update_storage(self.set, &mut pod);
        }
        pod
    }

    /// Creates the claims of the task that are missing; all are tried before a failure is told.
    fn create_claims(&mut self, task: &Task) -> Result<(), String> {
        let mut errors = Vec::new();
        let mut pod = None;
        for step in &task.claims {
            match step {
                ClaimStep::Create { template } => {
                    let Some(template) = self.set.spec.volume_claim_templates.get(*template) else {
                        continue;
                    };
                    let pod = pod.get_or_insert_with(|| pod_name(self.set, task.ordinal));
                    let claim = new_claim(self.set, template, pod);
                    let name = claim.metadata.name.clone();
                    let created = self.write(Request::create(claim));
                    match created {
                        Ok(_) => self.claim_event(&name, pod, None),
                        Err(error) => {
                            if !error.is_already_exists() {
                                self.claim_event(&name, pod, Some(&error.message));
                            }
                            errors.push(format!("failed to create PVC {name}: {error}"));
                        }
                    }
                }
                ClaimStep::Terminating { claim } => errors.push(format!("pvc {claim} is being deleted")),
                ClaimStep::Own { .. } => {}
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(aggregate(errors)) }
    }

    /// Gives the claims of the task their owners.
    fn own_claims(&mut self, task: &Task) -> Result<(), String> {
        for step in &task.claims {
            let ClaimStep::Own { claim: name, conflicting } = step else { continue };
            if *conflicting {
                let message = format!(
                    "PersistentVolumeClaim {name} has a conflicting OwnerReference that acts as a manging \
                     controller, the retention policy is ignored for this claim"
                );
                self.set_event(EventType::Warning, "ConflictingController", &message);
            }
            let claim = self.cache.typed::<PersistentVolumeClaim>(&self.set.metadata.namespace, name);
            let Some(claim) = claim else { continue };
            let slot = self.pods.slot(task.ordinal);
            let made_name = pod_name(self.set, task.ordinal);
            let meta = slot.map(|slot| &slot.pod.metadata);
            let holder = Holder {
                name: &made_name,
                uid: meta.map_or("", |meta| &meta.uid),
                condemned: !in_range(self.set, task.ordinal),
            };
            let mut claim = (**claim).clone();
            claim.metadata.owner_references = updated_owners(&claim.metadata, self.set, holder, meta);
            self.write(Request::update(claim)).map_err(|error| {
                format!("could not update claim {name} for delete policy ownerRefs: {error}")
            })?;
        }
        Ok(())
    }

    fn write(&mut self, request: Request) -> Result<Object, StatusError> {
        let written = self.api.request(request)?;
        self.wrote.push((written.kind(), written.meta().resource_version.0));
        Ok(written)
    }

    fn key(&self, kind: Kind, name: String) -> ObjectKey {
        ObjectKey::new(kind, self.set.metadata.namespace.clone(), name)
    }

    fn set_event(&mut self, type_: EventType, reason: &str, message: &str) {
        let about = Object::StatefulSet(Rc::clone(self.set));
        self.api.event(COMPONENT, &about, type_, reason, message);
    }

    fn pod_event(&mut self, verb: Verb, ordinal: i64, error: Option<&str>) {
        let (title, pod, set) = (verb.title(), pod_name(self.set, ordinal), &self.set.metadata.name);
        match error {
            None => {
                let message = format!("{title} Pod {pod} in StatefulSet {set} successful");
                self.set_event(EventType::Normal, &format!("Successful{title}"), &message);
            }
            Some(error) => {
                let message = format!("{title} Pod {pod} in StatefulSet {set} failed error: {error}");
                self.set_event(EventType::Warning, &format!("Failed{title}"), &message);
            }
        }
    }

    fn claim_event(&mut self, claim: &str, pod: &str, error: Option<&str>) {
        let set = &self.set.metadata.name;
        match error {
            None => {
                let message = format!("Create Claim {claim} Pod {pod} in StatefulSet {set} success");
                self.set_event(EventType::Normal, "SuccessfulCreate", &message);
            }
            Some(error) => {
                let message =
                    format!("Create Claim {claim} for Pod {pod} in StatefulSet {set} failed error: {error}");
                self.set_event(EventType::Warning, "FailedCreate", &message);
            }
        }
    }
}

/// Several messages as upstream's aggregates print them: each once, in brackets when there are more.
pub(crate) fn aggregate(messages: Vec<String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for message in messages {
        if !seen.contains(&message) {
            seen.push(message);
        }
    }
    match seen.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

/// Makes the set's pod with this ordinal.
pub(crate) fn new_stateful_set_pod(set: &StatefulSet, template: &Template, ordinal: i64) -> Pod {
    let from = &template.spec.metadata;
    let mut pod = Pod { spec: template.spec.spec.clone(), ..Pod::default() };
    let meta = &mut pod.metadata;
    meta.name = pod_name(set, ordinal);
    meta.generate_name = format!("{}-", set.metadata.name);
    meta.namespace.clone_from(&set.metadata.namespace);
    meta.labels.clone_from(&from.labels);
    meta.annotations.clone_from(&from.annotations);
    meta.finalizers.clone_from(&from.finalizers);
    let kind = Kind::StatefulSet;
    meta.owner_references =
        vec![OwnerReference::controller(&kind.api_version(), kind.resource().kind, &set.metadata)];
    meta.labels.insert(CONTROLLER_REVISION_HASH.to_owned(), template.revision.clone());
    update_identity(&mut pod, ordinal);
    pod.spec.hostname.clone_from(&pod.metadata.name);
    pod.spec.subdomain.clone_from(&set.spec.service_name);
    update_storage(set, &mut pod);
    pod
}

fn update_identity(pod: &mut Pod, ordinal: i64) {
    let meta = &mut pod.metadata;
    meta.labels.insert(POD_NAME_LABEL.to_owned(), meta.name.clone());
    meta.labels.insert(POD_INDEX_LABEL.to_owned(), ordinal.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// STS-UTIL-05 and STS-UTIL-07.
    #[test]
    fn sts_util_05_07_a_new_pod_has_the_identity_of_its_ordinal() {
        let mut set = StatefulSet::default();
        "foo".clone_into(&mut set.metadata.name);
        "nginx".clone_into(&mut set.spec.service_name);
        set.spec.template.metadata.labels.insert("app".into(), "web".into());
        let template = Template { revision: "foo-abc".into(), spec: Rc::new(set.spec.template.clone()) };
        let pod = new_stateful_set_pod(&set, &template, 4);
        let label = |name: &str| pod.metadata.labels.get(name).map_or("", String::as_str);
        assert_eq!(
            [label(POD_NAME_LABEL), label(POD_INDEX_LABEL), label(CONTROLLER_REVISION_HASH), label("app")],
            ["foo-4", "4", "foo-abc", "web"]
        );
        assert_eq!(
            [&pod.metadata.name, &pod.metadata.generate_name, &pod.spec.hostname, &pod.spec.subdomain],
            ["foo-4", "foo-", "foo-4", "nginx"]
        );
        assert!(pod.metadata.controller_of().is_some());
    }

    #[test]
    fn messages_are_told_once_each() {
        let told = |messages: &[&str]| aggregate(messages.iter().map(|&m| m.to_owned()).collect());
        assert_eq!(told(&["a"]), "a");
        assert_eq!(told(&["a", "b", "a"]), "[a, b]");
    }
}
