//! On the stage of a crowd nodes take turns: what is near is drawn together, which is quicker, and none waits
//! longer than a round.

use std::rc::Rc;

use super::cells;
use super::gradual::Room;
use super::stage::{LaneView, StageView};
use crate::collections::SortedSet;

impl Room {
    /// Room for so many, on so many nodes.
    pub fn in_turns(left: usize, lanes: usize) -> Self {
        Self { lanes_left: Some(lanes), ..Self::for_pods(left) }
    }

    /// The stage on its way from one picture to the next; `turn` is the node whose turn it is.
    pub fn stage(&mut self, old: &StageView, new: StageView, turn: &mut usize) -> StageView {
        match self.lanes_left {
            Some(lanes) => self.stage_in_turns(lanes, old, new, turn),
            None => new,
        }
    }

    #[inline(never)]
    fn stage_in_turns(
        &mut self,
        mut lanes_left: usize,
        old: &StageView,
        mut new: StageView,
        turn: &mut usize,
    ) -> StageView {
        let (count, first) = (new.lanes.len(), *turn);
        let have_places = old.is_compact && new.is_compact;
        let mut next = None;
        let mut arriving = SortedSet::new();
        for nth in (first..first + count).map(|nth| nth % count) {
            let lane = &new.lanes[nth];
            let Some(known) = old.lanes.iter().find(|known| known.uid == lane.uid) else { continue };
            if known == lane {
                continue;
            }
            let drawn = match lanes_left {
                0 => Rc::clone(known),
                _ if have_places => Rc::new(self.cells(known, lane)),
                _ => {
                    let tiles = self.tiles(&known.tiles, &lane.tiles);
                    Rc::new(LaneView { tiles, ..LaneView::clone(lane) })
                }
            };
            lanes_left = lanes_left.saturating_sub(1);
            if drawn != *lane {
                // The turn stays with the first that did not get all.
                next.get_or_insert(nth);
                self.is_short = true;
                let is_drawn = |uid: &str| drawn.tiles.iter().any(|tile| tile.uid == uid);
                arriving.extend(lane.tiles.iter().map(|tile| tile.uid.clone()).filter(|uid| !is_drawn(uid)));
                new.lanes[nth] = drawn;
            }
        }
        *turn = next.unwrap_or(first);
        // A pod that is on its way to a node stands on the shelf until its turn has come.
        new.shelf.extend(old.shelf.iter().filter(|tile| arriving.contains(&tile.uid)).cloned());
        new
    }

    /// A lane on its way, place by place.
    fn cells(&mut self, old: &LaneView, new: &LaneView) -> LaneView {
        let (mut before, mut after) = (old.cells().map(Option::<&_>::cloned), new.cells());
        let mut cells = Vec::new();
        loop {
            let (known, fresh) = (before.next(), after.next());
            if known.is_none() && fresh.is_none() {
                break;
            }
            let (known, fresh) = (known.flatten(), fresh.flatten().cloned());
            cells.push(if known == fresh || self.take() { fresh } else { known });
        }
        cells::trim(&mut cells);
        let gaps = cells::gaps(&cells);
        LaneView { gaps, tiles: cells.into_iter().flatten().collect(), ..new.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradual::tests::{lane, tiles, words};
    use super::super::tile::TileView;
    use super::*;

    /// Nodes with their places, and the shelf.
    fn stage(lanes: &[&str], shelf: &str) -> StageView {
        let lane = |(nth, text): (usize, &&str)| Rc::new(LaneView { uid: nth.to_string(), ..lane(text) });
        StageView {
            shelf: tiles(shelf),
            lanes: lanes.iter().enumerate().map(lane).collect(),
            is_compact: true,
            ..StageView::default()
        }
    }

    fn lanes(stage: &StageView) -> Vec<String> {
        let word =
            |cell: Option<&Rc<TileView>>| cell.map_or("_".to_owned(), |tile| words(&[Rc::clone(tile)]));
        stage.lanes.iter().map(|lane| lane.cells().map(word).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn nodes_take_turns() {
        let old = stage(&["a b", "c", "d", "e", "f", "g", "h"], "i");
        let new = stage(&["a+ _ x", "c+", "d+", "e+", "f+", "g+", "h+ i"], "");
        let mut turn = 5;
        // From the sixth node on, three pods.
        let mut room = Room::in_turns(3, 4);
        let first = room.stage(&old, new.clone(), &mut turn);
        assert_eq!(lanes(&first), ["a b", "c", "d", "e", "f", "g+", "h+ i"]);
        assert_eq!((turn, words(&first.shelf).as_str(), room.is_short()), (0, "", true));
        let mut room = Room::in_turns(2, 4);
        let second = room.stage(&first, new.clone(), &mut turn);
        assert_eq!(lanes(&second), ["a+", "c", "d", "e", "f", "g+", "h+ i"]);
        assert_eq!(turn, 0, "the first node has not got all");
        let mut room = Room::in_turns(100, 4);
        let third = room.stage(&second, new.clone(), &mut turn);
        assert_eq!(lanes(&third), ["a+ _ x", "c+", "d+", "e+", "f", "g+", "h+ i"], "four nodes at most");
        assert_eq!((turn, room.is_short()), (4, true));
        let mut room = Room::in_turns(100, 4);
        assert_eq!(room.stage(&third, new.clone(), &mut turn), new);
        assert!(!room.is_short());
        assert_eq!(Room::in_turns(0, 4).stage(&new, new.clone(), &mut turn), new);
    }

    #[test]
    fn a_pod_whose_node_waits_stays_on_the_shelf() {
        let (old, new) = (stage(&["a", "b"], "i j"), stage(&["a i", "b+ j"], ""));
        let mut turn = 0;
        let drawn = Room::in_turns(1, 4).stage(&old, new, &mut turn);
        assert_eq!(lanes(&drawn), ["a i", "b"]);
        assert_eq!((words(&drawn.shelf).as_str(), turn), ("j", 1));
    }
}
