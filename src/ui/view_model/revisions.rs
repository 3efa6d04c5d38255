//! Letters for the revisions of a set's template: A, B, … in the order in which they were made.
//!
//! A revision keeps its letter for as long as the page is open, also when an undo gives it a new number.

use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::{Kind, Object};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort_by_key};

/// How many fill patterns there are.
const PATTERNS: usize = 6;

/// The label that names a pod's revision.
pub const REVISION_LABEL: &str = "controller-revision-hash";

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
        let mut fresh: Vec<&ControllerRevision> = Vec::new();
        for object in cluster.server().list(Kind::ControllerRevision, None) {
            if let Object::ControllerRevision(revision) = object
                && !self.given.contains_key(&key(&revision.metadata.namespace, &revision.metadata.name))
            {
                fresh.push(revision);
            }
        }
        sort_by_key(&mut fresh, |revision| (revision.metadata.creation_timestamp, revision.revision));
        for revision in fresh {
            let owner = revision.metadata.controller_of().map(|owner| owner.uid.clone()).unwrap_or_default();
            let next = self.next.entry(owner).or_default();
            self.given.insert(key(&revision.metadata.namespace, &revision.metadata.name), *next);
            *next += 1;
        }
    }

    /// How a revision is shown; `None` when it is not known.
    pub fn mark(&self, namespace: &str, name: &str) -> Option<RevisionMark> {
        let index = *self.given.get(&key(namespace, name))?;
        Some(RevisionMark { letter: letter(index), pattern: index % PATTERNS })
    }
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

/// One line about what a revision changed: its images, against the revision before.
pub fn changes(revision: &ControllerRevision, before: Option<&ControllerRevision>) -> String {
    let images = images(revision);
    let Some(before) = before else {
        return images.iter().map(|(name, image)| format!("{name}: {image}")).collect::<Vec<_>>().join(", ");
    };
    let old = self::images(before);
    let mut changed: Vec<String> = images
        .iter()
        .filter(|(name, image)| old.get(*name) != Some(*image))
        .map(|(name, image)| format!("{name}: {image}"))
        .collect();
    if changed.is_empty() {
        changed.push("template changed, images the same".to_owned());
    }
    changed.join(", ")
}

fn images(revision: &ControllerRevision) -> SortedMap<String, String> {
    let containers = revision.data.pointer("/spec/template/spec/containers").and_then(|list| list.as_array());
    let text = |container: &serde_json::Value, field: &str| {
        container.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    };
    containers.into_iter().flatten().map(|c| (text(c, "name"), text(c, "image"))).collect()
}

/// The revisions of a set, oldest number first.
pub fn revisions_of<'a>(cluster: &'a Cluster, set: &'a StatefulSet) -> Vec<&'a ControllerRevision> {
    let mut revisions: Vec<&ControllerRevision> = cluster
        .server()
        .list(Kind::ControllerRevision, Some(&set.metadata.namespace))
        .filter_map(|object| match object {
            Object::ControllerRevision(revision) => Some(&**revision),
            _ => None,
        })
        .filter(|revision| revision.metadata.is_controlled_by(&set.metadata.uid))
        .collect();
    sort_by_key(&mut revisions, |revision| revision.revision);
    revisions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z() {
        let letters: Vec<String> = [0, 1, 25, 26, 27, 51, 52].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "B", "Z", "AA", "AB", "AZ", "BA"]);
    }

    #[test]
    fn a_change_names_the_images() {
        let revision = |image: &str| ControllerRevision {
            data: serde_json::json!({"spec": {"template": {"spec": {"containers": [{"name": "nginx", "image": image}]}}}}),
            ..ControllerRevision::default()
        };
        let (old, new) = (revision("nginx:1"), revision("nginx:2"));
        assert_eq!(changes(&old, None), "nginx: nginx:1");
        assert_eq!(changes(&new, Some(&old)), "nginx: nginx:2");
        assert_eq!(changes(&new, Some(&new)), "template changed, images the same");
    }
}
