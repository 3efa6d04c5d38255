//! Why a pod on a tainted node is still there.
//!
//! Models the log lines of pkg/controller/tainteviction, Kubernetes v1.36. Left out: log levels.

use crate::api::scheduling::Taint;
use crate::api::{Kind, ObjectKey, Timestamp};
use crate::controllers::{Reason, Verdict};
use crate::sim::Time;

/// What must happen before the pod is deleted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum WaitingFor {
    /// The time for which the pod tolerates the taints must pass.
    TolerationSeconds {
        /// On which node.
        node: String,
        /// Which taints.
        taints: Vec<Taint>,
        /// When the time is over.
        until: Time,
    },
}

impl WaitingFor {
    /// The verdict about a pod.
    pub(super) fn verdict(&self, pod: &str) -> Verdict {
        let Self::TolerationSeconds { node, taints, until } = self;
        let keys: Vec<&str> = taints.iter().map(|taint| taint.key.as_str()).collect();
        Verdict::Waiting(Reason {
            name: "TolerationSeconds",
            sentence: format!(
                "Pod {pod} is deleted when it no longer tolerates the taint {} of {node}",
                keys.join(", ")
            ),
            object: Some(ObjectKey::new(Kind::Node, "", node.as_str())),
            facts: vec![("toleratedUntil".to_owned(), Timestamp::at(*until).to_string())],
            until: None,
        })
    }
}
