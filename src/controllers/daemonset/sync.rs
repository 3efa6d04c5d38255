//! One sync of one set: what is gathered before the policy decides, and what follows.
//!
//! Models `syncDaemonSet`, `updateDaemonSet`, `syncNodes`, `getDaemonPods` and `controlledHistories`,
//! pkg/controller/daemon, Kubernetes v1.36. A sync that created pods leaves the status to the one that their
//! arrival brings: upstream counts once its requests are answered, by when the cache as a rule shows the
//! pods. Left out: requests side by side.

use std::rc::Rc;

use super::COMPONENT;
use super::backoff::FailedPodsBackoff;
use super::manage::{manage, resting};
use super::outcome::Outcome;
use super::plan::View;
use super::revisions::{History, cleanup_history, construct_history};
use super::status::store_daemon_set_status;
use super::table::NodeTable;
use super::update::{on_delete, rolling_update};
use super::waiting::WaitingFor;
use crate::api::apps::ControllerRevision;
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, EventType};
use crate::controllers::api_access::Api;
use crate::controllers::consistency::OwnWrites;
use crate::controllers::controller_ref::claim_objects;
use crate::controllers::expectations::Expectations;
use crate::controllers::{SyncError, SyncResult};
use crate::sim::Span;

/// What the controller remembers of one set between syncs.
#[derive(Clone, Debug)]
pub(crate) struct SetState {
    /// Its nodes and pods.
    pub(crate) table: NodeTable,
    /// What it expects to see.
    pub(crate) expectations: Expectations,
    pub(super) backoff: FailedPodsBackoff,
    pub(super) writes: OwnWrites,
    /// Its revisions, as long as nothing about them has changed.
    pub(super) history: Option<History>,
    /// The generation and the collision count that the revisions belong to.
    history_of: (i64, Option<i64>),
}

impl SetState {
    /// Gathers the set's nodes and pods from the cache.
    pub(crate) fn new(set: &Rc<DaemonSet>, cache: &Cache) -> Self {
        let mut table = NodeTable::new(set, cache.list::<Node>(None));
        for pod in cache.controlled_by::<Pod>(&set.metadata.namespace, &set.metadata.uid) {
            table.put(Rc::clone(pod));
        }
        Self {
            table,
            expectations: Expectations::default(),
            backoff: FailedPodsBackoff::default(),
            writes: OwnWrites::default(),
            history: None,
            history_of: (0, None),
        }
    }

    /// Whether this is about the very set, not about an earlier one of the name.
    pub(crate) fn is_of(&self, uid: &str) -> bool {
        self.table.set().metadata.uid == uid
    }

    /// Has the revisions looked for again.
    pub(crate) fn forget_history(&mut self) {
        self.history = None;
    }

    /// Brings one set nearer to what it should be.
    pub(crate) fn sync(
        &mut self,
        key: &ObjectKey,
        set: &Rc<DaemonSet>,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> SyncResult {
        if let Some(lag) = self.writes.lag(key, cache, api) {
            let outcome = Outcome::Waiting(WaitingFor::CacheCatchUp { kind: lag.kind });
            return Ok(lag.is_worth_a_word.then(|| outcome.verdict(set)));
        }
        self.table.put_set(set);
        if set.spec.selector.is_empty() {
            let message = "This daemon set is selecting all pods. A non-empty selector is required.";
            let about = Object::DaemonSet(Rc::clone(set));
            api.event(COMPONENT, &about, EventType::Warning, "SelectingAll", message);
            return Ok(Some(Outcome::Waiting(WaitingFor::Selector).verdict(set)));
        }
        if set.metadata.is_terminating() {
            return Ok(Some(Outcome::Waiting(WaitingFor::SetDeletion).verdict(set)));
        }
        self.find_history(set, cache, api).map_err(|error| SyncError {
            message: format!("failed to construct revisions of DaemonSet: {}", error.message),
        })?;
        self.claim_pods(set, cache, api).map_err(|error| SyncError {
            message: format!(
                "couldn't get node to daemon pod mapping for daemon set {:?}: {error}",
                set.metadata.name
            ),
        })?;
        self.table.refresh(api.now());
        if !self.expectations.are_satisfied(api.now()) {
            // The set's generation is not acted upon in this sync.
            self.update_status(key, set, false, api)?;
            return Ok(Some(self.wait_for_expectations(key, api).verdict(set)));
        }
        let updated = self.update_daemon_set(key, set, api);
        if let Ok((_, true)) = updated {
            return Ok(updated.ok().map(|(outcome, _)| outcome.verdict(set)));
        }
        let stored = self.update_status(key, set, true, api);
        let (outcome, _) = updated?;
        stored?;
        let outcome = self.no_wakeup(&outcome, api).unwrap_or(outcome);
        Ok(Some(outcome.verdict(set)))
    }

    /// Decides and carries out; the second value says whether pods were created and none was refused.
    fn update_daemon_set(
        &mut self,
        key: &ObjectKey,
        set: &Rc<DaemonSet>,
        api: &mut dyn Api,
    ) -> Result<(Outcome, bool), SyncError> {
        let now = api.now();
        self.backoff.for_generation(set.status.observed_generation);
        let managed = manage(&self.view(set), now);
        let mut created = self.sync_nodes(key, set, &managed, api)?;
        let mut outcome = managed.outcome(false);
        let mut wait = None;
        if self.expectations.are_satisfied(now) {
            match set.spec.update_strategy.type_.as_str() {
                "RollingUpdate" => {
                    let (plan, held_back) =
                        rolling_update(&self.view(set)).map_err(|message| SyncError { message })?;
                    created |= self.sync_nodes(key, set, &plan, api)?;
                    outcome = outcome.or_else(|| plan.outcome(true));
                    wait = held_back;
                }
                _ => wait = on_delete(&self.view(set)),
            }
        }
        self.cleanup(set, api)?;
        Ok((outcome.unwrap_or_else(|| resting(&self.view(set), wait, now)), created))
    }

    /// Whether the controller will sleep through the moment at which a pod becomes available.
    ///
    /// `updatePod` asks for a sync after `minReadySeconds`, but the queue keeps the earlier of two wakeups
    /// for a key (`insert` in `delaying_queue.go`); and `updateDaemonSetStatus` asks again only while the
    /// oldest pod of a node is ready and not available, which under surge is the old pod. Upstream goes on
    /// at the next change, or when the informers tell everything again after half a day or later.
    fn no_wakeup(&self, outcome: &Outcome, api: &dyn Api) -> Option<Outcome> {
        let is_idle = matches!(outcome, Outcome::Waiting(_) | Outcome::Converged);
        let (pod, node) = self.table.next_ripe().filter(|_| is_idle && !api.comes_again())?;
        Some(Outcome::Waiting(WaitingFor::NoWakeup { pod, node }))
    }

    fn view<'a>(&'a self, set: &'a DaemonSet) -> View<'a> {
        View { set, table: &self.table, backoff: &self.backoff }
    }

    fn cleanup(&mut self, set: &DaemonSet, api: &mut dyn Api) -> Result<(), SyncError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        cleanup_history(api, set, history, |hash| self.table.is_live(hash)).map_err(|error| SyncError {
            message: format!("failed to clean up revisions of DaemonSet: {error}"),
        })
    }

    fn update_status(
        &mut self,
        key: &ObjectKey,
        set: &DaemonSet,
        observes_generation: bool,
        api: &mut dyn Api,
    ) -> Result<(), SyncError> {
        let tally = self.table.tally();
        let stored = store_daemon_set_status(api, set, tally, observes_generation).map_err(|error| {
            let meta = &set.metadata;
            SyncError {
                message: format!(
                    "error storing status for daemon set {}/{}: {error}",
                    meta.namespace, meta.name
                ),
            }
        })?;
        if let Some(written) = stored {
            self.writes.wrote(&written);
        }
        let min_ready = u64::try_from(set.spec.min_ready_seconds).unwrap_or_default();
        if min_ready > 0 && tally.ready != tally.available {
            api.requeue_after(key, Span::from_seconds(min_ready));
        }
        Ok(())
    }

    /// Upstream's caches tell everything again from time to time; here nothing else might wake the set.
    fn wait_for_expectations(&mut self, key: &ObjectKey, api: &mut dyn Api) -> Outcome {
        // At each sync, as a delay that is over earlier takes this one's place in the queue.
        api.requeue_after(key, self.expectations.expire_at() - api.now());
        let (creations, deletions) = self.expectations.outstanding();
        Outcome::Waiting(WaitingFor::Expectations { creations, deletions })
    }

    /// Adopts pods that fit and belong to nobody, and lets go of its own that do not fit.
    fn claim_pods(&mut self, set: &DaemonSet, cache: &Cache, api: &mut dyn Api) -> Result<(), String> {
        let namespace = &set.metadata.namespace;
        let fits = |pod: &Pod| set.spec.selector.matches(&pod.metadata.labels);
        let strays: Vec<Rc<Pod>> = self.table.strays().cloned().collect();
        let own = strays.iter().map(|pod| (&pod.metadata, false));
        let orphans = cache.orphans::<Pod>(namespace).map(|pod| (&pod.metadata, fits(pod)));
        let claimed = claim_objects(api, Kind::DaemonSet, &set.metadata, Kind::Pod, own.chain(orphans));
        for written in &claimed.written {
            self.writes.wrote(written);
        }
        for name in &claimed.adopted {
            if let Some(pod) = cache.typed::<Pod>(namespace, name) {
                self.table.put(Rc::clone(pod));
            }
        }
        claimed.result()
    }

    /// Finds the set's revisions, unless they are known.
    fn find_history(&mut self, set: &DaemonSet, cache: &Cache, api: &mut dyn Api) -> Result<(), SyncError> {
        let belongs_to = (set.metadata.generation, set.status.collision_count);
        if self.history.is_some() && self.history_of == belongs_to {
            return Ok(());
        }
        let meta = &set.metadata;
        let fits = |revision: &ControllerRevision| set.spec.selector.matches(&revision.metadata.labels);
        let own = || cache.controlled_by::<ControllerRevision>(&meta.namespace, &meta.uid);
        let orphans = || cache.orphans::<ControllerRevision>(&meta.namespace);
        let all = own().chain(orphans()).map(|revision| (&revision.metadata, fits(revision)));
        let claimed = claim_objects(api, Kind::DaemonSet, meta, Kind::ControllerRevision, all);
        let adopted = claimed.written.iter().filter_map(|object| match object {
            Object::ControllerRevision(revision) => Some(Rc::clone(revision)),
            _ => None,
        });
        let mut revisions: Vec<_> = own().filter(|revision| fits(revision)).cloned().collect();
        revisions.extend(adopted.filter(|revision| revision.metadata.is_controlled_by(&meta.uid)));
        claimed.result().map_err(|message| SyncError { message })?;
        let pods: Vec<Rc<Pod>> =
            if revisions.len() > 1 { self.table.pods().cloned().collect() } else { Vec::new() };
        let history = construct_history(api, set, revisions, &pods)?;
        self.table.put_hash(history.hash());
        self.history = Some(history);
        self.history_of = belongs_to;
        Ok(())
    }
}
