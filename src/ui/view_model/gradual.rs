//! Takes a new picture over piece by piece: hundreds of pods that change at one instant are drawn over a few
//! frames.
//!
//! A tile that has to wait stays as it was. Only pods are counted: all else is taken over at once.

use std::rc::Rc;

use super::deployments::{DeploymentView, ReplicaSetRow};
use super::sets::{SetView, SlotView};
use super::tile::TileView;
use crate::collections::SortedSet;

/// How many pods may still change in this picture.
#[derive(Debug)]
pub struct Room {
    pub(super) left: usize,
    /// How many nodes' lanes may change; `None` where all may.
    pub(super) lanes_left: Option<usize>,
    pub(super) is_short: bool,
}

impl Room {
    /// Room for so many.
    pub fn for_pods(left: usize) -> Self {
        Self { left, lanes_left: None, is_short: false }
    }

    /// Whether something had to stay as it was.
    pub fn is_short(&self) -> bool {
        self.is_short
    }

    pub(super) fn take(&mut self) -> bool {
        self.is_short |= self.left == 0;
        let has_room = self.left > 0;
        self.left = self.left.saturating_sub(1);
        has_room
    }

    /// Whether all may change at once, as most of the time.
    fn is_wide(&self) -> bool {
        self.left == usize::MAX
    }

    /// Deployments on their way.
    pub fn deployments(
        &mut self,
        old: &[Rc<DeploymentView>],
        new: Vec<Rc<DeploymentView>>,
    ) -> Vec<Rc<DeploymentView>> {
        if self.is_wide() { new } else { self.deployments_by_pods(old, new) }
    }

    #[inline(never)]
    fn deployments_by_pods(
        &mut self,
        old: &[Rc<DeploymentView>],
        new: Vec<Rc<DeploymentView>>,
    ) -> Vec<Rc<DeploymentView>> {
        let on_its_way = |view: Rc<DeploymentView>| match old.iter().find(|known| known.uid == view.uid) {
            Some(known) if *known != view && !view.is_crowded() => {
                let row = |row: &ReplicaSetRow| {
                    let before = known.sets.iter().find(|known| known.key == row.key);
                    let tiles = self.tiles(before.map_or(&[], |row| &row.tiles), &row.tiles);
                    ReplicaSetRow { tiles, ..row.clone() }
                };
                let sets = view.sets.iter().map(row).collect();
                Rc::new(DeploymentView { sets, ..DeploymentView::clone(&view) })
            }
            _ => view,
        };
        new.into_iter().map(on_its_way).collect()
    }

    /// Sets on their way.
    pub fn sets(&mut self, old: &[Rc<SetView>], new: Vec<Rc<SetView>>) -> Vec<Rc<SetView>> {
        if self.is_wide() { new } else { self.sets_by_pods(old, new) }
    }

    #[inline(never)]
    fn sets_by_pods(&mut self, old: &[Rc<SetView>], new: Vec<Rc<SetView>>) -> Vec<Rc<SetView>> {
        let on_its_way = |view: Rc<SetView>| match old.iter().find(|known| known.uid == view.uid) {
            Some(known) if *known != view && !view.is_crowded => {
                let slots = view.slots.iter().map(|slot| self.slot(known, slot)).collect();
                Rc::new(SetView { slots, ..SetView::clone(&view) })
            }
            _ => view,
        };
        new.into_iter().map(on_its_way).collect()
    }

    fn slot(&mut self, old: &SetView, slot: &SlotView) -> SlotView {
        match old.slots.iter().find(|known| known.ordinal == slot.ordinal) {
            Some(known) if known != slot && !self.take() => known.clone(),
            _ => slot.clone(),
        }
    }

    /// Tiles on their way: those that are gone, new or changed wait where there is no room.
    pub(super) fn tiles(&mut self, old: &[Rc<TileView>], new: &[Rc<TileView>]) -> Vec<Rc<TileView>> {
        let uids =
            |tiles: &[Rc<TileView>]| tiles.iter().map(|tile| tile.uid.clone()).collect::<SortedSet<_>>();
        let (before, after) = (uids(old), uids(new));
        let mut tiles = Vec::with_capacity(new.len());
        let mut waiting = old.iter().peekable();
        for tile in new {
            // Those that are gone stand before the next that has stayed.
            while let Some(gone) = waiting.next_if(|gone| !after.contains(&gone.uid)) {
                tiles.extend((!self.take()).then(|| Rc::clone(gone)));
            }
            if let Some(known) = waiting.next_if(|known| known.uid == tile.uid) {
                let stays = known != tile && !self.take();
                tiles.push(Rc::clone(if stays { known } else { tile }));
            } else if before.contains(&tile.uid) || self.take() {
                tiles.push(Rc::clone(tile));
            }
        }
        for gone in waiting.filter(|gone| !after.contains(&gone.uid)) {
            tiles.extend((!self.take()).then(|| Rc::clone(gone)));
        }
        tiles
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::stage::LaneView;
    use super::super::status::Shape;
    use super::*;
    use crate::api::{Kind, ObjectKey};

    /// `a+ b c`: names, `+` for one that is ready.
    pub(in super::super) fn tiles(text: &str) -> Vec<Rc<TileView>> {
        let tile = |word: &str| {
            let name = word.trim_end_matches('+');
            Rc::new(TileView {
                uid: name.to_owned(),
                key: ObjectKey::new(Kind::Pod, "default", name),
                ordinal: None,
                status: String::new(),
                shape: if word.ends_with('+') { Shape::Ready } else { Shape::Creating },
                ready: String::new(),
                revision: None,
                restarts: 0,
                claims: Vec::new(),
                making: None,
                is_selected: false,
                sentence: String::new(),
            })
        };
        text.split_whitespace().map(tile).collect()
    }

    /// `a _ b`: places of a node's lane, `_` for an empty one.
    pub(in super::super) fn lane(text: &str) -> LaneView {
        let gaps = text.split_whitespace().enumerate().filter(|(_, word)| *word == "_").map(|(nth, _)| nth);
        let name = text.replace('_', "");
        LaneView {
            uid: "node".to_owned(),
            key: ObjectKey::new(Kind::Node, "", "node"),
            status: String::new(),
            is_ready: true,
            is_cordoned: false,
            tiles: tiles(&name),
            gaps: gaps.collect(),
            is_selected: false,
        }
    }

    pub(in super::super) fn words(tiles: &[Rc<TileView>]) -> String {
        let word = |tile: &Rc<TileView>| {
            format!("{}{}", tile.uid, if tile.shape == Shape::Ready { "+" } else { "" })
        };
        tiles.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_has_no_room_waits() {
        let table = [
            ("a b c", "a+ b+ c+", 2, "a+ b+ c", true),
            ("a b c", "a+ b+ c+", 3, "a+ b+ c+", false),
            ("a b c", "b c", 0, "a b c", true),
            ("a b c", "b c", 1, "b c", false),
            ("a b c", "a b", 0, "a b c", true),
            ("b d", "a b c d e", 2, "a b c d", true),
            ("a b", "b a", 0, "b a", false),
            ("", "a b", 1, "a", true),
            ("a b", "", 1, "b", true),
        ];
        for (old, new, room, expected, is_short) in table {
            let mut room = Room::for_pods(room);
            assert_eq!(words(&room.tiles(&tiles(old), &tiles(new))), expected, "from {old:?} to {new:?}");
            assert_eq!(room.is_short(), is_short, "from {old:?} to {new:?}");
        }
    }
}
