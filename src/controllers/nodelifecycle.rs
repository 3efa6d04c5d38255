//! Greets nodes that join.
//!
//! Models the registration in `monitorNodeHealth`,
//! `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, Kubernetes v1.36. Left out: heartbeats, the
//! taints of nodes that are not ready, labels that are kept equal.

use super::process::Requeue;
use super::{Controller, SyncResult};
use crate::api::{Kind, ObjectKey};
use crate::client::{Cache, Change, Context, EventType};
use crate::sim::{Span, Time};

/// The node lifecycle controller.
#[derive(Clone, Debug, Default)]
pub struct NodeLifecycle;

impl Controller for NodeLifecycle {
    fn name(&self) -> &'static str {
        "node-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Node]
    }

    fn keys_for(&mut self, change: &Change, _: &Cache, _: Time) -> Vec<(ObjectKey, Span)> {
        match (&change.old, &change.new) {
            (None, Some(node)) => vec![(node.key(), Span::ZERO)],
            _ => Vec::new(),
        }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        if let Some(node) = context.cache.get(key).cloned() {
            let message = format!("Node {0} event: Registered Node {0} in Controller", key.name);
            context.event(self.name(), &node, EventType::Normal, "RegisteredNode", &message);
        }
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}
