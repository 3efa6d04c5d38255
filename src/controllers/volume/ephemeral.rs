//! Makes the claims of pods' ephemeral volumes.
//!
//! Models pkg/controller/volume/ephemeral, Kubernetes v1.36: a claim is named after its pod and its volume,
//! belongs to the pod and so goes with it, and is made again when somebody deletes it.

use super::claim_users::ClaimUsers;
use crate::api::codec::from_value;
use crate::api::pod::{Pod, Volume};
use crate::api::storage::PersistentVolumeClaim;
use crate::api::volume::not_for_pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::client::{Cache, Change, Context, EventType, Request};
use crate::controllers::controller::Requeue;
use crate::controllers::{Controller, SyncError, SyncResult};
use crate::sim::{Span, Time};

/// The controller.
#[derive(Clone, Debug, Default)]
pub(super) struct EphemeralVolumes {
    users: ClaimUsers,
}

impl Controller for EphemeralVolumes {
    fn name(&self) -> &'static str {
        "ephemeral_volume"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::PersistentVolumeClaim, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        let keys: Vec<ObjectKey> = match (&change.old, &change.new) {
            (old, Some(Object::Pod(pod))) => {
                if needs_claims(pod) {
                    drop(self.users.see(change));
                }
                // A pod's volumes never change.
                let is_new = old.is_none() && needs_claims(pod) && !pod.is_terminating();
                is_new.then(|| pod_key(pod)).into_iter().collect()
            }
            (Some(Object::Pod(pod)), None) if needs_claims(pod) => {
                drop(self.users.see(change));
                Vec::new()
            }
            (Some(Object::PersistentVolumeClaim(gone)), None) => {
                let users = self.users.of(&gone.metadata.namespace, &gone.metadata.name, cache);
                users.filter(|pod| !pod.is_terminating()).map(|pod| pod_key(pod)).collect()
            }
            _ => Vec::new(),
        };
        keys.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let pod = context.cache.typed::<Pod>(&key.namespace, &key.name).filter(|pod| !pod.is_terminating());
        let Some(pod) = pod.cloned() else {
            return Ok(None);
        };
        for volume in &pod.spec.volumes {
            if let Err(error) = make_claim(&pod, volume, context) {
                let message = format!("ephemeral volume {}: {}", volume.name, error.message);
                let about = Object::Pod(pod.clone());
                context.event(self.name(), &about, EventType::Warning, "FailedBinding", &message);
                return Err(error);
            }
        }
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

fn pod_key(pod: &Pod) -> ObjectKey {
    ObjectKey::new(Kind::Pod, pod.metadata.namespace.clone(), pod.metadata.name.clone())
}

fn needs_claims(pod: &Pod) -> bool {
    pod.spec.volumes.iter().any(|volume| pod.ephemeral_claim_name(volume).is_some())
}

fn make_claim(pod: &Pod, volume: &Volume, context: &mut Context<'_, Requeue>) -> Result<(), SyncError> {
    let Some(name) = pod.ephemeral_claim_name(volume) else {
        return Ok(());
    };
    let namespace = &pod.metadata.namespace;
    if let Some(claim) = context.cache.typed::<PersistentVolumeClaim>(namespace, &name) {
        return not_for_pod(pod, claim).map_or(Ok(()), |message| Err(SyncError { message }));
    }
    let template = volume.extra.get("ephemeral").and_then(|of| of.get("volumeClaimTemplate")).cloned();
    let failed = |why: String| SyncError { message: format!("create PVC {name}: {why}") };
    let template: PersistentVolumeClaim =
        from_value(template.unwrap_or_default()).map_err(|error| failed(error.to_string()))?;
    let claim = PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: name.clone(),
            namespace: namespace.clone(),
            labels: template.metadata.labels,
            annotations: template.metadata.annotations,
            owner_references: vec![OwnerReference::controller("v1", "Pod", &pod.metadata)],
            ..ObjectMeta::default()
        },
        spec: template.spec,
        ..PersistentVolumeClaim::default()
    };
    context.request(Request::create(claim)).map(drop).map_err(|error| failed(error.message))
}
