//! Where the page meets the browser's clock, layout and keys.

pub(super) mod use_ticker;
pub(super) mod use_flip;
pub(super) mod use_handle_place;
pub(super) mod roving;
