//! Drives victims out: marks them, deletes them, and tells so.
//!
//! Models `Executor`, pkg/scheduler/framework/preemption/executor.go, Kubernetes v1.36. A victim that is
//! still on its way to its node is called back instead. Left out: pod groups; upstream's goroutine, before
//! whose end the pod that preempts is not tried again, ends at once here.

use std::rc::Rc;

use super::nominations::nominated_node;
use super::preemption::PREEMPTION_BY_SCHEDULER;
use super::{Ctx, DEFAULT_SCHEDULER, Scheduler, key_of, write_status};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::{Object, Timestamp};
use crate::client::{DeleteOptions, EventType, Request};

impl Scheduler {
    /// Makes room for a pod on the node that was found for it.
    pub(crate) fn preempt(&mut self, pod: &Rc<Pod>, node: &str, victims: &[Rc<Pod>], context: &mut Ctx<'_>) {
        let leaving: Vec<&Rc<Pod>> = victims.iter().filter(|victim| !victim.is_terminating()).collect();
        if leaving.is_empty() {
            return;
        }
        self.clear_lower_nominations(pod, node, context);
        for victim in leaving {
            self.preempt_pod(pod, node, victim, context);
        }
    }

    /// The node is no longer kept for pods of lower priority.
    fn clear_lower_nominations(&mut self, pod: &Pod, node: &str, context: &mut Ctx<'_>) {
        let behind: Vec<Rc<Pod>> = self.nominations.behind(pod, node).map(Rc::clone).collect();
        for other in behind {
            self.nominations.remove(&other.metadata.uid);
            if !nominated_node(&other).is_empty() {
                write_status(&other, context, |live| {
                    live.status.extra.remove("nominatedNodeName");
                });
            }
        }
    }

    fn preempt_pod(&mut self, pod: &Pod, node: &str, victim: &Rc<Pod>, context: &mut Ctx<'_>) {
        let mut message = format!("Preempted by pod {} on node {node}", pod.metadata.uid);
        if self.cancel_binding(&victim.metadata.uid, context) {
            message.push_str(" (in kube-scheduler memory).");
        } else if !delete_victim(victim, context) {
            return;
        }
        let about = Object::Pod(Rc::clone(victim));
        context.event(DEFAULT_SCHEDULER, &about, EventType::Normal, "Preempted", &message);
    }
}

/// Marks a victim and asks for its end; `false` when it is gone already.
fn delete_victim(victim: &Rc<Pod>, context: &mut Ctx<'_>) -> bool {
    let condition = Condition {
        type_: "DisruptionTarget".to_owned(),
        status: "True".to_owned(),
        observed_generation: Some(victim.metadata.generation),
        last_transition_time: Some(Timestamp::at(context.now())),
        reason: PREEMPTION_BY_SCHEDULER.to_owned(),
        message: format!("{DEFAULT_SCHEDULER}: preempting to accommodate a higher priority pod"),
        ..Condition::default()
    };
    write_status(victim, context, |live| Condition::set(&mut live.status.conditions, condition));
    context.request(Request::delete(key_of(victim), DeleteOptions::default())).is_ok()
}
