//! Prefers nodes that have the pod's images.
//!
//! Models pkg/scheduler/framework/plugins/imagelocality, Kubernetes v1.36. Left out: image volumes.

use crate::api::pod::Pod;
use crate::scheduler::framework::MAX_NODE_SCORE;
use crate::scheduler::node_state::NodeState;

const MIN_BYTES: i64 = 23 * 1024 * 1024;
const MAX_BYTES_PER_CONTAINER: i64 = 1000 * 1024 * 1024;

/// Whether any node reports images at all.
pub(crate) fn is_reported(nodes: &[NodeState]) -> bool {
    nodes.iter().any(|state| images(state).next().is_some())
}

/// The size of the pod's images on the node, less where few nodes have them.
pub(crate) fn score(pod: &Pod, node: &NodeState, nodes: &[NodeState]) -> i64 {
    let containers = || pod.spec.init_containers.iter().chain(&pod.spec.containers);
    let mut sum = 0_i64;
    for container in containers() {
        let wanted = normalized(&container.image);
        if let Some(bytes) = size_on(node, &wanted) {
            let having = nodes.iter().filter(|other| size_on(other, &wanted).is_some()).count();
            let (having, all) = (i64::try_from(having).unwrap_or(1), i64::try_from(nodes.len()).unwrap_or(1));
            sum = sum.saturating_add(bytes.saturating_mul(having) / all.max(1));
        }
    }
    let count = i64::try_from(containers().count()).unwrap_or(1);
    let most = MAX_BYTES_PER_CONTAINER * count;
    if most <= MIN_BYTES {
        return 0;
    }
    MAX_NODE_SCORE * (sum.clamp(MIN_BYTES, most) - MIN_BYTES) / (most - MIN_BYTES)
}

fn images(state: &NodeState) -> impl Iterator<Item = &serde_json::Value> {
    state.node.status.extra.get("images").and_then(|images| images.as_array()).into_iter().flatten()
}

fn size_on(state: &NodeState, wanted: &str) -> Option<i64> {
    let image = images(state).find(|image| {
        let names = image.get("names").and_then(|names| names.as_array());
        names.into_iter().flatten().any(|name| name.as_str() == Some(wanted))
    })?;
    image.get("sizeBytes")?.as_i64()
}

/// A name without a tag means its latest one.
fn normalized(image: &str) -> String {
    let after_host = image.rfind('/').map_or(image, |at| image.get(at..).unwrap_or_default());
    if after_host.contains(':') { image.to_owned() } else { format!("{image}:latest") }
}
