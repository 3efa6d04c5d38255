//! One sync of one `ReplicaSet`: what is gathered before the policy decides, and what follows.
//!
//! Models `syncReplicaSet` and `claimPods`, `pkg/controller/replicaset/replica_set.go`, Kubernetes v1.36.
//! Left out: metrics.

use std::rc::Rc;

use super::carrying_out::UnderWay;
use super::manage::{View, manage_replicas};
use super::pods::PodTable;
use super::status::{calculate_status, update_replica_set_status};
use super::waiting::{Outcome, WaitingFor};
use crate::api::deployment::ReplicaSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::Cache;
use crate::controllers::api_access::Api;
use crate::controllers::consistency::OwnWrites;
use crate::controllers::controller_ref::{self, Claim};
use crate::controllers::expectations::Expectations;
use crate::controllers::{SyncError, SyncResult};
use crate::sim::{Span, Time};

/// What the controller remembers of one set between syncs.
#[derive(Clone, Debug)]
pub(crate) struct SetState {
    /// Its pods.
    pub(crate) pods: PodTable,
    /// What it expects to see.
    pub(crate) expectations: Expectations,
    pub(super) writes: OwnWrites,
    /// The sync that has begun and goes on in the next turn.
    under_way: Option<UnderWay>,
}

impl SetState {
    /// Gathers the set's pods from the cache.
    pub(crate) fn new(set: &Rc<ReplicaSet>, cache: &Cache) -> Self {
        let mut pods = PodTable::new(Rc::clone(set));
        for pod in cache.controlled_by::<Pod>(&set.metadata.namespace, &set.metadata.uid) {
            pods.put(Rc::clone(pod));
        }
        Self { pods, expectations: Expectations::default(), writes: OwnWrites::default(), under_way: None }
    }

    /// Whether this is about the very set, not about an earlier one of the name.
    pub(crate) fn is_of(&self, uid: &str) -> bool {
        self.pods.set().metadata.uid == uid
    }

    /// Brings one set nearer to what it should be.
    pub(crate) fn sync(
        &mut self,
        key: &ObjectKey,
        set: &Rc<ReplicaSet>,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> SyncResult {
        if let Some(lag) = self.writes.lag(key, cache, api) {
            let outcome = Outcome::Waiting(WaitingFor::CacheCatchUp { kind: lag.kind });
            return Ok(lag.is_worth_a_word.then(|| outcome.verdict(set)));
        }
        if self.pods.set().metadata.generation != set.metadata.generation {
            self.pods.rebuild(Rc::clone(set));
        }
        let has_adopted = self.claim_pods(set, cache, api)?;
        let now = api.now();
        self.pods.refresh(now);
        let counts = self.pods.counts();
        let view = View { set, pods: &self.pods, expectations: &self.expectations, cache };
        let plan = manage_replicas(&view, now);
        let under_way = UnderWay::begin(plan, set, counts, has_adopted, &mut self.expectations, now);
        self.go_on(key, under_way, api)
    }

    /// Whether a sync has begun that goes on in the next turn. One that waits for its adoptions lets the
    /// other sets have theirs: upstream has several workers.
    pub(super) fn is_under_way(&self, now: Time) -> bool {
        self.under_way.as_ref().is_some_and(|under_way| under_way.from <= now)
    }

    /// Goes on with the sync that has begun; `None` when there is none.
    pub(super) fn resume(&mut self, key: &ObjectKey, api: &mut dyn Api) -> Option<SyncResult> {
        let under_way = self.under_way.take()?;
        Some(self.go_on(key, under_way, api))
    }

    /// Carries out as much of a plan as one turn may, and ends the sync with the last of it.
    fn go_on(&mut self, key: &ObjectKey, mut under_way: UnderWay, api: &mut dyn Api) -> SyncResult {
        if under_way.from > api.now() {
            api.requeue_after(key, under_way.from - api.now());
            self.under_way = Some(under_way);
            return Ok(None);
        }
        if !self.carry_out_some(&mut under_way, api) {
            self.under_way = Some(under_way);
            return Ok(None);
        }
        let UnderWay { set, counts, outcome, failure, .. } = under_way;
        let message = failure.as_ref().map(|error| error.message.as_str());
        let status = calculate_status(&set, counts, message, api.now());
        let written = update_replica_set_status(api, &set, status)?;
        self.writes.wrote(&Object::ReplicaSet(written));
        failure.map_or(Ok(()), Err)?;
        self.plan_next_check(key, &set, &outcome, api);
        Ok(Some(outcome.verdict(&set)))
    }

    /// Comes back when the next pod becomes available, or when what was expected is given up.
    fn plan_next_check(&self, key: &ObjectKey, set: &ReplicaSet, outcome: &Outcome, api: &mut dyn Api) {
        let (counts, now) = (self.pods.counts(), api.now());
        if set.spec.min_ready_seconds > 0 && counts.ready != counts.available {
            let fallback = Span::from_seconds(u64::try_from(set.spec.min_ready_seconds).unwrap_or_default());
            api.requeue_after(key, self.pods.next_availability(now).unwrap_or(fallback));
        }
        // Upstream's caches tell everything again from time to time; here nothing else might wake the set.
        if matches!(outcome, Outcome::Waiting(WaitingFor::Expectations { .. })) {
            api.requeue_after(key, self.expectations.expire_at() - now);
        }
    }

    /// Adopts pods that fit and belong to nobody, and lets go of its own that do not fit; says whether it has
    /// adopted any.
    fn claim_pods(
        &mut self,
        set: &Rc<ReplicaSet>,
        cache: &Cache,
        api: &mut dyn Api,
    ) -> Result<bool, SyncError> {
        let (namespace, meta) = (&set.metadata.namespace, &set.metadata);
        let mut errors = Vec::new();
        let key_of = |pod: &Pod| ObjectKey::new(Kind::Pod, namespace.clone(), pod.metadata.name.clone());
        let strays: Vec<Rc<Pod>> = self.pods.strays().cloned().collect();
        for pod in strays {
            if controller_ref::claim(meta, &pod.metadata, false) == Claim::Release
                && let Err(error) = controller_ref::release(api, &meta.uid, &key_of(&pod), &pod.metadata.uid)
            {
                errors.push(error.message);
            }
        }
        let (mut may_adopt, mut has_adopted) = (None, false);
        for pod in cache.orphans::<Pod>(namespace) {
            let fits = !pod.is_terminal() && set.spec.selector.matches(&pod.metadata.labels);
            if controller_ref::claim(meta, &pod.metadata, fits) != Claim::Adopt {
                continue;
            }
            let may_adopt =
                may_adopt.get_or_insert_with(|| controller_ref::can_adopt(api, Kind::ReplicaSet, meta));
            if let Err(why) = may_adopt {
                let (name, uid) = (&pod.metadata.name, &pod.metadata.uid);
                errors.push(format!("can't adopt Pod {namespace}/{name} ({uid}): {why}"));
                continue;
            }
            match controller_ref::adopt(api, Kind::ReplicaSet, meta, &key_of(pod), &pod.metadata.uid) {
                Ok(adopted) => {
                    has_adopted = true;
                    self.writes.wrote(&adopted);
                    self.pods.put(Rc::clone(pod));
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => errors.push(error.message),
            }
        }
        errors.dedup();
        match errors.as_slice() {
            [] => Ok(has_adopted),
            [one] => Err(SyncError { message: one.clone() }),
            many => Err(SyncError { message: format!("[{}]", many.join(", ")) }),
        }
    }
}
