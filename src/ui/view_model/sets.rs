//! A `StatefulSet` as a strip of ordinals, with its partition, its revisions and why it is as it is.

use std::rc::Rc;

use super::Selected;
use super::revisions::{Letters, REVISION_LABEL, RevisionMark, changes, revisions_of};
use super::tile::{ClaimView, TileView, Tiles, claim};
use super::why::{WhyView, why};
use crate::api::apps::StatefulSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::SortedMap;
use crate::kubectl::output::duration::human_duration;

/// More ordinals than this are not drawn.
const SLOTS_MAX: i64 = 1_000;
/// More ordinals than this are drawn small.
const SLOTS_DRAWN_WHOLE: usize = 24;

/// A `StatefulSet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetView {
    /// Names the set over the cluster's whole life.
    pub uid: String,
    /// The set.
    pub key: ObjectKey,
    /// How many pods it should have.
    pub replicas: i64,
    /// How many are ready.
    pub ready: i64,
    /// How many are of the current revision.
    pub current: i64,
    /// How many are of the update revision.
    pub updated: i64,
    /// The current revision.
    pub current_revision: Option<RevisionMark>,
    /// The update revision.
    pub update_revision: Option<RevisionMark>,
    /// `OrderedReady` or `Parallel`.
    pub policy: String,
    /// Lowest ordinal.
    pub start: i64,
    /// The partition; `None` when the strategy has none.
    pub partition: Option<i64>,
    /// The ordinals, lowest first.
    pub slots: Vec<SlotView>,
    /// Whether slots are drawn small.
    pub is_compact: bool,
    /// Why it is as it is.
    pub why: WhyView,
    /// Its revisions, newest first.
    pub history: Vec<RevisionRow>,
    /// Whether it is shown in the inspector.
    pub is_selected: bool,
}

/// One ordinal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotView {
    /// The ordinal.
    pub ordinal: i64,
    /// Its pod.
    pub tile: Option<Rc<TileView>>,
    /// Whether the set should have it.
    pub is_wanted: bool,
    /// Claims that are kept although there is no pod.
    pub kept: Vec<ClaimView>,
}

/// One revision of a set's template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRow {
    /// Names the revision.
    pub name: String,
    /// Its number.
    pub number: i64,
    /// How it is shown.
    pub mark: Option<RevisionMark>,
    /// The part of its name that is the template's hash.
    pub hash: String,
    /// Why it was made, as noted by a person.
    pub cause: String,
    /// What it changed.
    pub changes: String,
    /// How many pods are of it now.
    pub pods: usize,
    /// How long ago it was made.
    pub age: String,
    /// Whether it is the current revision.
    pub is_current: bool,
    /// Whether it is the update revision.
    pub is_update: bool,
}

/// All sets of a cluster.
pub fn sets(
    cluster: &Cluster,
    letters: &Letters,
    tiles: &mut Tiles,
    selected: Selected<'_>,
) -> Vec<Rc<SetView>> {
    let sets = cluster.server().list(Kind::StatefulSet, None);
    sets.filter_map(|object| match object {
        Object::StatefulSet(set) => Some(Rc::new(SetView::of(set, cluster, letters, tiles, selected))),
        _ => None,
    })
    .collect()
}

impl SetView {
    fn of(
        set: &StatefulSet,
        cluster: &Cluster,
        letters: &Letters,
        tiles: &mut Tiles,
        selected: Selected<'_>,
    ) -> Self {
        let meta = &set.metadata;
        let key = ObjectKey::new(Kind::StatefulSet, meta.namespace.clone(), meta.name.clone());
        let pods: Vec<&Rc<Pod>> = cluster
            .server()
            .list(Kind::Pod, Some(&meta.namespace))
            .filter_map(|object| match object {
                Object::Pod(pod) => Some(pod),
                _ => None,
            })
            .filter(|pod| pod.metadata.is_controlled_by(&meta.uid))
            .collect();
        let strategy = &set.spec.update_strategy;
        let rolling = strategy.rolling_update.as_ref();
        let partition =
            (strategy.type_ != "OnDelete").then(|| rolling.and_then(|r| r.partition).unwrap_or_default());
        let slots = slots(set, &pods, cluster, letters, tiles, selected);
        let mark = |name: &str| letters.mark(&meta.namespace, name);
        Self {
            uid: meta.uid.clone(),
            replicas: set.spec.replicas.unwrap_or(1),
            ready: set.status.ready_replicas,
            current: set.status.current_replicas,
            updated: set.status.updated_replicas,
            current_revision: mark(&set.status.current_revision),
            update_revision: mark(&set.status.update_revision),
            policy: set.spec.pod_management_policy.clone(),
            start: set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start),
            partition,
            is_compact: slots.len() > SLOTS_DRAWN_WHOLE,
            slots,
            why: why(cluster, &key),
            history: history(set, &pods, cluster, letters),
            is_selected: selected == Some(&key),
            key,
        }
    }
}

fn slots(
    set: &StatefulSet,
    pods: &[&Rc<Pod>],
    cluster: &Cluster,
    letters: &Letters,
    tiles: &mut Tiles,
    selected: Selected<'_>,
) -> Vec<SlotView> {
    let meta = &set.metadata;
    let start = set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
    let wanted = start..start + set.spec.replicas.unwrap_or(1).min(SLOTS_MAX);
    let ordinal_of = |name: &str, base: &str| -> Option<i64> {
        name.strip_prefix(base)?.strip_prefix('-')?.parse().ok().filter(|ordinal| *ordinal >= 0)
    };
    let mut slots: SortedMap<i64, SlotView> = SortedMap::new();
    let empty =
        |ordinal| SlotView { ordinal, tile: None, is_wanted: wanted.contains(&ordinal), kept: Vec::new() };
    for ordinal in wanted.clone() {
        slots.insert(ordinal, empty(ordinal));
    }
    for pod in pods {
        if let Some(ordinal) = ordinal_of(&pod.metadata.name, &meta.name) {
            let tile = tiles.of(pod, cluster, letters, selected);
            slots.entry(ordinal).or_insert_with(|| empty(ordinal)).tile = Some(tile);
        }
    }
    for template in &set.spec.volume_claim_templates {
        let base = format!("{}-{}", template.metadata.name, meta.name);
        for object in cluster.server().list(Kind::PersistentVolumeClaim, Some(&meta.namespace)) {
            let name = &object.meta().name;
            let Some(ordinal) = ordinal_of(name, &base) else { continue };
            let slot = slots.entry(ordinal).or_insert_with(|| empty(ordinal));
            if slot.tile.is_none() {
                slot.kept.push(claim(cluster, &meta.namespace, name));
            }
        }
    }
    slots.into_values().collect()
}

fn history(set: &StatefulSet, pods: &[&Rc<Pod>], cluster: &Cluster, letters: &Letters) -> Vec<RevisionRow> {
    let revisions = revisions_of(cluster, set);
    let mut rows = Vec::new();
    for (index, revision) in revisions.iter().enumerate() {
        let meta = &revision.metadata;
        let before = index.checked_sub(1).and_then(|before| revisions.get(before)).copied();
        let hash = meta.name.strip_prefix(&set.metadata.name).and_then(|rest| rest.strip_prefix('-'));
        let age = meta.creation_timestamp.map(|created| human_duration(created.age_seconds(cluster.now())));
        rows.push(RevisionRow {
            number: revision.revision,
            mark: letters.mark(&meta.namespace, &meta.name),
            hash: hash.unwrap_or(&meta.name).to_owned(),
            cause: meta.annotations.get("kubernetes.io/change-cause").cloned().unwrap_or_default(),
            changes: changes(revision, before),
            pods: pods
                .iter()
                .filter(|pod| pod.metadata.labels.get(REVISION_LABEL) == Some(&meta.name))
                .count(),
            age: age.unwrap_or_default(),
            is_current: meta.name == set.status.current_revision,
            is_update: meta.name == set.status.update_revision,
            name: meta.name.clone(),
        });
    }
    rows.reverse();
    rows
}
