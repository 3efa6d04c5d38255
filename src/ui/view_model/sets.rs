//! A `StatefulSet` as a strip of ordinals, with its partition, its revisions and why it is as it is.

use std::rc::Rc;

use super::Selected;
use super::history::{HistoryView, pods_of};
use super::revisions::{Letters, RevisionMark};
use super::tile::{ClaimView, TileView, Tiles, claim};
use super::why::{WhyView, why};
use crate::api::apps::{CONTROLLER_REVISION_HASH, StatefulSet};
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::SortedMap;

/// More ordinals than this are not drawn.
const SLOTS_MAX: i64 = 1_000;
/// More ordinals than this, as wanted, are summed up.
const SLOTS_DRAWN: i64 = 240;
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
    /// Whether slots are summed up.
    pub is_crowded: bool,
    /// Why it is as it is.
    pub why: WhyView,
    /// Its revisions.
    pub history: Rc<HistoryView>,
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
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn of(
        set: &StatefulSet,
        cluster: &Cluster,
        letters: &Letters,
        tiles: &mut Tiles,
        selected: Selected<'_>,
    ) -> Self {
        let meta = &set.metadata;
        let key = ObjectKey::new(Kind::StatefulSet, meta.namespace.clone(), meta.name.clone());
        let pods = pods_of(cluster, meta);
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
            start: set.start_ordinal(),
            partition,
            is_crowded: set.spec.replicas.unwrap_or(1) > SLOTS_DRAWN,
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
    let start = set.start_ordinal();
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

fn history(set: &StatefulSet, pods: &[&Rc<Pod>], cluster: &Cluster, letters: &Letters) -> Rc<HistoryView> {
    let roles = |name: &str| {
        let roles = [("current", &set.status.current_revision), ("update", &set.status.update_revision)];
        roles.into_iter().filter(|(_, revision)| *revision == name).map(|(role, _)| role).collect()
    };
    let count = |name: &str| {
        let is_of_it = |pod: &&&Rc<Pod>| {
            !pod.is_terminating()
                && pod.metadata.labels.get(CONTROLLER_REVISION_HASH).is_some_and(|label| label == name)
        };
        pods.iter().filter(is_of_it).count()
    };
    Rc::new(HistoryView::of_revisions(cluster, letters, (Kind::StatefulSet, &set.metadata), roles, count))
}
