//! The provisioner of a class: makes a volume on the node that was selected, and deletes it once it is
//! released.
//!
//! Models the external provisioner rancher.io/local-path (sigs.k8s.io/sig-storage-lib-external-provisioner),
//! beside Kubernetes v1.36: a claim is taken up once the persistentvolume-controller has named the
//! provisioner on it. Its volumes lie on a file system that all nodes share, as those of the recordings
//! did, or on the node that was selected (`local`). A person may make it fail, or make volumes where no pod
//! looks for them; a claim that failed waits for a back-off, and is taken up at once when it changes, and at
//! each of the rounds in which the informers tell everything again (`DefaultResyncPeriod`). Left out: its
//! Events about volumes that can be made, and the pods that it runs to make a directory; the time they take
//! is the latency; rounds that would find nothing to do.

use std::rc::Rc;

use super::binder::{claim_key, volume_key};
use super::provisioned::{Failed, HOSTNAME, volume_for};
use super::waiting;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::volume::{PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER, binds_late, claim_class};
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Context, DeleteOptions, EventType, Request};
use crate::collections::{SortedMap, SortedSet};
use crate::controllers::controller::{Requeue, until_next_round};
use crate::controllers::{Controller, SyncResult, Verdict};
use crate::sim::{Span, Time};

/// The provisioner that the default class names.
pub const LOCAL_PATH: &str = "rancher.io/local-path";
/// The names that it answers to: tutorials that were written for minikube name its provisioner.
pub const PROVISIONERS: [&str; 2] = [LOCAL_PATH, "k8s.io/minikube-hostpath"];

/// How often everything is looked at again (`DefaultResyncPeriod`).
const ROUND: Span = Span::from_seconds(15 * 60);

/// A fault that a person injects, or its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VolumeFault {
    /// Volumes of the class cannot be made, or can again.
    Fails {
        /// The class.
        class: String,
        /// Whether they fail.
        on: bool,
    },
    /// Volumes of the class are made on this node; `None` makes them on the selected node again.
    Misplaced {
        /// The class.
        class: String,
        /// The node.
        node: Option<String>,
    },
}

/// The provisioner.
#[derive(Clone, Debug)]
pub struct Provisioner {
    latency: Span,
    /// Whether a volume can be reached only from the node that was selected for it.
    local: bool,
    /// When the volume of a claim, by uid, or the end of a volume, by name, is due.
    due: SortedMap<String, Time>,
    /// Classes whose volumes cannot be made.
    failing: SortedSet<String>,
    /// Nodes on which the volumes of a class are made.
    misplaced: SortedMap<String, String>,
    /// Claims, by uid, whose volumes could not be made.
    failed: SortedMap<String, Failed>,
    /// When it began to look.
    started: Option<Time>,
}

impl Provisioner {
    /// A provisioner that takes `latency` to make a volume or to delete one.
    pub fn new(latency: Span, local: bool) -> Self {
        Self {
            latency,
            local,
            due: SortedMap::new(),
            failing: SortedSet::new(),
            misplaced: SortedMap::new(),
            failed: SortedMap::new(),
            started: None,
        }
    }

    /// Whether what has this id is due; sets the time when it is asked first.
    fn is_due(&mut self, id: &str, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> bool {
        let now = context.now();
        let due = *self.due.entry(id.to_owned()).or_insert(now + self.latency);
        if due > now {
            context.wake_after(due - now, key.clone());
        }
        due <= now
    }

    fn provision(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let Some(claim) = context.cache.typed::<PersistentVolumeClaim>(&key.namespace, &key.name).cloned()
        else {
            return Ok(None);
        };
        let Some(class) = should_provision(&claim, context.cache) else {
            self.due.remove(&claim.metadata.uid);
            self.failed.remove(&claim.metadata.uid);
            return Ok(None);
        };
        let name = format!("pvc-{}", claim.metadata.uid);
        if context.cache.typed::<PersistentVolume>("", &name).is_some() {
            self.due.remove(&claim.metadata.uid);
            self.failed.remove(&claim.metadata.uid);
            return Ok(None);
        }
        let node = claim.metadata.annotations.get(SELECTED_NODE);
        if binds_late(Some(&class)) && node.is_none() {
            return Ok(Some(waiting(
                "NodeSelected",
                "waiting for the scheduler to select a node".to_owned(),
                None,
            )));
        }
        if !self.is_due(&claim.metadata.uid, key, context) {
            let sentence = format!("making volume {name} for claim {}", key.name);
            return Ok(Some(waiting("VolumeMade", sentence, Some(volume_key(&name)))));
        }
        let again_at = self.failed.get(&claim.metadata.uid).map_or(Time::ZERO, |failed| failed.again_at);
        if again_at > context.now() {
            context.wake_after(again_at - context.now(), key.clone());
            return Ok(Some(not_made(&claim)));
        }
        if self.failing.contains(&class.metadata.name) {
            return Ok(Some(self.fail(&claim, key, context)));
        }
        let misplaced = self.misplaced.get(&class.metadata.name);
        let hostname = node.filter(|_| self.local || misplaced.is_some()).map(|node| {
            let node = misplaced.unwrap_or(node);
            let known = context.cache.typed::<Node>("", node);
            known.and_then(|known| known.metadata.labels.get(HOSTNAME)).unwrap_or(node).clone()
        });
        match context.request(Request::create(volume_for(&claim, &class, name, hostname))) {
            Err(error) if !error.is_already_exists() => Err(error.into()),
            _ => Ok(Some(Verdict::Converged)),
        }
    }

    /// Tells that the volume could not be made, and tries again later.
    fn fail(
        &mut self,
        claim: &Rc<PersistentVolumeClaim>,
        key: &ObjectKey,
        context: &mut Context<'_, Requeue>,
    ) -> Verdict {
        let now = context.now();
        let message = format!(
            "failed to provision volume with StorageClass \"{}\": failed to create volume pvc-{}: no space \
             left on device",
            claim_class(claim),
            claim.metadata.uid
        );
        let about = Object::from(Rc::clone(claim));
        context.event(LOCAL_PATH, &about, EventType::Warning, "ProvisioningFailed", &message);
        let next_round = now + until_next_round(now - self.started.unwrap_or(now), ROUND);
        let failed = self.failed.entry(claim.metadata.uid.clone()).or_default();
        failed.note(now, next_round);
        context.wake_after(failed.again_at - now, key.clone());
        not_made(claim)
    }

    fn reclaim(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let Some(volume) = context.cache.typed::<PersistentVolume>("", &key.name).cloned() else {
            self.due.remove(&key.name);
            return Ok(None);
        };
        let should_delete = volume.status.phase == "Released"
            && volume.spec.persistent_volume_reclaim_policy == "Delete"
            && volume
                .metadata
                .annotations
                .get(PROVISIONED_BY)
                .is_some_and(|by| PROVISIONERS.contains(&by.as_str()))
            && !volume.metadata.is_terminating();
        if !should_delete {
            return Ok(None);
        }
        if !self.is_due(&key.name, key, context) {
            return Ok(Some(waiting(
                "VolumeDeleted",
                format!("deleting volume {}", key.name),
                Some(key.clone()),
            )));
        }
        match context.request(Request::delete(key.clone(), DeleteOptions::default())) {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(Some(Verdict::Converged)),
        }
    }
}

fn not_made(claim: &PersistentVolumeClaim) -> Verdict {
    let (name, class) = (&claim.metadata.name, claim_class(claim));
    waiting(
        "ProvisionerRecovery",
        format!("the volume of claim {name} could not be made (class {class})"),
        None,
    )
}

/// The class of a claim that this provisioner is to serve now.
fn should_provision(claim: &PersistentVolumeClaim, cache: &Cache) -> Option<Rc<StorageClass>> {
    let named = claim.metadata.annotations.get(STORAGE_PROVISIONER);
    if named.is_none() || !claim.spec.volume_name.is_empty() || claim.metadata.is_terminating() {
        return None;
    }
    let class = cache.typed::<StorageClass>("", claim_class(claim))?;
    let is_named = named == Some(&class.provisioner) && PROVISIONERS.contains(&class.provisioner.as_str());
    is_named.then(|| Rc::clone(class))
}

impl Controller for Provisioner {
    fn name(&self) -> &'static str {
        LOCAL_PATH
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::StorageClass, Kind::Node]
    }

    fn keys_for(&mut self, change: &Change, _cache: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        self.started.get_or_insert(now);
        let Some(object) = change.object() else {
            return Vec::new();
        };
        if change.new.is_none() {
            self.due.remove(&object.meta().uid);
            self.due.remove(&object.meta().name);
            self.failed.remove(&object.meta().uid);
        }
        // One that changes is taken up whether or not it waits.
        if let Some(failed) = self.failed.get_mut(&object.meta().uid) {
            failed.again_at = now;
        }
        let key = match object.kind() {
            Kind::PersistentVolumeClaim => {
                let is_named = PersistentVolumeClaim::of(object)
                    .is_some_and(|claim| claim.metadata.annotations.contains_key(STORAGE_PROVISIONER));
                is_named.then(|| claim_key(&object.meta().namespace, &object.meta().name))
            }
            Kind::PersistentVolume => match object {
                Object::PersistentVolume(volume) if volume.status.phase == "Released" => {
                    Some(volume_key(&volume.metadata.name))
                }
                _ => None,
            },
            _ => None,
        };
        key.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        match key.kind {
            Kind::PersistentVolumeClaim => self.provision(key, context),
            Kind::PersistentVolume => self.reclaim(key, context),
            _ => Ok(None),
        }
    }

    fn inject(&mut self, fault: &VolumeFault, _cache: &Cache) -> Vec<ObjectKey> {
        match fault {
            VolumeFault::Fails { class, on: true } => self.failing.insert(class.clone()),
            VolumeFault::Misplaced { class, node: Some(node) } => {
                self.misplaced.insert(class.clone(), node.clone()).is_some()
            }
            VolumeFault::Misplaced { class, node: None } => self.misplaced.remove(class).is_some(),
            // Nobody tells those who wait.
            VolumeFault::Fails { class, on: false } => self.failing.remove(class),
        };
        Vec::new()
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}
