//! The life of every pod as phases: from when on it looked how, and where it was.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::looks::PodLook;
use super::trail::Trail;
use crate::api::deployment::ReplicaSet;
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::cluster::Change;
use crate::sim::Time;
use crate::ui::view_model::revisions::{controller_of_pod, revision_of_pod};

/// Pods that are remembered at most; those that are gone longest are forgotten first.
const LIVES_MAX: usize = 4_000;
/// Phases that are remembered of one pod.
const PHASES_MAX: usize = 200;

/// A phase of a pod's life, until the next begins.
pub type Phase = super::trail::Since<PodLook>;

/// The life of one pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// The pod.
    pub key: ObjectKey,
    /// Names the pod over the cluster's whole life.
    pub uid: String,
    /// What controls it.
    pub owner: Option<ObjectKey>,
    /// Namespace and name of the object that holds its template's revision.
    pub revision: Option<(String, String)>,
    /// How it looked.
    pub phases: Trail<PodLook>,
    /// When it was gone, and how many changes came before that.
    pub gone: Option<(Time, u64)>,
    born: u64,
}

impl Life {
    /// When it began.
    pub fn begin(&self) -> Time {
        self.phases.all().first().map_or(Time::ZERO, |phase| phase.at)
    }
}

/// All pods that ever were, as far as they are remembered.
#[derive(Clone, Debug, Default)]
pub struct Lives {
    /// In the order in which they were born.
    all: Vec<Rc<Life>>,
    /// Where the living ones stand, by uid.
    living: BTreeMap<String, usize>,
    /// The Deployments of `ReplicaSet`s.
    deployments: BTreeMap<ObjectKey, ObjectKey>,
}

impl Lives {
    pub(super) fn see_replica_set(&mut self, set: &ReplicaSet) {
        let meta = &set.metadata;
        if let Some(owner) = meta.controller_of() {
            let key = ObjectKey::new(Kind::ReplicaSet, meta.namespace.clone(), meta.name.clone());
            let owner = ObjectKey::new(Kind::Deployment, meta.namespace.clone(), owner.name.clone());
            self.deployments.insert(key, owner);
        }
    }

    pub(super) fn see(&mut self, pod: &Pod, change: &Change, order: u64) {
        let meta = &pod.metadata;
        if change.is_gone {
            if let Some(life) = self.living.remove(&meta.uid).and_then(|at| self.all.get_mut(at)) {
                Rc::make_mut(life).gone = Some((change.at, order));
            }
            return;
        }
        let at = match self.living.get(&meta.uid) {
            Some(at) => *at,
            None => self.be_born(pod, order),
        };
        if let Some(life) = self.all.get_mut(at) {
            let look = PodLook::of(pod);
            if life.phases.all().last().is_none_or(|last| last.value != look) {
                Rc::make_mut(life).phases.push(change.at, order, look);
            }
        }
    }

    fn be_born(&mut self, pod: &Pod, order: u64) -> usize {
        let meta = &pod.metadata;
        let owner = controller_of_pod(meta).map(|key| self.deployments.get(&key).cloned().unwrap_or(key));
        if self.all.len() >= LIVES_MAX {
            self.forget_oldest();
        }
        self.all.push(Rc::new(Life {
            key: ObjectKey::new(Kind::Pod, meta.namespace.clone(), meta.name.clone()),
            uid: meta.uid.clone(),
            owner,
            revision: revision_of_pod(meta),
            phases: Trail::new(PHASES_MAX),
            gone: None,
            born: order,
        }));
        self.living.insert(meta.uid.clone(), self.all.len() - 1);
        self.all.len() - 1
    }

    /// Forgets the older half of those that are gone.
    fn forget_oldest(&mut self) {
        let mut gone = self.all.iter().filter(|life| life.gone.is_some()).count() / 2;
        self.all.retain(|life| {
            let drops = life.gone.is_some() && gone > 0;
            gone -= usize::from(drops);
            !drops
        });
        self.index();
    }

    fn index(&mut self) {
        let living = self.all.iter().enumerate().filter(|(_, life)| life.gone.is_none());
        self.living = living.map(|(at, life)| (life.uid.clone(), at)).collect();
    }

    pub(super) fn truncate(&mut self, order: u64) {
        self.all.retain(|life| life.born <= order);
        for life in &mut self.all {
            let ends_later = life.gone.is_some_and(|(_, gone)| gone > order);
            let changes_later = life.phases.all().last().is_some_and(|phase| phase.order > order);
            if ends_later || changes_later {
                let life = Rc::make_mut(life);
                life.gone = life.gone.filter(|_| !ends_later);
                life.phases.truncate(order);
            }
        }
        self.index();
    }

    /// All that are remembered, in the order in which they were born.
    pub fn all(&self) -> &[Rc<Life>] {
        &self.all
    }
}
