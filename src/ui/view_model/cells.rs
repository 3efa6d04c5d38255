//! Places of pods in a node's lane, where there are many: each keeps its own while others come and go, so
//! that what is followed does not move.
//!
//! Who comes takes the first place that is free. When all has come to rest the last ones close the gaps.

use std::rc::Rc;

use super::stage::LaneView;
use super::tile::TileView;
use crate::collections::SortedMap;

/// Places in their order, and who has them.
pub(super) type Cells = Vec<Option<Rc<TileView>>>;

impl LaneView {
    /// The places in their order, each with its pod, or `None` where it is empty.
    pub fn cells(&self) -> impl Iterator<Item = Option<&Rc<TileView>>> {
        let mut tiles = self.tiles.iter();
        let count = self.tiles.len() + self.gaps.len();
        (0..count).map(move |place| if self.gaps.contains(&place) { None } else { tiles.next() })
    }
}

/// The places that are empty.
pub(super) fn gaps(cells: &Cells) -> Vec<usize> {
    cells.iter().enumerate().filter(|(_, cell)| cell.is_none()).map(|(place, _)| place).collect()
}

/// Gives these pods their places: `old` says who had which.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub(super) fn arrange(tiles: &[Rc<TileView>], old: &LaneView, is_at_rest: bool) -> Cells {
    let known: SortedMap<&str, usize> =
        tiles.iter().enumerate().map(|(index, tile)| (tile.uid.as_str(), index)).collect();
    let mut is_placed = vec![false; tiles.len()];
    let mut place = |uid: &str| {
        let index = *known.get(uid)?;
        is_placed[index] = true;
        Some(Rc::clone(&tiles[index]))
    };
    let mut cells: Cells = old.cells().map(|cell| place(&cell?.uid)).collect();
    let mut free = gaps(&cells).into_iter();
    for (tile, _) in tiles.iter().zip(is_placed).filter(|(_, is_placed)| !is_placed) {
        let tile = Some(Rc::clone(tile));
        match free.next() {
            Some(place) => cells[place] = tile,
            None => cells.push(tile),
        }
    }
    trim(&mut cells);
    if is_at_rest {
        while let Some(gap) = cells.iter().position(Option::is_none) {
            cells.swap_remove(gap);
            trim(&mut cells);
        }
    }
    cells
}

/// Drops empty places at the end.
pub(super) fn trim(cells: &mut Cells) {
    while cells.pop_if(|cell| cell.is_none()).is_some() {}
}

#[cfg(test)]
mod tests {
    use super::super::gradual::tests::{lane, tiles};
    use super::*;

    fn words(cells: &Cells) -> String {
        let word =
            |cell: &Option<Rc<TileView>>| cell.as_ref().map_or("_".to_owned(), |tile| tile.uid.clone());
        cells.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pods_keep_their_places() {
        let table = [
            // places before, pods now, whether all is at rest, places
            ("", "a b", false, "a b"),
            ("a b c", "a c", false, "a _ c"),
            ("a b c", "a c", true, "a c"),
            ("a b c", "a b", false, "a b"),
            ("a _ c", "a c d e", false, "a d c e"),
            ("a b c d", "d", false, "_ _ _ d"),
            ("a b c d", "d", true, "d"),
            ("a b c d e", "a d e", true, "a e d"),
            ("c a", "a b c", false, "c a b"),
            ("a b", "", false, ""),
        ];
        for (old, now, is_at_rest, expected) in table {
            let cells = arrange(&tiles(now), &lane(old), is_at_rest);
            assert_eq!(words(&cells), expected, "from {old:?} with {now:?}, at rest: {is_at_rest}");
        }
    }
}
