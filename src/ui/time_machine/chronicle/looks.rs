//! What the page draws of each object: a change that leaves it as it was cannot be seen.

use std::collections::BTreeMap;

use crate::api::apps::CONTROLLER_REVISION_HASH;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::{Change, Cluster};
use crate::kubectl::printers::pod_status;
use crate::ui::view_model::status::Shape;

/// The kinds that are drawn.
const DRAWN: [Kind; 7] = [
    Kind::Pod,
    Kind::Node,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::PersistentVolumeClaim,
    Kind::PodDisruptionBudget,
];

/// What is drawn of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodLook {
    /// Its shape.
    pub shape: Shape,
    /// Its `STATUS`.
    pub status: String,
    /// Its node; empty before it has one.
    pub node: String,
    /// How often its containers were started again.
    pub restarts: i64,
}

impl PodLook {
    /// What is drawn of this pod.
    pub fn of(pod: &Pod) -> Self {
        let status = pod_status(pod);
        Self {
            shape: Shape::of(pod, &status),
            status,
            node: pod.spec.node_name.clone(),
            restarts: pod.status.container_statuses.iter().map(|status| status.restart_count).sum(),
        }
    }
}

/// What is drawn of every object, and how often that has changed.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    drawn: BTreeMap<ObjectKey, String>,
    changes: u64,
}

impl Looks {
    /// What is drawn of a cluster.
    pub fn of(cluster: &Cluster) -> Self {
        let mut looks = Self::default();
        for kind in DRAWN {
            for object in cluster.server().list(kind, None) {
                if let Some(look) = look(object) {
                    looks.drawn.insert(object.key(), look);
                }
            }
        }
        looks
    }

    /// Takes a change in.
    pub fn see(&mut self, change: &Change) {
        let Some(look) = look(&change.object) else { return };
        let key = change.object.key();
        let is_news = if change.is_gone {
            self.drawn.remove(&key).is_some()
        } else {
            self.drawn.get(&key) != Some(&look)
        };
        if is_news {
            self.changes += 1;
            if !change.is_gone {
                self.drawn.insert(key, look);
            }
        }
    }

    /// How many changes could be seen.
    pub fn changes(&self) -> u64 {
        self.changes
    }
}

/// What is drawn of an object, in words that differ when the drawing does.
fn look(object: &Object) -> Option<String> {
    Some(match object {
        Object::Pod(pod) => {
            let look = PodLook::of(pod);
            let revision = pod.metadata.labels.get(CONTROLLER_REVISION_HASH).map_or("", String::as_str);
            format!("{} {:?} {} {} {revision}", look.status, look.shape, look.node, look.restarts)
        }
        Object::Node(node) => node_look(node),
        Object::StatefulSet(set) => {
            let (spec, status) = (&set.spec, &set.status);
            let update = spec.update_strategy.rolling_update.as_ref().and_then(|update| update.partition);
            format!("{:?} {update:?} {}", spec.replicas, status.update_revision)
        }
        Object::DaemonSet(set) => format!("{}", set.status.desired_number_scheduled),
        Object::Deployment(deployment) => {
            format!("{:?} {}", deployment.spec.replicas, deployment.spec.paused)
        }
        Object::PersistentVolumeClaim(claim) => claim.status.phase.clone(),
        Object::PodDisruptionBudget(budget) => format!("{}", budget.status.disruptions_allowed),
        _ => return None,
    })
}

fn node_look(node: &Node) -> String {
    let mut look = format!("{} {}", node.is_ready(), node.spec.unschedulable);
    for taint in &node.spec.taints {
        look.push_str(&format!(" {}={}:{}", taint.key, taint.value, taint.effect));
    }
    look
}
