//! How a plan is carried out: pods are created and deleted, and Events told about those that ended.
//!
//! Models `syncNodes`, `pkg/controller/daemon/daemon_controller.go`, Kubernetes v1.36. Left out: requests
//! side by side.

use std::rc::Rc;

use super::COMPONENT;
use super::plan::Plan;
use super::revisions::History;
use super::sync::SetState;
use super::template::{daemon_pod_template, require_node};
use crate::api::daemonset::DaemonSet;
use crate::api::{Object, ObjectKey};
use crate::client::EventType;
use crate::controllers::SyncError;
use crate::controllers::api_access::Api;
use crate::controllers::pod_control::{create_pod, delete_pod, pod_from_template};

/// Pods that one sync creates at most, and deletes at most.
const BURST_REPLICAS: usize = 250;

impl SetState {
    /// Creates and deletes pods, and says whether any was created; all failures are gathered.
    pub(super) fn sync_nodes(
        &mut self,
        key: &ObjectKey,
        set: &Rc<DaemonSet>,
        plan: &Plan,
        api: &mut dyn Api,
    ) -> Result<bool, SyncError> {
        let owner = Object::DaemonSet(Rc::clone(set));
        self.tell_ended(&owner, plan, api);
        if let Some(after) = plan.recheck_after {
            api.requeue_after(key, after);
        }
        let create = plan.create.get(..BURST_REPLICAS).unwrap_or(&plan.create);
        let delete = plan.delete.get(..BURST_REPLICAS).unwrap_or(&plan.delete);
        let names = delete.iter().map(|deletion| deletion.pod.clone());
        self.expectations.expect(create.len(), names, api.now());
        let (created, mut errors) = self.create_pods(set, &owner, create, api);
        for deletion in delete {
            if let Err(error) = delete_pod(api, COMPONENT, &deletion.pod, &owner) {
                self.expectations.deletion_observed(&deletion.pod);
                if !error.is_not_found() && !errors.contains(&error.message) {
                    errors.push(error.message);
                }
            }
        }
        match errors.as_slice() {
            [] => Ok(created),
            [one] => Err(SyncError { message: one.clone() }),
            many => Err(SyncError { message: format!("[{}]", many.join(", ")) }),
        }
    }

    fn tell_ended(&mut self, owner: &Object, plan: &Plan, api: &mut dyn Api) {
        let namespace = &owner.meta().namespace;
        for ended in &plan.ended {
            let (pod, node) = (&ended.pod, &ended.node);
            if ended.failed {
                self.backoff.next(node, api.now());
                let message =
                    format!("Found failed daemon pod {namespace}/{pod} on node {node}, will try to kill it");
                api.event(COMPONENT, owner, EventType::Warning, "FailedDaemonPod", &message);
            } else {
                let message = format!(
                    "Found succeeded daemon pod {namespace}/{pod} on node {node}, will try to delete it"
                );
                api.event(COMPONENT, owner, EventType::Normal, "SucceededDaemonPod", &message);
            }
        }
    }

    /// Creates pods in batches of 1, 2, 4 …; after a batch with a failure the rest is left for a later try.
    fn create_pods(
        &mut self,
        set: &Rc<DaemonSet>,
        owner: &Object,
        nodes: &[String],
        api: &mut dyn Api,
    ) -> (bool, Vec<String>) {
        let (mut created, mut errors) = (false, Vec::new());
        if nodes.is_empty() {
            return (created, errors);
        }
        let hash = self.history.as_ref().map_or("", History::hash);
        let template = daemon_pod_template(set, hash);
        let (mut rest, mut batch) = (nodes, 1);
        while !rest.is_empty() && errors.is_empty() {
            let (now, later) = rest.split_at(batch.min(rest.len()));
            for node in now {
                let mut pod = pod_from_template(&template, owner);
                require_node(&mut pod.spec, node);
                match create_pod(api, COMPONENT, pod, owner) {
                    Ok(pod) => {
                        self.writes.wrote(&pod);
                        created = true;
                    }
                    // In a namespace that is being deleted there is nothing left to do.
                    Err(error) if error.is_namespace_terminating() => {}
                    Err(error) => {
                        self.expectations.creation_observed();
                        if !errors.contains(&error.message) {
                            errors.push(error.message);
                        }
                    }
                }
            }
            (rest, batch) = (later, batch * 2);
        }
        for _ in rest {
            self.expectations.creation_observed();
        }
        (created, errors)
    }
}
