//! What the page shows, as plain values: a pure function of the cluster and of what a person chose.
//!
//! - [`status`], [`revisions`]: shapes and letters. [`tile`], [`crowd`], [`stage`], [`sets`]: pods, nodes,
//!   sets.
//! - [`daemon_sets`], [`deployments`], [`budgets`], [`history`], [`story`]: other workloads, budgets,
//!   revisions and what became of them.
//! - [`why`], [`attempts`], [`inspector`], [`events`], [`tables`]: reasons and lists.
//! - [`timeline`]: bars, marks, counts. [`comparison`]: two runs. [`scrubber`]: the session as a line.
//! - [`problems`], [`field_line`], [`flow_style`], [`diff`]: manifests.
//! - [`invitation`]: what is said where nothing runs. [`summary`]: the cluster in one sentence.
//!   [`gradual`], `turns`, `cells`: from one picture to the next, node by node, and each pod in its place.
//!   [`grid`]: where small tiles stand.

pub mod status;
pub mod revisions;
pub mod tile;
pub mod crowd;
mod cells;
pub mod stage;
pub mod invitation;
pub mod why;
pub mod attempts;
pub mod history;
pub mod sets;
pub mod daemon_sets;
pub mod deployments;
pub mod budgets;
pub mod progress;
pub mod events;
pub mod tables;
pub mod inspector;
pub mod problems;
pub mod flow_style;
pub mod field_line;
pub mod diff;
pub mod drain;
pub mod scrubber;
pub mod story;
pub mod timeline;
pub mod comparison;
pub mod summary;
pub mod gradual;
mod turns;
pub mod grid;

use crate::api::ObjectKey;

/// The object in the inspector.
pub type Selected<'a> = Option<&'a ObjectKey>;
