//! One sync of one set: what is gathered before the policy decides, and what follows.
//!
//! Models `sync` and `syncStatefulSet`, `pkg/controller/statefulset/stateful_set.go`, and `ConsistencyStore`,
//! pkg/controller/util/consistency, Kubernetes v1.36: a sync is put off until the cache shows what the one
//! before it wrote. Left out: metrics.

use std::rc::Rc;

use super::carrying_out::CarryingOut;
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
    /// The sync that has begun and goes on in the next turn.
    under_way: Option<UnderWay>,
}

/// A sync that has decided what to do.
#[derive(Clone, Debug)]
struct UnderWay {
    /// The set as it was when the sync began.
    set: Rc<StatefulSet>,
    remembered: Remembered,
    tasks: CarryingOut,
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
        Self {
            pods,
            unseen: SortedMap::new(),
            lagging_since: None,
            recheck_at: None,
            revisions: None,
            under_way: None,
        }
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

    pub(super) fn wrote(&mut self, kind: Kind, version: u64) {
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
        let tasks = CarryingOut::new(update_stateful_set(&view, now));
        self.go_on(key, UnderWay { set: Rc::clone(set), remembered, tasks }, cache, api)
    }

    /// Whether a sync has begun that goes on in the next turn.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Goes on with the sync that has begun; `None` when there is none.
    pub(super) fn resume(&mut self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> Option<SyncResult> {
        let under_way = self.under_way.take()?;
        Some(self.go_on(key, under_way, cache, api))
    }

    /// Carries out as much of a plan as one turn may, and ends the sync with the last of it.
    fn go_on(
        &mut self,
        key: &ObjectKey,
        mut under_way: UnderWay,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> SyncResult {
        let UnderWay { set, remembered, tasks } = &mut under_way;
        let mut control = PodControl {
            api: &mut *api,
            cache,
            set,
            pods: &self.pods,
            current: &remembered.current,
            update: &remembered.update,
            wrote: Vec::new(),
        };
        let is_done = tasks.carry_out_some(&mut control);
        for (kind, version) in std::mem::take(&mut control.wrote) {
            self.wrote(kind, version);
        }
        if !is_done {
            self.under_way = Some(under_way);
            return Ok(None);
        }
        self.end(key, under_way, cache, api)
    }

    fn end(
        &mut self,
        key: &ObjectKey,
        UnderWay { set, remembered, mut tasks }: UnderWay,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> SyncResult {
        let carried_out = tasks.result();
        let status = tasks.status();
        // The status is written after a failure too; the failure is what is told.
        let is_some_unavailable = status.ready_replicas != status.available_replicas;
        let written = update_status(api, cache, key, &set, status);
        if let Ok(Some(version)) = written {
            self.wrote(Kind::StatefulSet, version);
        }
        let updated = carried_out.and(written.map(|_| ()).map_err(|error| error.message));
        let truncated = self.truncate(&set, &remembered, api);
        let errors: Vec<String> = [updated.err(), truncated.err()].into_iter().flatten().collect();
        if !errors.is_empty() {
            return Err(SyncError { message: aggregate(errors) });
        }
        self.plan_availability_check(key, is_some_unavailable, api);
        Ok(Some(tasks.plan.outcome.verdict(&set)))
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
