//! Letters for the revisions of a workload's template: A, B, … in the order in which they were made.
//!
//! A revision keeps its letter for as long as the page is open, also when an undo gives it a new number.

use super::history::revision_number;
use crate::api::apps::CONTROLLER_REVISION_HASH;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort_by_key};

/// How many fill patterns there are.
pub const PATTERNS: usize = 6;

/// How a revision is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionMark {
    /// Its letter.
    pub letter: String,
    /// Which pattern it is filled with.
    pub pattern: usize,
}

/// The letters given so far, by namespace and name of the revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    given: SortedMap<(String, String), usize>,
    next: SortedMap<String, usize>,
}

impl Letters {
    /// Gives letters to revisions that have none.
    pub fn observe(&mut self, cluster: &Cluster) {
        let server = cluster.server();
        let listed = server.list(Kind::ControllerRevision, None).chain(server.list(Kind::ReplicaSet, None));
        let numbered = listed.filter_map(|object| match object {
            Object::ControllerRevision(revision) => Some((&revision.metadata, revision.revision)),
            Object::ReplicaSet(set) => Some((&set.metadata, revision_number(&set.metadata))),
            _ => None,
        });
        let mut fresh: Vec<(&ObjectMeta, i64)> = numbered
            .filter(|(meta, _)| !self.given.contains_key(&key(&meta.namespace, &meta.name)))
            .collect();
        sort_by_key(&mut fresh, |(meta, number)| (meta.creation_timestamp, *number));
        for (meta, _) in fresh {
            let owner = meta.controller_of().map_or_else(|| meta.uid.clone(), |owner| owner.uid.clone());
            let next = self.next.entry(owner).or_default();
            self.given.insert(key(&meta.namespace, &meta.name), *next);
            *next += 1;
        }
    }

    /// How a pod's revision is shown; `None` when it has none, or one that is not known.
    pub fn mark_of_pod(&self, pod: &ObjectMeta) -> Option<RevisionMark> {
        let (namespace, name) = revision_of_pod(pod)?;
        self.mark(&namespace, &name)
    }

    /// How a revision is shown; `None` when it is not known.
    pub fn mark(&self, namespace: &str, name: &str) -> Option<RevisionMark> {
        let index = *self.given.get(&key(namespace, name))?;
        Some(RevisionMark { letter: letter(index), pattern: index % PATTERNS })
    }
}

/// What controls a pod, when it is of a kind that is served.
pub fn controller_of_pod(pod: &ObjectMeta) -> Option<ObjectKey> {
    let owner = pod.controller_of()?;
    let kind = Kind::of(&owner.api_version, &owner.kind)?;
    Some(ObjectKey::new(kind, pod.namespace.clone(), owner.name.clone()))
}

/// Namespace and name of the object that holds a pod's revision: a `ReplicaSet`, or a `ControllerRevision`.
pub fn revision_of_pod(pod: &ObjectMeta) -> Option<(String, String)> {
    let owner = pod.controller_of()?;
    if owner.kind == Kind::ReplicaSet.resource().kind {
        return Some(key(&pod.namespace, &owner.name));
    }
    let label = pod.labels.get(CONTROLLER_REVISION_HASH)?;
    // A StatefulSet's pods name their revision, a DaemonSet's only its hash.
    if owner.kind == Kind::DaemonSet.resource().kind {
        return Some(key(&pod.namespace, &format!("{}-{label}", owner.name)));
    }
    Some(key(&pod.namespace, label))
}

fn key(namespace: &str, name: &str) -> (String, String) {
    (namespace.to_owned(), name.to_owned())
}

/// A … Z, AA, AB, …
fn letter(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + u8::try_from(index % 26).unwrap_or_default());
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    letters.iter().rev().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z() {
        let letters: Vec<String> = [0, 1, 25, 26, 27, 51, 52].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "B", "Z", "AA", "AB", "AZ", "BA"]);
    }
}
