//! Nodes that are kept for pods which have made room there and wait for it.
//!
//! Models `nominator`, pkg/scheduler/backend/queue/nominator.go, Kubernetes v1.36: a nomination is known to
//! the scheduler before the pod's status shows it, and other pods of lower priority see the room as taken.

use std::rc::Rc;

use crate::api::pod::Pod;
use crate::collections::SortedMap;

/// Pods without a node, with the node that is kept for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nominations {
    by_uid: SortedMap<Rc<str>, (Rc<Pod>, Rc<str>)>,
}

/// The node that a pod's status says is kept for it; empty when none is.
pub(crate) fn nominated_node(pod: &Pod) -> &str {
    pod.status.extra.get("nominatedNodeName").and_then(|name| name.as_str()).unwrap_or_default()
}

/// The priority of a pod.
pub(crate) fn priority_of(pod: &Pod) -> i64 {
    pod.spec.priority.unwrap_or_default()
}

impl Nominations {
    /// Keeps a node for a pod; the empty name keeps none.
    pub(crate) fn set(&mut self, pod: &Rc<Pod>, node: &str) {
        let uid: Rc<str> = pod.metadata.uid.as_str().into();
        if node.is_empty() {
            self.by_uid.remove(&uid);
        } else {
            self.by_uid.insert(uid, (Rc::clone(pod), node.into()));
        }
    }

    /// Takes in a pod that has no node. A nomination that its status does not show yet stays.
    pub(crate) fn take_in(&mut self, old: Option<&Pod>, new: &Rc<Pod>) {
        let (was, is) = (old.map_or("", nominated_node), nominated_node(new));
        if was.is_empty() && is.is_empty() {
            if let Some((pod, _)) = self.by_uid.get_mut(new.metadata.uid.as_str()) {
                *pod = Rc::clone(new);
            }
        } else {
            self.set(new, is);
        }
    }

    /// Forgets a pod: it is placed, or gone.
    pub(crate) fn remove(&mut self, uid: &str) {
        self.by_uid.remove(uid);
    }

    /// Pods that a node is kept for and that come before the given one.
    pub(crate) fn ahead_of<'a>(&'a self, pod: &'a Pod, node: &'a str) -> impl Iterator<Item = &'a Rc<Pod>> {
        self.on(node)
            .filter(|other| priority_of(other) >= priority_of(pod) && other.metadata.uid != pod.metadata.uid)
    }

    /// Pods of lower priority that a node is kept for.
    pub(crate) fn behind<'a>(&'a self, pod: &'a Pod, node: &'a str) -> impl Iterator<Item = &'a Rc<Pod>> {
        self.on(node).filter(|other| priority_of(other) < priority_of(pod))
    }

    fn on<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Rc<Pod>> {
        self.by_uid.values().filter(move |(_, kept)| &**kept == node).map(|(pod, _)| pod)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, priority: i64, nominated: &str) -> Rc<Pod> {
        let mut pod = Pod::default();
        pod.metadata.uid = name.into();
        pod.spec.priority = Some(priority);
        if !nominated.is_empty() {
            pod.status.extra.insert("nominatedNodeName".into(), nominated.into());
        }
        Rc::new(pod)
    }

    #[test]
    fn a_node_is_kept_until_the_status_says_otherwise() {
        let mut nominations = Nominations::default();
        let (plain, shown) = (pod("a", 5, ""), pod("a", 5, "node-1"));
        let names = |nominations: &Nominations, of: &Pod| {
            nominations.ahead_of(of, "node-1").map(|pod| pod.metadata.uid.clone()).collect::<Vec<_>>()
        };
        let low = pod("low", 0, "");
        nominations.set(&plain, "node-1");
        nominations.take_in(Some(&plain), &plain);
        assert_eq!(names(&nominations, &low), ["a"], "the status is behind");
        nominations.take_in(Some(&plain), &shown);
        assert_eq!(names(&nominations, &low), ["a"]);
        assert!(names(&nominations, &pod("high", 9, "")).is_empty(), "higher pods do not mind");
        assert!(names(&nominations, &plain).is_empty(), "nor does the pod itself");
        assert_eq!(nominations.behind(&pod("high", 9, ""), "node-1").count(), 1);
        nominations.take_in(Some(&shown), &plain);
        assert!(names(&nominations, &low).is_empty());
    }
}
