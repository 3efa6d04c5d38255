//! The stage: a lane for each node with its pods, and the shelf of pods without a node.

use std::rc::Rc;

use super::Selected;
use super::revisions::Letters;
use super::tile::{TileView, Tiles};
use crate::api::node::Node;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort_by};

/// More pods than this are drawn small.
const PODS_DRAWN_WHOLE: usize = 48;

/// The stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageView {
    /// Pods without a node.
    pub shelf: Vec<Rc<TileView>>,
    /// One for each node.
    pub lanes: Vec<Rc<LaneView>>,
    /// Whether tiles are drawn small.
    pub is_compact: bool,
}

/// A node with its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneView {
    /// Names the node over the cluster's whole life.
    pub uid: String,
    /// The node.
    pub key: ObjectKey,
    /// kubectl's `STATUS`.
    pub status: String,
    /// Whether its kubelet reports that it is ready.
    pub is_ready: bool,
    /// Whether it is cordoned.
    pub is_cordoned: bool,
    /// Its pods.
    pub tiles: Vec<Rc<TileView>>,
    /// Whether it is shown in the inspector.
    pub is_selected: bool,
}

impl StageView {
    /// The stage of a cluster.
    pub fn of(cluster: &Cluster, letters: &Letters, tiles: &mut Tiles, selected: Selected<'_>) -> Self {
        let mut shelf = Vec::new();
        let mut on_nodes: SortedMap<&str, Vec<Rc<TileView>>> = SortedMap::new();
        let mut count = 0;
        for object in cluster.server().list(Kind::Pod, None) {
            let Object::Pod(pod) = object else { continue };
            count += 1;
            let tile = tiles.of(pod, cluster, letters, selected);
            if pod.is_bound() {
                on_nodes.entry(pod.spec.node_name.as_str()).or_default().push(tile);
            } else {
                shelf.push(tile);
            }
        }
        sort(&mut shelf);
        let lanes = cluster
            .server()
            .list(Kind::Node, None)
            .filter_map(|object| match object {
                Object::Node(node) => {
                    let mut tiles = on_nodes.remove(node.metadata.name.as_str()).unwrap_or_default();
                    sort(&mut tiles);
                    Some(Rc::new(LaneView::of(node, tiles, selected)))
                }
                _ => None,
            })
            .collect();
        // Pods of a node that is gone: nobody runs them, so they stand with those that nobody runs yet.
        shelf.extend(on_nodes.into_values().flatten());
        Self { shelf, lanes, is_compact: count > PODS_DRAWN_WHOLE }
    }

    /// Whether there is no pod at all.
    pub fn is_empty(&self) -> bool {
        self.shelf.is_empty() && self.lanes.iter().all(|lane| lane.tiles.is_empty())
    }
}

impl LaneView {
    fn of(node: &Node, tiles: Vec<Rc<TileView>>, selected: Selected<'_>) -> Self {
        let key = ObjectKey::new(Kind::Node, "", node.metadata.name.clone());
        let is_ready = node.is_ready();
        let mut status = if is_ready { "Ready" } else { "NotReady" }.to_owned();
        if node.spec.unschedulable {
            status.push_str(",SchedulingDisabled");
        }
        Self {
            uid: node.metadata.uid.clone(),
            status,
            is_ready,
            is_cordoned: node.spec.unschedulable,
            tiles,
            is_selected: selected == Some(&key),
            key,
        }
    }
}

fn sort(tiles: &mut [Rc<TileView>]) {
    let base = |name: &str| name.rsplit_once('-').map_or(name.len(), |(base, _)| base.len());
    sort_by(tiles, |a, b| {
        let (name_a, name_b) = (a.key.name.as_str(), b.key.name.as_str());
        let (base_a, base_b) = (name_a.get(..base(name_a)), name_b.get(..base(name_b)));
        (base_a, a.ordinal, name_a).cmp(&(base_b, b.ordinal, name_b))
    });
}
