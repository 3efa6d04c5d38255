//! What follows when no node was found for a pod: it waits, and is told why.
//!
//! Models `handleSchedulingFailure` and `updatePod`, `pkg/scheduler/schedule_one.go`, and `truncateMessage`,
//! Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::nominations::nominated_node;
use super::queue::QueuedPod;
use super::schedule_one::Failure;
use super::{Ctx, Scheduler, key_of, tell, write_status};
use crate::api::Timestamp;
use crate::api::meta::Condition;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;

impl Scheduler {
    /// Puts a pod back into the queue, says why, and writes it into the pod.
    pub(super) fn handle_failure(
        &mut self,
        mut queued: QueuedPod,
        failure: Failure,
        reason: &str,
        context: &mut Ctx<'_>,
    ) {
        let mut pod = Rc::clone(&queued.pod);
        queued.rejectors = failure.rejectors;
        let cached = context.cache.typed::<Pod>(&pod.metadata.namespace, &pod.metadata.name).cloned();
        if let Some(cached) = cached {
            if cached.metadata.uid != pod.metadata.uid {
                return;
            }
            // A pod that was bound meanwhile does not come back, nor does one that is gone.
            if !cached.is_bound() {
                queued.pod = Rc::clone(&cached);
                self.queue.put_back(queued, context.now());
                let kept = failure.nomination.as_deref().unwrap_or_else(|| nominated_node(&cached));
                self.nominations.set(&cached, kept);
                // It may have changed since it was taken.
                pod = cached;
            }
        }
        // A real scheduler waits for the answer to the status that it writes below, and the echo of that is
        // in its cache by the next attempt. Here the echo takes longer than the writes of one kubectl are
        // apart, so the pod that the Event speaks of is the server's.
        let live = context.live(&key_of(&pod)).ok().and_then(Pod::of).cloned();
        let about = live.filter(|live| live.metadata.uid == pod.metadata.uid && !live.is_bound());
        tell(about.as_ref().unwrap_or(&pod), "FailedScheduling", &truncated(&failure.message), context);
        let condition = Condition {
            type_: "PodScheduled".to_owned(),
            status: "False".to_owned(),
            observed_generation: Some(pod.metadata.generation),
            last_transition_time: Some(Timestamp::at(context.now())),
            reason: reason.to_owned(),
            message: failure.message,
            ..Condition::default()
        };
        write_status(&pod, context, |live| {
            match failure.nomination.as_deref() {
                None => {}
                Some("") => drop(live.status.extra.remove("nominatedNodeName")),
                Some(node) => drop(live.status.extra.insert("nominatedNodeName".to_owned(), node.into())),
            }
            Condition::set(&mut live.status.conditions, condition);
        });
    }
}

/// Events hold no more than 1024 characters.
fn truncated(message: &str) -> String {
    const MAX: usize = 1024;
    const SUFFIX: &str = " ...";
    if message.len() <= MAX {
        return message.to_owned();
    }
    let mut end = MAX - SUFFIX.len();
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{SUFFIX}", message.get(..end).unwrap_or_default())
}
