//! A `DaemonSet` as a strip of nodes: the pods of each, or why it has none.

use std::rc::Rc;

use super::Selected;
use super::history::{HistoryView, pods_of};
use super::revisions::{Letters, RevisionMark};
use super::tile::{TileView, Tiles};
use super::why::{WhyView, why};
use crate::api::apps::CONTROLLER_REVISION_HASH;
use crate::api::daemonset::DaemonSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort_by_key};

/// More nodes than this are not drawn.
const NODES_MAX: usize = 120;
/// More nodes than this are drawn small.
const NODES_DRAWN_WHOLE: usize = 24;

/// A `DaemonSet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaemonView {
    /// Names the set over the cluster's whole life.
    pub uid: String,
    /// The set.
    pub key: ObjectKey,
    /// On how many nodes a pod should run.
    pub desired: i64,
    /// On how many of these one is there.
    pub current: i64,
    /// On how many one is ready.
    pub ready: i64,
    /// On how many it is of the newest revision.
    pub updated: i64,
    /// On how many one has been ready for long enough.
    pub available: i64,
    /// On how many one runs that should not.
    pub misscheduled: i64,
    /// The newest revision.
    pub newest: Option<RevisionMark>,
    /// How pods reach a new template, in words.
    pub strategy: String,
    /// The nodes, by name.
    pub slots: Vec<NodeSlot>,
    /// Nodes that are not drawn.
    pub more: usize,
    /// Whether nodes are drawn small.
    pub is_compact: bool,
    /// Why it is as it is.
    pub why: WhyView,
    /// Its revisions.
    pub history: Rc<HistoryView>,
    /// Whether it is shown in the inspector.
    pub is_selected: bool,
}

/// A node as a `DaemonSet` sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSlot {
    /// Its name.
    pub node: String,
    /// The set's pods for it, oldest first: more than one while a surge lasts.
    pub tiles: Vec<Rc<TileView>>,
    /// Why the set wants no pod here; `None` when it wants one.
    pub refusal: Option<String>,
}

/// All `DaemonSet`s of a cluster.
pub fn daemon_sets(
    cluster: &Cluster,
    letters: &Letters,
    tiles: &mut Tiles,
    selected: Selected<'_>,
) -> Vec<Rc<DaemonView>> {
    let sets = cluster.server().list(Kind::DaemonSet, None);
    sets.filter_map(|object| match object {
        Object::DaemonSet(set) => Some(Rc::new(DaemonView::of(set, cluster, letters, tiles, selected))),
        _ => None,
    })
    .collect()
}

impl DaemonView {
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn of(
        set: &DaemonSet,
        cluster: &Cluster,
        letters: &Letters,
        tiles: &mut Tiles,
        selected: Selected<'_>,
    ) -> Self {
        let meta = &set.metadata;
        let key = ObjectKey::new(Kind::DaemonSet, meta.namespace.clone(), meta.name.clone());
        let pods = pods_of(cluster, meta);
        let history = history(set, &pods, cluster, letters);
        let slots = slots(set, &pods, cluster, letters, tiles, selected);
        let status = &set.status;
        Self {
            uid: meta.uid.clone(),
            desired: status.desired_number_scheduled,
            current: status.current_number_scheduled,
            ready: status.number_ready,
            updated: status.updated_number_scheduled,
            available: status.number_available,
            misscheduled: status.number_misscheduled,
            newest: history.rows.first().and_then(|row| row.mark.clone()),
            strategy: strategy(set),
            more: cluster.server().list(Kind::Node, None).skip(NODES_MAX).count(),
            is_compact: slots.len() > NODES_DRAWN_WHOLE,
            slots,
            why: why(cluster, &key),
            history,
            is_selected: selected == Some(&key),
            key,
        }
    }
}

fn slots(
    set: &DaemonSet,
    pods: &[&Rc<Pod>],
    cluster: &Cluster,
    letters: &Letters,
    tiles: &mut Tiles,
    selected: Selected<'_>,
) -> Vec<NodeSlot> {
    let nodes = cluster.server().list(Kind::Node, None).filter_map(|object| match object {
        Object::Node(node) => Some(node),
        _ => None,
    });
    let mut slots: SortedMap<&str, (NodeSlot, Vec<&Rc<Pod>>)> = nodes
        .take(NODES_MAX)
        .map(|node| {
            let name = node.metadata.name.as_str();
            let refusal = cluster.daemon_pod_refusal(set, node);
            (name, (NodeSlot { node: name.to_owned(), tiles: Vec::new(), refusal }, Vec::new()))
        })
        .collect();
    for pod in pods {
        if let Some((_, here)) = target_node(pod).and_then(|node| slots.get_mut(node)) {
            here.push(pod);
        }
    }
    let filled = |(mut slot, mut here): (NodeSlot, Vec<&Rc<Pod>>)| {
        sort_by_key(&mut here, |pod| (pod.metadata.creation_timestamp, pod.metadata.name.clone()));
        slot.tiles = here.into_iter().map(|pod| tiles.of(pod, cluster, letters, selected)).collect();
        slot
    };
    slots.into_iter().map(|(_, slot)| slot).map(filled).collect()
}

/// The node that a daemon pod is for: the one it is bound to, or the one that its affinity names.
fn target_node(pod: &Pod) -> Option<&str> {
    if pod.is_bound() {
        return Some(&pod.spec.node_name);
    }
    let required = pod.spec.affinity.as_ref()?.node_affinity.as_ref()?.required.as_ref()?;
    let fields = required.node_selector_terms.iter().flat_map(|term| &term.match_fields);
    fields
        .filter(|field| field.key == "metadata.name")
        .find_map(|field| field.values.first().map(String::as_str))
}

fn history(set: &DaemonSet, pods: &[&Rc<Pod>], cluster: &Cluster, letters: &Letters) -> Rc<HistoryView> {
    let prefix = format!("{}-", set.metadata.name);
    let count = |name: &str| {
        let hash = name.strip_prefix(&prefix).unwrap_or(name);
        pods.iter()
            .filter(|pod| {
                !pod.is_terminating()
                    && pod.metadata.labels.get(CONTROLLER_REVISION_HASH).is_some_and(|label| label == hash)
            })
            .count()
    };
    let mut view =
        HistoryView::of_revisions(cluster, letters, (Kind::DaemonSet, &set.metadata), |_| Vec::new(), count);
    if let Some(newest) = view.rows.first_mut() {
        newest.roles.push("current");
    }
    Rc::new(view)
}

fn strategy(set: &DaemonSet) -> String {
    let strategy = &set.spec.update_strategy;
    let Some(rolling) = strategy.rolling_update.as_ref().filter(|_| strategy.type_ == "RollingUpdate") else {
        return strategy.type_.clone();
    };
    let shown = |name: &str, bound: &Option<crate::api::intstr::IntOrString>| {
        bound
            .as_ref()
            .map(ToString::to_string)
            .filter(|bound| bound != "0")
            .map(|bound| format!("{name} {bound}"))
    };
    let parts = [shown("maxSurge", &rolling.max_surge), shown("maxUnavailable", &rolling.max_unavailable)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
