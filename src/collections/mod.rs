//! Small collections that are cheap to compile in many places: the page's size is counted.
//!
//! std's sort and its `BTreeMap` are compiled once for each type they hold, several kilobytes a time. What is
//! here costs a few hundred bytes.
//!
//! - [`sort`](mod@sort): sorting, by way of one compiled sort.

mod sort;

pub use sort::{sort, sort_by, sort_by_key};
