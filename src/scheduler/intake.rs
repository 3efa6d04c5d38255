//! What the scheduler makes of a change: what is known of nodes and placed pods, and which waiting pods it
//! may help.
//!
//! Models `addAllEventHandlers` and its handlers, `pkg/scheduler/eventhandlers.go`, Kubernetes v1.36. Left
//! out: several profiles.

use std::rc::Rc;

use super::hints::{self, ClusterEvent};
use super::{Ctx, DEFAULT_SCHEDULER, Scheduler, binding};
use crate::api::node::Node;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::{Kind, Object};
use crate::client::Change;
use crate::sim::Time;

impl Scheduler {
    pub(super) fn take_in(&mut self, change: &Change, context: &mut Ctx<'_>) {
        let now = context.now();
        match change.object().map(Object::kind) {
            Some(Kind::Pod) => self.take_in_pod(change, now),
            Some(Kind::Node) => self.take_in_node(change, now),
            Some(Kind::PersistentVolumeClaim) => {
                if let Some(claim) = new_of::<PersistentVolumeClaim>(change) {
                    binding::forget_assumed_claim(&mut self.volumes, claim);
                    let is_new = change.old.is_none();
                    self.tell_queue(now, &ClusterEvent::Claim { claim, is_new });
                }
            }
            Some(Kind::PersistentVolume) => self.take_in_volume(change, now),
            Some(Kind::StorageClass) => {
                if let Some(new) = new_of::<StorageClass>(change) {
                    let old = old_of::<StorageClass>(change).map(|old| &**old);
                    self.tell_queue(now, &ClusterEvent::StorageClass { old, new });
                }
            }
            Some(Kind::Namespace) => {
                if let Some(object) = change.object() {
                    let labels = change.new.as_ref().map(|new| &new.meta().labels);
                    self.state.put_namespace(&object.meta().name, labels);
                }
            }
            _ => {}
        }
    }

    pub(super) fn tell_queue(&mut self, now: Time, event: &ClusterEvent<'_>) {
        self.queue.move_pods(now, |queued| {
            queued.rejectors.iter().any(|plugin| hints::may_help(*plugin, &queued.pod, event))
        });
    }

    fn take_in_node(&mut self, change: &Change, now: Time) {
        let old = old_of::<Node>(change);
        match (new_of::<Node>(change), old) {
            (Some(new), old) => {
                self.state.put_node(new);
                self.tell_queue(now, &ClusterEvent::Node { old: old.map(|old| &**old), new });
            }
            (None, Some(old)) => {
                self.tell_queue(now, &ClusterEvent::NodeDelete(old));
                self.state.remove_node(&old.metadata.name);
            }
            (None, None) => {}
        }
    }

    fn take_in_volume(&mut self, change: &Change, now: Time) {
        let Some(object) = change.object() else {
            return;
        };
        let name = object.meta().name.clone();
        match new_of::<PersistentVolume>(change) {
            Some(volume) => {
                binding::forget_assumed_volume(&mut self.volumes, volume);
                if volume.status.phase == "Bound" {
                    self.volumes.unbound.remove(&name);
                } else {
                    self.volumes.unbound.insert(name, Rc::clone(volume));
                }
                let old = old_of::<PersistentVolume>(change).map(|old| &**old);
                self.tell_queue(now, &ClusterEvent::Volume { old, new: volume });
            }
            None => drop(self.volumes.unbound.remove(&name)),
        }
    }

    /// Pods that have ended count as gone: they take no room.
    fn take_in_pod(&mut self, change: &Change, now: Time) {
        let old = old_of::<Pod>(change).filter(|pod| !pod.is_terminal());
        let new = new_of::<Pod>(change).filter(|pod| !pod.is_terminal());
        let (old, new) = match (old, new) {
            // A name that was used again: one pod is gone, another came.
            (Some(old), Some(new)) if old.metadata.uid != new.metadata.uid => {
                self.pod_gone(old, now);
                (None, Some(new))
            }
            pair => pair,
        };
        match (old, new) {
            (None, None) => {}
            (Some(old), None) => self.pod_gone(old, now),
            (old, Some(new)) if new.is_bound() => {
                let was_bound = old.filter(|old| old.is_bound());
                self.state.put_pod(new);
                drop(self.queue.remove(&new.metadata.uid));
                self.nominations.remove(&new.metadata.uid);
                let has_same_labels = was_bound.is_some_and(|old| old.metadata.labels == new.metadata.labels);
                if !has_same_labels {
                    let old = was_bound.map(|old| &**old);
                    self.tell_queue(now, &ClusterEvent::AssignedPod { old, new });
                }
            }
            (old, Some(new)) => self.unplaced_pod(old, new, now),
        }
    }

    fn unplaced_pod(&mut self, old: Option<&Rc<Pod>>, new: &Rc<Pod>, now: Time) {
        if !matches!(new.spec.scheduler_name.as_str(), "" | DEFAULT_SCHEDULER) {
            return;
        }
        let uid = new.metadata.uid.as_str();
        if self.state.is_assumed(uid) || self.bindings.contains_key(uid) {
            if new.is_terminating() && old.is_some_and(|old| !old.is_terminating()) {
                self.forget_assumed(uid, now);
            }
            return;
        }
        self.nominations.take_in(old.map(|old| &**old), new);
        if !self.queue.update(new) {
            self.queue.add(new, now);
            return;
        }
        if let Some(old) = old {
            let event = ClusterEvent::Itself { old, new };
            self.queue.move_pod(uid, now, |queued| {
                queued.rejectors.iter().any(|plugin| hints::may_help(*plugin, new, &event))
            });
        }
    }

    fn pod_gone(&mut self, pod: &Rc<Pod>, now: Time) {
        let uid = pod.metadata.uid.as_str();
        drop(self.queue.remove(uid));
        self.nominations.remove(uid);
        if pod.is_bound() {
            self.state.remove_pod(uid);
            self.tell_queue(now, &ClusterEvent::AssignedPodDelete(pod));
        } else {
            self.forget_assumed(uid, now);
        }
    }

    /// Frees what a pod was assumed to take.
    pub(super) fn forget_assumed(&mut self, uid: &str, now: Time) {
        if self.state.is_assumed(uid)
            && let Some(pod) = self.state.remove_pod(uid)
        {
            self.tell_queue(now, &ClusterEvent::AssignedPodDelete(&pod));
        }
    }
}

fn new_of<T: Typed>(change: &Change) -> Option<&Rc<T>> {
    change.new.as_ref().and_then(T::of)
}

fn old_of<T: Typed>(change: &Change) -> Option<&Rc<T>> {
    change.old.as_ref().and_then(T::of)
}
