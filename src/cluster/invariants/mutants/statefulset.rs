//! Mutants of `StatefulSet`s: identity, order, partition, revisions; under Parallel too (S-25).

use serde_json::{Value, json};

use super::history::{CONTROLLERS, Change, History, KUBELETS, PERSON};
use super::{Mutant, mutant};
use crate::api::{Kind, ObjectKey};
use crate::sim::Span;

const SECOND: Span = Span::from_seconds(1);
const HASH: &str = "/metadata/labels/controller-revision-hash";

fn web() -> ObjectKey {
    ObjectKey::new(Kind::StatefulSet, "default", "web")
}

fn pod(ordinal: usize) -> ObjectKey {
    ObjectKey::new(Kind::Pod, "default", format!("web-{ordinal}"))
}

fn claim(ordinal: usize) -> ObjectKey {
    ObjectKey::new(Kind::PersistentVolumeClaim, "default", format!("www-web-{ordinal}"))
}

fn makes_last(change: &Change) -> bool {
    change.makes(Kind::Pod, "web-2")
}

fn deletes_last(change: &Change) -> bool {
    change.is(Kind::Pod, "web-2") && change.is_going()
}

/// A pod is made that is like another one but for its ordinal.
fn make_ordinal(history: &mut History, like: usize, ordinal: usize) {
    let (old, new) = (format!("web-{like}"), format!("web-{ordinal}"));
    let index = (format!("pod-index\":\"{like}"), format!("pod-index\":\"{ordinal}"));
    history.make_like(CONTROLLERS, &pod(like), &[(&old, &new), (&index.0, &index.1)]);
}

/// A person wants fewer pods, and the controllers have seen it.
fn scale_down(history: &mut History, replicas: i64) {
    history.write(PERSON, &web(), |it| it["spec"]["replicas"] = json!(replicas));
    history.pass(SECOND);
}

/// A pod stops being ready, and the controllers have seen it.
fn lose_readiness(history: &mut History, ordinal: usize) {
    history.write(KUBELETS, &pod(ordinal), |it| {
        for condition in it["status"]["conditions"].as_array_mut().unwrap() {
            if condition["type"] == "Ready" {
                condition["status"] = json!("False");
            }
        }
    });
    history.pass(SECOND);
}

/// The set's two revisions, the older one first.
fn revisions(history: &History) -> [String; 2] {
    let mut names: Vec<(i64, String)> = Vec::new();
    for key in history.keys(Kind::ControllerRevision, "web-") {
        let revision = history.object(&key).to_value();
        names.push((revision["revision"].as_i64().unwrap(), key.name));
    }
    crate::collections::sort(&mut names);
    let mut names = names.into_iter().map(|(_, name)| name);
    [names.next().unwrap(), names.next().unwrap()]
}

fn revision_key(history: &History) -> ObjectKey {
    history.key(Kind::ControllerRevision, "web-")
}

/// The next pod of an ordinal gets the other revision.
fn swap_revision(history: &mut History) {
    let [old, new] = revisions(history);
    let is_old = history.last().text(HASH) == old;
    let other = if is_old { new } else { old };
    history.alter(|it| it["metadata"]["labels"]["controller-revision-hash"] = json!(other));
}

/// A pod below the partition ends, and is made at the update revision.
fn skip_partition(history: &mut History) {
    let [_, new] = revisions(history);
    let old =
        history.object(&pod(0)).to_value()["metadata"]["labels"]["controller-revision-hash"].to_string();
    history.end(PERSON, &pod(0));
    history.pass(SECOND);
    history.make_like(CONTROLLERS, &pod(0), &[(&old, &format!("\"{new}\""))]);
}

fn count_ready(value: &mut Value) {
    value["status"]["readyReplicas"] = json!(9);
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("S-17", "a pod with the index of another", "set", |history| {
        history.until(makes_last);
        history.alter(|it| it["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = json!("1"));
    }),
    mutant("S-17", "a pod with the host name of another", "set", |history| {
        history.until(makes_last);
        history.alter(|it| it["spec"]["hostname"] = json!("web-1"));
    }),
    mutant("S-17", "a pod with the claim of another, in a burst", "set in a burst", |history| {
        history.until(makes_last);
        history.alter(|it| {
            let text = it["spec"]["volumes"].to_string().replace("www-web-2", "www-web-1");
            it["spec"]["volumes"] = serde_json::from_str(&text).unwrap();
        });
    }),
    mutant("S-18", "one pod too many", "set", |history| make_ordinal(history, 2, 3)),
    mutant("S-18", "one pod too many, in a burst", "set in a burst", |history| make_ordinal(history, 2, 3)),
    mutant("S-18", "a pod that a scale-down has just ended", "set", |history| {
        scale_down(history, 2);
        history.end(CONTROLLERS, &pod(2));
        history.pass(SECOND);
        make_ordinal(history, 2, 2);
    }),
    mutant("S-19", "the third pod before the second", "set", |history| {
        history.until(|change| change.makes(Kind::Pod, "web-1"));
        history.take_last();
        make_ordinal(history, 0, 2);
    }),
    mutant("S-19", "a pod before a lower one is ready", "set", |history| {
        history.until(makes_last);
        let last = history.take_last();
        lose_readiness(history, 0);
        history.put(last);
    }),
    mutant("S-19", "a pod while a lower one is terminating", "set", |history| {
        history.until(makes_last);
        let last = history.take_last();
        history.delete(PERSON, &pod(1));
        history.pass(SECOND);
        history.put(last);
    }),
    mutant("S-20", "the lower of two condemned pods goes first", "set", |history| {
        scale_down(history, 1);
        history.delete(CONTROLLERS, &pod(1));
    }),
    mutant("S-20", "a second condemned pod goes while the first is terminating", "set", |history| {
        scale_down(history, 1);
        history.delete(CONTROLLERS, &pod(2));
        history.pass(SECOND);
        history.delete(CONTROLLERS, &pod(1));
    }),
    mutant("S-20", "a condemned pod goes while another is not ready", "set", |history| {
        lose_readiness(history, 0);
        scale_down(history, 2);
        history.delete(CONTROLLERS, &pod(2));
    }),
    mutant("S-20", "an unhealthy condemned pod goes before a lower unhealthy one", "set", |history| {
        lose_readiness(history, 1);
        lose_readiness(history, 2);
        scale_down(history, 1);
        history.delete(CONTROLLERS, &pod(2));
    }),
    mutant("S-21", "a pod at the update revision is deleted", "set updated", |history| {
        history.delete(CONTROLLERS, &pod(2));
    }),
    mutant("S-21", "a pod below the partition is updated", "set with a partition", |history| {
        history.delete(CONTROLLERS, &pod(0));
    }),
    mutant("S-21", "a pod below the partition is updated, in a burst", "burst with a partition", |history| {
        history.delete(CONTROLLERS, &pod(0));
    }),
    mutant("S-21", "a second pod is updated while the first still goes", "set updated", |history| {
        history.until(deletes_last);
        history.pass(SECOND);
        history.delete(CONTROLLERS, &pod(1));
    }),
    mutant("S-21", "an update that begins with the second pod", "set updated", |history| {
        history.until(deletes_last);
        history.take_last();
        history.delete(CONTROLLERS, &pod(1));
    }),
    mutant("S-22", "an updated pod comes back old", "set updated", |history| {
        history.until_nth(1, makes_last);
        swap_revision(history);
    }),
    mutant("S-22", "a pod below the partition comes back new", "set with a partition", skip_partition),
    mutant(
        "S-22",
        "a pod below the partition comes back new, in a burst",
        "burst with a partition",
        skip_partition,
    ),
    mutant("S-23", "a second pod is updated while the first is not ready yet", "set updated", |history| {
        history.until_nth(1, makes_last);
        history.pass(SECOND);
        history.delete(CONTROLLERS, &pod(1));
    }),
    mutant("S-23", "the lowest pod is updated while a higher one is not ready", "set updated", |history| {
        history.until(|change| change.is(Kind::Pod, "web-0") && change.is_going());
        history.take_last();
        lose_readiness(history, 2);
        history.delete(CONTROLLERS, &pod(0));
    }),
    mutant("S-24", "a pod is updated under OnDelete", "set on delete", |history| {
        history.delete(CONTROLLERS, &pod(2));
    }),
    mutant("S-26", "a pod without its claim", "set", |history| {
        history.forget(|change| change.is(Kind::PersistentVolumeClaim, "www-web-1"));
        history.until(|change| change.makes(Kind::Pod, "web-1"));
    }),
    mutant("S-26", "a pod without its claim, in a burst", "set in a burst", |history| {
        history.forget(|change| change.is(Kind::PersistentVolumeClaim, "www-web-1"));
        history.until(|change| change.makes(Kind::Pod, "web-1"));
    }),
    mutant("S-26", "a claim that nobody owns is deleted", "set", |history| {
        history.delete(CONTROLLERS, &claim(2));
    }),
    mutant("S-26", "a claim of somebody else gets another owner", "set", |history| {
        let set = history.object(&web()).to_value();
        let keeper = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "name": "keeper", "uid": "keeper",
            "controller": true,
        });
        let uid = &set["metadata"]["uid"];
        let web = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "uid": uid});
        history.write(PERSON, &claim(0), |it| it["metadata"]["ownerReferences"] = json!([keeper]));
        history.pass(SECOND);
        history.write(CONTROLLERS, &claim(0), |it| {
            it["metadata"]["ownerReferences"] = json!([keeper, web]);
        });
    }),
    mutant("S-27", "more ready pods than pods", "set", |history| {
        history.write(CONTROLLERS, &web(), count_ready);
    }),
    mutant("S-28", "an update that is over before it is", "set updated", |history| {
        let revision = |change: &Change, name: &str| change.text(&format!("/status/{name}Revision"));
        history.until(|change| revision(change, "current") != revision(change, "update"));
        let new = history.object(&web()).to_value()["status"]["updateRevision"].clone();
        history.write(CONTROLLERS, &web(), |it| it["status"]["currentRevision"] = new);
    }),
    mutant("S-28", "a current revision that moves under OnDelete", "set on delete", |history| {
        let new = history.object(&web()).to_value()["status"]["updateRevision"].clone();
        history.write(CONTROLLERS, &web(), |it| it["status"]["currentRevision"] = new);
    }),
    mutant("S-30", "a revision that changes", "set", |history| {
        let key = revision_key(history);
        history.write(CONTROLLERS, &key, |it| it["data"]["spec"]["template"]["metadata"] = json!({}));
    }),
    mutant("S-30", "a second revision of the same template", "set", |history| {
        let key = revision_key(history);
        history.make_like(CONTROLLERS, &key, &[(&key.name, "web-twin")]);
    }),
    mutant("S-30", "a revision that becomes older", "set updated", |history| {
        let [_, new] = revisions(history);
        let key = ObjectKey::new(Kind::ControllerRevision, "default", new);
        history.write(CONTROLLERS, &key, |it| it["revision"] = json!(1));
    }),
    mutant("S-30", "a revision that is used again under a number that is taken", "set updated", |history| {
        let [old, _] = revisions(history);
        let key = ObjectKey::new(Kind::ControllerRevision, "default", old);
        history.pass(Span::from_seconds(10));
        history.write(CONTROLLERS, &key, |it| it["revision"] = json!(2));
    }),
    mutant("S-31", "the revision of running pods is removed", "set", |history| {
        let key = revision_key(history);
        history.remove(CONTROLLERS, &key);
    }),
    mutant("S-31", "a revision within the limit is removed", "set updated", |history| {
        let [old, _] = revisions(history);
        history.remove(CONTROLLERS, &ObjectKey::new(Kind::ControllerRevision, "default", old));
    }),
    mutant("S-31", "a revision is removed before an older one", "set updated", |history| {
        let [old, _] = revisions(history);
        let key = ObjectKey::new(Kind::ControllerRevision, "default", old.as_str());
        let older =
            [(old.as_str(), "web-older"), ("nginx:1", "nginx:0"), ("\"revision\":1", "\"revision\":0")];
        history.make_like(PERSON, &key, &older);
        history.write(PERSON, &web(), |it| it["spec"]["revisionHistoryLimit"] = json!(0));
        history.pass(Span::from_seconds(10));
        history.remove(CONTROLLERS, &key);
    }),
    mutant("S-32", "a collision that is forgotten", "set", |history| {
        history.write(CONTROLLERS, &web(), |it| it["status"]["collisionCount"] = json!(1));
        history.write(CONTROLLERS, &web(), |it| it["status"]["collisionCount"] = json!(0));
    }),
    mutant("S-32", "one collision that counts twice", "set", |history| {
        history.write(CONTROLLERS, &web(), |it| it["status"]["collisionCount"] = json!(2));
    }),
];
