//! What kubelets tell about pods: their status, and that they have ended.
//!
//! Models `syncBatch` and `syncPod`, `pkg/kubelet/status/status_manager.go`, Kubernetes v1.36: what could
//! not be told is told again in the next round, once for each pod. Left out: rounds in which all pods are
//! compared.

use std::rc::Rc;

use super::agent::NodeAgent;
use super::worker::Plan;
use super::{Ctx, Kubelets, PodId, REPORT_AGAIN, Timer, status};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{DeleteOptions, Preconditions, Request};

impl Kubelets {
    pub(super) fn write_status(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get(key) else {
            return;
        };
        let Some(agent) = self.agents.get(&worker.pod.spec.node_name).filter(|agent| agent.is_connected())
        else {
            return;
        };
        let at = ObjectKey::new(Kind::Pod, key.namespace.as_str(), key.name.as_str());
        // The stored object may be newer than the cached one: a controller may have changed a condition.
        let live = match context.live(&at) {
            Ok(Object::Pod(live)) => live,
            Err(error) if !error.is_not_found() => {
                self.report_later(key, context);
                return;
            }
            _ => return,
        };
        if live.metadata.uid != worker.pod.metadata.uid {
            return;
        }
        let status = status::pod_status(worker, live, &agent.host_ip, context.now(), &self.timing);
        if status == live.status {
            return;
        }
        let pod = Pod { metadata: live.metadata.clone(), spec: live.spec.clone(), status };
        match context.request(Request::update_status(pod)) {
            // The pod has just been removed: there is nothing to report.
            Err(error) if !error.is_not_found() => {
                self.report_later(key, context);
            }
            _ => {}
        }
    }

    /// Tells of a pod again in the next round, however often it is asked to.
    pub(super) fn report_later(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        if self.to_report.insert(Rc::clone(key)) {
            context.wake_after(REPORT_AGAIN, Timer::Report(Rc::clone(key)));
        }
    }

    /// Tells again what could not be told.
    pub(super) fn report_again(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        self.to_report.remove(key);
        let known = self.workers.get(key).map(|worker| (Rc::clone(&worker.pod), worker.plan == Plan::Gone));
        let (pod, is_gone) = match known {
            Some(known) => known,
            None => match context.cache.typed::<Pod>(&key.namespace, &key.name) {
                Some(pod) if pod.metadata.uid == key.uid && pod.is_terminal() && pod.is_terminating() => {
                    (Rc::clone(pod), true)
                }
                _ => return,
            },
        };
        if !is_gone {
            self.write_status(key, context);
        } else if self.agents.get(&pod.spec.node_name).is_some_and(NodeAgent::is_connected) {
            self.remove(&pod, context);
        }
    }

    /// Removes the object of a pod that has stopped, unless its name belongs to another pod by now.
    pub(super) fn remove(&mut self, pod: &Pod, context: &mut Ctx<'_>) {
        let key = ObjectKey::new(Kind::Pod, pod.metadata.namespace.clone(), pod.metadata.name.clone());
        let options = DeleteOptions {
            grace_period_seconds: Some(0),
            preconditions: Preconditions { uid: Some(pod.metadata.uid.clone()), resource_version: None },
            propagation_policy: None,
        };
        match context.request(Request::delete(key, options)) {
            // Somebody else may have removed it, which is as good.
            Err(error) if !error.is_not_found() && !error.is_conflict() => {
                self.report_later(&Rc::new(PodId::of(pod)), context);
            }
            _ => {}
        }
    }
}

/// Whether a pod is not ready although all its containers are.
pub(super) fn is_readiness_taken(pod: &Pod) -> bool {
    let is = |type_: &str, status: &str| {
        Condition::find(&pod.status.conditions, type_).is_some_and(|condition| condition.status == status)
    };
    is("Ready", "False") && is("ContainersReady", "True")
}
