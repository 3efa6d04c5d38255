//! Where small tiles stand: in rows of one length, in pixels from the corner of their lane's pods.
//!
//! The page paints them, so it has to know by itself where each is: to draw it, to let it travel, and to tell
//! which one a person points at.

/// The width of a small tile.
pub const TILE_WIDTH: f64 = 66.0;
/// The room between small tiles.
const GAP: f64 = 4.0;
/// The height of a small tile on a node, and on the shelf.
const HEIGHTS: [f64; 2] = [44.0, 36.0];

/// Rows of small tiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// How many stand in a row.
    columns: usize,
    /// The height of a tile.
    height: f64,
}

impl Grid {
    /// The rows of a lane that is `width` pixels wide: as many in each as fit, and at least one.
    pub fn of(width: f64, is_shelf: bool) -> Self {
        let mut columns = 1;
        while right_edge(columns + 1) <= width {
            columns += 1;
        }
        Self { columns, height: HEIGHTS[usize::from(is_shelf)] }
    }

    /// The height of a tile.
    pub fn tile_height(self) -> f64 {
        self.height
    }

    /// The left and top edge of a place.
    pub fn place(self, nth: usize) -> (f64, f64) {
        (left_edge(nth % self.columns), self.top_edge(nth / self.columns))
    }

    /// The width of a row, and the height of so many places.
    pub fn size(self, count: usize) -> (f64, f64) {
        let rows = count.div_ceil(self.columns);
        let height = rows.checked_sub(1).map_or(0.0, |last| self.top_edge(last) + self.height);
        (right_edge(self.columns), height)
    }

    /// Which of so many places is at a point; `None` between them.
    pub fn at(self, x: f64, y: f64, count: usize) -> Option<usize> {
        (0..count).find(|&nth| {
            let (left, top) = self.place(nth);
            (left..left + TILE_WIDTH).contains(&x) && (top..top + self.height).contains(&y)
        })
    }

    fn top_edge(self, row: usize) -> f64 {
        times(row, self.height + GAP)
    }
}

fn left_edge(column: usize) -> f64 {
    times(column, TILE_WIDTH + GAP)
}

fn right_edge(columns: usize) -> f64 {
    times(columns, TILE_WIDTH + GAP) - GAP
}

fn times(count: usize, px: f64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) * px
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_rows() {
        let table = [
            // width of the lane, how many tiles, the width of a row and their height, where the last stands
            (206.0, 0, (206.0, 0.0), None),
            (206.0, 1, (206.0, 44.0), Some((0.0, 0.0))),
            (206.0, 3, (206.0, 44.0), Some((140.0, 0.0))),
            (206.0, 4, (206.0, 92.0), Some((0.0, 48.0))),
            (205.9, 3, (136.0, 92.0), Some((0.0, 48.0))),
            (10.0, 2, (66.0, 92.0), Some((0.0, 48.0))),
        ];
        for (width, count, size, last) in table {
            let grid = Grid::of(width, false);
            assert_eq!(grid.size(count), size, "{count} in {width} pixels");
            let stands = count.checked_sub(1).map(|nth| grid.place(nth));
            assert_eq!(stands, last, "the last of {count} in {width} pixels");
        }
        assert_eq!(Grid::of(700.0, true).size(11), (696.0, 76.0), "tiles on the shelf are lower");
    }

    #[test]
    fn a_point_is_of_one_tile_or_of_none() {
        let grid = Grid::of(206.0, false);
        let table = [
            ((0.0, 0.0), Some(0)),
            ((65.9, 43.9), Some(0)),
            ((66.0, 10.0), None),
            ((70.0, 10.0), Some(1)),
            ((75.0, 45.0), None),
            ((75.0, 48.0), Some(4)),
            ((145.0, 48.0), None),
            ((-1.0, 5.0), None),
        ];
        for ((x, y), nth) in table {
            assert_eq!(grid.at(x, y, 5), nth, "at {x}, {y}");
        }
    }
}
