//! API objects.
pub mod quantity;
