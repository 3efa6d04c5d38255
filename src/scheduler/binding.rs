//! What follows once a node is chosen: the claims get their volumes, then the pod is bound.
//!
//! Models `bindingCycle`, `pkg/scheduler/schedule_one.go`, and `BindPodVolumes`,
//! pkg/scheduler/framework/plugins/ volumebinding/binder.go, Kubernetes v1.36: the scheduler looks once a
//! second whether the claims are bound. Left out: permits, parallel bindings.

use std::rc::Rc;

use super::hints::ClusterEvent;
use super::plugins::volume_binding::{AssumedVolumes, ClaimKey, PodVolumes};
use super::queue::QueuedPod;
use super::schedule_one::Failure;
use super::{Ctx, Scheduler, Timer, key_of, tell, write_status};
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::volume::{
    SELECTED_NODE, bind_volume_to_claim, is_fully_bound, is_reachable_from, is_volume_bound_to_claim,
};
use crate::client::Request;
use crate::sim::{Span, Time};

const POLL_PERIOD: Span = Span::from_seconds(1);
const BIND_TIMEOUT: Span = Span::from_seconds(600);

/// A pod that is on its way to its node.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    queued: QueuedPod,
    node: Rc<str>,
    volumes: Option<PodVolumes>,
    /// Volumes and claims that were written, with the version each then had.
    written_volumes: Vec<(String, ClaimKey, u64)>,
    written_claims: Vec<(ClaimKey, u64)>,
    since: Time,
}

impl Binding {
    /// A pod that was just assumed to be on a node.
    pub(crate) fn new(queued: QueuedPod, node: Rc<str>, volumes: Option<PodVolumes>) -> Self {
        Self {
            queued,
            node,
            volumes,
            written_volumes: Vec::new(),
            written_claims: Vec::new(),
            since: Time::ZERO,
        }
    }
}

/// What a look at the claims showed.
enum Check {
    Bound,
    NotYet,
    Failed(String),
}

impl Scheduler {
    /// Starts the way to the node: at once when no claim needs a volume.
    pub(crate) fn begin_binding(&mut self, mut binding: Binding, context: &mut Ctx<'_>) {
        let Some(volumes) = binding.volumes.take() else {
            self.bind(binding, context);
            return;
        };
        binding.since = context.now();
        self.assume_volumes(&volumes, &binding.node);
        let node = binding.node.to_string();
        write_status(&Rc::clone(&binding.queued.pod), context, |live| {
            live.status.extra.insert("nominatedNodeName".to_owned(), node.into());
        });
        let written = write_volumes(&volumes, &mut binding, context);
        binding.volumes = Some(volumes);
        match written {
            Ok(()) => {
                let uid: Rc<str> = binding.queued.pod.metadata.uid.as_str().into();
                self.bindings.insert(Rc::clone(&uid), binding);
                context.wake_after(POLL_PERIOD, Timer::Binding { uid });
            }
            Err(message) => self.binding_failed(binding, "PreBind", "VolumeBinding", &message, context),
        }
    }

    /// Looks whether the claims of a pod on its way are bound.
    pub(crate) fn check_binding(&mut self, uid: &Rc<str>, context: &mut Ctx<'_>) {
        let Some(binding) = self.bindings.get(uid) else {
            return;
        };
        let check = if context.now() - binding.since >= BIND_TIMEOUT {
            Check::Failed("context deadline exceeded".to_owned())
        } else {
            check(binding, context)
        };
        if matches!(check, Check::NotYet) {
            context.wake_after(POLL_PERIOD, Timer::Binding { uid: Rc::clone(uid) });
            return;
        }
        let Some(binding) = self.bindings.remove(uid) else {
            return;
        };
        match check {
            Check::Failed(why) => {
                let message = format!("binding volumes: {why}");
                self.binding_failed(binding, "PreBind", "VolumeBinding", &message, context);
            }
            Check::Bound | Check::NotYet => self.bind(binding, context),
        }
    }

    /// Calls a pod back that is still on its way; `false` when it is not.
    pub(crate) fn cancel_binding(&mut self, uid: &str, context: &mut Ctx<'_>) -> bool {
        let Some(binding) = self.bindings.remove(uid) else {
            return false;
        };
        let message = "binding volumes: context canceled";
        self.binding_failed(binding, "PreBind", "VolumeBinding", message, context);
        true
    }

    fn bind(&mut self, binding: Binding, context: &mut Ctx<'_>) {
        let pod = Rc::clone(&binding.queued.pod);
        // A pod of the same name that came since is not meant (`DefaultBinder` gives the uid).
        let uid = Some(pod.metadata.uid.clone());
        match context.request(Request::Bind { key: key_of(&pod), uid, node: binding.node.to_string() }) {
            Ok(_) => {
                let name = format!("{}/{}", pod.metadata.namespace, pod.metadata.name);
                let message = format!("Successfully assigned {name} to {}", binding.node);
                tell(&pod, "Scheduled", &message, context);
            }
            Err(error) => self.binding_failed(binding, "Bind", "DefaultBinder", &error.message, context),
        }
    }

    /// Gives back what the pod was assumed to take, and puts it back into the queue.
    fn binding_failed(
        &mut self,
        binding: Binding,
        point: &str,
        plugin: &str,
        message: &str,
        context: &mut Ctx<'_>,
    ) {
        let pod = Rc::clone(&binding.queued.pod);
        if let Some(volumes) = &binding.volumes {
            self.revert_volumes(volumes);
        }
        // A binding that was carried out after all is seen when the watch tells of it (`ForgetPod`).
        if self.state.is_assumed(&pod.metadata.uid) {
            self.state.remove_pod(&pod.metadata.uid);
        }
        self.tell_queue(context.now(), &ClusterEvent::AssignedPodDelete(&pod));
        let failure = Failure::error(format!("running {point} plugin \"{plugin}\": {message}"));
        self.history.note_not_bound(&key_of(&pod), &failure.message);
        self.handle_failure(binding.queued, failure, "SchedulerError", context);
    }

    fn assume_volumes(&mut self, volumes: &PodVolumes, node: &str) {
        for (volume, claim) in &volumes.static_bindings {
            self.volumes.volumes.insert(volume.metadata.name.clone(), claim_key(claim));
        }
        for claim in &volumes.dynamic_provisions {
            self.volumes.selected_nodes.insert(claim_key(claim), node.to_owned());
        }
    }

    fn revert_volumes(&mut self, volumes: &PodVolumes) {
        for (volume, _) in &volumes.static_bindings {
            self.volumes.volumes.remove(&volume.metadata.name);
        }
        for claim in &volumes.dynamic_provisions {
            self.volumes.selected_nodes.remove(&claim_key(claim));
        }
    }
}

fn claim_key(claim: &PersistentVolumeClaim) -> ClaimKey {
    (claim.metadata.namespace.clone(), claim.metadata.name.clone())
}

/// The cache shows what was assumed about a claim, or something newer.
pub(crate) fn forget_assumed_claim(assumed: &mut AssumedVolumes, claim: &PersistentVolumeClaim) {
    if claim.metadata.annotations.contains_key(SELECTED_NODE) {
        assumed.selected_nodes.remove(&claim_key(claim));
    }
}

/// The cache shows what was assumed about a volume.
pub(crate) fn forget_assumed_volume(assumed: &mut AssumedVolumes, volume: &PersistentVolume) {
    if volume.spec.claim_ref.is_some() {
        assumed.volumes.remove(&volume.metadata.name);
    }
}

/// Binds volumes to claims and selects the node for claims whose volumes must be made.
fn write_volumes(volumes: &PodVolumes, binding: &mut Binding, context: &mut Ctx<'_>) -> Result<(), String> {
    for (volume, claim) in &volumes.static_bindings {
        let (bound, _) = bind_volume_to_claim(volume, claim);
        let object = context.request(Request::update(bound)).map_err(|error| error.message)?;
        binding.written_volumes.push((
            volume.metadata.name.clone(),
            claim_key(claim),
            object.meta().resource_version.0,
        ));
    }
    for claim in &volumes.dynamic_provisions {
        let mut selected = (**claim).clone();
        selected.metadata.annotations.insert(SELECTED_NODE.to_owned(), binding.node.to_string());
        let object = context.request(Request::update(selected)).map_err(|error| error.message)?;
        binding.written_claims.push((claim_key(claim), object.meta().resource_version.0));
    }
    Ok(())
}

/// Looks at the cache, which may not show yet what was written.
fn check(binding: &Binding, context: &Ctx<'_>) -> Check {
    let cache = context.cache;
    let pod = &binding.queued.pod.metadata;
    let Some(node) = cache.typed::<crate::api::node::Node>("", &binding.node) else {
        return Check::Failed(format!(
            "failed to get node {:?}: node {:?} not found",
            binding.node, binding.node
        ));
    };
    let pod_is_there =
        cache.typed::<Pod>(&pod.namespace, &pod.name).is_some_and(|cached| cached.metadata.uid == pod.uid);
    if !pod_is_there {
        return Check::Failed(format!("pod does not exist any more: pod {:?} not found", pod.name));
    }
    for (name, (namespace, claim), version) in &binding.written_volumes {
        let Some(volume) = cache.typed::<PersistentVolume>("", name) else {
            return Check::Failed(format!("failed to check binding: persistentvolume {name:?} not found"));
        };
        let Some(claim) = cache.typed::<PersistentVolumeClaim>(namespace, claim) else {
            return Check::Failed(format!(
                "failed to check binding: persistentvolumeclaim {claim:?} not found"
            ));
        };
        if volume.metadata.resource_version.0 < *version {
            return Check::NotYet;
        }
        if !is_volume_bound_to_claim(volume, claim) {
            return Check::Failed(format!("ClaimRef got reset for pv {name:?}"));
        }
        if !is_fully_bound(claim) {
            return Check::NotYet;
        }
    }
    for ((namespace, name), version) in &binding.written_claims {
        let Some(claim) = cache.typed::<PersistentVolumeClaim>(namespace, name) else {
            return Check::Failed(format!(
                "failed to check provisioning pvc: persistentvolumeclaim {name:?} not found"
            ));
        };
        if claim.metadata.resource_version.0 < *version {
            return Check::NotYet;
        }
        if claim.metadata.annotations.get(SELECTED_NODE).map(String::as_str) != Some(&*binding.node) {
            return Check::Failed(format!("provisioning failed for PVC {name:?}"));
        }
        let volume = cache.typed::<PersistentVolume>("", &claim.spec.volume_name);
        if let Some(volume) = volume
            && !is_reachable_from(volume, node)
        {
            return Check::Failed(format!(
                "pv {:?} node affinity doesn't match node {:?}: no matching NodeSelectorTerms",
                volume.metadata.name, binding.node
            ));
        }
        if !is_fully_bound(claim) || volume.is_none() {
            return Check::NotYet;
        }
    }
    Check::Bound
}
