//! The rollout history of a workload: its revisions, what each changed, and how many pods are of it.
//!
//! A `StatefulSet` and a `DaemonSet` remember templates as `ControllerRevision`s, a `Deployment` as
//! `ReplicaSet`s.

use std::rc::Rc;

use serde_json::Value;

use super::revisions::{Letters, RevisionMark};
use crate::api::codec::to_value;
use crate::api::deployment::ReplicaSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort_by_key};
use crate::kubectl::output::duration::human_duration;

/// The annotation that says why a revision was made.
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";
/// The annotation with the number of a `ReplicaSet` among a Deployment's.
pub const REVISION_NUMBER: &str = "deployment.kubernetes.io/revision";

/// The rollout history of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryView {
    /// The workload.
    pub key: ObjectKey,
    /// Names the workload over the cluster's whole life.
    pub uid: String,
    /// Its revisions, newest first.
    pub rows: Vec<RevisionRow>,
}

/// One revision of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRow {
    /// Names the revision.
    pub name: String,
    /// Its number.
    pub number: i64,
    /// How it is shown.
    pub mark: Option<RevisionMark>,
    /// The part of its name that is the template's hash.
    pub hash: String,
    /// Why it was made, as noted by a person.
    pub cause: String,
    /// What it changed.
    pub changes: String,
    /// How many pods are of it now.
    pub pods: usize,
    /// How long ago it was made.
    pub age: String,
    /// What it is to the workload: `current`, `update`.
    pub roles: Vec<&'static str>,
}

impl RevisionRow {
    /// Whether the workload may be taken back to it: it is not where the workload goes already.
    pub fn can_be_undone_to(&self, newest: i64) -> bool {
        self.number != newest
    }
}

/// One remembered template.
struct Remembered<'a> {
    meta: &'a ObjectMeta,
    number: i64,
    images: SortedMap<String, String>,
}

impl HistoryView {
    /// The history of a workload whose revisions are `ControllerRevision`s. `roles` says what a revision is
    /// to the workload, `pods` how many pods are of it.
    pub fn of_revisions(
        cluster: &Cluster,
        letters: &Letters,
        (kind, meta): (Kind, &ObjectMeta),
        roles: impl Fn(&str) -> Vec<&'static str>,
        pods: impl Fn(&str) -> usize,
    ) -> Self {
        let listed = cluster.server().list(Kind::ControllerRevision, Some(&meta.namespace));
        let remembered = listed.filter_map(|object| match object {
            Object::ControllerRevision(revision) if revision.metadata.is_controlled_by(&meta.uid) => {
                let template = revision.data.pointer("/spec/template/spec");
                Some(Remembered {
                    meta: &revision.metadata,
                    number: revision.revision,
                    images: images(template),
                })
            }
            _ => None,
        });
        Self::of(cluster, letters, (kind, meta), remembered.collect(), roles, pods)
    }

    /// The history of a Deployment.
    pub fn of_replica_sets(
        cluster: &Cluster,
        letters: &Letters,
        meta: &ObjectMeta,
        sets: &[Rc<ReplicaSet>],
        pods: impl Fn(&str) -> usize,
    ) -> Self {
        let remembered: Vec<Remembered<'_>> = sets
            .iter()
            .map(|set| Remembered {
                meta: &set.metadata,
                number: revision_number(&set.metadata),
                images: images(Some(&to_value(&set.spec.template.spec))),
            })
            .collect();
        let newest = remembered.iter().max_by_key(|one| one.number).map(|one| one.meta.name.clone());
        let roles = |name: &str| if newest.as_deref() == Some(name) { vec!["current"] } else { Vec::new() };
        Self::of(cluster, letters, (Kind::Deployment, meta), remembered, roles, pods)
    }

    fn of(
        cluster: &Cluster,
        letters: &Letters,
        (kind, owner): (Kind, &ObjectMeta),
        mut remembered: Vec<Remembered<'_>>,
        roles: impl Fn(&str) -> Vec<&'static str>,
        pods: impl Fn(&str) -> usize,
    ) -> Self {
        sort_by_key(&mut remembered, |one| one.number);
        let mut rows = Vec::new();
        let mut before: Option<&Remembered<'_>> = None;
        for one in &remembered {
            let meta = one.meta;
            let hash = meta.name.strip_prefix(&owner.name).and_then(|rest| rest.strip_prefix('-'));
            let age =
                meta.creation_timestamp.map(|created| human_duration(created.age_seconds(cluster.now())));
            rows.push(RevisionRow {
                number: one.number,
                mark: letters.mark(&meta.namespace, &meta.name),
                hash: hash.unwrap_or(&meta.name).to_owned(),
                cause: meta.annotations.get(CHANGE_CAUSE).cloned().unwrap_or_default(),
                changes: changes(&one.images, before.map(|before| &before.images)),
                pods: pods(&meta.name),
                age: age.unwrap_or_default(),
                roles: roles(&meta.name),
                name: meta.name.clone(),
            });
            before = Some(one);
        }
        rows.reverse();
        let key = ObjectKey::new(kind, owner.namespace.clone(), owner.name.clone());
        Self { key, uid: owner.uid.clone(), rows }
    }
}

/// A `ReplicaSet`'s number among those of its Deployment; 0 when it has none.
pub fn revision_number(meta: &ObjectMeta) -> i64 {
    meta.annotations.get(REVISION_NUMBER).and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The pods that an object controls.
pub fn pods_of<'a>(cluster: &'a Cluster, owner: &'a ObjectMeta) -> Vec<&'a Rc<Pod>> {
    cluster
        .server()
        .list(Kind::Pod, Some(&owner.namespace))
        .filter_map(|object| match object {
            Object::Pod(pod) if pod.metadata.is_controlled_by(&owner.uid) => Some(pod),
            _ => None,
        })
        .collect()
}

/// One line about what a revision changed: its images, against the revision before.
fn changes(images: &SortedMap<String, String>, before: Option<&SortedMap<String, String>>) -> String {
    let changed: Vec<String> = images
        .iter()
        .filter(|(name, image)| before.is_none_or(|before| before.get(*name) != Some(*image)))
        .map(|(name, image)| format!("{name}: {image}"))
        .collect();
    if changed.is_empty() { "template changed, images the same".to_owned() } else { changed.join(", ") }
}

fn images(pod_spec: Option<&Value>) -> SortedMap<String, String> {
    let containers = pod_spec.and_then(|spec| spec.get("containers")?.as_array());
    let text = |container: &Value, field: &str| {
        container.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    };
    containers.into_iter().flatten().map(|c| (text(c, "name"), text(c, "image"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_the_images() {
        let of = |image: &str| {
            [("nginx".to_owned(), image.to_owned())].into_iter().collect::<SortedMap<String, String>>()
        };
        let (old, new) = (of("nginx:1"), of("nginx:2"));
        assert_eq!(changes(&old, None), "nginx: nginx:1");
        assert_eq!(changes(&new, Some(&old)), "nginx: nginx:2");
        assert_eq!(changes(&new, Some(&new)), "template changed, images the same");
    }
}
