//! Where the page meets the browser's clock, layout and keys.

pub(super) mod use_ticker;
mod animate;
mod places;
mod moved;
pub(super) mod use_latest;
pub(super) mod use_motion;
pub(super) mod use_cells_shown;
pub(super) mod use_handle_place;
pub(super) mod roving;
pub(super) mod size_watch;
