//! Small collections that are cheap to compile in many places: the page's size is counted.
//!
//! std's sort and its `BTreeMap` are compiled once for each type they hold, several kilobytes a time. What is
//! here costs a few hundred bytes.
//!
//! - [`sort`](mod@sort): sorting, by way of one compiled sort.
//! - [`sorted_map`], [`sorted_set`]: ordered collections of few entries, in a vector.

mod sort;
pub mod sorted_map;
pub mod sorted_set;

pub use sort::{sort, sort_by, sort_by_key};
pub use sorted_map::SortedMap;
pub use sorted_set::SortedSet;
