//! Pods by the claims they use.
//!
//! Models the index `PodPVCIndex`, pkg/controller/volume/common, Kubernetes v1.36.

use std::rc::Rc;

use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::client::{Cache, Change};
use crate::collections::{SortedMap, SortedSet};

/// Names of pods by namespace and claim.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClaimUsers {
    by_claim: SortedMap<(String, String), SortedSet<String>>,
}

impl ClaimUsers {
    /// Takes a change of a pod in; returns the keys of the claims that it uses.
    pub(crate) fn see(&mut self, change: &Change) -> Vec<ObjectKey> {
        let Some(pod) = change.object().and_then(Pod::of) else {
            return Vec::new();
        };
        let namespace = &pod.metadata.namespace;
        let mut keys = Vec::new();
        for claim in pod.claim_names() {
            let place = (namespace.clone(), claim.clone().into_owned());
            if change.new.is_some() {
                self.by_claim.entry(place).or_default().insert(pod.metadata.name.clone());
            } else if let Some(pods) = self.by_claim.get_mut(&place) {
                pods.remove(&pod.metadata.name);
                if pods.is_empty() {
                    self.by_claim.remove(&place);
                }
            }
            keys.push(ObjectKey::new(Kind::PersistentVolumeClaim, namespace.clone(), claim));
        }
        keys
    }

    /// The pods that use a claim.
    pub(crate) fn of<'a>(
        &'a self,
        namespace: &'a str,
        claim: &str,
        cache: &'a Cache,
    ) -> impl Iterator<Item = &'a Rc<Pod>> {
        self.by_claim
            .get(&(namespace.to_owned(), claim.to_owned()))
            .into_iter()
            .flatten()
            .filter_map(move |name| cache.typed::<Pod>(namespace, name))
    }
}
