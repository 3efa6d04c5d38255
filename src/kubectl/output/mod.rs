//! From values to the text kubectl prints: pure functions, no requests.
//!
//! - [`tabwriter`], [`table`], [`prefix_writer`]: aligned columns for `get` and `describe`.
//! - [`duration`]: ages.
//! - [`json`]: `-o json`; YAML is `api::yaml::emit`.

pub mod tabwriter;
pub mod table;
pub mod prefix_writer;
pub mod duration;
pub mod json;
