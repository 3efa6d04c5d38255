//! How a pod's volumes come before its containers: claims that must be bound, `ConfigMap`s and `Secret`s
//! that must be there.
//!
//! Models `WaitForAttachAndMount`, `pkg/kubelet/volumemanager/volume_manager.go`, and
//! `GenerateMountVolumeFunc`, `pkg/volume/util/operationexecutor/operation_generator.go`, Kubernetes v1.36:
//! a mount that failed is tried again after a wait that doubles, whatever happens in between. Left out: the
//! volumes of a pod have one wait together; attaching, which nothing holds up here.

use std::rc::Rc;

use super::configuration::{together, volume_errors};
use super::container_words::Told;
use super::timing::Timing;
use super::worker::{Outcome, Plan, Worker};
use super::{Ctx, Kubelets, Place, PodId, Scene};
use crate::api::pod::Pod;
use crate::api::storage::PersistentVolumeClaim;
use crate::client::{Cache, EventType};
use crate::sim::Time;

impl Kubelets {
    pub(super) fn claim_changed(&mut self, claim: &PersistentVolumeClaim, context: &mut Ctx<'_>) {
        if claim.status.phase != "Bound" {
            return;
        }
        let name = (claim.metadata.namespace.clone(), claim.metadata.name.clone());
        for key in self.awaiting.remove(&name).unwrap_or_default() {
            self.start_if_bound(&key, context);
        }
    }

    /// Starts a pod that waited for its claims; a kubelet that hears nothing does so when it is back.
    pub(super) fn start_if_bound(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        let agent = self.agents.get_mut(&worker.pod.spec.node_name).filter(|agent| agent.is_connected());
        if let Some(agent) = agent
            && worker.plan == Plan::AwaitVolumes
            && worker.mounts_at.is_none()
            && unbound_claims(&worker.pod, context.cache).is_empty()
        {
            let scene = Scene {
                timing: &self.timing,
                runtime: self.runtime,
                faults: &self.faults,
                cache: context.cache,
            };
            let outcome = worker.volumes_are_bound(context.now(), agent, scene);
            self.carry_out(key, outcome, context);
        }
    }

    /// Tries the mounts again that failed, when that is due.
    pub(super) fn mount_again(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let now = context.now();
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        if worker.mounts_at.is_none_or(|at| at > now) {
            return;
        }
        let mut outcome = Outcome::default();
        outcome.told.extend(worker.mount(now, context.cache, &self.timing));
        self.carry_out(key, outcome, context);
        self.start_if_bound(key, context);
    }

    /// When a pod's volumes are tried to be mounted again; `None` when no mount has failed.
    pub fn mounts_at(&self, pod: &Pod) -> Option<Time> {
        let worker = self.workers.get(&PodId::of(pod))?;
        worker.mounts_at.filter(|_| worker.plan == Plan::AwaitVolumes)
    }

    pub(super) fn await_claims(&mut self, key: &Rc<PodId>, unbound: Vec<Place>) {
        for claim in unbound {
            self.awaiting.entry(claim).or_default().insert(Rc::clone(key));
        }
    }

    /// A pod waits for its claims no more.
    pub(super) fn await_no_claims(&mut self, key: &Rc<PodId>, pod: &Pod) {
        for claim in pod.claim_names() {
            let claim = (key.namespace.clone(), claim.into_owned());
            if let Some(pods) = self.awaiting.get_mut(&claim) {
                pods.remove(key);
                if pods.is_empty() {
                    self.awaiting.remove(&claim);
                }
            }
        }
    }
}

impl Worker {
    /// Mounts its volumes; those that cannot be mounted are told of, and tried again later.
    pub(super) fn mount(&mut self, now: Time, cache: &Cache, timing: &Timing) -> Vec<Told> {
        self.mounts_at = None;
        if timing.stand_in {
            return Vec::new();
        }
        let pod = &self.pod;
        let failed = pod.spec.volumes.iter().filter_map(|volume| {
            let why = together(&volume_errors(pod, volume, &|key| cache.get(key).cloned()))?;
            Some(Told {
                type_: EventType::Warning,
                reason: "FailedMount",
                message: format!("MountVolume.SetUp failed for volume \"{}\" : {why}", volume.name),
                field_path: String::new(),
            })
        });
        let failed: Vec<Told> = failed.collect();
        if !failed.is_empty() {
            self.mount_failures = self.mount_failures.saturating_add(1);
            self.mounts_at = Some(now + Timing::mount_back_off(self.mount_failures));
        }
        failed
    }
}

/// Names of the pod's claims that are not bound yet.
pub(super) fn unbound_claims(pod: &Pod, cache: &Cache) -> Vec<Place> {
    let namespace = &pod.metadata.namespace;
    let is_bound = |claim: &str| {
        cache
            .typed::<PersistentVolumeClaim>(namespace, claim)
            .is_some_and(|claim| claim.status.phase == "Bound")
    };
    pod.claim_names()
        .filter(|claim| !is_bound(claim))
        .map(|claim| (namespace.clone(), claim.into_owned()))
        .collect()
}
