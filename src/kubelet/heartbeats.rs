//! What kubelets tell about their nodes: a lease that is renewed and a status that is posted, again and
//! again.
//!
//! Models `syncNodeStatus`, `pkg/kubelet/kubelet_node_status.go`, and the lease of
//! staging/src/k8s.io/component-helpers/apimachinery/lease, Kubernetes v1.36: two loops, each with one next
//! round. A write is tried five times; then it waits for the next round, and a lease that cannot be read or
//! made waits for a back-off. A report that would change nothing is not sent; when a kubelet falls silent,
//! the times of its last heartbeats are written down (`api::heartbeat`). Left out: the cached copy that the
//! first of the five tries starts from, the jitter of the rounds.

use std::rc::Rc;

use super::{Ctx, Kubelets, REPORT_AGAIN, Timer};
use crate::api::heartbeat::{LEASE_NAMESPACE, RENEW_EVERY, last_beat, lease, renew_time};
use crate::api::meta::Condition;
use crate::api::node::NodeStatus;
use crate::api::object::Opaque;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::client::{EventType, Request, StatusError};
use crate::sim::{Span, Time};

/// How often a write is tried in one round (`nodeStatusUpdateRetry`, `maxUpdateRetries`).
const TRIES: u32 = 5;
/// The wait after the first failure to read or make a lease; it doubles with every further one.
const LEASE_BACKOFF_FIRST_MS: u64 = 200;
/// The longest such wait (`maxBackoff`).
const LEASE_BACKOFF_MAX_MS: u64 = 7_000;

/// The next round of a loop: of several times that are set the earliest counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NextRound {
    at: Option<Time>,
    failures: u32,
}

impl NextRound {
    /// Sets a time, and says whether a timer is needed for it.
    fn set(&mut self, at: Time) -> bool {
        let is_earlier = self.at.is_none_or(|set| at < set);
        if is_earlier {
            self.at = Some(at);
        }
        is_earlier
    }

    /// Whether the round that a timer comes for is this one; it is taken then.
    fn take(&mut self, now: Time) -> bool {
        self.at.take_if(|at| *at == now).is_some()
    }

    /// How long to wait after one more failure.
    fn back_off(&mut self) -> Span {
        let wait = LEASE_BACKOFF_FIRST_MS << self.failures.min(16);
        self.failures += 1;
        Span::from_ms(wait.min(LEASE_BACKOFF_MAX_MS))
    }
}

pub(super) fn node_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Node, "", name)
}

fn lease_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Lease, LEASE_NAMESPACE, name)
}

/// Does it again as long as it fails, a few times.
fn try_often(mut work: impl FnMut() -> Result<(), StatusError>) -> Result<(), StatusError> {
    let mut done = work();
    for _ in 1..TRIES {
        if done.is_ok() {
            break;
        }
        done = work();
    }
    done
}

/// Renews a lease from now on, unless it is being renewed.
fn renew(left: &Opaque, name: &str, context: &mut Ctx<'_>) -> Result<(), StatusError> {
    if renew_time(left).is_none() {
        return Ok(());
    }
    let mut renewed = left.clone();
    renewed.extra.extend(lease(name, "", None).extra);
    try_often(|| context.request(Request::update(Object::Lease(Rc::new(renewed.clone())))).map(drop))
}

impl Kubelets {
    /// The round of the lease's loop that a timer comes for.
    pub(super) fn lease_round(&mut self, name: &str, context: &mut Ctx<'_>) {
        if self.agents.get_mut(name).is_some_and(|agent| agent.next_renewal.take(context.now())) {
            self.keep_lease(name, context);
        }
    }

    /// The round of the status' loop that a timer comes for.
    pub(super) fn report_round(&mut self, name: &str, context: &mut Ctx<'_>) {
        if self.agents.get_mut(name).is_some_and(|agent| agent.next_report.take(context.now())) {
            self.post(name, context);
        }
    }

    fn keep_lease_after(&mut self, name: &str, after: Span, context: &mut Ctx<'_>) {
        let at = context.now() + after;
        if self.agents.get_mut(name).is_some_and(|agent| agent.next_renewal.set(at)) {
            context.wake_after(after, Timer::Lease(name.to_owned()));
        }
    }

    /// Reports about a node once a time has passed.
    pub(super) fn report_node_after(&mut self, name: &str, after: Span, context: &mut Ctx<'_>) {
        let at = context.now() + after;
        if self.agents.get_mut(name).is_some_and(|agent| agent.next_report.set(at)) {
            context.wake_after(after, Timer::Node(name.to_owned()));
        }
    }

    /// Makes a node's lease, or goes on with one that is left from an earlier life
    /// (`backoffEnsureLease`). That one still names the earlier node, so the garbage collector removes it,
    /// and the next renewal makes another.
    pub(super) fn keep_lease(&mut self, name: &str, context: &mut Ctx<'_>) {
        let Some(agent) = self.agents.get_mut(name).filter(|a| a.is_connected() && a.is_registered) else {
            return;
        };
        let lease = lease(name, &agent.node.metadata.uid, None);
        let owners = lease.metadata.owner_references.clone();
        let found = context.find(&lease_key(name)).map(Option::<&Object>::cloned);
        let ensured = match found {
            Ok(None) => context.request(Request::create(Object::Lease(Rc::new(lease)))).map(Some),
            found => found,
        };
        let next = match ensured {
            Err(_) => Some(agent.next_renewal.back_off()),
            Ok(left) => {
                agent.next_renewal.failures = 0;
                let renewed = match &left {
                    Some(Object::Lease(left)) => renew(left, name, context),
                    _ => Ok(()),
                };
                let is_own = left.is_none_or(|left| left.meta().owner_references == owners);
                (renewed.is_err() || !is_own).then_some(RENEW_EVERY)
            }
        };
        if let Some(after) = next {
            self.keep_lease_after(name, after, context);
        }
    }

    /// A lease is gone: what would have been its next renewal makes another.
    pub(super) fn lease_removed(&mut self, gone: &Opaque, context: &mut Ctx<'_>) {
        let meta = &gone.metadata;
        if meta.namespace == LEASE_NAMESPACE {
            let (now, every) = (context.now(), Span::from_ms(self.timing.lease_renew_ms));
            let since = meta.creation_timestamp.map_or(Time::ZERO, Timestamp::time);
            self.keep_lease_after(&meta.name, last_beat(since, every, now) + every - now, context);
        }
    }

    /// Writes what a kubelet reports, unless the object says so already.
    pub(super) fn post(&mut self, name: &str, context: &mut Ctx<'_>) {
        if try_often(|| self.try_to_post(name, context)).is_err() {
            self.report_node_after(name, REPORT_AGAIN, context);
        }
    }

    fn try_to_post(&self, name: &str, context: &mut Ctx<'_>) -> Result<(), StatusError> {
        let now = context.now();
        let Some(agent) = self.agents.get(name).filter(|agent| agent.is_connected()) else {
            return Ok(());
        };
        let Some(Object::Node(live)) = context.find(&node_key(name))? else {
            return Ok(());
        };
        let mut node = (**live).clone();
        agent.report(now).post(&mut node.status, now);
        if node.status == live.status {
            return Ok(());
        }
        let news = news(&live.status, &node.status);
        match context.request(Request::update_status(node)) {
            Ok(_) => news.into_iter().for_each(|what| self.tell_status(name, what, context)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Writes down when the last heartbeats came that were not sent.
    pub(super) fn write_last_heartbeats(&self, name: &str, context: &mut Ctx<'_>) {
        let now = context.now();
        let beat = |since: Option<Timestamp>, every: u64| {
            last_beat(since.map_or(Time::ZERO, Timestamp::time), Span::from_ms(every), now)
        };
        if let Ok(Object::Lease(live)) = context.live(&lease_key(name)) {
            let renewed = beat(live.metadata.creation_timestamp, self.timing.lease_renew_ms);
            let written = lease(name, "", Some(renewed)).extra;
            let mut silent = (**live).clone();
            silent.extra.extend(written);
            drop(context.request(Request::update(Object::Lease(Rc::new(silent)))));
        }
        if let Ok(Object::Node(live)) = context.live(&node_key(name)) {
            let mut node = (**live).clone();
            let posted = |conditions: &[Condition]| {
                let moved = conditions.iter().filter_map(|condition| condition.last_transition_time).max();
                Timestamp::at(beat(moved, self.timing.status_report_ms))
            };
            let at = posted(&node.status.conditions);
            for condition in &mut node.status.conditions {
                condition.last_heartbeat_time.get_or_insert(at);
            }
            drop(context.request(Request::update_status(node)));
        }
    }

    /// Tells what a node's status is now.
    pub(super) fn tell_status(&self, name: &str, what: &str, context: &mut Ctx<'_>) {
        let message = format!("Node {name} status is now: {what}");
        self.tell(name, EventType::Normal, what, &message, context);
    }
}

/// What has changed between two statuses, as kubelets tell it.
fn news(old: &NodeStatus, new: &NodeStatus) -> Vec<&'static str> {
    const TOLD: [(&str, &str, &str); 4] = [
        ("MemoryPressure", "NodeHasSufficientMemory", "NodeHasInsufficientMemory"),
        ("DiskPressure", "NodeHasNoDiskPressure", "NodeHasDiskPressure"),
        ("PIDPressure", "NodeHasSufficientPID", "NodeHasInsufficientPID"),
        ("Ready", "NodeNotReady", "NodeReady"),
    ];
    let status = |status: &NodeStatus, type_: &str| {
        Condition::find(&status.conditions, type_).map(|condition| condition.status == "True")
    };
    let unknown = |type_: &str| {
        Condition::find(&old.conditions, type_).is_none_or(|condition| condition.status == "Unknown")
    };
    TOLD.iter()
        .filter_map(|(type_, when_false, when_true)| {
            let is = status(new, type_)?;
            let changed = unknown(type_) || status(old, type_) != Some(is);
            changed.then_some(if is { *when_true } else { *when_false })
        })
        .collect()
}
