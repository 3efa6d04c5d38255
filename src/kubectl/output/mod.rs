//! From values to the text kubectl prints: pure functions, no requests.
//!
//! [`tabwriter`], [`table`] and [`prefix_writer`] align columns for `get` and `describe`; [`duration`]
//! prints ages; [`json`] and [`mod@kyaml`] print those formats with keys in an [`order`] (YAML is
//! `api::yaml::emit`); [`go_sort`] orders as Go does; [`go_value`],
//! [`jsonpath`], [`custom_columns`] and [`sort_by`] are paths into objects and how Go prints what they
//! find; [`go_template`] is `-o go-template`.

pub mod tabwriter;
pub mod table;
pub mod unified_diff;
pub mod prefix_writer;
pub mod duration;
pub mod order;
pub mod json;
pub mod kyaml;
pub mod go_value;
pub mod jsonpath;
pub mod custom_columns;
pub mod go_sort;
pub mod sort_by;
pub mod go_template;
