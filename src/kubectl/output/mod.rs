//! From values to the text kubectl prints: pure functions, no requests.
//!
//! - [`tabwriter`], [`table`], [`prefix_writer`]: aligned columns for `get` and `describe`.
//! - [`duration`]: ages.
//! - [`json`]: `-o json`; YAML is `api::yaml::emit`.
//! - [`go_value`], [`jsonpath`], [`custom_columns`], [`sort_by`]: paths into objects, and how Go prints what they find.
//! - [`go_template`]: `-o go-template` and `--template`.

pub mod tabwriter;
pub mod table;
pub mod prefix_writer;
pub mod duration;
pub mod json;
pub mod go_value;
pub mod jsonpath;
pub mod custom_columns;
pub mod sort_by;
pub mod go_template;
