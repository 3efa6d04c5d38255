//! Which pods and revisions the set takes for its own, and which it lets go.
//!
//! Models `getPodsForStatefulSet` and `adoptOrphanRevisions`, `pkg/controller/statefulset/stateful_set.go`,
//! Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::ordinals::member_ordinal;
use super::pod_control::aggregate;
use super::sync::SetState;
use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::client::Cache;
use crate::controllers::SyncError;
use crate::controllers::api_access::Api;
use crate::controllers::controller_ref::{self, Claim};

impl SetState {
    /// Adopts the revisions that fit and belong to nobody.
    pub(super) fn adopt_orphan_revisions(
        &mut self,
        set: &Rc<StatefulSet>,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> Result<(), SyncError> {
        let namespace = &set.metadata.namespace;
        let selector = &set.spec.selector;
        let mut orphans = cache
            .orphans::<ControllerRevision>(namespace)
            .filter(|revision| selector.matches(&revision.metadata.labels))
            .peekable();
        if orphans.peek().is_none() {
            return Ok(());
        }
        controller_ref::can_adopt(api, Kind::StatefulSet, &set.metadata)
            .map_err(|error| SyncError { message: format!("can't adopt ControllerRevisions: {error}") })?;
        for revision in orphans {
            let meta = &revision.metadata;
            let key = ObjectKey::new(Kind::ControllerRevision, namespace.clone(), meta.name.clone());
            controller_ref::adopt(api, Kind::StatefulSet, &set.metadata, &key, &meta.uid)?;
        }
        self.forget_revisions();
        Ok(())
    }

    /// Adopts pods that fit and belong to nobody, and lets go of its own that do not fit.
    pub(super) fn claim_pods(
        &mut self,
        set: &Rc<StatefulSet>,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> Result<(), SyncError> {
        let namespace = &set.metadata.namespace;
        let mut errors = Vec::new();
        let strays: Vec<Rc<Pod>> = self.pods.strays().cloned().collect();
        for pod in strays {
            if controller_ref::claim(&set.metadata, &pod.metadata, false) != Claim::Release {
                continue;
            }
            let key = ObjectKey::new(Kind::Pod, namespace.clone(), pod.metadata.name.clone());
            match controller_ref::release(api, &set.metadata.uid, &key, &pod.metadata.uid) {
                Ok(Some(released)) => self.wrote(Kind::Pod, released.meta().resource_version.0),
                Ok(None) => {}
                Err(error) => errors.push(error.message),
            }
        }
        let mut may_adopt = None;
        for pod in cache.orphans::<Pod>(namespace) {
            let meta = &pod.metadata;
            let fits = member_ordinal(set, &meta.name).is_some() && set.spec.selector.matches(&meta.labels);
            if controller_ref::claim(&set.metadata, meta, fits) != Claim::Adopt {
                continue;
            }
            let may_adopt = may_adopt
                .get_or_insert_with(|| controller_ref::can_adopt(api, Kind::StatefulSet, &set.metadata));
            if let Err(error) = may_adopt {
                errors.push(format!("can't adopt Pod {namespace}/{} ({}): {error}", meta.name, meta.uid));
                continue;
            }
            let key = ObjectKey::new(Kind::Pod, namespace.clone(), meta.name.clone());
            match controller_ref::adopt(api, Kind::StatefulSet, &set.metadata, &key, &meta.uid) {
                Ok(adopted) => {
                    self.wrote(Kind::Pod, adopted.meta().resource_version.0);
                    self.pods.put(Rc::clone(pod));
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => errors.push(error.message),
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(SyncError { message: aggregate(errors) }) }
    }
}
