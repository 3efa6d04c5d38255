//! What a watcher of the cluster sees: printed rows, statuses and Events, in order.
//!
//! Rows are what `kubectl get KIND -w -o wide` prints, without ages and addresses; a row that prints the
//! same as the one before of its object is left out, as in the recordings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::format::Seen;
use crate::api::codec::to_value;
use crate::api::{Kind, Object, schema};
use crate::apiserver::{ApiServer, WatchEvent, WatchEventType};
use crate::collections::sort_by_key;
use crate::kubectl::printers;

/// The kinds whose rows are recorded.
const KINDS: &[Kind] = &[
    Kind::Node,
    Kind::PersistentVolumeClaim,
    Kind::Pod,
    Kind::ControllerRevision,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::PodDisruptionBudget,
    Kind::Event,
];
/// Columns that no two clusters share.
const COLUMNS_LEFT_OUT: &[&str] = &[
    "AGE",
    "IP",
    "INTERNAL-IP",
    "EXTERNAL-IP",
    "OS-IMAGE",
    "KERNEL-VERSION",
    "CONTAINER-RUNTIME",
    "VERSION",
    "NOMINATED NODE",
    "READINESS GATES",
    "VOLUMEATTRIBUTESCLASS",
];

/// Labels that say which template a pod, a revision or a `ReplicaSet` has.
const HASH_LABELS: &[&str] = &["controller-revision-hash", "pod-template-hash"];

/// Gathers what is new.
#[derive(Clone, Debug, Default)]
pub struct Watcher {
    positions: BTreeMap<Kind, u64>,
    printed: BTreeMap<(String, String), Seen>,
}

impl Watcher {
    /// What has happened since the last call. The second value says whether anything but Events and nodes
    /// changed.
    pub fn news(&mut self, server: &ApiServer) -> (Vec<Seen>, bool) {
        let mut events: Vec<&WatchEvent> = Vec::new();
        for &kind in KINDS {
            let position = self.positions.entry(kind).or_default();
            if let Some(log) = server.store().watch_log(kind) {
                events.extend(log.since(*position).into_iter().flatten());
                *position = log.end();
            }
        }
        sort_by_key(&mut events, |event| event.revision);
        let changed = events.iter().any(|event| !matches!(event.object, Object::Event(_) | Object::Node(_)));
        (events.into_iter().flat_map(|event| self.seen(event)).collect(), changed)
    }

    fn seen(&mut self, event: &WatchEvent) -> Vec<Seen> {
        match &event.object {
            Object::Event(told) if event.type_ == WatchEventType::Added => vec![event_seen(told, event)],
            Object::Event(_) => Vec::new(),
            object if event.type_ != WatchEventType::Deleted => {
                let row = row_seen(object, event);
                [Some(row), status_seen(object, event)]
                    .into_iter()
                    .flatten()
                    .filter(|seen| self.is_news(seen))
                    .collect()
            }
            object => Some(row_seen(object, event)).into_iter().filter(|seen| self.is_news(seen)).collect(),
        }
    }

    fn is_news(&mut self, seen: &Seen) -> bool {
        let key = (seen.kind.clone(), seen.name.clone());
        let same = self.printed.get(&key).is_some_and(|before| {
            before.cells == seen.cells
                && before.deleting == seen.deleting
                && before.status == seen.status
                && before.generation == seen.generation
                && before.uid == seen.uid
                && seen.type_ == "MODIFIED"
        });
        self.printed.insert(key, seen.clone());
        !same
    }
}

fn seconds(event: &WatchEvent) -> f64 {
    // Milliseconds of a recording are far below the 53 bits that a double holds.
    #[expect(clippy::cast_precision_loss, reason = "a recording lasts minutes")]
    let ms = event.at.ms() as f64;
    ms / 1000.0
}

/// The status object of a workload or a budget, as it is recorded beside its row.
fn status_seen(object: &Object, event: &WatchEvent) -> Option<Seen> {
    let status = match object {
        Object::StatefulSet(set) => to_value(&set.status),
        Object::DaemonSet(set) => to_value(&set.status),
        Object::Deployment(deployment) => to_value(&deployment.status),
        // As Go writes it: a condition's message stands there even when it is empty.
        Object::PodDisruptionBudget(budget) => {
            let status = to_value(&budget.status);
            schema::encode_struct(&status, "PodDisruptionBudgetStatus").unwrap_or(status)
        }
        _ => return None,
    };
    let mut status = without_times(status);
    if let Some(fields) = status.as_object_mut() {
        fields.entry("conditions").or_insert_with(|| Value::Array(Vec::new()));
    }
    Some(Seen {
        kind: format!("{}/status", object.kind()),
        name: object.meta().name.clone(),
        generation: object.meta().generation,
        status,
        t: seconds(event),
        type_: event.type_.as_str().into(),
        ..Seen::default()
    })
}

/// Conditions are recorded without their times and generations.
fn without_times(mut status: Value) -> Value {
    for condition in status.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(fields) = condition.as_object_mut() {
            for field in ["lastTransitionTime", "lastUpdateTime", "lastProbeTime", "observedGeneration"] {
                fields.remove(field);
            }
        }
    }
    status
}

fn row_seen(object: &Object, event: &WatchEvent) -> Seen {
    let meta = object.meta();
    let mut cells = BTreeMap::new();
    for (column, cell) in printers::wide_cells(object, event.at) {
        if !COLUMNS_LEFT_OUT.contains(&column.as_str()) {
            cells.insert(column, Value::String(cell));
        }
    }
    let hash = HASH_LABELS.iter().find_map(|label| meta.labels.get(*label)).cloned().unwrap_or_default();
    Seen {
        kind: object.kind().to_string(),
        type_: event.type_.as_str().into(),
        name: meta.name.clone(),
        uid: meta.uid.clone(),
        cells,
        deleting: meta.is_terminating(),
        hash,
        t: seconds(event),
        ..Seen::default()
    }
}

fn event_seen(told: &crate::api::event::Event, event: &WatchEvent) -> Seen {
    Seen {
        kind: "Event".into(),
        object: format!("{}/{}", told.involved_object.kind, told.involved_object.name),
        etype: told.type_.clone(),
        reason: told.reason.clone(),
        message: told.message.clone(),
        source: told.source.component.clone(),
        t: seconds(event),
        ..Seen::default()
    }
}
