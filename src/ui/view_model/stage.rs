//! The stage: a lane for each node with its pods, and the shelf of pods without a node.

use std::rc::Rc;

use super::Selected;
use super::cells::{self, Cells};
use super::revisions::Letters;
use super::status::Shape;
use super::tile::{TileView, Tiles};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort_by};

/// More pods than this are drawn small.
const PODS_DRAWN_WHOLE: usize = 48;

/// More pods than this are summed up by node.
const PODS_DRAWN: usize = 300;
/// Of the pods that the scheduler has not looked at yet not more than this are drawn: they are gone in a
/// moment.
const FRESH_DRAWN: usize = 3;

/// More nodes than this are summed up instead of drawn.
const NODES_DRAWN: usize = 200;
/// More pods without a node than this are summed up.
const SHELF_DRAWN: usize = 400;

/// The name of the shelf's lane, where that of a node has its uid.
pub(crate) const SHELF: &str = "shelf";

/// The stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageView {
    /// Pods without a node.
    pub shelf: Vec<Rc<TileView>>,
    /// One for each node.
    pub lanes: Vec<Rc<LaneView>>,
    /// Pods without a node that are on their way and not drawn.
    pub more_fresh: usize,
    /// How many pods there are.
    pub pods: usize,
    /// Whether tiles are drawn small.
    pub is_compact: bool,
    /// Whether pods are summed up by node.
    pub is_crowded: bool,
    /// What is not drawn, in words; empty when all is.
    pub left_out: String,
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
    /// Which places among its pods are empty, from 0: in a crowd a pod keeps its place while others go.
    pub gaps: Vec<usize>,
    /// Whether it is shown in the inspector.
    pub is_selected: bool,
}

impl StageView {
    /// The stage of a cluster; `old` is how it was drawn before.
    pub fn of(
        cluster: &Cluster,
        letters: &Letters,
        tiles: &mut Tiles,
        selected: Selected<'_>,
        old: &Self,
    ) -> Self {
        let mut shelf = Vec::new();
        let mut on_nodes: SortedMap<&str, Vec<Rc<TileView>>> = SortedMap::new();
        let (mut count, mut staying, mut fresh) = (0, 0, 0_usize);
        for object in cluster.server().list(Kind::Pod, None) {
            let Object::Pod(pod) = object else { continue };
            count += 1;
            staying += usize::from(!pod.metadata.is_terminating());
            let tile = tiles.of(pod, cluster, letters, selected);
            if pod.is_bound() {
                on_nodes.entry(pod.spec.node_name.as_str()).or_default().push(tile);
            } else {
                fresh += usize::from(is_fresh(pod));
                if fresh <= FRESH_DRAWN || !is_fresh(pod) {
                    shelf.push(tile);
                }
            }
        }
        sort(&mut shelf);
        let is_compact = is_past(PODS_DRAWN_WHOLE, staying, old.is_compact);
        let is_at_rest = cluster.next_due().is_none();
        let mut lanes: Vec<Rc<LaneView>> = cluster
            .server()
            .list(Kind::Node, None)
            .filter_map(|object| match object {
                Object::Node(node) => {
                    let mut tiles = on_nodes.remove(node.metadata.name.as_str()).unwrap_or_default();
                    let uid = &node.metadata.uid;
                    let known = old.lanes.iter().find(|lane| is_compact && lane.uid == *uid);
                    let is_as_it_was = |known: &&Rc<LaneView>| {
                        known.has_only(&tiles)
                            && known.is_of(node, selected)
                            && (known.gaps.is_empty() || !is_at_rest)
                    };
                    if let Some(known) = known.filter(is_as_it_was) {
                        return Some(Rc::clone(known));
                    }
                    sort(&mut tiles);
                    let cells = match known {
                        Some(known) => cells::arrange(&tiles, known, is_at_rest),
                        None => tiles.into_iter().map(Some).collect(),
                    };
                    Some(Rc::new(LaneView::of(node, cells, selected)))
                }
                _ => None,
            })
            .collect();
        sort_by(&mut lanes, |a, b| natural(&a.key.name).cmp(&natural(&b.key.name)));
        // Pods of a node that is gone: nobody runs them, so they stand with those that nobody runs yet.
        shelf.extend(on_nodes.into_values().flatten());
        let left_out = leave_out(&mut lanes, &mut shelf);
        Self {
            shelf,
            lanes,
            more_fresh: fresh.saturating_sub(FRESH_DRAWN),
            pods: count,
            is_compact,
            is_crowded: is_past(PODS_DRAWN, staying, old.is_crowded),
            left_out,
        }
    }

    /// All pods: first those without a node, then node by node.
    pub fn tiles(&self) -> impl Iterator<Item = &Rc<TileView>> {
        self.shelf.iter().chain(self.lanes.iter().flat_map(|lane| &lane.tiles))
    }

    /// The places of a lane, or of the shelf, each with its pod, or `None` where it is empty.
    pub(crate) fn places(&self, lane: &str) -> Vec<Option<&Rc<TileView>>> {
        if lane == SHELF {
            return self.shelf.iter().map(Some).collect();
        }
        let lane = self.lanes.iter().find(|known| known.uid == lane);
        lane.map(|lane| lane.cells().collect()).unwrap_or_default()
    }

    /// Whether there is no pod at all.
    pub fn is_empty(&self) -> bool {
        self.shelf.is_empty() && self.lanes.iter().all(|lane| lane.tiles.is_empty())
    }
}

impl LaneView {
    fn of(node: &Node, cells: Cells, selected: Selected<'_>) -> Self {
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
            gaps: cells::gaps(&cells),
            tiles: cells.into_iter().flatten().collect(),
            is_selected: selected == Some(&key),
            key,
        }
    }

    /// Whether its pods are these, unchanged, in some order.
    fn has_only(&self, tiles: &[Rc<TileView>]) -> bool {
        let has = |tile: &Rc<TileView>| self.tiles.iter().any(|known| Rc::ptr_eq(known, tile));
        self.tiles.len() == tiles.len() && tiles.iter().all(has)
    }

    /// Whether the node is as it is drawn here.
    fn is_of(&self, node: &Node, selected: Selected<'_>) -> bool {
        self.is_ready == node.is_ready()
            && self.is_cordoned == node.spec.unschedulable
            && self.is_selected == (selected == Some(&self.key))
    }
}

/// Whether the scheduler has not looked at it yet.
fn is_fresh(pod: &Pod) -> bool {
    !pod.status.conditions.iter().any(|condition| condition.type_ == "PodScheduled")
}

/// Whether there are more than so many. What was once past a limit comes back some way below it, and pods
/// that leave do not count: a rollout makes some more for a moment, and must not draw the whole stage anew
/// with each of them.
fn is_past(limit: usize, count: usize, was_past: bool) -> bool {
    count > if was_past { limit - limit / 5 } else { limit }
}

/// Leaves out what would make a page too long to read and too slow to draw, and says what that is.
fn leave_out(lanes: &mut Vec<Rc<LaneView>>, shelf: &mut Vec<Rc<TileView>>) -> String {
    let mut words = Vec::new();
    if shelf.len() > SHELF_DRAWN {
        words.push(format!("{} more Pods have no node", shelf.len() - SHELF_DRAWN));
        shelf.truncate(SHELF_DRAWN);
    }
    if lanes.len() > NODES_DRAWN {
        words.push(of_nodes(&lanes.split_off(NODES_DRAWN)));
    }
    words.join("; ")
}

/// Nodes that are not drawn, in words. Out of line, so that the page's start does not carry it.
#[inline(never)]
fn of_nodes(hidden: &[Rc<LaneView>]) -> String {
    let ready = hidden.iter().filter(|lane| lane.is_ready).count();
    let pods: Vec<_> = hidden.iter().flat_map(|lane| &lane.tiles).collect();
    let well = pods.iter().filter(|tile| tile.shape == Shape::Ready).count();
    let total = hidden.len();
    format!(
        "{total} more nodes, {ready} of them Ready, run {} Pods, {well} of them ready; kubectl get nodes \
         lists them",
        pods.len()
    )
}

fn sort(tiles: &mut [Rc<TileView>]) {
    sort_by(tiles, |a, b| natural(&a.key.name).cmp(&natural(&b.key.name)));
}

/// By what a name orders: `web-2` comes before `web-10`.
fn natural(name: &str) -> (&str, Option<u64>, &str) {
    let (base, suffix) = name.rsplit_once('-').unwrap_or((name, ""));
    (base, suffix.parse().ok(), name)
}

#[cfg(test)]
mod tests {
    use super::super::tile::Tiles;
    use super::*;
    use crate::cluster::ClusterConfig;

    #[test]
    fn a_thousand_nodes_are_summed_up() {
        let stage = |nodes| {
            let cluster = Cluster::new(ClusterConfig::with_nodes(nodes));
            StageView::of(&cluster, &Letters::default(), &mut Tiles::default(), None, &StageView::default())
        };
        assert_eq!(stage(200).left_out, "");
        let many = stage(1_000);
        assert_eq!(many.lanes.len(), NODES_DRAWN);
        assert_eq!(
            many.left_out,
            "800 more nodes, 800 of them Ready, run 0 Pods, 0 of them ready; kubectl get nodes lists them"
        );
    }

    #[test]
    fn nodes_stand_in_the_order_of_their_numbers() {
        let cluster = Cluster::new(ClusterConfig::with_nodes(11));
        let mut tiles = Tiles::default();
        let stage = StageView::of(&cluster, &Letters::default(), &mut tiles, None, &StageView::default());
        let names: Vec<_> = stage.lanes.iter().map(|lane| lane.key.name.as_str()).collect();
        assert_eq!(names[..3], ["node-1", "node-2", "node-3"]);
        assert_eq!(names[9..], ["node-10", "node-11"]);
    }

    #[test]
    fn how_pods_are_drawn_does_not_change_back_and_forth() {
        let table = [
            (300, false, false),
            (301, false, true),
            (300, true, true),
            (241, true, true),
            (240, true, false),
            (0, true, false),
        ];
        for (count, was_past, expected) in table {
            assert_eq!(is_past(300, count, was_past), expected, "{count} pods, before: {was_past}");
        }
    }
}
