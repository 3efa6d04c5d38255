//! What really runs: the rule that no look at the API server alone can check.

use super::nodes::is_given_up;
use super::{Memory, Violation};
use crate::api::Object;
use crate::apiserver::{WatchEvent, WatchEventType};
use crate::cluster::{Actor, Cluster};

const ID: &str = "S-16";
const SENTENCE: &str = "a pod's name is free only when none of its containers runs anywhere, unless a person \
                        removed it by force, gave its node up or deleted its node";

/// Checks that no container runs of a pod that was just removed.
pub(super) fn check(
    event: &WatchEvent,
    by: Actor,
    memory: &Memory,
    cluster: &Cluster,
) -> Result<(), Violation> {
    let Object::Pod(pod) = &event.object else {
        return Ok(());
    };
    let may_be = by == Actor::Person || is_given_up(pod, memory, event.at);
    if event.type_ != WatchEventType::Deleted || !pod.is_bound() || may_be {
        return Ok(());
    }
    if !cluster.kubelets().runs(&pod.metadata.uid) {
        return Ok(());
    }
    let what = format!("{} was removed while it runs on {}", event.object.key(), pod.spec.node_name);
    Err(Violation { id: ID, sentence: SENTENCE, what, at: event.at })
}
