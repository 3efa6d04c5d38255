//! Whether pods that are leaving make room for one that found none.
//!
//! Models no step of pkg/scheduler, Kubernetes v1.36: there the end of a pod puts those that it may help back
//! into the queue, and the next attempt finds out. Here the filters are asked beforehand.

use std::rc::Rc;

use super::Scheduler;
use super::plugins::{Claims, Cycle};
use crate::api::pod::Pod;
use crate::client::Cache;

impl Scheduler {
    /// The first of these nodes that would take the pod if those that are leaving were gone.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(crate) fn opened<'n>(
        &self,
        pod: &Rc<Pod>,
        nodes: impl IntoIterator<Item = &'n str>,
        leaving: &[&Rc<Pod>],
        cache: &Cache,
    ) -> Option<&'n str> {
        let claims = Claims::find(pod, cache, &self.volumes).ok()?;
        let mut state = self.state.clone();
        for leaving in leaving {
            state.remove_pod(&leaving.metadata.uid);
        }
        state.begin_attempt();
        let cycle = Cycle::new(pod, claims, &mut state);
        nodes.into_iter().find(|node| {
            let at = state.position(node);
            at.is_some_and(|at| state.nodes().get(at).is_some_and(|node| cycle.filter(at, node).is_none()))
        })
    }
}
