//! The marks on the scrubber: what a person did, what workloads have reached, and warnings.

use super::counts::{Sample, sample};
use crate::api::event::Event;
use crate::api::node::Node;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::{Change, Cluster, InputEntry};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};
use crate::ui::time_machine::stride::is_command;
use crate::ui::time_machine::undo::words;

/// Marks that are kept at most.
const MARKS_MAX: usize = 2_000;
/// A warning that comes again within this span is the same to a reader.
const AGAIN: Span = Span::from_seconds(60);

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A person did something.
    Command,
    /// A workload has reached something.
    Milestone,
    /// Something warns.
    Warning,
}

/// A mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// What it stands for.
    pub kind: MarkKind,
    /// In a few words.
    pub text: String,
    /// What it is about.
    pub about: Option<ObjectKey>,
    order: u64,
    /// Inputs that were taken up to it; for a command with itself.
    inputs: usize,
}

/// All marks, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    all: Vec<Mark>,
    /// The counts of each workload and whether all its pods were ready and updated.
    workloads: SortedMap<ObjectKey, (Sample, bool)>,
    nodes: SortedMap<String, bool>,
    /// When a warning was seen last, by what it is about and its reason.
    warned: SortedMap<(String, String), Time>,
    inputs: usize,
}

impl Marks {
    /// All marks, oldest first.
    pub fn all(&self) -> &[Mark] {
        &self.all
    }

    /// Takes a cluster as it is, without marking anything.
    pub(super) fn look_at(&mut self, cluster: &Cluster) {
        self.inputs = cluster.inputs().len();
        self.workloads.clear();
        self.nodes.clear();
        let server = cluster.server();
        for kind in [Kind::StatefulSet, Kind::DaemonSet, Kind::Deployment] {
            for object in server.list(kind, None) {
                self.workloads.insert(object.key(), state(object));
            }
        }
        for object in server.list(Kind::Node, None) {
            if let Object::Node(node) = object {
                self.nodes.insert(node.metadata.name.clone(), node.is_ready());
            }
        }
    }

    fn add(&mut self, at: Time, order: u64, (kind, text): (MarkKind, String), about: Option<ObjectKey>) {
        if self.all.len() >= MARKS_MAX {
            let mut index = 0;
            self.all.retain(|mark| {
                index += 1;
                mark.kind == MarkKind::Command || index % 2 == 1
            });
        }
        self.all.push(Mark { at, kind, text, about, order, inputs: self.inputs });
    }

    pub(super) fn see_input(&mut self, entry: &InputEntry, cluster: &Cluster) {
        self.inputs += 1;
        if is_command(&entry.input) {
            let text = words(&entry.input);
            self.add(entry.at, cluster.event_log().count(), (MarkKind::Command, text), None);
        }
    }

    pub(super) fn see_workload(&mut self, change: &Change, order: u64) {
        let key = change.object.key();
        if change.is_gone {
            self.workloads.remove(&key);
            return;
        }
        let new = state(&change.object);
        let old = self.workloads.insert(key.clone(), new);
        let (counts, is_complete) = new;
        if is_complete && !old.is_some_and(|(_, was_complete)| was_complete) {
            let text = match counts.desired {
                0 => format!("{}: scaled to nothing", key.name),
                desired => format!("{}: {} of {desired} ready", key.name, counts.ready),
            };
            self.add(change.at, order, (MarkKind::Milestone, text), Some(key));
        }
    }

    pub(super) fn see_node(&mut self, node: &Node, change: &Change, order: u64) {
        let name = &node.metadata.name;
        if change.is_gone {
            self.nodes.remove(name);
            return;
        }
        let is_ready = node.is_ready();
        if self.nodes.insert(name.clone(), is_ready).is_some_and(|was| was != is_ready) {
            let mark = if is_ready {
                (MarkKind::Milestone, format!("{name} is ready"))
            } else {
                (MarkKind::Warning, format!("{name} is not ready"))
            };
            self.add(change.at, order, mark, Some(change.object.key()));
        }
    }

    pub(super) fn see_event(&mut self, event: &Event, change: &Change, order: u64) {
        if event.type_ != "Warning" || change.is_gone {
            return;
        }
        let object = &event.involved_object;
        let seen = (format!("{}/{}/{}", object.kind, object.namespace, object.name), event.reason.clone());
        if self.warned.insert(seen, change.at).is_some_and(|last| change.at - last < AGAIN) {
            return;
        }
        let about = Kind::of(&object.api_version, &object.kind)
            .map(|kind| ObjectKey::new(kind, object.namespace.clone(), object.name.clone()));
        let text = format!("{}: {}", object.name, event.reason);
        self.add(change.at, order, (MarkKind::Warning, text), about);
    }

    pub(super) fn truncate(&mut self, order: u64, cluster: &Cluster) {
        let inputs = cluster.inputs().len();
        self.all
            .retain(|mark| mark.order <= order && (mark.kind != MarkKind::Command || mark.inputs <= inputs));
        self.warned.retain(|_, at| *at <= cluster.now());
        self.look_at(cluster);
    }
}

/// A workload's counts, and whether all its pods are ready and of the newest revision.
fn state(object: &Object) -> (Sample, bool) {
    let counts = sample(object).unwrap_or_default();
    let is_seen = match object {
        Object::StatefulSet(set) => set.status.observed_generation >= set.metadata.generation,
        Object::DaemonSet(set) => set.status.observed_generation >= set.metadata.generation,
        Object::Deployment(deployment) => {
            deployment.status.observed_generation >= deployment.metadata.generation
                && deployment.status.replicas == counts.desired
        }
        _ => false,
    };
    let is_complete = is_seen && counts.ready == counts.desired && counts.updated >= counts.wanted;
    (counts, is_complete)
}
