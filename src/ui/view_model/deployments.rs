//! A `Deployment` as its `ReplicaSet`s with their pods, newest first; and `ReplicaSet`s that nobody owns.

use std::rc::Rc;

use super::Selected;
use super::history::{HistoryView, revision_number};
use super::revisions::{Letters, RevisionMark};
use super::status::Shape;
use super::tile::{TileView, Tiles};
use super::why::{WhyView, why};
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort_by_key};

/// More pods than this, as wanted, are summed up: the stage draws them all, and what a rollout does to so
/// many is better seen in numbers.
const PODS_DRAWN: i64 = 100;
/// More pods than this are drawn small.
const PODS_DRAWN_WHOLE: usize = 24;

/// A `Deployment`, or a `ReplicaSet` of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentView {
    /// Names the workload over the cluster's whole life.
    pub uid: String,
    /// The workload.
    pub key: ObjectKey,
    /// How many pods it should have.
    pub replicas: i64,
    /// How many are ready.
    pub ready: i64,
    /// How many are of the newest template.
    pub updated: i64,
    /// How many have been ready for long enough.
    pub available: i64,
    /// Whether a new template waits.
    pub is_paused: bool,
    /// How pods reach a new template, in words; empty for a `ReplicaSet` of its own.
    pub strategy: String,
    /// Its `ReplicaSet`s that have pods, or should, and the newest; newest first.
    pub sets: Vec<ReplicaSetRow>,
    /// How many older ones stand at zero.
    pub idle: usize,
    /// Whether pods are drawn small.
    pub is_compact: bool,
    /// Why it is as it is.
    pub why: WhyView,
    /// Its revisions; `None` for a `ReplicaSet` of its own.
    pub history: Option<Rc<HistoryView>>,
    /// Whether it is shown in the inspector.
    pub is_selected: bool,
}

impl DeploymentView {
    /// Whether pods are summed up.
    pub fn is_crowded(&self) -> bool {
        self.replicas > PODS_DRAWN
    }
}

/// A `ReplicaSet` with its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaSetRow {
    /// The set.
    pub key: ObjectKey,
    /// Its number among the Deployment's; 0 when it has none.
    pub number: i64,
    /// How it is shown.
    pub mark: Option<RevisionMark>,
    /// How many pods it should have.
    pub desired: i64,
    /// How many it has.
    pub current: i64,
    /// How many are ready.
    pub ready: i64,
    /// Its pods.
    pub tiles: Vec<Rc<TileView>>,
}

/// All Deployments of a cluster, and all `ReplicaSet`s of nobody's.
pub fn deployments(
    cluster: &Cluster,
    letters: &Letters,
    tiles: &mut Tiles,
    selected: Selected<'_>,
) -> Vec<Rc<DeploymentView>> {
    let server = cluster.server();
    if server.store().count(Kind::Deployment) + server.store().count(Kind::ReplicaSet) == 0 {
        return Vec::new();
    }
    let mut maker = Maker { cluster, letters, tiles, selected, pods: by_controller(cluster) };
    let owned = server.list(Kind::Deployment, None).filter_map(|object| match object {
        Object::Deployment(deployment) => Some(deployment),
        _ => None,
    });
    let mut views: Vec<Rc<DeploymentView>> =
        owned.map(|deployment| Rc::new(maker.deployment(deployment))).collect();
    for object in server.list(Kind::ReplicaSet, None) {
        if let Object::ReplicaSet(set) = object
            && set.metadata.controller_of().is_none()
        {
            views.push(Rc::new(maker.lone(set)));
        }
    }
    views
}

struct Maker<'a> {
    cluster: &'a Cluster,
    letters: &'a Letters,
    tiles: &'a mut Tiles,
    selected: Selected<'a>,
    /// Pods by the uid of their controller: a Deployment may have as many old sets as it keeps revisions.
    pods: SortedMap<&'a str, Vec<&'a Rc<Pod>>>,
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn by_controller(cluster: &Cluster) -> SortedMap<&str, Vec<&Rc<Pod>>> {
    let mut pods: SortedMap<&str, Vec<&Rc<Pod>>> = SortedMap::new();
    for pod in cluster.server().list(Kind::Pod, None).typed::<Pod>() {
        if let Some(owner) = pod.metadata.controller_of() {
            pods.entry(owner.uid.as_str()).or_default().push(pod);
        }
    }
    pods
}

impl Maker<'_> {
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn deployment(&mut self, deployment: &Deployment) -> DeploymentView {
        let meta = &deployment.metadata;
        let key = ObjectKey::new(Kind::Deployment, meta.namespace.clone(), meta.name.clone());
        let mut sets: Vec<Rc<ReplicaSet>> = self
            .cluster
            .server()
            .list(Kind::ReplicaSet, Some(&meta.namespace))
            .filter_map(|object| match object {
                Object::ReplicaSet(set) if set.metadata.is_controlled_by(&meta.uid) => Some(Rc::clone(set)),
                _ => None,
            })
            .collect();
        sort_by_key(&mut sets, |set| std::cmp::Reverse(revision_number(&set.metadata)));
        let rows: Vec<ReplicaSetRow> = sets.iter().map(|set| self.row(set)).collect();
        let stays = |tile: &&Rc<TileView>| tile.shape != Shape::Terminating;
        let pods = |name: &str| {
            let row = rows.iter().find(|row| row.key.name == name);
            row.map_or(0, |row| row.tiles.iter().filter(stays).count())
        };
        let history = HistoryView::of_replica_sets(self.cluster, self.letters, meta, &sets, pods);
        let total = rows.len();
        let shown: Vec<ReplicaSetRow> = rows
            .into_iter()
            .enumerate()
            .filter(|(index, row)| *index == 0 || row.desired > 0 || !row.tiles.is_empty())
            .map(|(_, row)| row)
            .collect();
        let status = &deployment.status;
        DeploymentView {
            replicas: deployment.spec.replicas.unwrap_or(1),
            ready: status.ready_replicas,
            updated: status.updated_replicas,
            available: status.available_replicas,
            is_paused: deployment.spec.paused,
            strategy: strategy(deployment),
            idle: total - shown.len(),
            history: Some(Rc::new(history)),
            ..self.view(key, meta, shown)
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn lone(&mut self, set: &ReplicaSet) -> DeploymentView {
        let meta = &set.metadata;
        let key = ObjectKey::new(Kind::ReplicaSet, meta.namespace.clone(), meta.name.clone());
        let row = self.row(set);
        DeploymentView {
            replicas: row.desired,
            ready: row.ready,
            updated: row.current,
            available: set.status.available_replicas,
            ..self.view(key, meta, vec![row])
        }
    }

    fn view(&self, key: ObjectKey, meta: &ObjectMeta, sets: Vec<ReplicaSetRow>) -> DeploymentView {
        DeploymentView {
            uid: meta.uid.clone(),
            replicas: 0,
            ready: 0,
            updated: 0,
            available: 0,
            is_paused: false,
            strategy: String::new(),
            is_compact: sets.iter().map(|row| row.tiles.len()).sum::<usize>() > PODS_DRAWN_WHOLE,
            sets,
            idle: 0,
            why: why(self.cluster, &key),
            history: None,
            is_selected: self.selected == Some(&key),
            key,
        }
    }

    fn row(&mut self, set: &ReplicaSet) -> ReplicaSetRow {
        let meta = &set.metadata;
        let pods = self.pods.get(meta.uid.as_str()).map_or(&[][..], Vec::as_slice);
        ReplicaSetRow {
            key: ObjectKey::new(Kind::ReplicaSet, meta.namespace.clone(), meta.name.clone()),
            number: revision_number(meta),
            mark: self.letters.mark(&meta.namespace, &meta.name),
            desired: set.spec.replicas.unwrap_or(1),
            current: set.status.replicas,
            ready: set.status.ready_replicas,
            tiles: pods
                .iter()
                .map(|pod| self.tiles.of(pod, self.cluster, self.letters, self.selected))
                .collect(),
        }
    }
}

fn strategy(deployment: &Deployment) -> String {
    let strategy = &deployment.spec.strategy;
    let Some(rolling) = strategy.rolling_update.as_ref().filter(|_| strategy.type_ == "RollingUpdate") else {
        return strategy.type_.clone();
    };
    let shown = |bound: &Option<crate::api::intstr::IntOrString>| {
        bound.as_ref().map_or_else(|| "0".to_owned(), ToString::to_string)
    };
    format!("maxSurge {}, maxUnavailable {}", shown(&rolling.max_surge), shown(&rolling.max_unavailable))
}
