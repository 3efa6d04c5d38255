//! What the server adds to objects, and what it refuses, before it looks at their kind's own rules.
//!
//! Models the admission plugins that are on by default (pkg/kubeapiserver/options/plugins.go), Kubernetes
//! v1.36: `NamespaceLifecycle` here, `ServiceAccount`, `DefaultTolerationSeconds`, `Priority`,
//! `RuntimeClass` and `PodTopologyLabels` in `pods`, `DefaultStorageClass`, `StorageObjectInUseProtection`
//! and `PersistentVolumeClaimResize` in `storage`, `TaintNodesByCondition` here. Left out: webhooks, quotas,
//! limit ranges, pod security.

mod pods;
mod storage;

use std::rc::Rc;

use super::{ApiServer, Cause, StatusError, strategy};
use crate::api::node::Node;
use crate::api::scheduling::Taint;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};

/// Namespaces that cannot be deleted.
const IMMORTAL_NAMESPACES: [&str; 3] = ["default", "kube-system", "kube-public"];

pub(super) use pods::topology_labels;

impl ApiServer {
    /// Completes a new object, or refuses it.
    pub(super) fn admit_create(&mut self, object: &mut Object) -> Result<(), StatusError> {
        let meta = object.meta();
        self.check_namespace(object.kind(), &meta.namespace, shown_name(meta))?;
        match object {
            Object::Pod(pod) => self.admit_pod(Rc::make_mut(pod)),
            Object::PersistentVolumeClaim(claim) => {
                self.admit_claim(Rc::make_mut(claim));
                Ok(())
            }
            Object::PersistentVolume(volume) => {
                storage::protect_volume(Rc::make_mut(volume));
                Ok(())
            }
            Object::Node(node) => {
                taint_not_ready(Rc::make_mut(node));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Completes a changed object.
    pub(super) fn complete_update(new: &mut Object, old: &Object) {
        if let (Object::Pod(new), Object::Pod(old)) = (new, old) {
            pods::complete_changed(new, old);
        }
    }

    /// Refuses a change of an object that passed all other checks.
    pub(super) fn admit_update(&self, new: &Object, old: &Object) -> Result<(), StatusError> {
        match (new, old) {
            (Object::PersistentVolumeClaim(new), Object::PersistentVolumeClaim(old)) => {
                self.admit_resize(new, old)
            }
            _ => Ok(()),
        }
    }

    /// Refuses new objects in namespaces that are missing or on their way out.
    pub(super) fn check_namespace(&self, kind: Kind, namespace: &str, name: &str) -> Result<(), StatusError> {
        if !kind.is_namespaced() {
            return Ok(());
        }
        let key = ObjectKey::new(Kind::Namespace, "", namespace);
        let Some(found) = self.store.get(&key) else {
            // A server without its first objects still has the namespaces that it makes by itself.
            let made_by_itself = IMMORTAL_NAMESPACES.contains(&key.name.as_str());
            return if made_by_itself { Ok(()) } else { Err(StatusError::not_found(key.kind, &key.name)) };
        };
        if strategy::is_namespace_terminating(found) {
            let why = format!(
                "unable to create new content in namespace {namespace} because it is being terminated"
            );
            let mut error = StatusError::forbidden(kind, name, &why);
            error.cause_type = "NamespaceTerminating";
            error.causes.push(Cause {
                field: "metadata.namespace".to_owned(),
                message: format!("namespace {namespace} is being terminated"),
            });
            return Err(error);
        }
        Ok(())
    }
}

/// The name that a refusal tells: of one that is yet to be generated what it will begin with
/// (`extractResourceName`).
fn shown_name(meta: &ObjectMeta) -> &str {
    [meta.name.as_str(), meta.generate_name.as_str()]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or("Unknown")
}

/// Refuses the deletion of namespaces that must stay.
pub(super) fn check_deletion(key: &ObjectKey) -> Result<(), StatusError> {
    if key.kind == Kind::Namespace && IMMORTAL_NAMESPACES.contains(&key.name.as_str()) {
        return Err(StatusError::forbidden(key.kind, &key.name, "this namespace may not be deleted"));
    }
    Ok(())
}

/// A node that is not ready yet starts with the taint that the node controller takes away later.
fn taint_not_ready(node: &mut Node) {
    const NOT_READY: &str = "node.kubernetes.io/not-ready";
    let tainted = node.spec.taints.iter().any(|taint| taint.key == NOT_READY && taint.effect == "NoSchedule");
    if !tainted && !node.is_ready() {
        node.spec.taints.push(Taint {
            effect: "NoSchedule".to_owned(),
            key: NOT_READY.to_owned(),
            ..Taint::default()
        });
    }
}
