//! The file of a recording, as it lies on disk.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One scenario with all that was seen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Recording {
    /// Its name.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How many nodes the cluster has.
    pub nodes: usize,
    /// The files that lines may name.
    pub files: BTreeMap<String, String>,
    /// What was seen before the first step.
    pub initial: Vec<Seen>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step, and what was seen until the next.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Step {
    /// How long the step took, in seconds, with the quiet that was waited for.
    pub took: Option<f64>,
    /// A line to type.
    pub run: Option<String>,
    /// A fault for the nodes: `crash web-0`.
    pub ctl: Option<String>,
    /// Seconds to let pass.
    pub sleep: Option<f64>,
    /// Seconds of quiet to wait for.
    pub settle: Option<f64>,
    /// A printed cell to wait for.
    pub until: Option<Until>,
    /// Whether the next step follows at once.
    #[serde(rename = "async")]
    pub is_async: bool,
    /// Seconds without a change that count as quiet.
    pub quiet: Option<f64>,
    /// Seconds after which waiting ends.
    pub limit: Option<f64>,
    /// Seconds after which the line is ended.
    pub timeout: Option<f64>,
    /// Whether quiet came; absent when nobody waited for it.
    pub settled: Option<bool>,
    /// Whether the cell came to hold the value.
    pub met: Option<bool>,
    /// Whether the line was ended.
    pub timed_out: bool,
    /// The line's exit code.
    pub exit: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it printed as errors.
    pub stderr: String,
    /// What was seen, in order.
    pub events: Vec<Seen>,
}

/// A printed cell to wait for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Until {
    /// Kind of the object.
    pub kind: String,
    /// Name of the object.
    pub name: String,
    /// Heading of the column.
    pub column: String,
    /// The value.
    pub equals: Value,
}

/// One thing that a watcher saw: a row, a status or an Event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// `Pod`, `StatefulSet/status`, `Event`.
    pub kind: String,
    /// `ADDED`, `MODIFIED` or `DELETED`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Name of the object.
    pub name: String,
    /// Uid of the object.
    pub uid: String,
    /// The printed cells by column.
    pub cells: BTreeMap<String, Value>,
    /// Whether deletion was asked for.
    pub deleting: bool,
    /// The revision that the pod was made from.
    pub hash: String,
    /// Generation of the object (statuses).
    pub generation: i64,
    /// The status (statuses).
    pub status: Value,
    /// `Kind/name` (Events).
    pub object: String,
    /// `Normal` or `Warning` (Events).
    pub etype: String,
    /// Reason (Events).
    pub reason: String,
    /// Message (Events).
    pub message: String,
    /// Who told it (Events).
    pub source: String,
    /// Seconds from the start.
    pub t: f64,
}

impl Recording {
    /// Reads a recording.
    ///
    /// # Errors
    /// When the text is no recording.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}
