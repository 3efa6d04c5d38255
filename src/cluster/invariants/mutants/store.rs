//! Mutants of the store: versions, identity, generations, deletion, time.

use serde_json::{Value, json};

use super::history::{CONTROLLERS, History, KUBELETS, PERSON};
use super::{Mutant, mutant};
use crate::api::meta::ResourceVersion;
use crate::api::{Kind, ObjectKey};
use crate::sim::Time;

fn web() -> ObjectKey {
    ObjectKey::new(Kind::StatefulSet, "default", "web")
}

fn pod() -> ObjectKey {
    ObjectKey::new(Kind::Pod, "default", "web-0")
}

fn touch(history: &mut History) {
    history.write(PERSON, &pod(), |it| it["metadata"]["labels"]["touched"] = json!("yes"));
}

fn controllers(value: &mut Value) {
    let mut second = value["metadata"]["ownerReferences"][0].clone();
    second["uid"] = json!("another");
    value["metadata"]["ownerReferences"].as_array_mut().unwrap().push(second);
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("S-01", "a version that was there before", "set", |history| {
        touch(history);
        history.last().event.revision -= 1;
    }),
    mutant("S-01", "an object with another version than its change", "set", |history| {
        touch(history);
        history.last().event.object.meta_mut().resource_version = ResourceVersion(1);
    }),
    mutant("S-01", "a write that changes nothing", "set", |history| {
        history.write(CONTROLLERS, &pod(), |_| {});
    }),
    mutant("S-02", "a second object of a name", "set", |history| {
        history.make_like(CONTROLLERS, &pod(), &[]);
    }),
    mutant("S-02", "a new pod with the uid of the one before", "set updated", |history| {
        let old = history.clone();
        history.until_nth(1, |change| change.makes(Kind::Pod, "web-2"));
        let mut first = old;
        first.until(|change| change.makes(Kind::Pod, "web-2"));
        let uid = first.last().event.object.meta().uid.clone();
        history.alter(|it| it["metadata"]["uid"] = json!(uid));
    }),
    mutant("S-02", "an object that becomes another one", "set", |history| {
        history.write(CONTROLLERS, &pod(), |it| it["metadata"]["uid"] = json!("another"));
    }),
    mutant("S-03", "a spec that changes uncounted", "set", |history| {
        history.write(PERSON, &web(), |it| it["spec"]["replicas"] = json!(2));
        history.last().event.object.meta_mut().generation -= 1;
    }),
    mutant("S-03", "a status that is counted", "set", |history| {
        history.write(CONTROLLERS, &web(), |it| it["status"]["collisionCount"] = json!(1));
        history.last().event.object.meta_mut().generation += 1;
    }),
    mutant("S-04", "a generation that is seen before it is there", "set", |history| {
        history.write(CONTROLLERS, &web(), |it| it["status"]["observedGeneration"] = json!(7));
    }),
    mutant("S-04", "a generation that is unseen", "set updated", |history| {
        history.write(CONTROLLERS, &web(), |it| it["status"]["observedGeneration"] = json!(1));
    }),
    mutant("S-06", "a deletion that is taken back", "set", |history| {
        history.delete(PERSON, &pod());
        history.write(CONTROLLERS, &pod(), |it| {
            it["metadata"]["deletionTimestamp"] = Value::Null;
            it["metadata"]["deletionGracePeriodSeconds"] = Value::Null;
        });
    }),
    mutant("S-06", "a grace that grows", "set", |history| {
        history.delete(PERSON, &pod());
        history.write(CONTROLLERS, &pod(), |it| it["metadata"]["deletionGracePeriodSeconds"] = json!(60));
    }),
    mutant("S-06", "an object that is gone before its finalizers", "set", |history| {
        history.write(PERSON, &pod(), |it| it["metadata"]["finalizers"] = json!(["example.com/wait"]));
        history.remove(KUBELETS, &pod());
    }),
    mutant("S-07", "two controllers", "set", |history| {
        history.write(CONTROLLERS, &pod(), controllers);
    }),
    mutant("S-58", "time that runs backwards", "set", |history| {
        touch(history);
        history.last().event.at = Time::from_ms(1);
    }),
];
