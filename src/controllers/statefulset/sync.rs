//! One sync of one set: what is gathered before the policy decides, and what follows.
//!
//! Models `sync`, `syncStatefulSet`, `getPodsForStatefulSet` and `adoptOrphanRevisions`,
//! `pkg/controller/statefulset/stateful_set.go`, and `ConsistencyStore`, pkg/controller/util/consistency,
//! Kubernetes v1.36: a sync is put off until the cache shows what the one before it wrote. Left out: metrics.

use std::rc::Rc;

use super::control::{Features, View, update_stateful_set};
use super::outcome::Outcome;
use super::pod_control::{PodControl, Template, aggregate};
use super::pods::PodTable;
use super::revisions::{Revisions, stateful_set_revisions, template_of, truncate_history};
use super::status::update_status;
use super::waiting::WaitingFor;
use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::client::Cache;
use crate::collections::SortedMap;
use crate::controllers::api_access::Api;
use crate::controllers::controller_ref::{self, Claim};
use crate::controllers::{SyncError, SyncResult, history};
use crate::sim::{Span, Time};

/// Every write takes its time to come back through the watch; only a longer lag is told.
const LAG_WORTH_A_WORD: Span = Span::from_seconds(1);

/// What the controller remembers of one set between syncs.
#[derive(Clone, Debug)]
pub(crate) struct SetState {
    /// Its pods.
    pub(crate) pods: PodTable,
    /// The newest version of each kind that was written for it and is not yet seen.
    pub(crate) unseen: SortedMap<Kind, u64>,
    /// Since when the cache lags behind the writes.
    lagging_since: Option<Time>,
    /// When a lagging cache is looked at again, should no change wake the set before.
    recheck_at: Option<Time>,
    /// Its revisions, as long as nothing about them has changed.
    revisions: Option<Remembered>,
}

#[derive(Clone, Debug)]
struct Remembered {
    revisions: Rc<Revisions>,
    current: Template,
    update: Template,
    /// The set's status names this as current.
    current_revision: String,
    collision_count: Option<i64>,
}

impl SetState {
    /// Gathers the set's pods from the cache.
    pub(crate) fn new(set: &Rc<StatefulSet>, cache: &Cache) -> Self {
        let mut pods = PodTable::new(Rc::clone(set));
        for pod in cache.controlled_by::<Pod>(&set.metadata.namespace, &set.metadata.uid) {
            pods.put(Rc::clone(pod));
        }
        Self { pods, unseen: SortedMap::new(), lagging_since: None, recheck_at: None, revisions: None }
    }

    /// Whether this is about the very set, not about an earlier one of the name.
    pub(crate) fn is_of(&self, uid: &str) -> bool {
        self.pods.set().metadata.uid == uid
    }

    /// Has the revisions looked for again.
    pub(crate) fn forget_revisions(&mut self) {
        self.revisions = None;
    }

    /// The kind whose newest write the cache does not show yet.
    pub(crate) fn lagging_kind(&mut self, cache: &Cache) -> Option<Kind> {
        self.unseen.retain(|kind, version| cache.revision(*kind) < *version);
        self.unseen.first_key_value().map(|(kind, _)| *kind)
    }

    fn wrote(&mut self, kind: Kind, version: u64) {
        let newest = self.unseen.entry(kind).or_default();
        *newest = version.max(*newest);
    }

    /// Brings one set nearer to what it should be.
    pub(crate) fn sync(
        &mut self,
        key: &ObjectKey,
        set: &Rc<StatefulSet>,
        features: Features,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> SyncResult {
        if let Some(kind) = self.lagging_kind(cache) {
            return Ok(self.wait_for_cache(key, kind, api).map(|outcome| outcome.verdict(set)));
        }
        self.lagging_since = None;
        if self.pods.set().metadata.generation != set.metadata.generation {
            self.pods.rebuild(Rc::clone(set));
            self.revisions = None;
        }
        self.adopt_orphan_revisions(set, cache, api)?;
        self.claim_pods(set, cache, api)?;
        let remembered = self.find_revisions(set, cache, api)?;
        let now = api.now();
        let revisions = &remembered.revisions;
        self.pods.set_update_revision(&revisions.update.metadata.name);
        self.pods.refresh(cache, now);
        let view = View {
            set,
            pods: &self.pods,
            cache,
            current_revision: &revisions.current.metadata.name,
            update_revision: &revisions.update.metadata.name,
            collision_count: revisions.collision_count,
            features,
        };
        let mut plan = update_stateful_set(&view, now);
        let mut control = PodControl {
            api: &mut *api,
            cache,
            set,
            pods: &self.pods,
            current: &remembered.current,
            update: &remembered.update,
            wrote: Vec::new(),
        };
        let carried_out = control.carry_out(&mut plan);
        for (kind, version) in std::mem::take(&mut control.wrote) {
            self.wrote(kind, version);
        }
        // The status is written after a failure too; the failure is what is told.
        let available = plan.status.available_replicas;
        let ready = plan.status.ready_replicas;
        let written = update_status(api, cache, key, set, plan.status);
        if let Ok(Some(version)) = written {
            self.wrote(Kind::StatefulSet, version);
        }
        let updated = carried_out.and(written.map(|_| ()).map_err(|error| error.message));
        let truncated = self.truncate(set, &remembered, api);
        let errors: Vec<String> = [updated.err(), truncated.err()].into_iter().flatten().collect();
        if !errors.is_empty() {
            return Err(SyncError { message: aggregate(errors) });
        }
        self.plan_availability_check(key, ready != available, api);
        Ok(Some(plan.outcome.verdict(set)))
    }

    /// Puts the sync off. The change that the cache lacks wakes the set; a lag that lasts is worth a word.
    fn wait_for_cache(&mut self, key: &ObjectKey, kind: Kind, api: &mut dyn Api) -> Option<Outcome> {
        let now = api.now();
        let since = *self.lagging_since.get_or_insert(now);
        if self.recheck_at.is_none_or(|at| at <= now) {
            self.recheck_at = Some(now + LAG_WORTH_A_WORD);
            api.requeue_after(key, LAG_WORTH_A_WORD);
        }
        (now - since >= LAG_WORTH_A_WORD).then_some(Outcome::Waiting(WaitingFor::CacheCatchUp { kind }))
    }

    /// Comes back when the next pod becomes available.
    fn plan_availability_check(&self, key: &ObjectKey, some_unavailable: bool, api: &mut dyn Api) {
        let min_ready = self.pods.set().spec.min_ready_seconds;
        if min_ready > 0 && some_unavailable {
            let fallback = Span::from_seconds(u64::try_from(min_ready).unwrap_or_default());
            api.requeue_after(key, self.pods.next_availability(api.now()).unwrap_or(fallback));
        }
    }

    fn truncate(
        &mut self,
        set: &Rc<StatefulSet>,
        remembered: &Remembered,
        api: &mut dyn Api,
    ) -> Result<(), String> {
        let pods = &self.pods;
        let in_use = || pods.revisions_in_use().into_iter().map(str::to_owned).collect();
        let truncated = truncate_history(api, set, &remembered.revisions, in_use);
        if truncated != Ok(false) {
            self.revisions = None;
        }
        truncated.map(|_| ()).map_err(|error| error.message)
    }

    fn adopt_orphan_revisions(
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
        self.revisions = None;
        Ok(())
    }

    /// Adopts pods that fit and belong to nobody, and lets go of its own that do not fit.
    fn claim_pods(
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
            let fits = super::ordinals::member_ordinal(set, &meta.name).is_some()
                && set.spec.selector.matches(&meta.labels);
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

    fn find_revisions(
        &mut self,
        set: &Rc<StatefulSet>,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> Result<Remembered, SyncError> {
        if let Some(remembered) = &self.revisions
            && remembered.current_revision == set.status.current_revision
            && remembered.collision_count == set.status.collision_count
        {
            return Ok(remembered.clone());
        }
        let all = history::list_controller_revisions(cache, &set.metadata, &set.spec.selector);
        let revisions = stateful_set_revisions(api, set, all)?;
        let template = |revision: &ControllerRevision| Template {
            revision: revision.metadata.name.clone(),
            spec: template_of(revision).map_or_else(|| Rc::new(set.spec.template.clone()), Rc::new),
        };
        let remembered = Remembered {
            current: template(&revisions.current),
            update: template(&revisions.update),
            revisions: Rc::new(revisions),
            current_revision: set.status.current_revision.clone(),
            collision_count: set.status.collision_count,
        };
        // A revision that was just made is not yet in the list: the next sync looks again.
        let known = |revision: &Rc<ControllerRevision>| {
            remembered.revisions.all.iter().any(|other| Rc::ptr_eq(other, revision))
        };
        if known(&remembered.revisions.update) {
            self.revisions = Some(remembered.clone());
        }
        Ok(remembered)
    }
}
