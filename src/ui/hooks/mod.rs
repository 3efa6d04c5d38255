//! Where the page meets the browser's clock, layout and keys.

pub mod use_ticker;
pub mod use_flip;
pub mod use_handle_place;
pub mod roving;
