//! What the page shows, as plain values: a pure function of the cluster and of what a person chose.
//!
//! - [`status`], [`revisions`]: shapes and letters. [`tile`], [`stage`], [`sets`]: pods, nodes, sets.
//! - [`daemon_sets`], [`deployments`], [`budgets`], [`history`]: other workloads, budgets, revisions.
//! - [`why`], [`attempts`], [`inspector`], [`events`], [`tables`]: reasons and lists. [`series`]: counts.
//! - [`problems`], [`field_line`], [`diff`]: manifests. [`summary`]: the cluster in one sentence.

pub mod status;
pub mod revisions;
pub mod tile;
pub mod stage;
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
pub mod field_line;
pub mod diff;
pub mod drain;
pub mod series;
pub mod summary;

use crate::api::ObjectKey;

/// The object in the inspector.
pub type Selected<'a> = Option<&'a ObjectKey>;
