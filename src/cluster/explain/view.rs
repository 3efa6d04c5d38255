//! What explanations look at: the cluster's objects, who owns what, and how deep one looks.

use std::rc::Rc;

use super::explanation::{Explanation, Field};
use super::kinds;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Timestamp};
use crate::cluster::Cluster;
use crate::sim::Time;

/// How far one looks from an object to what it waits for: a workload, its set, its pod, a claim.
const DEPTH: u8 = 4;
/// Unwell pods of a workload that are looked at: the page asks with every change.
pub(super) const PODS_LOOKED_AT: usize = 20;

/// A look at a cluster.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) cluster: &'a Cluster,
    depth: u8,
}

impl<'a> View<'a> {
    pub(super) fn of(cluster: &'a Cluster) -> Self {
        Self { cluster, depth: DEPTH }
    }

    /// Whether one looks at what was asked for, and not at what that waits for.
    pub(super) fn is_at_the_top(self) -> bool {
        self.depth == DEPTH
    }

    /// Why another object, which this one waits for, is as it is; `None` beyond the depth, or when it is not
    /// there.
    pub(super) fn explain(self, key: &ObjectKey) -> Option<Explanation> {
        let depth = self.depth.checked_sub(1)?;
        self.object(key)?;
        Some(kinds::explain(View { depth, ..self }, key))
    }

    /// `in 12 s`, or `now`.
    pub(super) fn when(self, at: Option<Time>) -> String {
        let left = at.and_then(|at| self.seconds_until(at));
        left.map_or_else(|| "now".to_owned(), |seconds| format!("in {seconds} s"))
    }

    /// The whole seconds until an instant, as long as it has not come.
    pub(super) fn seconds_until(self, at: Time) -> Option<u64> {
        let now = self.cluster.now();
        (at > now).then(|| (at - now).ms().div_ceil(1000))
    }

    /// Why another object is blocked; `None` when it is not.
    pub(super) fn blocked(self, key: &ObjectKey) -> Option<Explanation> {
        self.explain(key).filter(Explanation::is_blocked)
    }

    /// Why one of the pods that an object controls is blocked; the first of them by name.
    pub(super) fn blocked_pod(self, namespace: &str, owner_uid: &str) -> Option<Explanation> {
        let unwell = |pod: &&Rc<Pod>| !pod.is_running_and_ready() || pod.is_terminating();
        let mut pods = self.pods_of(namespace, owner_uid).filter(unwell).take(PODS_LOOKED_AT);
        pods.find_map(|pod| self.blocked(&pod_key(pod)))
    }

    /// Whether an object has changed, or is gone, and the controllers have yet to see it.
    pub(super) fn is_unseen(self, key: &ObjectKey) -> bool {
        let version = |object: &Object| object.meta().resource_version.0;
        let seen = self.cluster.controller_manager.cache().get(key).map(version);
        seen != self.object(key).map(version)
    }

    pub(super) fn object(self, key: &ObjectKey) -> Option<&'a Object> {
        self.cluster.server().get(key).ok()
    }

    pub(super) fn typed<T: Typed>(self, namespace: &str, name: &str) -> Option<&'a Rc<T>> {
        self.object(&ObjectKey::new(T::KIND, namespace, name)).and_then(T::of)
    }

    /// The objects of a kind, of all namespaces or of one.
    pub(super) fn list<T: Typed>(
        self,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'a Rc<T>> + use<'a, T> {
        self.cluster.server().list(T::KIND, namespace).typed::<T>()
    }

    /// The pods that an object controls.
    pub(super) fn pods_of<'b>(
        self,
        namespace: &str,
        owner_uid: &'b str,
    ) -> impl Iterator<Item = &'a Rc<Pod>> + use<'a, 'b> {
        self.list::<Pod>(Some(namespace)).filter(move |pod| pod.metadata.is_controlled_by(owner_uid))
    }

    /// ` -n NAMESPACE` for a line about an object that is not in the terminal's namespace.
    pub(super) fn flag(self, key: &ObjectKey) -> String {
        let is_here = key.namespace.is_empty() || key.namespace == self.cluster.session().namespace;
        if is_here { String::new() } else { format!(" -n {}", key.namespace) }
    }

    /// The object that controls another one, if it is there.
    pub(super) fn controller(self, meta: &ObjectMeta) -> Option<ObjectKey> {
        let owner = meta.controller_of()?;
        let kind = Kind::of(&owner.api_version, &owner.kind)?;
        let key = ObjectKey::new(kind, meta.namespace.clone(), owner.name.clone());
        (self.object(&key)?.meta().uid == owner.uid).then_some(key)
    }

    /// The workload that a pod comes from in the end: of a `ReplicaSet` its Deployment.
    pub(super) fn workload(self, meta: &ObjectMeta) -> Option<ObjectKey> {
        let owner = self.controller(meta)?;
        let above = self.object(&owner).and_then(|owner| self.controller(owner.meta()));
        Some(above.unwrap_or(owner))
    }

    /// A field of a pod's spec, where its manifest holds it: in the workload's template if it has one.
    pub(super) fn pod_field(self, pod: &Pod, path: &str) -> Field {
        match self.workload(&pod.metadata) {
            Some(object) => Field { object, path: format!("spec.template.{path}") },
            None => Field { object: pod_key(pod), path: path.to_owned() },
        }
    }

    /// A field of an object, where its manifest holds it: of a Deployment's set in the Deployment, of a set's
    /// claim in the template.
    pub(super) fn field(self, key: &ObjectKey, path: &str) -> Option<Field> {
        if path.is_empty() {
            return None;
        }
        let own = || Field { object: key.clone(), path: path.to_owned() };
        let object = self.object(key)?;
        Some(match object {
            Object::Pod(pod) if path.starts_with("spec") => self.pod_field(pod, path),
            Object::ReplicaSet(set) => match self.controller(&set.metadata) {
                Some(object) => Field { object, path: path.to_owned() },
                None => own(),
            },
            Object::PersistentVolumeClaim(claim) if path.starts_with("spec") => {
                let found = super::claim::template_of(self, &claim.metadata);
                found.map_or_else(own, |(object, index)| Field {
                    object,
                    path: format!("spec.volumeClaimTemplates[{index}].{path}"),
                })
            }
            _ => own(),
        })
    }
}

/// The key of a pod.
pub(super) fn pod_key(pod: &Pod) -> ObjectKey {
    ObjectKey::new(Kind::Pod, pod.metadata.namespace.clone(), pod.metadata.name.clone())
}

/// An object as kubectl's lines name it: `statefulset/web`.
pub(super) fn named(key: &ObjectKey) -> String {
    format!("{}/{}", key.kind.resource().singular, key.name)
}

/// `1 Pod`, `3 Pods`.
pub(super) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// The instant of a timestamp.
pub(super) fn instant(timestamp: Option<Timestamp>) -> Option<Time> {
    timestamp.map(Timestamp::time)
}
