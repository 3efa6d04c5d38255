//! Rejects nodes that cannot have the pod's volumes, and decides how each claim of a placed pod gets its
//! volume.
//!
//! Models pkg/scheduler/framework/plugins/volumebinding, Kubernetes v1.36. Left out: storage capacity,
//! inline migration to CSI, scoring by capacity.

use std::borrow::Cow;
use std::rc::Rc;

use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::volume::{
    NO_PROVISIONER, SELECTED_NODE, binds_late, claim_class, find_matching_volume, is_fully_bound,
    is_reachable_from, not_for_pod, storage_of,
};
use crate::client::Cache;
use crate::collections::{SortedMap, sort_by_key};
use crate::scheduler::framework::{Plugin, Rejection};

/// Namespace and name of a claim.
pub(crate) type ClaimKey = (String, String);

/// Volumes that are free, and what placed pods are about to get before the cache shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssumedVolumes {
    /// Volumes that are not bound, by name.
    pub(crate) unbound: SortedMap<String, Rc<PersistentVolume>>,
    /// Volumes by name, with the claim they go to.
    pub(crate) volumes: SortedMap<String, ClaimKey>,
    /// Claims with the node that was selected for them.
    pub(crate) selected_nodes: SortedMap<ClaimKey, String>,
}

/// How the claims of a pod get their volumes on a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct PodVolumes {
    /// Volumes that exist, with the claims that get them.
    pub(crate) static_bindings: Vec<(Rc<PersistentVolume>, Rc<PersistentVolumeClaim>)>,
    /// Claims whose volumes must be made.
    pub(crate) dynamic_provisions: Vec<Rc<PersistentVolumeClaim>>,
}

#[derive(Clone, Debug)]
struct LateClaim {
    claim: Rc<PersistentVolumeClaim>,
    selected_node: Option<String>,
    class: Option<Rc<StorageClass>>,
    candidates: Vec<Rc<PersistentVolume>>,
}

/// The claims of a pod, made ready for asking node by node.
#[derive(Clone, Debug, Default)]
pub(crate) struct PodClaims {
    /// Volumes of bound claims; `None` for one that does not exist.
    bound: Vec<Option<Rc<PersistentVolume>>>,
    late: Vec<LateClaim>,
}

impl PodClaims {
    /// Looks the pod's claims up; `None` when it has none.
    ///
    /// # Errors
    /// Why the pod can run nowhere now, in one sentence.
    pub(crate) fn find(pod: &Pod, cache: &Cache, assumed: &AssumedVolumes) -> Result<Option<Self>, String> {
        let mut claims = Self::default();
        let mut has_claims = false;
        let mut has_unbound_immediate = false;
        for (name, is_ephemeral) in claim_names(pod) {
            has_claims = true;
            let namespace = &pod.metadata.namespace;
            let Some(claim) = cache.typed::<PersistentVolumeClaim>(namespace, &name) else {
                return Err(if is_ephemeral {
                    format!(
                        "waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}"
                    )
                } else {
                    format!("persistentvolumeclaim {name:?} not found")
                });
            };
            if let Some(why) = not_for_pod(pod, claim).filter(|_| is_ephemeral) {
                return Err(why);
            }
            if claim.status.phase == "Lost" {
                return Err(format!(
                    "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {:?}",
                    claim.spec.volume_name
                ));
            }
            if claim.metadata.is_terminating() {
                return Err(format!("persistentvolumeclaim {name:?} is being deleted"));
            }
            if is_fully_bound(claim) {
                claims.bound.push(cache.typed::<PersistentVolume>("", &claim.spec.volume_name).cloned());
                continue;
            }
            let class = cache.typed::<StorageClass>("", claim_class(claim));
            if binds_late(class.map(|class| &**class)) && claim.spec.volume_name.is_empty() {
                claims.late.push(LateClaim::new(claim, class, assumed));
            } else {
                has_unbound_immediate = true;
            }
        }
        if has_unbound_immediate {
            return Err("pod has unbound immediate PersistentVolumeClaims".to_owned());
        }
        sort_by_key(&mut claims.late, |late| storage_of(&late.claim.spec.resources.requests));
        Ok(has_claims.then_some(claims))
    }

    /// Whether every claim has its volume.
    pub(crate) fn are_all_bound(&self) -> bool {
        self.late.is_empty()
    }

    /// Rejects a node that cannot have the volumes.
    pub(crate) fn filter(&self, node: &Node) -> Option<Rejection> {
        let mut reasons: Vec<Cow<'static, str>> = Vec::new();
        if self.bound.iter().flatten().any(|volume| !is_reachable_from(volume, node)) {
            reasons.push("node(s) didn't match PersistentVolume's node affinity".into());
        }
        if !self.late.is_empty() && self.volumes_on(node).is_none() {
            reasons.push("node(s) didn't find available persistent volumes to bind".into());
        }
        if self.bound.iter().any(Option::is_none) {
            reasons.push("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)".into());
        }
        (!reasons.is_empty()).then_some(Rejection {
            plugin: Plugin::VolumeBinding,
            reasons,
            is_resolvable: false,
        })
    }

    /// How the claims get their volumes on a node; `None` when one of them cannot.
    pub(crate) fn volumes_on(&self, node: &Node) -> Option<PodVolumes> {
        let mut volumes = PodVolumes::default();
        let mut chosen = Vec::new();
        for late in &self.late {
            if let Some(selected) = &late.selected_node {
                if *selected != node.metadata.name {
                    return None;
                }
            } else if let Some(volume) =
                find_matching_volume(&late.claim, late.candidates.iter(), Some(node), &chosen, true)
            {
                chosen.push(volume.metadata.name.clone());
                volumes.static_bindings.push((Rc::clone(volume), Rc::clone(&late.claim)));
                continue;
            }
            if !late.can_be_provisioned_on(node) {
                return None;
            }
            volumes.dynamic_provisions.push(Rc::clone(&late.claim));
        }
        Some(volumes)
    }
}

impl LateClaim {
    fn new(
        claim: &Rc<PersistentVolumeClaim>,
        class: Option<&Rc<StorageClass>>,
        assumed: &AssumedVolumes,
    ) -> Self {
        let key = (claim.metadata.namespace.clone(), claim.metadata.name.clone());
        let selected = claim.metadata.annotations.get(SELECTED_NODE);
        let candidates = assumed.unbound.values().filter(|volume| {
            assumed.volumes.get(&volume.metadata.name).is_none_or(|taken_by| *taken_by == key)
        });
        Self {
            selected_node: selected.or_else(|| assumed.selected_nodes.get(&key)).cloned(),
            class: class.cloned(),
            candidates: candidates.cloned().collect(),
            claim: Rc::clone(claim),
        }
    }

    fn can_be_provisioned_on(&self, node: &Node) -> bool {
        let Some(class) = &self.class else {
            return false;
        };
        !class.provisioner.is_empty() && class.provisioner != NO_PROVISIONER && allows_topology(class, node)
    }
}

fn allows_topology(class: &StorageClass, node: &Node) -> bool {
    let Some(terms) = class.extra.get("allowedTopologies").and_then(|terms| terms.as_array()) else {
        return true;
    };
    let meets = |expression: &serde_json::Value| {
        let key = expression.get("key").and_then(|key| key.as_str()).unwrap_or_default();
        let values = expression.get("values").and_then(|values| values.as_array());
        node.metadata.labels.get(key).is_some_and(|label| {
            values.into_iter().flatten().any(|value| value.as_str() == Some(label.as_str()))
        })
    };
    terms.is_empty()
        || terms.iter().any(|term| {
            let expressions = term.get("matchLabelExpressions").and_then(|list| list.as_array());
            expressions.is_some_and(|list| !list.is_empty() && list.iter().all(meets))
        })
}

/// Names of the claims that a pod's volumes use, and whether the claim belongs to the pod itself.
fn claim_names(pod: &Pod) -> impl Iterator<Item = (String, bool)> {
    pod.spec.volumes.iter().filter_map(|volume| match &volume.persistent_volume_claim {
        Some(source) => Some((source.claim_name.clone(), false)),
        None => Some((pod.ephemeral_claim_name(volume)?, true)),
    })
}
