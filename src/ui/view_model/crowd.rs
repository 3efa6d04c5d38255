//! Many pods as a few numbers: how many there are of each state.

use std::rc::Rc;

use super::status::Shape;
use super::tile::TileView;

/// How many pods there are of each state: those that there are, in the states' own order.
pub fn crowd<'a>(tiles: impl IntoIterator<Item = &'a Rc<TileView>>) -> Vec<(Shape, &'static str, usize)> {
    let mut counts = [0_usize; Shape::ALL.len()];
    for tile in tiles {
        let place = Shape::ALL.iter().position(|(shape, _)| *shape == tile.shape);
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    let words = Shape::ALL.iter().zip(counts);
    words.filter(|(_, count)| *count > 0).map(|(&(shape, word), count)| (shape, word, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::revisions::Letters;
    use super::super::stage::StageView;
    use super::super::tile::Tiles;
    use super::*;
    use crate::cluster::{Cluster, ClusterConfig, Input};
    use crate::sim::Span;

    #[test]
    fn pods_are_counted_by_state() {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
        let line = "kubectl create deployment web --image=nginx --replicas=5".to_owned();
        assert!(cluster.submit(Input::Line { terminal: 0, line }).is_ok());
        let mut counts = |ms| {
            cluster.run_until(cluster.now() + Span::from_ms(ms));
            let (letters, mut tiles) = (Letters::default(), Tiles::default());
            let stage = StageView::of(&cluster, &letters, &mut tiles, None, &StageView::default());
            let tiles = stage.shelf.iter().chain(stage.lanes.iter().flat_map(|lane| &lane.tiles));
            let counts = crowd(tiles);
            counts.iter().map(|(_, word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(counts(0), "");
        assert_eq!(counts(500), "5 starting");
        assert_eq!(counts(20_000), "5 ready");
    }
}
