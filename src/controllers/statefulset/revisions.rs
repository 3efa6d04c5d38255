//! The two revisions of a set: the one of its template and the one that its pods come from.
//!
//! Models `getStatefulSetRevisions`, `newRevision`, `getPatch`, `ApplyRevision` and `truncateHistory`,
//! pkg/controller/statefulset, Kubernetes v1.36. Left out: the comparison of revisions that were encoded by
//! other versions of Kubernetes (`StatefulSetSemanticRevisionComparison`); every revision here has one
//! encoding.

use std::rc::Rc;

use crate::api::Kind;
use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::client::StatusError;
use crate::collections::SortedSet;
use crate::controllers::api_access::Api;
use crate::controllers::history::{self, template_patch};

pub(crate) use crate::controllers::history::template_of;

/// Revisions that are kept beside those in use, when the set does not say.
const HISTORY_LIMIT: i64 = 10;

/// Makes the revision of the set's template.
pub(crate) fn new_revision(set: &StatefulSet, number: i64, collision_count: i64) -> ControllerRevision {
    let labels = &set.spec.template.metadata.labels;
    let data = template_patch(&set.spec.template);
    let mut revision = history::new_controller_revision(
        &set.metadata,
        Kind::StatefulSet,
        labels,
        data,
        number,
        collision_count,
    );
    revision.metadata.annotations.clone_from(&set.metadata.annotations);
    revision
}

/// The revisions that a sync works with.
#[derive(Clone, Debug)]
pub(crate) struct Revisions {
    /// All that there are, oldest first.
    pub(crate) all: Vec<Rc<ControllerRevision>>,
    /// The one that pods below the partition come from.
    pub(crate) current: Rc<ControllerRevision>,
    /// The one of the set's template.
    pub(crate) update: Rc<ControllerRevision>,
    /// How often a name was already taken.
    pub(crate) collision_count: i64,
}

/// Finds the two revisions; makes the one of the template when it is new, renumbers it when it is an old one.
///
/// # Errors
/// As the server answers.
pub(crate) fn stateful_set_revisions(
    api: &mut dyn Api,
    set: &StatefulSet,
    mut all: Vec<Rc<ControllerRevision>>,
) -> Result<Revisions, StatusError> {
    history::sort_controller_revisions(&mut all);
    let mut collision_count = set.status.collision_count.unwrap_or(0);
    let number = history::next_revision(&all);
    let wanted = new_revision(set, number, collision_count);
    let equal = history::find_equal_revisions(&all, &wanted).last().map(|equal| Rc::clone(equal));
    let update = match (all.last(), equal) {
        (Some(newest), Some(equal)) if history::equal_revision(newest, &equal) => Rc::clone(newest),
        (_, Some(equal)) => history::update_controller_revision(api, &equal, number)?,
        (_, None) => history::create_controller_revision(api, &set.metadata, &wanted, &mut collision_count)?,
    };
    let current = all.iter().find(|revision| revision.metadata.name == set.status.current_revision);
    let current = Rc::clone(current.unwrap_or(&update));
    Ok(Revisions { all, current, update, collision_count })
}

/// Deletes the oldest revisions that nothing uses, down to the set's limit.
///
/// # Errors
/// As the server answers.
pub(crate) fn truncate_history(
    api: &mut dyn Api,
    set: &StatefulSet,
    revisions: &Revisions,
    in_use: impl FnOnce() -> SortedSet<String>,
) -> Result<bool, StatusError> {
    let limit = set.spec.revision_history_limit.unwrap_or(HISTORY_LIMIT);
    let Ok(limit) = usize::try_from(limit) else { return Ok(false) };
    if revisions.all.len() <= limit {
        return Ok(false);
    }
    let mut live = in_use();
    live.insert(revisions.current.metadata.name.clone());
    live.insert(revisions.update.metadata.name.clone());
    let old: Vec<_> =
        revisions.all.iter().filter(|revision| !live.contains(&revision.metadata.name)).collect();
    let surplus = old.len().saturating_sub(limit);
    for revision in old.into_iter().take(surplus) {
        history::delete_controller_revision(api, revision)?;
    }
    Ok(surplus > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::codec::from_value;

    fn web(image: &str) -> StatefulSet {
        let template = json!({
            "metadata": {"labels": {"app": "nginx"}},
            "spec": {
                "containers": [{
                    "name": "nginx", "image": image, "imagePullPolicy": "IfNotPresent",
                    "ports": [{"containerPort": 80, "name": "web", "protocol": "TCP"}],
                    "resources": {},
                    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                    "volumeMounts": [{"name": "www", "mountPath": "/usr/share/nginx/html"}],
                }],
                "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
                "securityContext": {}, "terminationGracePeriodSeconds": 30,
            },
        });
        set_of("web", template)
    }

    fn zookeeper(cpu: &str) -> StatefulSet {
        let probe = |initial_delay: i64, period: i64| {
            json!({
                "exec": {"command": ["sh", "-c", "zookeeper-ready 2181"]}, "failureThreshold": 3,
                "initialDelaySeconds": initial_delay, "periodSeconds": period, "successThreshold": 1,
                "timeoutSeconds": 5,
            })
        };
        let port =
            |number: i64, name: &str| json!({"containerPort": number, "name": name, "protocol": "TCP"});
        let template = json!({
            "metadata": {"labels": {"app": "zk"}},
            "spec": {
                "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{
                    "labelSelector": {
                        "matchExpressions": [{"key": "app", "operator": "In", "values": ["zk"]}],
                    },
                    "topologyKey": "kubernetes.io/hostname",
                }]}},
                "containers": [{
                    "name": "kubernetes-zookeeper",
                    "image": "registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10",
                    "imagePullPolicy": "Always", "command": ["sh", "-c", "start-zookeeper --servers=3"],
                    "livenessProbe": probe(10, 10), "readinessProbe": probe(3, 1),
                    "ports": [port(2181, "client"), port(2888, "server"), port(3888, "leader-election")],
                    "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}},
                    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                    "volumeMounts": [{"name": "datadir", "mountPath": "/var/lib/zookeeper"}],
                }],
                "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
                "securityContext": {"fsGroup": 1000, "runAsUser": 1000}, "terminationGracePeriodSeconds": 30,
            },
        });
        set_of("zk", template)
    }

    fn set_of(name: &str, template: Value) -> StatefulSet {
        let mut set = StatefulSet::default();
        name.clone_into(&mut set.metadata.name);
        set.spec.template = from_value(template).unwrap();
        set
    }

    /// The names that a real control plane gave: the defaulted template decides, down to the byte.
    #[test]
    fn revisions_have_the_recorded_names() {
        for (set, name) in [
            (web("registry.k8s.io/nginx-slim:0.8"), "web-847b47bbbc"),
            (web("registry.k8s.io/nginx-slim:0.9"), "web-855b86d7d6"),
            (web("registry.k8s.io/nginx-slim:bad"), "web-75b4c8cfdd"),
            (zookeeper("500m"), "zk-5dd586bd44"),
            (zookeeper("300m"), "zk-6c87b4cc4"),
        ] {
            let revision = new_revision(&set, 1, 0);
            let hash = &revision.metadata.labels[history::CONTROLLER_REVISION_HASH_LABEL];
            assert_eq!(revision.metadata.name, name, "{}", template_patch(&set.spec.template));
            assert!(name.ends_with(hash.as_str()));
        }
    }

    /// STS-UTIL-20: a revision brings its template back whatever became of the set since.
    #[test]
    fn sts_util_20_a_revision_remembers_its_template() {
        let set = web("one");
        let revision = new_revision(&set, 1, 0);
        let mut later = set.clone();
        "two".clone_into(&mut later.spec.template.spec.containers[0].image);
        assert_eq!(template_of(&revision).as_ref(), Some(&set.spec.template));
        assert_ne!(new_revision(&later, 2, 0).metadata.name, revision.metadata.name);
    }

    /// Go writes `<`, `>` and `&` in strings as escapes, and the hash is over what Go writes.
    #[test]
    fn names_are_hashed_over_what_go_writes() {
        let data = json!({"a": "x && y <z> \u{2028}"});
        assert_eq!(history::raw_data(&data), r#"{"a":"x \u0026\u0026 y \u003cz\u003e \u2028"}"#);
    }
}
