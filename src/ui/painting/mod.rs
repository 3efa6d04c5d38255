//! Paints the small tiles of a crowd.
//!
//! Hundreds of tiles that change several times a second are too much for the browser as elements: each costs
//! style, layout and paint, whatever little has changed. So a lane paints its small tiles on a canvas, and of
//! that only those that have changed. What a canvas cannot be (focused, read out) its lane's cells are, which
//! lie unseen over it (`components/lane`).
//!
//! - `palette`: the colours, from the page's style sheet. `brush`: one tile. `stage`: which tiles of which
//!   lanes are painted, and which are left out because they are on their way.

mod palette;
mod brush;
mod stage;

pub(super) use stage::StagePainter;
